#include "apart.hpp"

#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/io_util.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include "insitu_arrow.h"
#include "memory.hpp"
#include "wire.hpp"

extern char** environ;

namespace insitu::arrow_plugin {

namespace {

/// The path of the library that this code is in.
std::string own_path() {
  Dl_info about{};
  if (!::dladdr(reinterpret_cast<const void*>(&insitu_arrow_abi), &about) || !about.dli_fname)
    return "";
  return about.dli_fname;
}

/// A process that serves us (serve.cpp).
class Helper {
 public:
  static arrow::Result<std::unique_ptr<Helper>> start(const std::string& worker) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      return arrow::Status::IOError("no process for it can be started: ", std::strerror(errno));
    std::unique_ptr<Helper> helper(new Helper);
    helper->socket_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C is ours to hear
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    auto library = own_path(), most = std::to_string(limit());
    std::string program = worker, word = "--arrow";
    char* arguments[] = {program.data(), word.data(), library.data(), most.data(), nullptr};
    const int failure =
        ::posix_spawn(&helper->process_, worker.c_str(), &actions, &attributes, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(ends[1]);
    if (failure != 0) {
      helper->process_ = -1;
      return arrow::Status::IOError("no process for it can be started: ", worker, ": ",
                                    std::strerror(failure));
    }
    return helper;
  }

  ~Helper() {
    ::close(socket_);
    if (process_ <= 0 || !ours()) return;
    ::kill(process_, SIGKILL);  // it holds nothing that must be put in order
    reap();
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  bool lives() const {
    pollfd line{socket_, POLLIN, 0};
    return ours() && ::poll(&line, 1, 0) == 0;  // it says nothing unasked: only its end is heard
  }
  bool ours() const { return starter_ == ::getpid(); }  // not in a forked copy

  /// It has answered all that it was asked, be it with an error, and can be asked anew.
  bool idle() const { return idle_ && process_ > 0; }

  arrow::Status send(Message message, std::string_view bytes) {
    idle_ = false;
    const auto status = send_parcel(socket_, message, bytes);
    // What it said before its end may say more.
    return status.ok() ? status : ended(status);
  }

  /// The answer; its failure is ours. What it needs of a file elsewhere on the way is read from
  /// `bytes`.
  arrow::Result<Parcel> receive(const FarBytes* bytes = nullptr) {
    auto parcel = receive_parcel(socket_, limit());
    while (parcel.ok() && parcel->message == Message::kNeed) {
      ARROW_RETURN_NOT_OK(give(bytes, *parcel));
      parcel = receive_parcel(socket_, limit());
    }
    if (!parcel.ok()) return parcel.status().IsIOError() ? ended(parcel.status()) : parcel.status();
    idle_ = parcel->message != Message::kRows;
    if (parcel->message != Message::kFailed) return parcel;
    Reading failure({reinterpret_cast<const char*>(parcel->bytes->data()),
                     static_cast<std::size_t>(parcel->bytes->size())});
    const auto code = static_cast<arrow::StatusCode>(failure.number());
    const auto of_system = static_cast<int>(failure.number());
    const std::string message(failure.text());
    if (of_system != 0) return arrow::internal::StatusFromErrno(of_system, code, message);
    return arrow::Status(code, message);
  }

 private:
  Helper() = default;

  arrow::Status give(const FarBytes* bytes, const Parcel& need) {
    Reading asked({reinterpret_cast<const char*>(need.bytes->data()),
                   static_cast<std::size_t>(need.bytes->size())});
    const auto offset = asked.number(), length = asked.number();
    if (!bytes || offset < 0 || length <= 0 || length > kMostNeeded ||
        offset > bytes->size() - length)
      return arrow::Status::Invalid("the decoding process asked for what is not there");
    std::string sent(static_cast<std::size_t>(length), '\0');
    // That it could not be had is what it learns and passes on: its answer stays one answer.
    if (!bytes->read(offset, length, sent.data()).ok()) sent.clear();
    return send(Message::kBytes, sent);
  }

  void reap() {
    while (::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
  }

  arrow::Status ended(const arrow::Status& otherwise) {
    if (process_ <= 0 || !ours()) return otherwise;
    ::kill(process_, SIGKILL);
    reap();
    const int signal = WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
    if (signal == SIGKILL)
      return arrow::Status::Invalid(
          "the process that decoded it has ended, perhaps for lack of "
          "memory");
    if (signal != 0)
      return arrow::Status::Invalid("decoding it crashed a process of its own: ",
                                    ::strsignal(signal));
    return arrow::Status::Invalid("the process for it ended with ",
                                  WIFEXITED(status_) ? WEXITSTATUS(status_) : -1);
  }

  pid_t process_ = -1, starter_ = ::getpid();
  int socket_ = -1, status_ = 0;
  bool idle_ = true;
};

/// Those that wait for work: starting one takes as long as reading a small file.
class Idle {
 public:
  static Idle& all() {
    static auto* const one = [] {
      auto* const idle = new Idle;
      // A copy of the process finds the lock free and what it guards whole.
      ::pthread_atfork([] { all().mutex_.lock(); }, [] { all().mutex_.unlock(); },
                       [] { all().mutex_.unlock(); });
      return idle;
    }();
    return *one;
  }
  arrow::Result<std::unique_ptr<Helper>> take(const std::string& worker) {
    {
      const std::lock_guard lock(mutex_);
      while (!waiting_.empty()) {
        auto helper = std::move(waiting_.back());
        waiting_.pop_back();
        if (helper->lives() && limit_ == limit()) return helper;
      }
      limit_ = limit();
    }
    return Helper::start(worker);
  }
  void give(std::unique_ptr<Helper> helper) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMost && limit_ == limit()) waiting_.push_back(std::move(helper));
  }

 private:
  static constexpr std::size_t kMost = 2;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Helper>> waiting_;
  std::int64_t limit_ = 0;  // under which they were started
};

/// Made while the library is loaded, so that no copy of the process is made in the middle of it.
[[maybe_unused]] const auto& at_load = Idle::all();

/// A helper at work; it goes back to the others where it is idle at the end, else it ends.
class Lease {
 public:
  explicit Lease(std::unique_ptr<Helper> helper) : helper_(std::move(helper)) {}
  Lease(Lease&&) = default;
  Lease& operator=(Lease&&) = default;
  ~Lease() {
    if (helper_ && helper_->idle()) Idle::all().give(std::move(helper_));
  }
  Helper* operator->() const { return helper_.get(); }
  explicit operator bool() const { return helper_ != nullptr; }
  void end() {
    if (helper_ && helper_->idle()) Idle::all().give(std::move(helper_));
    helper_.reset();
  }

 private:
  std::unique_ptr<Helper> helper_;
};

/// The batches of a group, as they come.
class Batches final : public arrow::RecordBatchReader {
 public:
  Batches(Lease helper, std::shared_ptr<const FarBytes> far, std::shared_ptr<arrow::Schema> schema)
      : helper_(std::move(helper)), far_(std::move(far)), schema_(std::move(schema)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    out->reset();
    if (!helper_) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto parcel, helper_->receive(far_.get()));
    if (parcel.message == Message::kDone) {
      helper_.end();
      return arrow::Status::OK();
    }
    if (parcel.message != Message::kRows)
      return arrow::Status::Invalid("the decoding process sent what was not asked for");
    arrow::io::BufferReader bytes(parcel.bytes);
    arrow::ipc::DictionaryMemo none;
    auto options = arrow::ipc::IpcReadOptions::Defaults();
    options.memory_pool = pool();
    options.use_threads = false;
    ARROW_ASSIGN_OR_RAISE(*out, arrow::ipc::ReadRecordBatch(schema_, &none, options, &bytes));
    return (*out)->Validate();
  }

 private:
  Lease helper_;  // none: all has come
  std::shared_ptr<const FarBytes> far_;
  std::shared_ptr<arrow::Schema> schema_;
};

class FileApart final : public GroupFile {
 public:
  FileApart(int kind, Place place, std::string worker)
      : kind_(kind), place_(std::move(place)), worker_(std::move(worker)) {}

  arrow::Status read_footer() {
    ARROW_ASSIGN_OR_RAISE(auto taken, Idle::all().take(worker_));
    const Lease helper(std::move(taken));
    ARROW_RETURN_NOT_OK(helper->send(Message::kOpen, question().bytes()));
    ARROW_ASSIGN_OR_RAISE(const auto answer, helper->receive(place_.far.get()));
    if (answer.message != Message::kOpened)
      return arrow::Status::Invalid("the decoding process sent what was not asked for");
    Reading about({reinterpret_cast<const char*>(answer.bytes->data()),
                   static_cast<std::size_t>(answer.bytes->size())});
    for (auto groups = about.number(); groups > 0; --groups) group_rows_.push_back(about.number());
    const auto schema = about.text();
    arrow::io::BufferReader bytes(
        std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(schema.data()),
                                        static_cast<std::int64_t>(schema.size())));
    arrow::ipc::DictionaryMemo none;
    ARROW_ASSIGN_OR_RAISE(schema_, arrow::ipc::ReadSchema(&bytes, &none));
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> read(
      std::int64_t group, const std::vector<int>& columns, std::int64_t batch_rows) const override {
    ARROW_ASSIGN_OR_RAISE(auto taken, Idle::all().take(worker_));
    Lease helper(std::move(taken));
    auto asked = question();
    asked.number(group).number(batch_rows).number(static_cast<std::int64_t>(columns.size()));
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const auto column : columns) {
      asked.number(column);
      fields.push_back(schema_->field(column));
    }
    ARROW_RETURN_NOT_OK(helper->send(Message::kRead, asked.bytes()));
    return std::make_shared<Batches>(std::move(helper), place_.far,
                                     arrow::schema(std::move(fields)));
  }

 private:
  /// Which file is asked about: one that lies elsewhere has a number, which no other one has had.
  Writing question() const {
    Writing begun;
    begun.number(kind_).text(place_.path);
    begun.number(place_.far ? place_.far->size() : -1).number(number_);
    return begun;
  }
  static std::int64_t next_number() {
    static std::atomic<std::int64_t> last = 0;
    return ++last;
  }

  int kind_;
  Place place_;
  std::string worker_;
  std::int64_t number_ = next_number();
};

class WriterApart final : public FileWriter {
 public:
  explicit WriterApart(std::unique_ptr<Helper> helper) : helper_(std::move(helper)) {}

  arrow::Status create(int kind, const std::string& path, const arrow::Schema& schema) {
    ARROW_ASSIGN_OR_RAISE(const auto columns, arrow::ipc::SerializeSchema(schema, pool()));
    Writing question;
    question.number(kind).text(path).text({reinterpret_cast<const char*>(columns->data()),
                                           static_cast<std::size_t>(columns->size())});
    return ask(Message::kCreate, question.bytes());
  }
  arrow::Status write(const arrow::RecordBatch& rows) override {
    auto options = arrow::ipc::IpcWriteOptions::Defaults();
    options.memory_pool = pool();
    options.use_threads = false;
    ARROW_ASSIGN_OR_RAISE(const auto bytes, arrow::ipc::SerializeRecordBatch(rows, options));
    return ask(Message::kWrite, {reinterpret_cast<const char*>(bytes->data()),
                                 static_cast<std::size_t>(bytes->size())});
  }
  arrow::Status end_group() override { return ask(Message::kEndGroup, {}); }
  arrow::Status finish() override {
    ARROW_RETURN_NOT_OK(ask(Message::kFinish, {}));
    Idle::all().give(std::move(helper_));
    return arrow::Status::OK();
  }

 private:
  arrow::Status ask(Message message, std::string_view bytes) {
    ARROW_RETURN_NOT_OK(helper_->send(message, bytes));
    ARROW_ASSIGN_OR_RAISE(const auto answer, helper_->receive());
    return answer.message == Message::kDone
               ? arrow::Status::OK()
               : arrow::Status::Invalid("the writing process sent what was not asked for");
  }

  std::unique_ptr<Helper> helper_;
};

}  // namespace

arrow::Result<std::shared_ptr<const GroupFile>> open_apart(int kind, const Place& place,
                                                           const std::string& worker) {
  auto file = std::make_shared<FileApart>(kind, place, worker);
  ARROW_RETURN_NOT_OK(file->read_footer());
  return file;
}

arrow::Result<std::unique_ptr<FileWriter>> create_apart(
    int kind, const std::string& path, const std::shared_ptr<arrow::Schema>& schema,
    const std::string& worker) {
  ARROW_ASSIGN_OR_RAISE(auto helper, Idle::all().take(worker));
  auto writer = std::make_unique<WriterApart>(std::move(helper));
  ARROW_RETURN_NOT_OK(writer->create(kind, path, *schema));
  return writer;
}

}  // namespace insitu::arrow_plugin
