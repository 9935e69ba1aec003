#include "sources/text/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <vector>

#include "base/current_call.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::size_t kStep = std::size_t{1} << 20;
constexpr std::uint64_t kUnquestioned = std::uint64_t{1} << 30;
constexpr std::uint64_t kLargestRatio = 2000;

/// A file that nobody else can open and that needs no removal.
class NamelessFile {
 public:
  NamelessFile() {
    std::error_code error;
    auto folder = std::filesystem::temp_directory_path(error).string();
    if (error) folder = "/tmp";
#ifdef O_TMPFILE
    descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#endif
    if (descriptor_ < 0) {
      auto name = folder + "/insitu-text-XXXXXX";
      descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
      if (descriptor_ >= 0) ::unlink(name.c_str());
    }
    if (descriptor_ < 0)
      throw DataError("no temporary file for a text that must be unpacked can be made in " +
                      folder + " (TMPDIR names another folder): " + std::strerror(errno));
  }
  ~NamelessFile() { ::close(descriptor_); }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  void append(const char* bytes, std::size_t size) {
    while (size > 0) {
      const auto done = ::pwrite(descriptor_, bytes, size, static_cast<off_t>(size_));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0)
        throw DataError(
            std::string("a text cannot be unpacked into a temporary file (TMPDIR names another "
                        "folder): ") +
            std::strerror(errno));
      bytes += done, size -= static_cast<std::size_t>(done);
      size_ += static_cast<std::uint64_t>(done);
    }
  }
  std::size_t read(std::uint64_t offset, char* out, std::size_t size) const {
    std::size_t got = 0;
    while (got < size) {
      const auto done =
          ::pread(descriptor_, out + got, size - got, static_cast<off_t>(offset + got));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0)
        throw DataError(std::string("a temporary file cannot be read: ") + std::strerror(errno));
      if (done == 0) break;
      got += static_cast<std::size_t>(done);
    }
    return got;
  }
  std::uint64_t size() const { return size_; }

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

class SpooledFile final : public RandomAccessFile {
 public:
  SpooledFile(std::unique_ptr<ForwardDecoder> decoder, std::string path, std::uint64_t packed_bytes)
      : decoder_(std::move(decoder)), path_(std::move(path)), packed_bytes_(packed_bytes) {}

  bool is_unpacked() const override { return true; }
  std::uint64_t size() const override {
    decode_to(~std::uint64_t{0});
    const std::lock_guard lock(mutex_);
    return text_.size();
  }
  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    decode_to(offset + out.size());
    return text_.read(offset, out.data(), out.size());
  }

 private:
  void decode_to(std::uint64_t end) const {
    std::unique_lock lock(mutex_);
    std::vector<char> buffer;
    while (decoder_ && text_.size() < end) {
      poll_current_call();
      buffer.resize(kStep);
      const auto got = decoder_->read(buffer.data(), buffer.size());
      if (got == 0) {
        decoder_.reset();
        break;
      }
      text_.append(buffer.data(), got);
      if (text_.size() > kUnquestioned && text_.size() / kLargestRatio > packed_bytes_)
        throw DataError("the text within is more than " + std::to_string(kLargestRatio) +
                        " times as long as the file, which ordinary data are not; unpack it "
                        "first if it is right: " +
                        path_);
      if (text_.size() < end) {  // others may read meanwhile
        lock.unlock();
        lock.lock();
      }
    }
  }

  mutable std::mutex mutex_;
  mutable std::unique_ptr<ForwardDecoder> decoder_;
  mutable NamelessFile text_;
  std::string path_;
  std::uint64_t packed_bytes_;
};

}  // namespace

std::shared_ptr<RandomAccessFile> spool(std::unique_ptr<ForwardDecoder> decoder, std::string path,
                                        std::uint64_t packed_bytes) {
  return std::make_shared<SpooledFile>(std::move(decoder), std::move(path), packed_bytes);
}

}  // namespace insitu
