#pragma once
// Whether a commit waits until the disk has everything. It does by default: without it a file that
// was written minutes ago can be empty after a power failure. syncWrites = FALSE, or the variable
// INSITU_SYNC_WRITES=0, leaves it to the operating system.
namespace insitu {

/// What the calls of this thread do.
bool sync_writes();

/// Another choice for as long as it lives, on this thread.
class SyncWrites {
 public:
  explicit SyncWrites(bool wanted);
  ~SyncWrites();
  SyncWrites(const SyncWrites&) = delete;
  SyncWrites& operator=(const SyncWrites&) = delete;

 private:
  bool before_;
};

}  // namespace insitu
