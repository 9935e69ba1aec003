#include "base/put_in_place.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr int kMostLinks = 40;  // as the kernel

[[noreturn]] void fail(const std::string& path, int error) {
  throw DataError("cannot put the output in place (" + std::string(std::strerror(error)) +
                  "); nothing was replaced: " + path);
}

[[noreturn]] void refuse(const std::string& path, const char* what) {
  throw DataError(std::string("the output ") + what +
                  " by another program while it was being written; nothing was replaced, run it "
                  "again: " +
                  path);
}

int rename_with(const std::string& from, const std::string& to, unsigned flags) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0 ? 0 : errno;
}

/// An old kernel, or a file system that knows plain renames only.
bool cannot(int error) { return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP; }

std::optional<FileIdentity> found_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return file_identity(path);
}

bool is_expected(const std::optional<FileIdentity>& found, const Expected& expected, bool folder) {
  if (expected.what == Expected::What::kAnything) return true;
  if (expected.what == Expected::What::kNothing) return !found;
  return found && (folder ? found->same_file(expected.version) : *found == expected.version);
}

/// Takes the place of nothing.
void put_where_nothing_is(const std::string& from, const std::string& to) {
  const int error = rename_with(from, to, RENAME_NOREPLACE);
  if (error == 0) return;
  if (error == EEXIST) refuse(to, "was made");
  if (!cannot(error)) fail(to, error);
  if (found_at(to)) refuse(to, "was made");
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
}

/// Swaps the two and looks at what was there: nobody can come in between. Returns false where the
/// file system cannot.
bool exchange(const std::string& from, const std::string& to, const Expected& expected,
              bool folder) {
  const int error = rename_with(from, to, RENAME_EXCHANGE);
  if (error == ENOENT && expected.what == Expected::What::kVersion) refuse(to, "was removed");
  if (cannot(error)) return false;
  if (error != 0) fail(to, error);
  if (is_expected(found_at(from), expected, folder)) return true;
  (void)rename_with(from, to, RENAME_EXCHANGE);
  refuse(to, "was replaced");
}

}  // namespace

void put_file_in_place(const std::string& from, const std::string& to, const Expected& expected) {
  if (expected.what == Expected::What::kNothing) return put_where_nothing_is(from, to);
  if (expected.what == Expected::What::kVersion) {
    if (exchange(from, to, expected, false)) {
      ::unlink(from.c_str());
      return;
    }
    if (!is_expected(found_at(to), expected, false)) refuse(to, "was replaced");
  }
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
}

bool put_folder_in_place(const std::string& from, const std::string& to, const Expected& expected) {
  for (;;) {
    const auto found = found_at(to);
    if (!is_expected(found, expected, true))
      refuse(to, found ? expected.what == Expected::What::kNothing ? "was made" : "was replaced"
                       : "was removed");
    if (!found) {
      const int error = rename_with(from, to, RENAME_NOREPLACE);
      if (error == 0) return false;
      if (error == EEXIST && expected.what == Expected::What::kAnything) continue;  // just made
      put_where_nothing_is(from, to);
      return false;
    }
    if (exchange(from, to, expected, true)) return true;
    // Two renames: between them nothing is there, and a reader says so.
    const auto aside = temporary_name(to);
    if (::rename(to.c_str(), aside.c_str()) != 0) fail(to, errno);
    if (::rename(from.c_str(), to.c_str()) != 0) {
      const int error = errno;
      (void)::rename(aside.c_str(), to.c_str());
      fail(to, error);
    }
    (void)::rename(aside.c_str(), from.c_str());
    return true;
  }
}

void sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

std::string follow_links(const std::string& path) {
  auto now = fs::path(path);
  for (int i = 0; i < kMostLinks; ++i) {
    std::error_code error;
    const auto to = fs::read_symlink(now, error);
    if (error) return now.string();
    now = to.is_absolute() ? to : now.parent_path() / to;
  }
  throw DataError("the symbolic links lead in a circle: " + path);
}

}  // namespace insitu
