#pragma once
// The right to change a file that is read first: whoever appends to a file, writes a step into its
// own input or changes what a file says of its variables holds its lock from before reading until
// the new version is in place. The lock lies on the file itself (flock), so that nothing is left
// behind and the kernel frees it when its owner dies; after a rename it is taken again on the file
// that now has the name.
#include <sys/types.h>

#include <functional>
#include <string>

namespace insitu {

class FileLock {
 public:
  /// Waits until nobody else holds the lock of the file or folder at `path`; nothing is locked
  /// where nothing lies, or where the file system has no locks. `waiting` is called about every 50
  /// ms with the seconds waited so far and may throw to give up. Throws InvalidArgument when this
  /// thread holds the lock already: it would wait for itself.
  FileLock(const std::string& path, const std::function<void(double seconds)>& waiting);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool held() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
  pid_t owner_ = -1;  // a forked copy gives nothing free
};

}  // namespace insitu
