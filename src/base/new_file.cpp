#include "base/new_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/file_attributes.hpp"
#include "base/sync_writes.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

[[noreturn]] void fail(const char* what, const std::string& path, int error) {
  throw DataError(std::string(what) + " (" + std::strerror(error) + "): " + path);
}

[[noreturn]] void fail_to_write(const std::string& path, int error) {
  if (error == ENOSPC) throw DataError("the disk is full; nothing was replaced: " + path);
  if (error == EDQUOT) throw DataError("the disk quota is used up; nothing was replaced: " + path);
  if (error == EFBIG)
    throw DataError("the file would pass the limit of its size; nothing was replaced: " + path);
  fail("cannot write", path, error);
}

}  // namespace

NewFile::NewFile(const std::string& target, const Expected& expected, const std::string& shown)
    : target_(follow_links(target)),
      shown_(shown.empty() ? target_ : shown),
      expected_(expected),
      owner_(::getpid()) {
  struct stat existing {};
  const bool exists = ::stat(target_.c_str(), &existing) == 0;
  if (!exists && errno == ENAMETOOLONG) throw DataError("the file name is too long: " + target);
  if (exists && S_ISDIR(existing.st_mode)) throw DataError("is a directory, not a file: " + target);
  if (exists && !S_ISREG(existing.st_mode)) throw DataError("is not a regular file: " + target);
  collect_left_overs(folder_of(target_));
  create();
  if (exists) take_attributes(descriptor_, target_);
}

void NewFile::create() {
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = temporary_name(target_);
    descriptor_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) break;
    const int error = errno;
    if (error == EEXIST && attempt < 100) continue;
    if (error == EINTR) continue;
    if (error == ENOENT) throw DataError("folder not found: " + folder_of(target_));
    if (error == ENOTDIR) throw DataError("not a folder: " + folder_of(target_));
    if (error == EACCES || error == EPERM || error == EROFS)
      throw DataError("the folder is not writable: " + folder_of(target_));
    if (error == ENAMETOOLONG) throw DataError("the file name is too long: " + target_);
    if (error == ENOSPC || error == EDQUOT) fail_to_write(shown_, error);
    fail("cannot create a file", shown_, error);
  }
  (void)::flock(descriptor_, LOCK_EX | LOCK_NB);  // tells other hosts that somebody is at it
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!committed_ && !temporary_.empty() && owner_ == ::getpid()) ::unlink(temporary_.c_str());
}

void NewFile::append(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    write_out(bytes);
  } else {
    buffer_ += bytes;
  }
  size_ += bytes.size();
}

void NewFile::write_at(std::uint64_t offset, std::string_view bytes) {
  flush();
  while (!bytes.empty()) {
    const auto written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_to_write(shown_, written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void NewFile::flush() {
  write_out(buffer_);
  buffer_.clear();
}

void NewFile::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_to_write(shown_, written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::commit() {
  if (owner_ != ::getpid()) throw Error("a forked process cannot finish the file of its parent");
  flush();
  if (sync_writes() && ::fsync(descriptor_) != 0) fail_to_write(shown_, errno);
  const int descriptor = descriptor_;
  descriptor_ = -1;
  // Network file systems report a full disk as late as here.
  if (::close(descriptor) != 0 && errno != EINTR) fail_to_write(shown_, errno);
  put_file_in_place(temporary_, target_, expected_);
  committed_ = true;
  if (sync_writes()) sync_folder(folder_of(target_));
}

}  // namespace insitu
