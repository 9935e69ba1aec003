#include "contexts/task_round.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// Long enough that what a batch costs is nothing beside it, short enough that workers end
/// together.
constexpr double kBatchSeconds = 0.1, kLeastSeconds = 0.005;
/// A host that is gone, or a task that takes too long, is met so soon.
constexpr std::chrono::milliseconds kHeartbeat(1000);

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TaskRound::TaskRound(WorkerCrew& crew, const TaskCall& call, RunControl& control)
    : CrewRound(crew, control), call_(call), ledger_(call) {
  show_errors_ = call.show_output;
}

void TaskRound::run() {
  run_all();
  ledger_.tell(true);
}

std::size_t TaskRound::batch_size() const {
  if (call_.chunk > 0) return call_.chunk;
  const auto workers = static_cast<std::size_t>(crew_.options.workers);
  // How long a task takes is not known yet: a small part of all, which leaves enough for the rest.
  if (task_seconds_ < 0) return std::max<std::size_t>(1, call_.count / (64 * workers));
  // Ever smaller batches, so that workers end together, but none that costs more to give than to
  // do.
  const auto tasks_in = [this](double seconds) {
    return static_cast<std::size_t>(seconds / std::max(task_seconds_, 1e-7));
  };
  const auto left = ledger_.fresh() / (2 * workers);
  return std::clamp<std::size_t>(left, std::max<std::size_t>(1, tasks_in(kLeastSeconds)),
                                 std::max<std::size_t>(1, tasks_in(kBatchSeconds)));
}

void TaskRound::hand_out() {
  make_seats(ledger_.limit());
  for (auto& seat : crew_.seats) {
    if (!waiting()) return;
    if (!seat->task && ready(*seat)) give(*seat, ledger_.take(batch_size()));
  }
}

void TaskRound::give(WorkerSeat& seat, const TaskLedger::Range& range) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  json document = {{"mode", "exec"},
                   {"first", range.first},
                   {"count", range.count},
                   {"worker", seat.number},
                   {"threads", std::max(1U, cores / static_cast<unsigned>(crew_.options.workers))}};
  if (range.each) document["each"] = true;
  Bytes payload;
  if (!seat.has_shared) {
    document["shared"] = call_.shared.size();
    payload = call_.shared;
  }
  payload += call_.arguments(range.first, range.count);
  auto& batch = open_.emplace_back();
  static_cast<TaskLedger::Batch&>(batch) = ledger_.begin(range);
  batch.position = range.first;
  batch.given = batch.since = Clock::now();
  send_task(seat, batch, std::move(document), payload, std::min(kHeartbeat, usual_heartbeat()));
  ledger_.tell();
}

void TaskRound::handle(WorkerSeat& seat, Frame& frame) {
  switch (frame.type) {
    case FrameType::kResult:
      batch_of(seat).since = Clock::now();
      return ledger_.values(batch_of(seat), json::parse(frame.json), std::move(frame.payload),
                            seat.name());
    case FrameType::kProgress:
      if (json::parse(frame.json).value("loaded", false)) {
        seat.has_shared = true;
        batch_of(seat).given = batch_of(seat).since = Clock::now();
      }
      return;
    case FrameType::kError:
      return again_or_throw(seat, json::parse(frame.json));
    case FrameType::kEnd:
      return ended(seat, json::parse(frame.json));
    default:
      refuse(seat, frame);
  }
}

void TaskRound::ended(WorkerSeat& seat, const json& document) {
  auto& batch = batch_of(seat);
  if (batch.next != batch.end || document.value("tasks", std::size_t{0}) != batch.count)
    throw WorkerError(seat.name() + " has ended its tasks without their values");
  // As the worker has measured: what it waited for its turn is not the tasks'.
  task_seconds_ = document.value("seconds", since(batch.given)) / static_cast<double>(batch.count);
  ledger_.close(release(seat));
}

TaskRound::Batch TaskRound::release(WorkerSeat& seat) {
  const auto batch = batch_of(seat);
  open_.remove_if([given = &batch_of(seat)](const Batch& each) { return &each == given; });
  seat.task = nullptr;
  return batch;
}

void TaskRound::again(WorkerSeat& seat, const std::string& reason) {
  const auto who = seat.name();
  ledger_.lost(release(seat), who, reason);
}

void TaskRound::watch(WorkerSeat& seat) {
  if (!seat.task) return;
  const auto& batch = batch_of(seat);
  if (batch.next == batch.end) return;
  if (batch.next >= ledger_.limit()) {  // what is left of it is not needed
    ledger_.close(release(seat));
    return end(seat);
  }
  if (call_.timeout <= 0 || since(batch.since) < call_.timeout) return;
  if (!seat.has_shared && since(batch.since) < call_.timeout + crew_.options.patience) return;
  const auto late = release(seat);
  end(seat);
  ledger_.late(late);
}

}  // namespace insitu
