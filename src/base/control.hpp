#pragma once
// What a running call shares with whoever watches it: cancellation (any thread may ask), progress
// and warnings.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/file_versions.hpp"

namespace insitu {

/// A flag that any thread may raise; work looks at it at every chunk. Copyable by reference only.
class CancelFlag {
 public:
  void raise() { raised_.store(true, std::memory_order_relaxed); }
  bool raised() const { return raised_.load(std::memory_order_relaxed); }
  void throw_if_raised() const {
    if (raised()) throw Cancelled();
  }

 private:
  std::atomic<bool> raised_{false};
};

/// One step of progress, in the order of the data: `rows_read` rows more have been processed.
struct Progress {
  std::int64_t rows_read = 0;  ///< rows of this read chunk (a run of blocks or rowsPerRead rows)
  std::int64_t rows_processed = 0;  ///< rows so far in this pass
  std::int64_t rows_total = -1;     ///< rows of the source, -1 if unknown
  double chunk_seconds = 0;         ///< wall time since the step before
  double seconds = 0;               ///< wall time since the pass began
  int pass = 1;                     ///< 1 for the first pass over the data
  std::int64_t resident_bytes = 0;  ///< resident memory of this process
  bool finished = false;            ///< the last step of the pass
};

/// How a call talks to its caller. All functions are called on the thread that made the call, never
/// from workers. Empty functions are allowed. `interrupted` is polled at least every 100 ms.
struct Callbacks {
  std::function<void(const Progress&)> progress;
  std::function<bool()> interrupted;
  std::function<void(const std::string&)> warning;
  std::function<void(const std::string&)> output;  ///< text for the user's console
};

/// The control block of one call: lives on the caller's stack for the whole call.
struct RunControl {
  Callbacks callbacks;
  CancelFlag cancel;
  std::shared_ptr<FileVersions> versions;  ///< of the files that the call reads; may be null

  void warn(const std::string& text) const {
    if (callbacks.warning) callbacks.warning(text);
  }
  /// Throws DataError when a file that the call has read is no longer the same.
  void check_versions() const {
    if (versions) versions->check();
  }
  /// Polls the caller's interrupt; raises the flag for the workers. Call on the caller's thread
  /// only.
  void poll() {
    if (callbacks.interrupted && callbacks.interrupted()) cancel.raise();
  }
};

/// Resident memory of this process in bytes; 0 where the platform does not tell.
std::int64_t resident_memory_bytes();

}  // namespace insitu
