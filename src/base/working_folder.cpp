#include "base/working_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>

#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace {

/// The folders that this process has made and that are there still, by path; their descriptors have
/// the lock.
class Held {
 public:
  /// Takes the lock of a folder.
  void add(const std::string& path) {
    const std::lock_guard guard(mutex_);
    forget_removed();
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return;
    (void)::flock(descriptor, LOCK_EX | LOCK_NB);
    folders_[path] = descriptor;
  }

  bool remove(const std::string& path) {
    const std::lock_guard guard(mutex_);
    if (!folders_.contains(path) && !is_of_user(path)) return false;
    remove_all(path);
    forget_removed();
    return true;
  }

  void remove_all_of_them() {
    const std::lock_guard guard(mutex_);
    for (const auto& [path, descriptor] : folders_) remove_all(path);
    forget_removed();
  }

  bool any() {
    const std::lock_guard guard(mutex_);
    forget_removed();
    return !folders_.empty();
  }

 private:
  static bool is_of_user(const std::string& path) {
    struct stat about {};
    return is_temporary_name(std::filesystem::path(path).filename().string()) &&
           ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) &&
           about.st_uid == ::geteuid();
  }

  static void remove_all(const std::string& path) {
    std::error_code ignored;  // the next who makes one tries again
    std::filesystem::remove_all(path, ignored);
  }

  void forget_removed() {
    std::erase_if(folders_, [](const auto& each) {
      if (::access(each.first.c_str(), F_OK) == 0) return false;
      ::close(each.second);
      return true;
    });
  }

  ForkSafeMutex mutex_;
  std::map<std::string, int> folders_;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
Held& held = *new Held;

}  // namespace

std::string make_working_folder(const std::string& place) {
  std::error_code failure;
  const auto within =
      place.empty() ? std::filesystem::temp_directory_path(failure).string() : place;
  collect_left_overs(within);
  for (int attempt = 0;; ++attempt) {
    const auto path = temporary_name(within + "/work");
    if (::mkdir(path.c_str(), 0700) == 0) {
      held.add(path);
      return path;
    }
    if (errno != EEXIST || attempt >= 100)
      throw DataError("cannot make a folder for temporary files in " + within +
                      " (TMPDIR names another one): " + std::strerror(errno));
  }
}

bool remove_working_folder(const std::string& path) noexcept { return held.remove(path); }

void remove_working_folders() noexcept { held.remove_all_of_them(); }

bool has_working_folders() noexcept { return held.any(); }

}  // namespace insitu
