#include "jobs/private_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kReadAtOnce = 1 << 20;

[[noreturn]] void fail(const std::string& doing, const std::string& path, int error) {
  throw DataError("cannot " + doing + " (" + std::strerror(error) + "): " + path);
}

[[noreturn]] void refuse(const std::string& path, const char* why) {
  throw DataError(std::string("not used, because it ") + why + ": " + path);
}

/// Of the user's own, and nobody else may write; `closed`: nor read.
void require_own(int descriptor, const std::string& path, bool closed) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail("look at", path, errno);
  if (status.st_uid != ::geteuid()) refuse(path, "belongs to another user");
  if (status.st_mode & (S_IWGRP | S_IWOTH)) refuse(path, "can be written by others");
  if (closed && status.st_mode & (S_IRWXG | S_IRWXO)) refuse(path, "is open to others");
}

std::string checked_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    throw InvalidArgument("not the name of a file: '" + name + "'");
  return name;
}

std::string in(const std::string& folder, const std::string& name) { return folder + "/" + name; }

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) ::close(number_);
    number_ = other.release();
  }
  return *this;
}

void write_all(int descriptor, std::string_view bytes, const std::string& shown) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write", shown, written < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

PrivateFolder PrivateFolder::make(const std::string& path) {
  std::string made;
  for (const auto& part : fs::path(path)) {
    made = made.empty() ? part.string() : (fs::path(made) / part).string();
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR && errno != EROFS &&
        errno != EACCES)
      fail("make the folder of jobs", made, errno);
  }
  auto found = find(path);
  if (!found) fail("make the folder of jobs", path, EACCES);
  return std::move(*found);
}

std::optional<PrivateFolder> PrivateFolder::find(const std::string& path) {
  Descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened && errno == ENOENT) return std::nullopt;
  if (!opened) fail("open the folder", path, errno);
  require_own(opened.get(), path, false);
  return PrivateFolder(opened.release(), path);
}

PrivateFolder::~PrivateFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

std::vector<std::string> PrivateFolder::names() const {
  // A descriptor of its own: reading moves its position.
  const int copy = ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(copy < 0 ? nullptr : ::fdopendir(copy),
                                                   ::closedir);
  if (!folder) fail("read the folder", path_, errno);
  std::vector<std::string> all;
  while (const auto* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") all.push_back(name);
  }
  std::ranges::sort(all);
  return all;
}

std::optional<PrivateFolder> PrivateFolder::folder(const std::string& name) const {
  const auto path = in(path_, checked_name(name));
  Descriptor opened(
      ::openat(descriptor_, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened && errno == ENOENT) return std::nullopt;
  if (!opened) fail("open the folder", path, errno);
  require_own(opened.get(), path, true);
  return PrivateFolder(opened.release(), path);
}

PrivateFolder PrivateFolder::make_folder(const std::string& name) const {
  const auto path = in(path_, checked_name(name));
  if (::mkdirat(descriptor_, name.c_str(), 0700) != 0) fail("make the folder", path, errno);
  return std::move(*folder(name));
}

bool PrivateFolder::has(const std::string& name) const {
  struct stat status {};
  return ::fstatat(descriptor_, checked_name(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

int PrivateFolder::open(const std::string& name) const {
  const auto path = in(path_, checked_name(name));
  Descriptor opened(
      ::openat(descriptor_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened && errno == ENOENT) return -1;
  if (!opened) fail("open", path, errno);
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0) fail("look at", path, errno);
  if (!S_ISREG(status.st_mode)) refuse(path, "is no regular file");
  require_own(opened.get(), path, false);
  return opened.release();
}

int PrivateFolder::create(const std::string& name) const {
  const int opened =
      ::openat(descriptor_, checked_name(name).c_str(),
               O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (opened < 0) fail("write", in(path_, name), errno);
  return opened;
}

std::optional<Bytes> PrivateFolder::read(const std::string& name, std::uint64_t most) const {
  const Descriptor file(open(name));
  if (!file) return std::nullopt;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("look at", in(path_, name), errno);
  // One byte more than there should be, which tells the end.
  const auto at_once = std::min<std::size_t>(
      kReadAtOnce, static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1);
  Bytes bytes;
  for (;;) {  // memory grows with what is there, not with what a length claims
    const auto size = bytes.size();
    bytes.resize(size + at_once);
    const auto count = ::read(file.get(), bytes.data() + size, at_once);
    if (count < 0 && errno != EINTR) fail("read", in(path_, name), errno);
    bytes.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (bytes.size() > most)
      throw DataError("larger than the " + std::to_string(most) +
                      " bytes that it may have: " + in(path_, name));
    if (count == 0) return bytes;
  }
}

Bytes PrivateFolder::read_end(const std::string& name, std::uint64_t most) const {
  const Descriptor file(open(name));
  if (!file) return {};
  const auto size =
      static_cast<std::uint64_t>(std::max<off_t>(::lseek(file.get(), 0, SEEK_END), 0));
  const auto begin = size - std::min(size, most);
  Bytes bytes(size - begin, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::pread(file.get(), bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(begin + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

void PrivateFolder::write(const std::string& name, std::string_view bytes) const {
  const auto fresh = fs::path(temporary_name(in(path_, checked_name(name)))).filename().string();
  const Descriptor file(create(fresh));
  try {
    write_all(file.get(), bytes, in(path_, name));
    if (::fsync(file.get()) != 0) fail("write", in(path_, name), errno);
    if (::renameat(descriptor_, fresh.c_str(), descriptor_, name.c_str()) != 0)
      fail("write", in(path_, name), errno);
  } catch (...) {
    ::unlinkat(descriptor_, fresh.c_str(), 0);
    throw;
  }
}

void PrivateFolder::remove(const std::string& name) const {
  std::error_code error;
  fs::remove_all(in(path_, checked_name(name)), error);
  if (error) fail("remove", in(path_, name), error.value());
}

bool PrivateFolder::rename(const std::string& from, const std::string& to) const {
  checked_name(from), checked_name(to);
  if (::renameat2(descriptor_, from.c_str(), descriptor_, to.c_str(), RENAME_NOREPLACE) == 0)
    return true;
  const int error = errno;
  if (error == EEXIST || error == ENOTEMPTY) return false;
  if (error != EINVAL && error != ENOSYS) fail("put in place", in(path_, to), error);
  // A file system that knows plain renames only: a folder takes the place of an empty one at most.
  if (has(to)) return false;
  if (::renameat(descriptor_, from.c_str(), descriptor_, to.c_str()) == 0) return true;
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  fail("put in place", in(path_, to), errno);
}

}  // namespace insitu
