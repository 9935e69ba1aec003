#include "data/native_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

class NativeFile final : public RandomAccessFile {
 public:
  NativeFile(std::string path, int descriptor, std::optional<FileIdentity> identity)
      : path_(std::move(path)), descriptor_(descriptor), identity_(identity) {
    if (identity_) size_ = identity_->size;
  }
  ~NativeFile() override { ::close(descriptor_); }
  NativeFile(const NativeFile&) = delete;
  NativeFile& operator=(const NativeFile&) = delete;

  std::uint64_t size() const override { return size_; }
  std::optional<FileIdentity> identity() const override { return identity_; }

  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= size_) return 0;
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset));
    std::size_t done = 0;
    while (done < wanted) {
      const auto got =
          ::pread(descriptor_, out.data() + done, wanted - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        throw DataError(std::string("cannot read (") + std::strerror(errno) + "): " + path_);
      if (got == 0) throw DataError("the file became shorter while it was read: " + path_);
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  std::string path_;
  int descriptor_;
  std::optional<FileIdentity> identity_;
  std::uint64_t size_ = 0;  // when it was opened: what is appended later does not count
};

[[noreturn]] void fail_to_open(const std::string& path, int error) {
  if (path.find("://") != std::string::npos)
    throw Unsupported("files of this machine are read in this compute context, not " + path +
                      "; read them in `RxSpark`, or copy them here first"_named);
  if (error == ENOENT || error == ENOTDIR) throw DataError("file not found: " + path);
  if (error == EACCES || error == EPERM) throw DataError("no permission to read: " + path);
  throw DataError(std::string("cannot open (") + std::strerror(error) + "): " + path);
}

}  // namespace

std::shared_ptr<RandomAccessFile> open_native_file(const std::string& path) {
  // Without O_NONBLOCK a named pipe would wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail_to_open(path, errno);
  struct stat status {};
  const int stated = ::fstat(descriptor, &status);
  const int error = errno;
  if (stated != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    if (stated != 0) fail_to_open(path, error);
    throw DataError(
        (S_ISDIR(status.st_mode) ? "is a directory, not a file: " : "is not a regular file: ") +
        path);
  }
  return std::make_shared<NativeFile>(path, descriptor, file_identity(descriptor));
}

}  // namespace insitu
