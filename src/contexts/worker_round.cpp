#include "contexts/worker_round.hpp"

#include <poll.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/memory_limit.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/condition_json.hpp"
#include "contexts/split_json.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;
using Clock = WorkerSeat::Clock;

namespace {

/// A worker loads its language before it greets, so it may take longer than one that works.
constexpr double kStartingSlower = 5, kLongestStart = 60;
/// One that is kept has only to fork; another can be started in its place.
constexpr double kLongestReset = 10;
constexpr auto kCancelPatience = std::chrono::milliseconds(400);

std::string text_of(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

WorkerRound::WorkerRound(WorkerCrew& crew, const DataSource& source, RunControl& control,
                         ProgressMeter& meter)
    : crew_(crew), source_(source), control_(control), meter_(meter), files_(crew.options.files) {
  const auto recipe = source.recipe();
  json head = {{"source", {{"name", recipe.name}, {"options", recipe.options}}},
               {"files", crew.options.files ? "host" : "own"}};
  if (control.versions && !crew.options.files)
    if (const auto versions = control.versions->list(); !versions.empty())
      head["versions"] = versions;
  if (const auto* holder = source.row_holder()) {
    head["pushed"] = {{"asked", true},
                      {"schema", json::parse(schema_to_json(*holder->schema()))},
                      {"splits", splits_to_json(holder->splits())},
                      {"rows", holder->row_count().value_or(-1)}};
  }
  source_head_ = text_of(head);
  for (auto& seat : crew.seats) {
    seat->source.clear();  // files may have changed since the last call
    if (seat->process) seat->process->read_some();
    if (seat->process && seat->process->gone()) seat->vacate();  // died between two calls
    if (!seat->greeted()) seat->started = Clock::now();
  }
}

void WorkerRound::run(std::vector<WorkerTask>& tasks) {
  try {
    for (auto& task : tasks) waiting_.push_back(&task);
    unfinished_ = &tasks;
    loop();
  } catch (...) {
    settle();
    throw;
  }
}

void WorkerRound::loop() {
  for (;;) {
    for (auto& seat : crew_.seats) hear(*seat);  // first: what has come is not waited for
    while (first_unfinished_ < unfinished_->size() && (*unfinished_)[first_unfinished_].done)
      ++first_unfinished_;
    hand_out();
    if (waiting_.empty() && std::none_of(crew_.seats.begin(), crew_.seats.end(),
                                         [](const auto& seat) { return seat->task != nullptr; })) {
      if (failure_) std::rethrow_exception(failure_);
      return;
    }
    wait(std::chrono::milliseconds(50));
    control_.poll();
    control_.cancel.throw_if_raised();
  }
}

void WorkerRound::hand_out() {
  auto& seats = crew_.seats;
  const auto wanted =
      std::min<std::size_t>(static_cast<std::size_t>(crew_.options.workers), unfinished_->size());
  while (seats.size() < wanted) {
    seats.push_back(std::make_unique<WorkerSeat>());
    seats.back()->number = seats.size();
  }
  for (auto& seat : seats) {
    if (waiting_.empty()) return;
    if (seat->task) continue;
    if (waiting_.front()->position - first_unfinished_ >= window) return;
    if (!seat->process) start(*seat);
    if (!seat->greeted()) continue;
    auto* task = waiting_.front();
    waiting_.pop_front();
    give(*seat, *task);
  }
}

void WorkerRound::start(WorkerSeat& seat) {
  if (crew_.options.command.empty()) crew_.options.command = {find_worker()};
  seat.process = std::make_unique<WorkerProcess>(crew_.options.command);
  seat.greetings_due = 1;
  seat.kept = false;
  seat.started = Clock::now();
}

void WorkerRound::give(WorkerSeat& seat, WorkerTask& task) {
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
  seat.request = crew_.next_request++;
  task.forget_attempt();
  document["heartbeat"] = static_cast<std::int64_t>(crew_.options.patience * 1000 / 6);
  document["memoryLimit"] = memory_limit();
  seat.heard = Clock::now();
  seat.process->send(FrameType::kTask, seat.request, text_of(document), payload);
  seat.process->send(FrameType::kEnd, seat.request, "{}");
}

void WorkerRound::wait(std::chrono::milliseconds patience) {
  std::vector<pollfd> lines;
  for (const auto& seat : crew_.seats) {
    if (!seat->process) continue;
    const short events = seat->process->wants_to_write() ? POLLIN | POLLOUT : POLLIN;
    if (!seat->process->gone()) lines.push_back({seat->process->line(), events, 0});
    if (seat->process->errors() >= 0) lines.push_back({seat->process->errors(), POLLIN, 0});
  }
  ::poll(lines.data(), lines.size(), static_cast<int>(patience.count()));
}

void WorkerRound::hear(WorkerSeat& seat) {
  if (!seat.process) return;
  seat.process->write_some();
  const bool as_new = seat.greeted() || !seat.kept;  // else it still speaks of an earlier call
  for (const auto& line : seat.process->read_errors())
    if (as_new && control_.callbacks.output)
      control_.callbacks.output("[worker " + std::to_string(seat.number) + "] " + line + "\n");
  try {
    seat.process->read_some();
    while (auto frame = seat.process->take()) handle(seat, *frame);
  } catch (const json::exception& failure) {
    throw WorkerError(seat.name() + " sent a frame that cannot be read: " + failure.what());
  }
  if (seat.process->gone()) return lost(seat);
  listen(seat);
  await_greeting(seat);
}

void WorkerRound::await_greeting(WorkerSeat& seat) {
  if (seat.greeted()) return;
  const auto most =
      std::min(kStartingSlower * crew_.options.patience, seat.kept ? kLongestReset : kLongestStart);
  if (std::chrono::duration<double>(Clock::now() - seat.started).count() < most) return;
  seat.process->kill();
  if (seat.kept) return seat.vacate();
  if (++silent_starts_ < crew_.options.attempts) return seat.vacate();
  throw WorkerError(seat.name() + " does not answer: '" + crew_.options.command[0] +
                    "' has sent no HELLO for " + std::to_string(static_cast<int>(most)) +
                    " seconds; " + seat.process->last_words());
}

void WorkerRound::listen(WorkerSeat& seat) {
  const auto now = Clock::now();
  if (!seat.task || seat.process->received() != seat.received) {
    seat.received = seat.process->received();
    seat.heard = now;
    return;
  }
  const auto silent = std::chrono::duration<double>(now - seat.heard).count();
  if (silent < crew_.options.patience) return;
  seat.process->kill();
  again(seat, "it said nothing for " + std::to_string(static_cast<int>(silent)) +
                  " seconds (stopped, or its machine too busy)");
  seat.vacate();
}

void WorkerRound::handle(WorkerSeat& seat, Frame& frame) {
  if (!seat.greeted()) return greet(seat, frame);
  if (frame.type == FrameType::kError && frame.request == 0)
    throw WorkerError(seat.name() + ": " + json::parse(frame.json).value("message", ""));
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
      throw WorkerError(seat.name() + " sent a " + std::string(frame_name(frame.type)) +
                        " frame, which is not its part");
  }
}

void WorkerRound::greet(WorkerSeat& seat, const Frame& frame) {
  if (frame.type != FrameType::kHello && seat.kept) return;  // of an earlier call
  if (frame.type != FrameType::kHello)
    throw WorkerError(seat.name() + " does not begin with HELLO");
  const auto hello = json::parse(frame.json);
  const auto same = [&](const char* what, const std::string& theirs, const std::string& ours) {
    if (theirs != ours)
      throw WorkerError(seat.name() + " does not fit this host: its " + what + " is '" + theirs +
                        "', the host's is '" + ours +
                        "'; both must come from one build: install them together, or name the "
                        "worker of this one (" +
                        crew_.options.command[0] + ")");
  };
  same("protocol", std::to_string(hello.value("protocol", 0)), std::to_string(kWorkerProtocol));
  same("build", hello.value("build", ""), build_id());
  same("arithmetic", hello.value("arithmetic", ""), arithmetic());
  if (--seat.greetings_due == 0 && seat.kept) seat.process->forget_words();
}

void WorkerRound::answer(WorkerSeat& seat, const Frame& frame) {
  const auto [document, bytes] = files_.answer(frame.json);
  seat.process->send(FrameType::kData, seat.request, document, bytes);
}

void WorkerRound::send_rows(WorkerSeat& seat, const json& request) {
  json document;
  Bytes rows;
  try {
    const auto* holder = source_.row_holder();
    if (!holder) throw WorkerError(seat.name() + " asks for rows that this host does not hold");
    const auto& numbers = request.at("split");
    const Split split{numbers.at(0), numbers.at(1), numbers.at(2), numbers.at(3)};
    document["split"] = split.index;
    if (request.value("first", false)) {
      ReadOptions options;
      if (request.contains("columns"))
        options.columns = request["columns"].get<std::vector<std::string>>();
      if (request.contains("conditions"))
        options.conditions = conditions_from_json(request["conditions"]);
      seat.reader = holder->open(split, options);
      seat.reader_split = split.index;
      seat.ahead = seat.reader->next();
    }
    if (!seat.reader || seat.reader_split != split.index)
      throw WorkerError("rows of a split were asked for out of turn");
    if (seat.ahead) {
      document["firstRow"] = seat.ahead->from.first_row;
      if (seat.ahead->rows == 0 && seat.ahead->from.source_rows > 0)
        document["sourceRows"] = seat.ahead->from.source_rows;
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

void WorkerRound::count(WorkerTask& task, std::int64_t rows) {
  task.rows = rows;
  if (rows <= task.counted) return;  // again, after a worker was lost
  meter_.add(rows - task.counted);
  task.counted = rows;
}

void WorkerRound::log(const json& message) {
  const auto text = message.value("text", "");
  if (message.value("level", "") == "output") {
    if (control_.callbacks.output) control_.callbacks.output(text);
  } else {
    control_.warn(text);
  }
}

void WorkerRound::failed(WorkerSeat& seat, const json& error) {
  if (error.value("retryable", false)) {
    again(seat, error.value("message", "") + " (it asks for another attempt)");
    return;
  }
  const auto split = error.value("split", seat.task->splits.front().index);
  if (!failure_ || split < failed_split_) {
    failed_split_ = split;
    try {
      throw_error(static_cast<ErrorCode>(error.value("code", static_cast<int>(ErrorCode::kWorker))),
                  error.value("message", "a worker failed without a message"));
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  seat.task->done = seat.task->failed = true;
  seat.task = nullptr;
  std::erase_if(waiting_,
                [&](const WorkerTask* task) { return task->splits.front().index > failed_split_; });
  for (auto& other : crew_.seats)
    if (other->task && other->task->splits.front().index > failed_split_) {
      other->process->send(FrameType::kCancel, other->request, "{}");
      other->task = nullptr;
    }
}

void WorkerRound::ended(WorkerSeat& seat, const json& end) {
  auto& task = *seat.task;
  if (end.value("splits", std::size_t{0}) != task.splits.size())
    throw WorkerError(seat.name() + " has computed " +
                      std::to_string(end.value("splits", std::size_t{0})) + " of " +
                      std::to_string(task.splits.size()) + " splits");
  count(task, end.value("rows", std::int64_t{0}));
  seat.task = nullptr;
  task.done = true;
  on_end(task, end);
}

void WorkerRound::lost(WorkerSeat& seat) {
  if (!seat.greeted() && seat.kept) return seat.vacate();  // a new one takes its place
  if (!seat.greeted() &&
      (!seat.process->was_killed() || ++killed_at_start_ >= crew_.options.attempts))
    throw WorkerError("the worker '" + crew_.options.command[0] +
                      "' ended before it said HELLO: " + seat.process->last_words());
  if (seat.task) again(seat, seat.process->last_words());
  seat.vacate();
}

void WorkerRound::again(WorkerSeat& seat, const std::string& reason) {
  auto& task = *seat.task;
  const auto who = seat.name();
  if (++task.lost >= crew_.options.attempts)
    throw WorkerError(who + " was lost while it computed " + task.describe() +
                      ", which has now failed " + std::to_string(task.lost) + " times: " + reason);
  control_.warn(who + " was lost while it computed " + task.describe() +
                "; another one computes them again: " + reason);
  task.forget_attempt();
  waiting_.push_front(&task);
  std::sort(waiting_.begin(), waiting_.end(),
            [](const WorkerTask* a, const WorkerTask* b) { return a->position < b->position; });
  seat.task = nullptr;
}

void WorkerRound::settle() noexcept {
  auto& seats = crew_.seats;
  try {
    std::vector<std::uint32_t> open(seats.size(), 0);
    for (std::size_t i = 0; i < seats.size(); ++i) {
      auto& seat = *seats[i];
      seat.reader.reset();
      seat.ahead.reset();
      if (seat.process && !seat.greeted()) seat.vacate();
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

}  // namespace insitu
