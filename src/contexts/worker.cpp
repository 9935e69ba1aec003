#include "contexts/worker.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "analysis/merge_tree.hpp"
#include "base/control.hpp"
#include "base/error.hpp"
#include "base/memory_limit.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/heartbeat.hpp"
#include "contexts/provenance_json.hpp"
#include "contexts/pushed_source.hpp"
#include "contexts/remote_files.hpp"
#include "contexts/split_json.hpp"
#include "contexts/task_session.hpp"
#include "contexts/worker_copies.hpp"
#include "contexts/worker_exec.hpp"
#include "contexts/worker_write.hpp"
#include "data/schema_json.hpp"
#include "data/watched_files.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr auto kQuiet = std::chrono::milliseconds(50);
constexpr std::uint64_t kLongestIdle = 30ULL * 24 * 3600 * 1000;  // milliseconds

std::string text_of(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Tells the host how far the task is, a few times a second.
class Reporter {
 public:
  explicit Reporter(TaskSession& session) : session_(session) {}
  void add(std::int64_t rows) {
    rows_ += rows;
    if (Clock::now() - last_ >= std::chrono::milliseconds(200)) report();
  }
  void report() {
    last_ = Clock::now();
    session_.send(FrameType::kProgress,
                  text_of({{"rows", rows_}, {"resident", resident_memory_bytes()}}));
  }
  std::int64_t rows() const { return rows_; }

 private:
  using Clock = std::chrono::steady_clock;
  TaskSession& session_;
  std::int64_t rows_ = 0;
  Clock::time_point last_ = Clock::now();
};

class Worker {
 public:
  Worker(int in, int out, const WorkerParts& parts, WorkerCopy* copy = nullptr)
      : parts_(parts), host_(in, out), session_(host_), exec_(parts.exec), copy_(copy) {
    if (copy_) idle_limit_ = copy_->idle_limit();
  }

  int serve() {
    try {
      hello();
      // Calls in quick succession do not wait for it.
      if (copy_ && idle_limit_ && !host_.readable_within(kQuiet)) copy_->warm_up();
      for (;;) {
        if (idle_limit_ && !host_.readable_within(*idle_limit_)) return 0;
        auto frame = host_.receive();
        if (frame.type == FrameType::kTask) {
          idle_limit_.reset();
          run_task(std::move(frame));
        } else if (frame.type == FrameType::kReset) {
          const auto document = json::parse(frame.json, nullptr, false);
          const auto idle = document.is_object() ? document.value("idle", json()) : json();
          if (!idle.is_number_unsigned()) {
            refuse(0, "a RESET frame cannot be read");
            return 1;
          }
          const std::chrono::milliseconds limit(
              std::min<std::uint64_t>(idle.get<std::uint64_t>(), kLongestIdle));
          if (copy_) copy_->replace(limit);
          source_.reset();
          exec_.forget();
          idle_limit_ = limit;
          hello();
        } else if (frame.type != FrameType::kEnd && frame.type != FrameType::kCancel &&
                   frame.type != FrameType::kData && frame.type != FrameType::kBlock) {
          // Those four may be left over from a task that was cancelled.
          refuse(frame.request, "a " + std::string(frame_name(frame.type)) +
                                    " frame came where TASK was expected");
          return 1;
        }
      }
    } catch (const HostGone&) {
      return 0;
    } catch (const DataError& failure) {
      refuse(0, failure.what());
      return 1;
    }
  }

 private:
  void hello() {
    host_.send(FrameType::kHello, 0,
               text_of({{"protocol", kWorkerProtocol},
                        {"build", build_id()},
                        {"arithmetic", arithmetic()},
                        {"languages", parts_.languages},
                        {"pid", static_cast<std::int64_t>(::getpid())}}));
  }

  void refuse(std::uint32_t request, const std::string& message) {
    try {
      host_.send(FrameType::kError, request,
                 text_of({{"code", static_cast<int>(ErrorCode::kWorker)},
                          {"message", message},
                          {"retryable", false}}));
    } catch (const HostGone&) {
    }
  }

  void run_task(Frame frame) {
    session_.begin(frame.request);
    split_ = 0;
    json failure;
    try {
      const auto task = json::parse(frame.json);
      check_arithmetic(task);
      const auto mode = task.at("mode").get<std::string>();
      // A task of rxExec may take for ever and need not look at its line.
      const Heartbeat heartbeat(
          host_, frame.request,
          std::chrono::milliseconds(std::clamp(task.value("heartbeat", 0), 0, 3'600'000)),
          mode == "exec");
      const MemoryLimit memory(task.value("memoryLimit", std::uint64_t{0}));
      if (mode == "map") return map(task, frame.payload);
      if (mode == "merge") return merge(task, frame.payload);
      if (mode == "transform") return transform(task, frame.payload);
      if (mode == "write") return write(task);
      if (mode == "exec") return exec_.run(session_, task, frame.payload);
      throw InvalidArgument("unknown mode of a task: '" + mode +
                            "'; known modes: map, merge, transform, write, exec");
    } catch (const json::exception& error) {
      failure = {{"code", static_cast<int>(ErrorCode::kData)},
                 {"message", std::string("a task cannot be read: ") + error.what()},
                 {"retryable", false}};
    } catch (const Error& error) {
      failure = {{"code", static_cast<int>(error.code())},
                 {"message", error.what()},
                 {"retryable", false}};
    } catch (const HostGone&) {
      throw;
    } catch (const std::bad_alloc&) {
      failure = {{"code", static_cast<int>(ErrorCode::kWorker)},
                 {"message", "the worker is out of memory"},
                 {"retryable", true}};
    } catch (const std::exception& error) {
      failure = {{"code", static_cast<int>(ErrorCode::kInternal)},
                 {"message", error.what()},
                 {"retryable", false}};
    }
    failure["split"] = split_;
    // Before reading on: a host that waits to be asked for rows must not wait for ever.
    session_.send(FrameType::kError, text_of(failure));
    session_.drain();
    session_.send(FrameType::kEnd, text_of({{"splits", 0}, {"rows", 0}, {"nodes", 0}}));
  }

  static void check_arithmetic(const json& task) {
    const auto wanted = task.value("arithmetic", arithmetic());
    if (wanted != arithmetic())
      throw WorkerError("the task wants the arithmetic '" + wanted +
                        "', this worker computes with '" + arithmetic() +
                        "'; the bits could differ");
    const auto protocol = task.value("protocol", kWorkerProtocol);
    if (protocol != kWorkerProtocol)
      throw WorkerError("the host speaks protocol " + std::to_string(protocol) +
                        ", this worker speaks " + std::to_string(kWorkerProtocol));
  }

  std::unique_ptr<Pass> pass_of(const json& task, const Bytes& payload) const {
    const auto name = task.at("pass").get<std::string>();
    const auto ours = parts_.fields_of ? parts_.fields_of(name) : std::string();
    const auto theirs = task.value("fields", ours);
    if (!ours.empty() && theirs != ours)
      throw WorkerError("the analysis '" + name + "' has the fields " + theirs + " in the host (" +
                        task.value("build", "") + ") and " + ours + " in this worker (" +
                        build_id() + "); both must come from one build");
    return parts_.make_pass({name, Bytes(unseal(name, payload))});
  }

  /// The source of the task; kept for the next one, which most often reads the same.
  const DataSource& source_of(const json& task) {
    if (task.value("sameSource", false)) {
      if (!source_)
        throw DataError("a task wants the source of the task before it, and there was none");
      return *source_;
    }
    source_.reset();
    WorkerInputs inputs{.files = parts_.files};
    // What the host has seen of the files must be what is read here.
    if (inputs.files && task.contains("versions"))
      inputs.files = watched_files(
          inputs.files, std::make_shared<FileVersions>(task["versions"].get<FileVersions::List>()));
    if (task.value("files", "host") == "host" || !inputs.files)
      inputs.files = remote_file_system([this](const std::string& read) {
        session_.send(FrameType::kRead, read);
        return session_.await(FrameType::kData);
      });
    if (task.contains("pushed")) {
      const auto& pushed = task["pushed"];
      const bool asked = pushed.value("asked", false);
      const bool paced = task.at("mode") == "transform";
      if (!asked) session_.rows_are_pushed();
      inputs.pushed = pushed_source(
          session_,
          asked   ? PushMode::kAsked
          : paced ? PushMode::kPaced
                  : PushMode::kUnasked,
          schema_from_json(pushed.at("schema").dump()),
          splits_from_json(pushed.contains("splits") ? pushed["splits"] : task.at("splits")),
          pushed.value("rows", std::int64_t{-1}),
          pushed.value("reads", std::vector<std::int64_t>()));
    }
    const auto& recipe = task.at("source");
    source_ = parts_.make_source(
        {recipe.at("name").get<std::string>(), recipe.at("options").get<std::string>()}, inputs);
    return *source_;
  }

  void map(const json& task, const Bytes& payload) {
    const auto splits = splits_from_json(task.at("splits"));
    const auto pass = pass_of(task, payload);
    const auto& source = source_of(task);
    const ReadOptions options{.columns = pass->variables()};
    MergeTree tree;
    Reporter reporter(session_);
    for (const auto& split : splits) {
      split_ = split.index;
      auto state = pass->start();
      const auto reader = source.open(split, options);
      session_.check();
      while (const auto chunk = reader->next()) {
        state->accumulate(*chunk);
        session_.check();
        reporter.add(chunk->from.source_rows);
      }
      tree.add({split.index, 0}, std::move(state));
    }
    session_.drain();
    reporter.report();
    send_nodes(tree, splits.size(), reporter.rows());
  }

  void merge(const json& task, const Bytes& payload) {
    const auto pass = pass_of(task, payload);
    MergeTree tree;
    while (const auto frame = session_.await_or_end(FrameType::kState)) {
      const auto node = json::parse(frame->json);
      auto state = pass->start();
      state->load(frame->payload);
      tree.add({node.at("index").get<std::uint64_t>(), node.at("level").get<std::uint64_t>()},
               std::move(state));
    }
    send_nodes(tree, 0, 0);
  }

  void send_nodes(const MergeTree& tree, std::size_t splits, std::int64_t rows) {
    for (const auto& [key, state] : tree.nodes())
      session_.send(FrameType::kState, text_of({{"index", key.index}, {"level", key.level}}),
                    state->save());
    session_.send(FrameType::kEnd,
                  text_of({{"splits", splits}, {"rows", rows}, {"nodes", tree.nodes().size()}}));
  }

  void transform(const json& task, const Bytes&) {
    const auto splits = splits_from_json(task.at("splits"));
    const auto& source = source_of(task);
    ReadOptions options;
    if (task.contains("columns")) options.columns = task["columns"].get<std::vector<std::string>>();
    const auto known =
        options.columns ? select_columns(*source.schema(), *options.columns) : source.schema();
    Reporter reporter(session_);
    for (const auto& split : splits) {
      split_ = split.index;
      const auto reader = source.open(split, options);
      session_.check();
      std::uint64_t chunks = 0;
      while (const auto chunk = reader->next()) {
        auto from = chunk->from;
        from.split = split.index;
        session_.send(FrameType::kOut, text_of(provenance_to_json(from)),
                      encode_block(*chunk, *known));
        ++chunks;
        session_.check();
        reporter.add(chunk->from.source_rows);
      }
      session_.send(FrameType::kOut,
                    text_of({{"split", split.index}, {"last", true}, {"chunks", chunks}}));
    }
    session_.drain();
    session_.send(FrameType::kEnd,
                  text_of({{"splits", splits.size()}, {"rows", reporter.rows()}, {"nodes", 0}}));
  }

  void write(const json& task) {
    const auto& source = source_of(task);
    Reporter reporter(session_);
    std::size_t splits = 0;
    write_parts(
        session_, task, source, parts_,
        [&](const Split& split) {
          split_ = split.index;
          ++splits;
        },
        [&](std::int64_t rows) { reporter.add(rows); });
    session_.drain();
    session_.send(FrameType::kEnd,
                  text_of({{"splits", splits}, {"rows", reporter.rows()}, {"nodes", 0}}));
  }

  const WorkerParts& parts_;
  HostConnection host_;
  TaskSession session_;
  WorkerExec exec_;
  WorkerCopy* copy_;  // null: this process serves all calls itself
  std::optional<std::chrono::milliseconds> idle_limit_;  // between two calls
  std::shared_ptr<const DataSource> source_;
  std::uint64_t split_ = 0;  // being worked on, for messages
};

}  // namespace

int serve(int in, int out, const WorkerParts& parts) {
  std::signal(SIGPIPE, SIG_IGN);  // a host that is gone is an error of write, not a death
  return Worker(in, out, parts).serve();
}

int serve_standard_streams(const WorkerParts& parts) {
  const int in = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3),
            out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (in < 0 || out < 0 || nothing < 0) throw WorkerError("standard input and output are not open");
  ::dup2(nothing, STDIN_FILENO);
  ::close(nothing);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  std::signal(SIGPIPE, SIG_IGN);
  const int status =
      parts.process.fork
          ? serve_by_copies(parts.process,
                            [&](WorkerCopy& copy) { return Worker(in, out, parts, &copy).serve(); })
          : serve(in, out, parts);
  ::close(in);
  ::close(out);
  return status;
}

int serve_socket(const std::string& path, const WorkerParts& parts) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw InvalidArgument("the path of the socket is too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int line = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line < 0 ||
      ::connect(line, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const std::string reason = std::strerror(errno);
    if (line >= 0) ::close(line);
    throw WorkerError("cannot connect to the host's socket: " + path + ": " + reason);
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int status = parts.process.fork
                         ? serve_by_copies(parts.process,
                                           [&](WorkerCopy& copy) {
                                             return Worker(line, line, parts, &copy).serve();
                                           })
                         : serve(line, line, parts);
  ::close(line);
  return status;
}

}  // namespace insitu
