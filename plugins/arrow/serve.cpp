// The other end of apart.cpp: this library in a process of its own.
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/io_util.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "file_writer.hpp"
#include "group_file.hpp"
#include "insitu_arrow.h"
#include "memory.hpp"
#include "outcome.hpp"
#include "wire.hpp"

namespace insitu::arrow_plugin {

namespace {

constexpr rlim_t kOwnBytes = 512 << 20;  // what programs and libraries take beside the data

/// Which file lies under a path now.
struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;

  static Identity of(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return {};
    return {about.st_dev, about.st_ino, about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
  }
  bool operator==(const Identity&) const = default;
};

/// Bytes that the asking process reads for us, while it waits for our answer. For one thread.
class AskedBytes final : public FarBytes {
 public:
  AskedBytes(int socket, std::int64_t size) : socket_(socket), size_(size) {}
  std::int64_t size() const override { return size_; }
  arrow::Status read(std::int64_t offset, std::int64_t length, void* out) const override {
    auto* at = static_cast<char*>(out);
    while (length > 0) {
      const auto some = std::min(length, kMostNeeded);
      Writing need;
      need.number(offset).number(some);
      ARROW_RETURN_NOT_OK(send_parcel(socket_, Message::kNeed, need.bytes()));
      ARROW_ASSIGN_OR_RAISE(const auto parcel, receive_parcel(socket_, kMostNeeded));
      if (parcel.message != Message::kBytes || parcel.bytes->size() != some) return no_bytes();
      std::memcpy(at, parcel.bytes->data(), static_cast<std::size_t>(some));
      at += some;
      offset += some;
      length -= some;
    }
    return arrow::Status::OK();
  }

 private:
  int socket_;
  std::int64_t size_;
};

class Server {
 public:
  explicit Server(int socket) : socket_(socket) {}

  /// Answers one question. Not OK when nobody asks any more.
  arrow::Status answer() {
    ARROW_ASSIGN_OR_RAISE(const auto question, receive_parcel(socket_, 0));
    const auto status = guarded([&] { return work(question); });
    if (status.ok()) return arrow::Status::OK();
    Writing failure;
    failure.number(static_cast<std::int64_t>(status.code()))
        .number(arrow::internal::ErrnoFromStatus(status))
        .text(status.message());
    return send_parcel(socket_, Message::kFailed, failure.bytes());
  }

 private:
  arrow::Status work(const Parcel& question) {
    const Piece piece;
    Reading asked({reinterpret_cast<const char*>(question.bytes->data()),
                   static_cast<std::size_t>(question.bytes->size())});
    switch (question.message) {
      case Message::kOpen:
        file_.reset();
        return open(asked);
      case Message::kRead:
        return read(asked);
      case Message::kCreate:
        ARROW_RETURN_NOT_OK(create(asked));
        break;
      case Message::kWrite:
        ARROW_RETURN_NOT_OK(write(question.bytes));
        break;
      case Message::kEndGroup:
        if (writer_) ARROW_RETURN_NOT_OK(writer_->end_group());
        break;
      case Message::kFinish: {
        if (!writer_) return arrow::Status::Invalid("no file is being written");
        const auto status = writer_->finish();
        writer_.reset();
        ARROW_RETURN_NOT_OK(status);
        break;
      }
      default:
        return arrow::Status::Invalid("unknown question");
    }
    return send_parcel(socket_, Message::kDone, {});
  }

  /// The file that a question begins with, opened unless it was the last one.
  arrow::Status find(Reading& asked) {
    const auto kind = static_cast<int>(asked.number());
    const std::string path(asked.text());
    const auto size = asked.number(), number = asked.number();
    const auto identity =
        size < 0 ? Identity::of(path) : Identity{.inode = static_cast<ino_t>(number), .size = size};
    if (file_ && kind == kind_ && path == path_ && identity == identity_)
      return arrow::Status::OK();
    file_.reset();
    Place place{path};
    if (size >= 0) place.far = std::make_shared<AskedBytes>(socket_, size);
    ARROW_ASSIGN_OR_RAISE(file_, open_here(kind, place));
    kind_ = kind;
    path_ = path;
    identity_ = identity;
    return arrow::Status::OK();
  }

  arrow::Status open(Reading& asked) {
    ARROW_RETURN_NOT_OK(find(asked));
    ARROW_ASSIGN_OR_RAISE(const auto schema, arrow::ipc::SerializeSchema(*file_->schema(), pool()));
    Writing about;
    about.number(static_cast<std::int64_t>(file_->group_rows().size()));
    for (const auto rows : file_->group_rows()) about.number(rows);
    about.text(
        {reinterpret_cast<const char*>(schema->data()), static_cast<std::size_t>(schema->size())});
    return send_parcel(socket_, Message::kOpened, about.bytes());
  }

  arrow::Status read(Reading& asked) {
    ARROW_RETURN_NOT_OK(find(asked));
    const auto group = asked.number(), batch_rows = asked.number();
    std::vector<int> columns;
    for (auto count = asked.number(); count > 0; --count) {
      columns.push_back(static_cast<int>(asked.number()));
      if (columns.back() < 0 || columns.back() >= file_->schema()->num_fields())
        return arrow::Status::Invalid("the file has other columns than before");
    }
    if (group < 0 || group >= static_cast<std::int64_t>(file_->group_rows().size()))
      return arrow::Status::Invalid("the file has fewer groups than before");
    ARROW_ASSIGN_OR_RAISE(const auto batches, file_->read(group, columns, batch_rows));
    auto options = arrow::ipc::IpcWriteOptions::Defaults();
    options.memory_pool = pool();
    options.use_threads = false;
    for (;;) {
      const Piece piece;
      std::shared_ptr<arrow::RecordBatch> batch;
      ARROW_RETURN_NOT_OK(batches->ReadNext(&batch));
      if (!batch) return send_parcel(socket_, Message::kDone, {});
      // Large batches go in pieces, so that neither side holds one twice.
      for (std::int64_t begin = 0; begin == 0 || begin < batch->num_rows(); begin += batch_rows) {
        ARROW_ASSIGN_OR_RAISE(const auto bytes, arrow::ipc::SerializeRecordBatch(
                                                    *batch->Slice(begin, batch_rows), options));
        ARROW_RETURN_NOT_OK(send_parcel(socket_, Message::kRows,
                                        {reinterpret_cast<const char*>(bytes->data()),
                                         static_cast<std::size_t>(bytes->size())}));
      }
    }
  }

  arrow::Status create(Reading& asked) {
    const auto kind = static_cast<int>(asked.number());
    const std::string path(asked.text());
    const auto columns = asked.text();
    arrow::io::BufferReader bytes(
        std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(columns.data()),
                                        static_cast<std::int64_t>(columns.size())));
    arrow::ipc::DictionaryMemo none;
    ARROW_ASSIGN_OR_RAISE(schema_, arrow::ipc::ReadSchema(&bytes, &none));
    ARROW_ASSIGN_OR_RAISE(writer_, create_here(kind, path, schema_));
    return arrow::Status::OK();
  }

  arrow::Status write(const std::shared_ptr<arrow::Buffer>& rows) {
    if (!writer_) return arrow::Status::Invalid("no file is being written");
    arrow::io::BufferReader bytes(rows);
    arrow::ipc::DictionaryMemo none;
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.use_threads = false;
    ARROW_ASSIGN_OR_RAISE(const auto batch,
                          arrow::ipc::ReadRecordBatch(schema_, &none, options, &bytes));
    return writer_->write(*batch);
  }

  int socket_, kind_ = 0;
  std::string path_;
  Identity identity_;
  std::shared_ptr<const GroupFile> file_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<FileWriter> writer_;
};

void lower(int what, rlim_t most) {
  rlimit now{};
  if (::getrlimit(what, &now) != 0) return;
  now.rlim_cur = std::min(most, std::min(now.rlim_cur, now.rlim_max));
  ::setrlimit(what, &now);
}

}  // namespace

}  // namespace insitu::arrow_plugin

extern "C" int insitu_arrow_serve(int socket, int64_t limit) {
  using namespace insitu::arrow_plugin;
  set_limit(limit);
  lower(RLIMIT_CORE, 0);
  // What decoders allocate past our pool fails there at the latest.
#ifndef __SANITIZE_ADDRESS__  // which maps terabytes for its own shadow
  if (limit > 0) lower(RLIMIT_DATA, static_cast<rlim_t>(limit) * 2 + kOwnBytes);
#endif
  ::signal(SIGXFSZ, SIG_IGN);  // a full file is an error of writing
  Server server(socket);
  while (server.answer().ok()) {
  }
  return 0;
}
