#include "contexts/crew_round.hpp"

#include <poll.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/memory_limit.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/transport.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A worker loads its language before it greets, so it may take longer than one that works.
constexpr double kStartingSlower = 5, kLongestStart = 60;
/// One that is kept has only to fork; another can be started in its place.
constexpr double kLongestReset = 10;
constexpr auto kCancelPatience = std::chrono::milliseconds(400);

}  // namespace

std::string frame_text(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

CrewRound::CrewRound(WorkerCrew& crew, RunControl& control) : crew_(crew), control_(control) {
  for (auto& seat : crew.seats) {
    seat->source.clear();  // files may have changed since the last call
    seat->has_shared = false;
    if (seat->process) seat->process->read_some();
    if (seat->process && seat->process->gone()) seat->vacate();  // died between two calls
    if (!seat->greeted()) seat->started = Clock::now();
  }
}

void CrewRound::run_all() {
  try {
    for (;;) {
      for (auto& seat : crew_.seats) hear(*seat);  // first: what has come is not waited for
      hand_out();
      if (!waiting() && std::none_of(crew_.seats.begin(), crew_.seats.end(),
                                     [](const auto& seat) { return seat->task != nullptr; }))
        return;
      wait(std::chrono::milliseconds(50));
      control_.poll();
      control_.cancel.throw_if_raised();
    }
  } catch (...) {
    settle();
    throw;
  }
}

void CrewRound::make_seats(std::size_t wanted) {
  auto& seats = crew_.seats;
  wanted = std::min(static_cast<std::size_t>(crew_.options.workers), wanted);
  while (seats.size() < wanted) {
    seats.push_back(std::make_unique<WorkerSeat>());
    seats.back()->number = seats.size();
  }
}

bool CrewRound::ready(WorkerSeat& seat) {
  if (!seat.process) start(seat);
  return seat.greeted();
}

std::chrono::milliseconds CrewRound::usual_heartbeat() const {
  return std::chrono::milliseconds(static_cast<std::int64_t>(crew_.options.patience * 1000 / 6));
}

void CrewRound::send_task(WorkerSeat& seat, SeatTask& task, json document, std::string_view payload,
                          std::chrono::milliseconds heartbeat) {
  document["protocol"] = kWorkerProtocol;
  document["arithmetic"] = arithmetic();
  document["heartbeat"] = heartbeat.count();
  document["memoryLimit"] = memory_limit();
  seat.task = &task;
  seat.request = crew_.next_request++;
  seat.heard = Clock::now();
  seat.process->send(FrameType::kTask, seat.request, frame_text(document), payload);
  seat.process->send(FrameType::kEnd, seat.request, "{}");
}

void CrewRound::end(WorkerSeat& seat) {
  if (seat.process) seat.process->kill();
  seat.vacate();
}

void CrewRound::start(WorkerSeat& seat) {
  if (crew_.options.command.empty()) crew_.options.command = {find_worker()};
  if (crew_.start) {
    seat.process = crew_.start(seat.number);
  } else {
    seat.process = std::make_unique<WorkerProcess>(crew_.options.command);
  }
  seat.greetings_due = 1;
  seat.kept = false;
  seat.started = Clock::now();
}

void CrewRound::wait(std::chrono::milliseconds patience) {
  std::vector<pollfd> lines;
  for (const auto& seat : crew_.seats) {
    if (!seat->process) continue;
    const short events = seat->process->wants_to_write() ? POLLIN | POLLOUT : POLLIN;
    if (!seat->process->gone()) lines.push_back({seat->process->line(), events, 0});
    if (seat->process->errors() >= 0) lines.push_back({seat->process->errors(), POLLIN, 0});
  }
  ::poll(lines.data(), lines.size(), static_cast<int>(patience.count()));
}

void CrewRound::hear(WorkerSeat& seat) {
  if (!seat.process) return;
  seat.process->write_some();
  const bool as_new = seat.greeted() || !seat.kept;  // else it still speaks of an earlier call
  for (const auto& line : seat.process->read_errors())
    if (as_new && show_errors_ && control_.callbacks.output)
      control_.callbacks.output("[worker " + std::to_string(seat.number) + "] " + line + "\n");
  try {
    seat.process->read_some();
    while (auto frame = seat.process->take()) take(seat, *frame);
  } catch (const json::exception& failure) {
    throw WorkerError(seat.name() + " sent a frame that cannot be read: " + failure.what());
  }
  if (seat.process->gone()) return lost(seat);
  listen(seat);
  watch(seat);
  await_greeting(seat);
}

void CrewRound::await_greeting(WorkerSeat& seat) {
  if (!seat.process || seat.greeted()) return;
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

void CrewRound::listen(WorkerSeat& seat) {
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

void CrewRound::take(WorkerSeat& seat, Frame& frame) {
  if (!seat.greeted()) return greet(seat, frame);
  if (frame.type == FrameType::kError && frame.request == 0)
    throw WorkerError(seat.name() + ": " + json::parse(frame.json).value("message", ""));
  if (!seat.task || frame.request != seat.request) return;  // of a task that was cancelled
  if (frame.type == FrameType::kLog) return log(json::parse(frame.json));
  handle(seat, frame);
}

void CrewRound::greet(WorkerSeat& seat, const Frame& frame) {
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

void CrewRound::throw_failure(const json& error) {
  throw_error(static_cast<ErrorCode>(error.value("code", static_cast<int>(ErrorCode::kWorker))),
              error.value("message", "a worker failed without a message"));
}

void CrewRound::again_or_throw(WorkerSeat& seat, const json& error) {
  if (!error.value("retryable", false)) throw_failure(error);
  again(seat, error.value("message", "a worker failed without a message"));
}

void CrewRound::refuse(const WorkerSeat& seat, const Frame& frame) {
  throw WorkerError(seat.name() + " sent a " + std::string(frame_name(frame.type)) +
                    " frame, which is not its part");
}

void CrewRound::log(const json& message) {
  const auto text = message.value("text", "");
  if (message.value("level", "") == "output") {
    if (control_.callbacks.output) control_.callbacks.output(text);
  } else {
    control_.warn(text);
  }
}

void CrewRound::lost(WorkerSeat& seat) {
  if (!seat.greeted() && seat.kept) return seat.vacate();  // a new one takes its place
  if (!seat.greeted() &&
      (!seat.process->was_killed() || ++killed_at_start_ >= crew_.options.attempts))
    throw WorkerError("the worker '" + crew_.options.command[0] +
                      "' ended before it said HELLO: " + seat.process->last_words());
  if (seat.task) {
    ++crew_.lost;
    again(seat, seat.process->last_words());
  }
  seat.vacate();
}

void CrewRound::settle() noexcept {
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
