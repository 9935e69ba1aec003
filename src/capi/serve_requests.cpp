#include "capi/serve_requests.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "capi/facade.hpp"
#include "capi/remote_wire.hpp"
#include "capi/reply_parts.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/host_connection.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr auto kIdle = std::chrono::minutes(10);
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
  explicit Inbox(HostConnection& line) : reader_([this, &line] { read(line); }) {}
  /// REQUIRES: the line has ended, or the process is about to.
  ~Inbox() { reader_.detach(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// The next frame; nothing: the client is gone, or has not called for long.
  std::optional<Frame> next() {
    std::unique_lock lock(state_->mutex);
    if (!state_->changed.wait_for(lock, kIdle,
                                  [&] { return state_->gone || !state_->frames.empty(); }) ||
        state_->frames.empty())
      return std::nullopt;
    auto frame = std::move(state_->frames.front());
    state_->frames.pop_front();
    return frame;
  }
  /// Whether the call of this number is to stop.
  bool interrupted(std::uint32_t call) const {
    const std::lock_guard lock(state_->mutex);
    return state_->gone || state_->cancelled == call;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Frame> frames;
    std::uint32_t cancelled = 0;
    bool gone = false;
  };

  void read(HostConnection& line) {
    const auto state = state_;
    try {
      for (;;) {
        auto frame = line.receive();
        const std::lock_guard lock(state->mutex);
        if (frame.type == FrameType::kCancel)
          state->cancelled = frame.request;
        else
          state->frames.push_back(std::move(frame));
        state->changed.notify_one();
      }
    } catch (const std::exception&) {  // the end of the line, or bytes that are no frame
    }
    const std::lock_guard lock(state->mutex);
    state->gone = true;
    state->changed.notify_one();
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
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

class Server {
 public:
  explicit Server(HostConnection& line) : line_(line) {}

  void serve() {
    line_.send(FrameType::kHello, 0,
               dumped({{"build", build_id()},
                       {"arithmetic", arithmetic()},
                       {"version", version()},
                       {"protocol", kWorkerProtocol}}));
    Inbox inbox(line_);
    ReceivedRows rows;
    while (auto frame = inbox.next()) {
      if (frame->type == FrameType::kBlock) {
        rows.add(std::move(*frame));
      } else if (frame->type == FrameType::kCall) {
        call(*frame, rows.take(), inbox);
      } else {
        throw DataError("the client has sent a frame " + std::string(frame_name(frame->type)));
      }
    }
  }

 private:
  void call(const Frame& frame, std::vector<ArrowArrayStream> streams, Inbox& inbox) {
    const auto number = frame.request;
    const auto fail = [&](ErrorCode code, const char* what) {
      line_.send(FrameType::kFail, number,
                 dumped({{"code", static_cast<int>(code)}, {"message", what}}));
    };
    Reply reply;
    try {
      auto document = json::parse(frame.payload);
      expand_home(document);
      if (document.value("op", "") == "job_submit")
        document["runner"] = {std::filesystem::read_symlink("/proc/self/exe").string()};
      Request request{document.dump(), {}, {}, nullptr, marked};
      for (auto& stream : streams) request.streams.push_back(&stream);
      reply = run(std::move(request), callbacks(number, inbox));
      send(reply, number);
    } catch (const Error& failure) {
      fail(failure.code(), failure.what());
    } catch (const HostGone&) {
      release(streams), release(reply.frames);
      throw;
    } catch (const std::exception& failure) {
      fail(ErrorCode::kInternal, failure.what());
    }
    release(streams), release(reply.frames);
  }

  Callbacks callbacks(std::uint32_t number, Inbox& inbox) {
    Callbacks told;
    told.interrupted = [number, &inbox] { return inbox.interrupted(number); };
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
};

}  // namespace

int serve_requests(const std::string& folder) {
  std::signal(SIGPIPE, SIG_IGN);
  // The line is not for what anything else prints or reads.
  const int in = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (in < 0 || out < 0 || nothing < 0) return 1;
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  HostConnection line(in, out);
  try {
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) {
      line.send(FrameType::kFail, 0,
                dumped({{"code", static_cast<int>(ErrorCode::kInvalidArgument)},
                        {"message", named("workingDir") + " cannot be used there (" +
                                        std::strerror(errno) + "): " + folder}}));
      return 1;
    }
    Server(line).serve();
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
