#include "base/working_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace {

/// Takes the lock of a folder, and lets those of folders that are gone go.
void hold(const std::string& path) {
  static auto& mutex = *new ForkSafeMutex;
  static auto& held = *new std::map<std::string, int>;
  const std::lock_guard guard(mutex);
  std::erase_if(held, [](const auto& each) {
    if (::access(each.first.c_str(), F_OK) == 0) return false;
    ::close(each.second);
    return true;
  });
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return;
  (void)::flock(descriptor, LOCK_EX | LOCK_NB);
  held[path] = descriptor;
}

}  // namespace

std::string make_working_folder(const std::string& within) {
  collect_left_overs(within);
  for (int attempt = 0;; ++attempt) {
    const auto path = temporary_name(within + "/work");
    if (::mkdir(path.c_str(), 0700) == 0) {
      hold(path);
      return path;
    }
    if (errno != EEXIST || attempt >= 100)
      throw DataError("cannot make a folder for temporary files in " + within +
                      " (TMPDIR names another one): " + std::strerror(errno));
  }
}

}  // namespace insitu
