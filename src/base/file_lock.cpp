#include "base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/file_identity.hpp"
#include "base/fork_safe_mutex.hpp"

namespace insitu {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPause = std::chrono::milliseconds(50);

/// The locks of this process and who took them: a thread must not wait for itself.
struct Held {
  ForkSafeMutex mutex;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::thread::id> owners;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
/// Handles that are open at exit still use it.
Held& all_held = *new Held;

int open_to_lock(const std::string& path) {
  for (const int mode : {O_RDWR, O_RDONLY}) {  // over NFS an exclusive lock wants to write
    const int descriptor = ::open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK);
    if (descriptor >= 0 || errno == ENOENT) return descriptor;
  }
  return -1;
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::function<void(double)>& waiting)
    : owner_(::getpid()) {
  const auto begin = Clock::now();
  auto& held = all_held;
  for (;;) {
    const int descriptor = open_to_lock(path);
    if (descriptor < 0) return;  // whoever reads the file says better what is wrong
    const auto identity = file_identity(descriptor);
    if (!identity) {
      ::close(descriptor);
      return;
    }
    const auto key = std::pair(identity->device, identity->inode);
    {
      const std::lock_guard lock(held.mutex);
      const auto own = held.owners.find(key);
      if (own != held.owners.end() && own->second == std::this_thread::get_id()) {
        ::close(descriptor);
        throw InvalidArgument(
            "the file is being written through a data source that is open here: " + path +
            "; close it first");
      }
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
      const auto now = file_identity(path);
      if (now && now->same_file(*identity)) {
        const std::lock_guard lock(held.mutex);
        held.owners[key] = std::this_thread::get_id();
        descriptor_ = descriptor;
        return;
      }
      ::close(descriptor);  // it was replaced meanwhile: the lock is that of the new file
      continue;
    }
    const int error = errno;
    ::close(descriptor);
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK) return;  // a file system without locks
    if (waiting) waiting(std::chrono::duration<double>(Clock::now() - begin).count());
    std::this_thread::sleep_for(kPause);
  }
}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  if (owner_ == ::getpid()) {
    auto& held = all_held;
    if (const auto identity = file_identity(descriptor_)) {
      const std::lock_guard lock(held.mutex);
      held.owners.erase({identity->device, identity->inode});
    }
    ::flock(descriptor_, LOCK_UN);  // also what a forked copy holds of it
  }
  ::close(descriptor_);
}

}  // namespace insitu
