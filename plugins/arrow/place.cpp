#include "place.hpp"

#include <arrow/buffer.h>
#include <arrow/io/file.h>
#include <arrow/util/io_util.h>

#include <algorithm>
#include <cerrno>

#include "memory.hpp"

namespace insitu::arrow_plugin {

namespace {

class FarFile final : public arrow::io::RandomAccessFile {
 public:
  explicit FarFile(std::shared_ptr<const FarBytes> bytes) : bytes_(std::move(bytes)) {
    set_mode(arrow::io::FileMode::READ);
  }

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return at_; }
  arrow::Status Seek(std::int64_t position) override {
    if (position < 0) return arrow::Status::Invalid("a place before the file");
    at_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> GetSize() override { return bytes_->size(); }

  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t length,
                                     void* out) override {
    if (position < 0 || length < 0) return arrow::Status::Invalid("a place before the file");
    const auto there = std::clamp<std::int64_t>(bytes_->size() - position, 0, length);
    if (there > 0) ARROW_RETURN_NOT_OK(bytes_->read(position, there, out));
    return there;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position,
                                                       std::int64_t length) override {
    if (position < 0 || length < 0) return arrow::Status::Invalid("a place before the file");
    // A false length must not take memory for bytes that are not there.
    const auto there = std::clamp<std::int64_t>(bytes_->size() - position, 0, length);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer,
                          arrow::AllocateBuffer(there, pool()));
    ARROW_RETURN_NOT_OK(ReadAt(position, there, buffer->mutable_data()));
    return buffer;
  }
  arrow::Result<std::int64_t> Read(std::int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto got, ReadAt(at_, length, out));
    at_ += got;
    return got;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(at_, length));
    at_ += buffer->size();
    return buffer;
  }

 private:
  std::shared_ptr<const FarBytes> bytes_;
  std::int64_t at_ = 0;
  bool closed_ = false;
};

}  // namespace

arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> Place::open() const {
  if (far) return std::make_shared<FarFile>(far);
  return arrow::io::ReadableFile::Open(path);
}

arrow::Status no_bytes() {
  return arrow::internal::StatusFromErrno(EIO, arrow::StatusCode::IOError, "its bytes do not come");
}

}  // namespace insitu::arrow_plugin
