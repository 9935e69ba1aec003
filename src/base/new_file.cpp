#include "base/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "base/number_text.hpp"

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

/// Differs between processes (id and time) and between calls (counter). O_EXCL settles what is
/// left.
std::string unique_suffix() {
  static std::atomic<std::uint64_t> counter{0};
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return ".new-" + std::to_string(::getpid()) + "-" +
         hexadecimal_text(static_cast<std::uint64_t>(now)) + "-" +
         hexadecimal_text(counter.fetch_add(1));
}

std::string follow_links(const std::string& target) {
  std::error_code error;
  if (!std::filesystem::is_symlink(target, error)) return target;
  const auto resolved = std::filesystem::weakly_canonical(target, error);
  return error ? target : resolved.string();
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

void sync_folder(const std::string& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);  // not every file system can; the rename itself is done
  ::close(folder);
}

}  // namespace

NewFile::NewFile(const std::string& target) : target_(follow_links(target)) {
  struct stat existing {};
  const bool exists = ::stat(target_.c_str(), &existing) == 0;
  if (exists && S_ISDIR(existing.st_mode)) throw DataError("is a directory, not a file: " + target);
  if (exists && !S_ISREG(existing.st_mode)) throw DataError("is not a regular file: " + target);
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = target_ + unique_suffix();
    descriptor_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) break;
    const int error = errno;
    if (error == EEXIST && attempt < 100) continue;
    if (error == EINTR) continue;
    if (error == ENOENT) throw DataError("folder not found: " + folder_of(target_));
    if (error == ENOTDIR) throw DataError("not a folder: " + folder_of(target_));
    if (error == EACCES || error == EPERM || error == EROFS)
      throw DataError("the folder is not writable: " + folder_of(target_));
    if (error == ENAMETOOLONG) throw DataError("the file name is too long: " + target);
    if (error == ENOSPC || error == EDQUOT) fail_to_write(target_, error);
    fail("cannot create a file", target_, error);
  }
  if (exists)
    (void)!::fchmod(descriptor_, existing.st_mode & 07777);  // best effort: another owner's file
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!committed_ && !temporary_.empty()) ::unlink(temporary_.c_str());
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
    if (written <= 0) fail_to_write(target_, written < 0 ? errno : ENOSPC);
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
    if (written <= 0) fail_to_write(target_, written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::commit(Durability durability) {
  flush();
  if (durability == Durability::kPowerLoss && ::fsync(descriptor_) != 0)
    fail_to_write(target_, errno);
  const int descriptor = descriptor_;
  descriptor_ = -1;
  // Network file systems report a full disk as late as here.
  if (::close(descriptor) != 0 && errno != EINTR) fail_to_write(target_, errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    fail("cannot put the new file in place", target_, errno);
  committed_ = true;
  if (durability == Durability::kPowerLoss) sync_folder(target_);
}

}  // namespace insitu
