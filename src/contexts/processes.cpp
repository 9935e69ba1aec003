#include "contexts/processes.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>

#include "analysis/merge_tree.hpp"
#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/progress.hpp"
#include "contexts/provenance_json.hpp"
#include "contexts/remote_files.hpp"
#include "contexts/split_json.hpp"
#include "contexts/split_runs.hpp"
#include "contexts/transport.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

/// A worker loads its language before it greets, so it may take longer than one that works.
constexpr double kStartingSlower = 5, kLongestStart = 60;
constexpr auto kCancelPatience = std::chrono::milliseconds(400);

std::string text_of(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A run of neighbouring splits for one worker.
struct Task {
  std::size_t position = 0;  // in the order of the data
  std::vector<Split> splits;
  int lost = 0;              // workers that were lost with it
  std::int64_t counted = 0;  // rows shown as progress
  bool done = false, failed = false;
  // What has come of this attempt:
  std::int64_t rows = 0;
  std::vector<std::pair<MergeTree::Key, Bytes>> nodes;
  std::deque<Chunk> chunks;  // not yet consumed
  std::uint64_t received = 0, consumed = 0;
  std::size_t splits_finished = 0;

  std::string describe() const {
    const auto first = splits.front().index, last = splits.back().index;
    return first == last ? "split " + std::to_string(first)
                         : "splits " + std::to_string(first) + " to " + std::to_string(last);
  }
  void forget_attempt() {
    rows = 0;
    nodes.clear();
    chunks.clear();
    received = 0;
    splits_finished = 0;
  }
};

}  // namespace

/// A place for a worker; the process in it may be replaced.
struct ProcessesContext::Seat {
  std::size_t number = 0;
  std::unique_ptr<WorkerProcess> process;
  bool greeted = false;
  Clock::time_point started;
  Clock::time_point heard;     // when it said anything last
  std::uint64_t received = 0;  // bytes of it until then
  Task* task = nullptr;
  std::uint32_t request = 0;
  std::string source;  // what the worker holds as source, as sent
  // The rows that the worker asks for:
  std::unique_ptr<ChunkReader> reader;
  std::optional<Chunk> ahead;
  std::uint64_t reader_split = 0;

  void vacate() {
    process.reset();
    greeted = false;
    task = nullptr;
    source.clear();
    reader.reset();
    ahead.reset();
  }
};

/// One pass over the tasks: hands them out, answers the workers' questions, collects what they
/// send.
class ProcessesContext::Round {
 public:
  Round(ProcessesContext& context, const DataSource& source, RunControl& control,
        ProgressMeter& meter)
      : context_(context),
        source_(source),
        control_(control),
        meter_(meter),
        files_(context.options_.files) {
    const auto recipe = source.recipe();
    json head = {{"source", {{"name", recipe.name}, {"options", recipe.options}}},
                 {"files", context.options_.files ? "host" : "own"}};
    if (control.versions && !context.options_.files)
      if (const auto versions = control.versions->list(); !versions.empty())
        head["versions"] = versions;
    if (const auto* holder = source.row_holder()) {
      head["pushed"] = {{"asked", true},
                        {"schema", json::parse(schema_to_json(*holder->schema()))},
                        {"splits", splits_to_json(holder->splits())},
                        {"rows", holder->row_count().value_or(-1)}};
    }
    source_head_ = text_of(head);
    for (auto& seat : context.seats_) {
      seat->source.clear();  // files may have changed since the last call
      if (seat->process) seat->process->read_some();
      if (seat->process && seat->process->gone()) seat->vacate();  // died between two calls
    }
  }

  json mode;                                       ///< what else the TASK frame says
  Bytes payload;                                   ///< of the TASK frame
  std::function<void(Task&, Frame&)> on_frame;     ///< STATE or OUT
  std::function<void(Task&, const json&)> on_end;  ///< the task is complete; its END
  std::size_t window = SIZE_MAX;  ///< no task starts further ahead of the first unfinished one

  void run(std::vector<Task>& tasks) {
    try {
      for (auto& task : tasks) waiting_.push_back(&task);
      unfinished_ = &tasks;
      loop();
    } catch (...) {
      settle();
      throw;
    }
  }

 private:
  void loop() {
    for (;;) {
      while (first_unfinished_ < unfinished_->size() && (*unfinished_)[first_unfinished_].done)
        ++first_unfinished_;
      hand_out();
      if (waiting_.empty() &&
          std::none_of(context_.seats_.begin(), context_.seats_.end(),
                       [](const auto& seat) { return seat->task != nullptr; })) {
        if (failure_) std::rethrow_exception(failure_);
        return;
      }
      wait(std::chrono::milliseconds(50));
      control_.poll();
      control_.cancel.throw_if_raised();
      for (auto& seat : context_.seats_) hear(*seat);
    }
  }

  void hand_out() {
    auto& seats = context_.seats_;
    const auto wanted = std::min<std::size_t>(static_cast<std::size_t>(context_.options_.workers),
                                              unfinished_->size());
    while (seats.size() < wanted) {
      seats.push_back(std::make_unique<Seat>());
      seats.back()->number = seats.size();
    }
    for (auto& seat : seats) {
      if (waiting_.empty()) return;
      if (seat->task) continue;
      if (waiting_.front()->position - first_unfinished_ >= window) return;
      if (!seat->process) start(*seat);
      if (!seat->greeted) continue;
      auto* task = waiting_.front();
      waiting_.pop_front();
      give(*seat, *task);
    }
  }

  void start(Seat& seat) {
    if (context_.options_.command.empty()) context_.options_.command = {find_worker()};
    seat.process = std::make_unique<WorkerProcess>(context_.options_.command);
    seat.greeted = false;
    seat.started = Clock::now();
  }

  void give(Seat& seat, Task& task) {
    auto document = mode;
    document["protocol"] = kWorkerProtocol;
    document["arithmetic"] = arithmetic();
    document["splits"] = splits_to_json(task.splits);
    if (seat.source == source_head_) {
      document["sameSource"] = true;
    } else {
      document.update(json::parse(source_head_));
    }
    seat.source = source_head_;
    seat.task = &task;
    seat.request = context_.next_request_++;
    task.forget_attempt();
    document["heartbeat"] = static_cast<std::int64_t>(context_.options_.patience * 1000 / 6);
    document["memoryLimit"] = memory_limit();
    seat.heard = Clock::now();
    seat.process->send(FrameType::kTask, seat.request, text_of(document), payload);
    seat.process->send(FrameType::kEnd, seat.request, "{}");
  }

  void wait(std::chrono::milliseconds patience) {
    std::vector<pollfd> lines;
    for (const auto& seat : context_.seats_) {
      if (!seat->process) continue;
      const short events = seat->process->wants_to_write() ? POLLIN | POLLOUT : POLLIN;
      if (!seat->process->gone()) lines.push_back({seat->process->line(), events, 0});
      if (seat->process->errors() >= 0) lines.push_back({seat->process->errors(), POLLIN, 0});
    }
    ::poll(lines.data(), lines.size(), static_cast<int>(patience.count()));
  }

  void hear(Seat& seat) {
    if (!seat.process) return;
    seat.process->write_some();
    for (const auto& line : seat.process->read_errors())
      if (control_.callbacks.output)
        control_.callbacks.output("[worker " + std::to_string(seat.number) + "] " + line + "\n");
    try {
      seat.process->read_some();
      while (auto frame = seat.process->take()) handle(seat, *frame);
    } catch (const json::exception& failure) {
      throw WorkerError(name(seat) + " sent a frame that cannot be read: " + failure.what());
    }
    if (seat.process->gone()) return lost(seat);
    listen(seat);
    await_greeting(seat);
  }

  /// One that does not greet was perhaps stopped before it could: another gets its place, until
  /// the program itself must be what is wrong.
  void await_greeting(Seat& seat) {
    if (seat.greeted) return;
    const auto most = std::min(kStartingSlower * context_.options_.patience, kLongestStart);
    if (std::chrono::duration<double>(Clock::now() - seat.started).count() < most) return;
    seat.process->kill();
    if (++silent_starts_ < context_.options_.attempts) return seat.vacate();
    throw WorkerError(name(seat) + " does not answer: '" + context_.options_.command[0] +
                      "' has sent no HELLO for " + std::to_string(static_cast<int>(most)) +
                      " seconds; " + seat.process->last_words());
  }

  /// A worker that computes says so every now and then; one that is stopped is ended and its task
  /// given to another.
  void listen(Seat& seat) {
    const auto now = Clock::now();
    if (!seat.task || seat.process->received() != seat.received) {
      seat.received = seat.process->received();
      seat.heard = now;
      return;
    }
    const auto silent = std::chrono::duration<double>(now - seat.heard).count();
    if (silent < context_.options_.patience) return;
    seat.process->kill();
    again(seat, "it said nothing for " + std::to_string(static_cast<int>(silent)) +
                    " seconds (stopped, or its machine too busy)");
    seat.vacate();
  }

  std::string name(const Seat& seat) const {
    return "worker " + std::to_string(seat.number) + " (process " +
           std::to_string(seat.process->pid()) + ")";
  }

  void handle(Seat& seat, Frame& frame) {
    if (!seat.greeted) return greet(seat, frame);
    if (frame.type == FrameType::kError && frame.request == 0)
      throw WorkerError(name(seat) + ": " + json::parse(frame.json).value("message", ""));
    if (!seat.task || frame.request != seat.request) return;  // of a task that was cancelled
    switch (frame.type) {
      case FrameType::kRead:
        return answer(seat, frame);
      case FrameType::kNext:
        return send_rows(seat, json::parse(frame.json));
      case FrameType::kState:
      case FrameType::kOut:
        return on_frame(*seat.task, frame);
      case FrameType::kProgress:
        if (const auto progress = json::parse(frame.json); progress.contains("rows"))
          count(*seat.task, progress["rows"].get<std::int64_t>());
        return;
      case FrameType::kLog:
        return log(json::parse(frame.json));
      case FrameType::kError:
        return failed(seat, json::parse(frame.json));
      case FrameType::kEnd:
        return ended(seat, json::parse(frame.json));
      default:
        throw WorkerError(name(seat) + " sent a " + std::string(frame_name(frame.type)) +
                          " frame, which is not its part");
    }
  }

  void greet(Seat& seat, const Frame& frame) {
    if (frame.type != FrameType::kHello)
      throw WorkerError(name(seat) + " does not begin with HELLO");
    const auto hello = json::parse(frame.json);
    const auto same = [&](const char* what, const std::string& theirs, const std::string& ours) {
      if (theirs != ours)
        throw WorkerError(name(seat) + " does not fit this host: its " + what + " is '" + theirs +
                          "', the host's is '" + ours +
                          "'; both must come from one build: install them together, or name the "
                          "worker of this one (" +
                          context_.options_.command[0] + ")");
    };
    same("protocol", std::to_string(hello.value("protocol", 0)), std::to_string(kWorkerProtocol));
    same("build", hello.value("build", ""), build_id());
    same("arithmetic", hello.value("arithmetic", ""), arithmetic());
    seat.greeted = true;
  }

  void answer(Seat& seat, const Frame& frame) {
    const auto [document, bytes] = files_.answer(frame.json);
    seat.process->send(FrameType::kData, seat.request, document, bytes);
  }

  /// Answers NEXT: one chunk of the rows that this process holds.
  void send_rows(Seat& seat, const json& request) {
    json document;
    Bytes rows;
    try {
      const auto* holder = source_.row_holder();
      if (!holder) throw WorkerError(name(seat) + " asks for rows that this host does not hold");
      const auto& numbers = request.at("split");
      const Split split{numbers.at(0), numbers.at(1), numbers.at(2), numbers.at(3)};
      document["split"] = split.index;
      if (request.value("first", false)) {
        ReadOptions options;
        if (request.contains("columns"))
          options.columns = request["columns"].get<std::vector<std::string>>();
        seat.reader = holder->open(split, options);
        seat.reader_split = split.index;
        seat.ahead = seat.reader->next();
      }
      if (!seat.reader || seat.reader_split != split.index)
        throw WorkerError("rows of a split were asked for out of turn");
      if (seat.ahead) {
        document["firstRow"] = seat.ahead->from.first_row;
        rows = encode_block(*seat.ahead, *holder->schema());
        seat.ahead = seat.reader->next();
      }
      document["last"] = !seat.ahead;
      if (!seat.ahead) seat.reader.reset();
    } catch (const Error& failure) {
      document["error"] = failure.what();
      document["code"] = static_cast<int>(failure.code());
    }
    if (!document.contains("split")) document["split"] = 0;
    seat.process->send(FrameType::kBlock, seat.request, text_of(document), rows);
  }

  void count(Task& task, std::int64_t rows) {
    task.rows = rows;
    if (rows <= task.counted) return;  // again, after a worker was lost
    meter_.add(rows - task.counted);
    task.counted = rows;
  }

  void log(const json& message) {
    const auto text = message.value("text", "");
    if (message.value("level", "") == "output") {
      if (control_.callbacks.output) control_.callbacks.output(text);
    } else {
      control_.warn(text);
    }
  }

  /// A task failed with a message of its own. The failure of the lowest split counts, as on one
  /// thread: what comes after it stops, what comes before it goes on.
  void failed(Seat& seat, const json& error) {
    if (error.value("retryable", false)) {
      again(seat, error.value("message", "") + " (it asks for another attempt)");
      return;
    }
    const auto split = error.value("split", seat.task->splits.front().index);
    if (!failure_ || split < failed_split_) {
      failed_split_ = split;
      try {
        throw_error(
            static_cast<ErrorCode>(error.value("code", static_cast<int>(ErrorCode::kWorker))),
            error.value("message", "a worker failed without a message"));
      } catch (...) {
        failure_ = std::current_exception();
      }
    }
    seat.task->done = seat.task->failed = true;
    seat.task = nullptr;
    std::erase_if(waiting_,
                  [&](const Task* task) { return task->splits.front().index > failed_split_; });
    for (auto& other : context_.seats_)
      if (other->task && other->task->splits.front().index > failed_split_) {
        other->process->send(FrameType::kCancel, other->request, "{}");
        other->task = nullptr;
      }
  }

  void ended(Seat& seat, const json& end) {
    auto& task = *seat.task;
    if (end.value("splits", std::size_t{0}) != task.splits.size())
      throw WorkerError(name(seat) + " has computed " +
                        std::to_string(end.value("splits", std::size_t{0})) + " of " +
                        std::to_string(task.splits.size()) + " splits");
    count(task, end.value("rows", std::int64_t{0}));
    seat.task = nullptr;
    task.done = true;
    on_end(task, end);
  }

  void lost(Seat& seat) {
    if (!seat.greeted &&
        (!seat.process->was_killed() || ++killed_at_start_ >= context_.options_.attempts))
      throw WorkerError("the worker '" + context_.options_.command[0] +
                        "' ended before it said HELLO: " + seat.process->last_words());
    if (seat.task) again(seat, seat.process->last_words());
    seat.vacate();
  }

  /// Takes the task from a worker that was lost with it, or gave it back, and puts it first in the
  /// queue.
  void again(Seat& seat, const std::string& reason) {
    auto& task = *seat.task;
    const auto who = name(seat);
    if (++task.lost >= context_.options_.attempts)
      throw WorkerError(who + " was lost while it computed " + task.describe() +
                        ", which has now failed " + std::to_string(task.lost) +
                        " times: " + reason);
    control_.warn(who + " was lost while it computed " + task.describe() +
                  "; another one computes them again: " + reason);
    task.forget_attempt();
    waiting_.push_front(&task);
    std::sort(waiting_.begin(), waiting_.end(),
              [](const Task* a, const Task* b) { return a->position < b->position; });
    seat.task = nullptr;
  }

  /// After a failure: running tasks are cancelled; a worker that does not stop at once is ended.
  void settle() noexcept {
    auto& seats = context_.seats_;
    try {
      std::vector<std::uint32_t> open(seats.size(), 0);
      for (std::size_t i = 0; i < seats.size(); ++i) {
        auto& seat = *seats[i];
        seat.reader.reset();
        seat.ahead.reset();
        if (seat.process && !seat.greeted) seat.vacate();
        if (!seat.process || !seat.task) continue;
        open[i] = seat.request;
        seat.process->send(FrameType::kCancel, seat.request, "{}");
      }
      const auto end = Clock::now() + kCancelPatience;
      while (std::any_of(open.begin(), open.end(), [](auto request) { return request != 0; }) &&
             Clock::now() < end) {
        wait(std::chrono::milliseconds(20));
        for (std::size_t i = 0; i < seats.size(); ++i) {
          if (!open[i]) continue;
          auto& process = *seats[i]->process;
          process.write_some();
          process.read_errors();
          process.read_some();
          while (const auto frame = process.take())
            if (frame->type == FrameType::kEnd && frame->request == open[i]) open[i] = 0;
          if (process.gone()) break;
        }
      }
      for (std::size_t i = 0; i < seats.size(); ++i) {
        if (open[i]) {
          seats[i]->process->kill();
          seats[i]->vacate();
        }
        seats[i]->task = nullptr;
      }
    } catch (...) {
      for (auto& seat : seats) {
        if (seat->process) seat->process->kill();
        seat->vacate();
      }
    }
  }

  ProcessesContext& context_;
  const DataSource& source_;
  RunControl& control_;
  ProgressMeter& meter_;
  ReadServer files_;
  std::string source_head_;
  std::deque<Task*> waiting_;
  std::vector<Task>* unfinished_ = nullptr;
  std::size_t first_unfinished_ = 0;
  std::exception_ptr failure_;
  int silent_starts_ = 0;  // workers that never greeted
  std::uint64_t failed_split_ = 0;
  int killed_at_start_ = 0;
};

ProcessesContext::ProcessesContext(ProcessesOptions options, std::string name)
    : options_(std::move(options)), name_(std::move(name)) {
  if (options_.workers < 1)
    throw InvalidArgument("`numWorkers` must be at least 1, is "_named +
                          std::to_string(options_.workers));
  if (options_.attempts < 1)
    throw InvalidArgument("attempts must be at least 1, is " + std::to_string(options_.attempts));
}

ProcessesContext::~ProcessesContext() = default;

Capabilities ProcessesContext::capabilities() const {
  const auto hosts = [&](const char* language) {
    return std::find(options_.languages.begin(), options_.languages.end(), language) !=
           options_.languages.end();
  };
  return {.runs_r_functions = hosts("R"), .runs_python_functions = hosts("python")};
}

std::vector<int> ProcessesContext::worker_pids() const {
  std::vector<int> pids;
  for (const auto& seat : seats_)
    if (seat->process) pids.push_back(seat->process->pid());
  return pids;
}

std::unique_ptr<Accumulator> ProcessesContext::run(const Pass& pass, const DataSource& source,
                                                   RunControl& control) {
  if (owner_ != ::getpid()) seats_.clear();  // a forked copy starts its own
  owner_ = ::getpid();
  const auto splits = source.splits();
  ProgressMeter meter(source, control);

  std::vector<Task> tasks;
  for (auto& run : split_runs(splits, static_cast<std::size_t>(options_.workers))) {
    tasks.emplace_back();
    tasks.back().position = tasks.size() - 1;
    tasks.back().splits = std::move(run);
  }

  MergeTree tree;
  Round round(*this, source, control, meter);
  const auto recipe = pass.recipe();
  round.mode = {{"mode", "map"}, {"pass", recipe.name}, {"fields", pass.fields()}};
  round.payload = seal(recipe.name, recipe.options);
  round.on_frame = [&](Task& task, Frame& frame) {
    if (frame.type != FrameType::kState)
      throw WorkerError("a worker sent rows where states were expected");
    const auto node = json::parse(frame.json);
    task.nodes.emplace_back(MergeTree::Key{node.at("index"), node.at("level")},
                            std::move(frame.payload));
  };
  round.on_end = [&](Task& task, const json& end) {
    if (end.value("nodes", std::size_t{0}) != task.nodes.size())
      throw WorkerError("a worker announced " + std::to_string(end.value("nodes", std::size_t{0})) +
                        " states and sent " + std::to_string(task.nodes.size()));
    for (auto& [key, bytes] : task.nodes) {
      if (key.level > 62 || key.index >> (62 - key.level) ||
          (key.index << key.level) < task.splits.front().index ||
          ((key.index + 1) << key.level) > task.splits.back().index + 1)
        throw WorkerError("a worker sent a state of splits that it was not given");
      auto state = pass.start();
      state->load(bytes);
      bytes = {};
      tree.add(key, std::move(state));
    }
    task.nodes.clear();
  };
  round.run(tasks);
  meter.finish();
  return std::move(tree).finish(pass, splits.size());
}

void ProcessesContext::read(const DataSource& source, const ReadOptions& options,
                            const std::function<void(const Chunk&)>& consume, RunControl& control) {
  if (owner_ != ::getpid()) seats_.clear();
  owner_ = ::getpid();
  const auto splits = source.splits();
  const auto schema =
      options.columns ? select_columns(*source.schema(), *options.columns) : source.schema();
  ProgressMeter meter(source, control);
  std::vector<Task> tasks(splits.size());
  for (std::size_t i = 0; i < splits.size(); ++i) {
    tasks[i].position = i;
    tasks[i].splits = {splits[i]};
  }
  std::size_t front = 0;  // the task whose rows are being consumed
  Round round(*this, source, control, meter);
  round.mode = {{"mode", "transform"}};
  if (options.columns) round.mode["columns"] = *options.columns;
  round.window = 2 * static_cast<std::size_t>(options_.workers);
  const auto deliver = [&](Task& task, const Chunk& chunk) {
    ++task.consumed;
    consume(chunk);
  };
  round.on_frame = [&](Task& task, Frame& frame) {
    if (frame.type != FrameType::kOut)
      throw WorkerError("a worker sent states where rows were expected");
    const auto document = json::parse(frame.json);
    const auto split = document.at("split").get<std::uint64_t>();
    if (split != task.splits.front().index)
      throw WorkerError("a worker sent rows of a split that it was not given");
    if (document.value("last", false)) {
      if (document.value("chunks", std::uint64_t{0}) != task.received)
        throw WorkerError("a worker announced " +
                          std::to_string(document.value("chunks", std::uint64_t{0})) +
                          " chunks and sent " + std::to_string(task.received));
      ++task.splits_finished;
      return;
    }
    if (task.received++ < task.consumed) return;  // again, after a worker was lost
    auto chunk = decode_block(std::move(frame.payload), schema);
    chunk.from = provenance_from_json(document, chunk.rows);
    task.position == front ? deliver(task, chunk) : task.chunks.push_back(std::move(chunk));
  };
  round.on_end = [&](Task& task, const json&) {
    if (task.splits_finished != 1) throw WorkerError("a worker did not finish its split");
    for (; front < tasks.size(); ++front) {
      auto& first = tasks[front];
      for (; !first.chunks.empty(); first.chunks.pop_front()) deliver(first, first.chunks.front());
      if (!first.done || first.failed) break;
    }
  };
  round.run(tasks);
  meter.finish();
}

}  // namespace insitu
