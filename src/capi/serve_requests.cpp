#include "capi/serve_requests.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/start_thread.hpp"
#include "base/working_folder.hpp"
#include "capi/facade.hpp"
#include "capi/remote_wire.hpp"
#include "capi/reply_parts.hpp"
#include "capi/session.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/host_connection.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr auto kIdle = std::chrono::minutes(10);
/// Of a function that runs on when nobody waits for it any more.
constexpr auto kPatienceWithFunction = std::chrono::seconds(10);
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

/// Names stay marked (base/named.hpp): the client puts them in the words of its face.
std::string marked(std::string_view name, std::string_view value) {
  return value.empty() ? named(name) : named(name, value);
}

std::string dumped(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// What the client sends, read by a thread of its own, so that CANCEL is heard while a call runs.
class Inbox {
 public:
  /// `signals`: a call that is to stop may be in a function that does not look for itself.
  Inbox(HostConnection& line, bool signals)
      : state_(std::make_shared<State>(signals, ::pthread_self())),
        reader_(start_thread([this, &line] { read(line); })) {}
  /// REQUIRES: the line has ended, or the process is about to.
  ~Inbox() { reader_.detach(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// The next frame; nothing: the client is gone, or has not called for long. While this process
  /// holds rows or open files for it, it may come after any time.
  std::optional<Frame> next() {
    std::unique_lock lock(state_->mutex);
    while (!state_->changed.wait_for(lock, kIdle,
                                     [&] { return state_->gone || !state_->frames.empty(); }))
      if (!has_working_folders() && Session::instance().handles.empty()) return std::nullopt;
    if (state_->frames.empty()) return std::nullopt;
    auto frame = std::move(state_->frames.front());
    state_->frames.pop_front();
    return frame;
  }
  /// Whether the call of this number is to stop.
  bool interrupted(std::uint32_t call) const {
    const std::lock_guard lock(state_->mutex);
    return state_->gone || state_->cancelled == call;
  }
  /// The call of this number runs from now on; 0: none. Returns whether the one before was ended by
  /// a signal, which may yet be on its way.
  bool runs(std::uint32_t call) {
    const std::lock_guard lock(state_->mutex);
    state_->running = call;
    if (call != 0 && (state_->gone || state_->cancelled == call)) state_->interrupt();
    state_->changed.notify_all();
    return state_->signalled;
  }

 private:
  struct State {
    State(bool wanted, pthread_t thread) : signals(wanted), caller(thread) {}
    /// REQUIRES: mutex is held.
    void interrupt() {
      if (!signals || running == 0 || signalled) return;
      signalled = true;
      ::pthread_kill(caller, SIGINT);
    }

    const bool signals;
    const pthread_t caller;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Frame> frames;
    std::uint32_t cancelled = 0, running = 0;
    bool gone = false, signalled = false;
  };

  void read(HostConnection& line) {
    const auto state = state_;
    try {
      for (;;) {
        auto frame = line.receive();
        const std::lock_guard lock(state->mutex);
        if (frame.type == FrameType::kCancel) {
          state->cancelled = frame.request;
          if (frame.request == state->running) state->interrupt();
        } else {
          state->frames.push_back(std::move(frame));
        }
        state->changed.notify_all();
      }
    } catch (const std::exception&) {  // the end of the line, or bytes that are no frame
    }
    std::unique_lock lock(state->mutex);
    state->gone = true;
    state->interrupt();
    state->changed.notify_all();
    // Nobody else would end a function that does not hear of it.
    if (state->signals && !state->changed.wait_for(lock, kPatienceWithFunction,
                                                   [&] { return state->running == 0; })) {
      remove_working_folders();
      ::_exit(1);
    }
  }

  std::shared_ptr<State> state_;
  std::thread reader_;
};

/// "~/x" of the user here, in sources and targets.
void expand_home(json& document) {
  const char* home = std::getenv("HOME");
  const auto expand = [&](json& value) {
    if (value.is_string() && home && value.get_ref<const std::string&>().starts_with("~/"))
      value = home + value.get<std::string>().substr(1);
  };
  for (const auto* key : {"data", "inData", "outFile", "outData", "from", "path"})
    if (const auto found = document.find(key); found != document.end()) {
      expand(*found);
      if (found->is_object() && found->contains("file")) expand((*found)["file"]);
    }
  if (const auto found = document.find("request"); found != document.end() && found->is_object())
    expand_home(*found);
}

void release(std::vector<ArrowArrayStream>& streams) {
  for (auto& stream : streams)
    if (stream.release) stream.release(&stream);
}

/// The functions of a request, by what messages call them.
constexpr const char* kFunctionsToLoad[] = {"transformFunc", "familyFunctions"};

/// Who takes the value of a job, and has the call of one that is submitted.
struct CallOfJob {
  explicit CallOfJob(Bytes&& call) {
    tasks.shared = std::move(call);
    tasks.done = [this](std::size_t, std::size_t, Bytes&& bytes) { value = std::move(bytes); };
  }
  HostTasks tasks;
  std::optional<Bytes> value;
};

class Server {
 public:
  Server(HostConnection& line, const ServedLanguage* language) : line_(line), language_(language) {}

  void serve() {
    line_.send(FrameType::kHello, 0,
               dumped({{"build", build_id()},
                       {"arithmetic", arithmetic()},
                       {"version", version()},
                       {"protocol", kWorkerProtocol}}));
    Inbox inbox(line_, language_ != nullptr);
    ReceivedRows rows;
    std::unique_ptr<CallOfJob> of_job;
    while (auto frame = inbox.next()) {
      if (frame->type == FrameType::kBlock) {
        rows.add(std::move(*frame));
      } else if (frame->type == FrameType::kTask) {
        of_job = std::make_unique<CallOfJob>(std::move(frame->payload));
      } else if (frame->type == FrameType::kCall) {
        call(*frame, rows.take(), std::exchange(of_job, nullptr).get(), inbox);
      } else {
        throw DataError("the client has sent a frame " + std::string(frame_name(frame->type)));
      }
    }
  }

 private:
  void call(const Frame& frame, std::vector<ArrowArrayStream> streams, CallOfJob* of_job,
            Inbox& inbox) {
    const auto number = frame.request;
    std::optional<std::pair<ErrorCode, std::string>> failure;
    Reply reply;
    struct Streams {
      ~Streams() { release(sent), release(reply.frames); }
      std::vector<ArrowArrayStream>& sent;
      Reply& reply;
    } const both{streams, reply};
    inbox.runs(number);
    try {
      auto document = json::parse(frame.payload);
      expand_home(document);
      Request request;
      request.words = marked;
      if (document.value("op", "") == "job_submit")
        document["runner"] = language_ ? language_->worker : std::vector{this_program()};
      use_functions(document, request);
      for (const auto* key : {"request", "method"})
        if (const auto inner = document.find(key); inner != document.end())
          use_functions(*inner, request);
      request.document = document.dump();
      for (auto& stream : streams) request.streams.push_back(&stream);
      if (of_job) request.tasks = &of_job->tasks;
      reply = run(std::move(request), callbacks(number, inbox));
    } catch (const Error& error) {
      failure = {error.code(), error.what()};
    } catch (const HostGone&) {
      throw;
    } catch (const std::exception& error) {
      failure = {ErrorCode::kInternal, error.what()};
    }
    const bool usable = !language_ || language_->usable();
    // The next call must not meet the signal of this one; for the client it has been canceled.
    if (inbox.runs(0) || !usable) throw HostGone();
    if (!failure) {
      if (of_job && of_job->value) line_.send(FrameType::kResult, number, {}, *of_job->value);
      return send(reply, number);
    }
    line_.send(FrameType::kFail, number,
               dumped({{"code", static_cast<int>(failure->first)}, {"message", failure->second}}));
  }

  static std::string this_program() {
    return std::filesystem::read_symlink("/proc/self/exe").string();
  }

  /// Workers are those of here. Without a language the engine refuses functions.
  void use_functions(json& document, Request& request) const {
    if (!language_ || !document.is_object()) return;
    for (const auto* key : kFunctionsToLoad) {
      const auto function = document.find(key);
      if (function == document.end() || !function->is_object() || !function->contains("code"))
        continue;
      (*function)["worker"] = language_->worker;
      request.functions[function->value("function", "")] = language_->load(
          function->value("language", ""), from_base64(function->value("code", "")));
    }
  }

  Callbacks callbacks(std::uint32_t number, Inbox& inbox) {
    Callbacks told;
    told.interrupted = [number, &inbox, this] {
      return inbox.interrupted(number) || (language_ && language_->interrupted());
    };
    const auto log = [this, number](const char* kind, const std::string& text) {
      line_.send(FrameType::kLog, number, dumped({{"kind", kind}, {"text", text}}));
    };
    told.warning = [log](const std::string& text) { log("warning", text); };
    told.output = [log](const std::string& text) { log("output", text); };
    told.progress = [this, number](const Progress& p) {
      line_.send(FrameType::kProgress, number,
                 dumped({p.rows_read, p.rows_processed, p.rows_total, p.chunk_seconds, p.seconds,
                         p.pass, p.resident_bytes, p.finished}));
    };
    return told;
  }

  void send(Reply& reply, std::uint32_t number) {
    const SendFrame to_client = [this](FrameType type, std::uint32_t k, std::string_view json,
                                       std::string_view payload) {
      line_.send(type, k, json, payload);
    };
    std::uint64_t sent = 0;
    for (std::size_t k = 0; k < reply.frames.size(); ++k)
      send_rows(to_client, static_cast<std::uint32_t>(k), &reply.frames[k], kNoLimit, sent);
    if (!reply.arrays.empty())
      line_.send(FrameType::kState, number, {}, save_arrays(reply, kArraysOnTheWire));
    line_.send(FrameType::kReply, number, {}, reply.document);
  }

  HostConnection& line_;
  const ServedLanguage* language_;
};

}  // namespace

int serve_requests(const std::string& folder, const ServedLanguage* language) {
  std::signal(SIGPIPE, SIG_IGN);
  // The line is not for what anything else prints or reads.
  const int in = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (in < 0 || out < 0 || nothing < 0) return 1;
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  HostConnection line(in, out);
  struct KeptEnds {
    ~KeptEnds() {
      Session::instance().handles.clear();  // what was half written
      remove_working_folders();
    }
  } const kept_ends;
  try {
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) {
      line.send(FrameType::kFail, 0,
                dumped({{"code", static_cast<int>(ErrorCode::kInvalidArgument)},
                        {"message", named("workingDir") + " cannot be used there (" +
                                        std::strerror(errno) + "): " + folder}}));
      return 1;
    }
    Server(line, language).serve();
  } catch (const HostGone&) {
    // The client has what it wanted, or the connection is lost.
  } catch (const std::exception& failure) {
    const auto text = std::string("insitu-worker: ") + failure.what() + "\n";
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return 1;
    return 1;
  }
  return 0;
}

int run_served_job(const std::string& folder) {
  Request request{json{{"op", "job_run"}, {"job", folder}, {"reportProgress", 0}}.dump(), {}, {}};
  const auto reply = run(std::move(request), {});
  return json::parse(reply.document).value("status", "") == "finished" ? 0 : 1;
}

}  // namespace insitu
