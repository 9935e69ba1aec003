#include "contexts/task_round.hpp"

#include <algorithm>
#include <cstdint>
#include <thread>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// Long enough that what a batch costs is nothing beside it, short enough that workers end
/// together.
constexpr double kBatchSeconds = 0.1, kLeastSeconds = 0.02;
/// A host that is gone, or a task that takes too long, is met so soon.
constexpr std::chrono::milliseconds kHeartbeat(1000);
constexpr std::chrono::milliseconds kTellEvery(100);

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TaskRound::TaskRound(WorkerCrew& crew, const TaskCall& call, RunControl& control)
    : CrewRound(crew, control), call_(call), limit_(call.count) {
  show_errors_ = call.show_output;
  progress_.total = call.count;
}

void TaskRound::run() {
  run_all();
  told_ = {};
  tell();
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
  const auto left = (limit_ - cursor_) / (2 * workers);
  return std::clamp<std::size_t>(left, std::max<std::size_t>(1, tasks_in(kLeastSeconds)),
                                 std::max<std::size_t>(1, tasks_in(kBatchSeconds)));
}

TaskRound::Range TaskRound::next_range() {
  if (!again_.empty()) {
    const auto range = again_.front();
    again_.pop_front();
    return range;
  }
  const auto first = cursor_;
  cursor_ = std::min(limit_, first + batch_size());
  return {first, cursor_ - first, call_.timeout > 0};
}

void TaskRound::hand_out() {
  make_seats(limit_);
  for (auto& seat : crew_.seats) {
    if (!waiting()) return;
    if (!seat->task && ready(*seat)) give(*seat, next_range());
  }
}

void TaskRound::give(WorkerSeat& seat, const Range& range) {
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
  batch.position = range.first;
  batch.next = range.first;
  batch.end = range.first + range.count;
  batch.count = range.count;
  batch.each = range.each;
  batch.given = batch.since = Clock::now();
  send_task(seat, batch, std::move(document), payload, std::min(kHeartbeat, usual_heartbeat()));
  progress_.running += range.count;
  tell();
}

void TaskRound::handle(WorkerSeat& seat, Frame& frame) {
  switch (frame.type) {
    case FrameType::kResult:
      return values(seat, frame);
    case FrameType::kProgress:
      if (json::parse(frame.json).value("loaded", false)) {
        seat.has_shared = true;
        batch_of(seat).given = batch_of(seat).since = Clock::now();
      }
      return;
    case FrameType::kError: {
      const auto error = json::parse(frame.json);
      const auto message = error.value("message", "a worker failed without a message");
      if (error.value("retryable", false)) return again(seat, message);
      throw_error(static_cast<ErrorCode>(error.value("code", static_cast<int>(ErrorCode::kWorker))),
                  message);
    }
    case FrameType::kEnd:
      return ended(seat, json::parse(frame.json));
    default:
      throw WorkerError(seat.name() + " sent a " + std::string(frame_name(frame.type)) +
                        " frame, which is not its part");
  }
}

void TaskRound::values(WorkerSeat& seat, Frame& frame) {
  auto& batch = batch_of(seat);
  const auto document = json::parse(frame.json);
  const auto first = document.at("first").get<std::uint64_t>(),
             count = document.at("count").get<std::uint64_t>();
  if (first != batch.next || count < 1 || count > batch.end - batch.next)
    throw WorkerError(seat.name() + " sent values of tasks that it was not given");
  const auto failed = document.value("failed", std::vector<std::uint64_t>());
  for (const auto index : failed)
    if (index < first || index - first >= count)
      throw WorkerError(seat.name() + " says of a task that it failed, which it did not run");
  batch.next += count;
  batch.since = Clock::now();
  progress_.done += count;
  progress_.running -= count;
  progress_.failed += failed.size();
  call_.done(first, count, std::move(frame.payload));
  if (call_.stop_at_failure && !failed.empty())
    stop_behind(*std::min_element(failed.begin(), failed.end()));
  tell();
}

void TaskRound::ended(WorkerSeat& seat, const json& document) {
  auto& batch = batch_of(seat);
  if (batch.next != batch.end || document.value("tasks", std::size_t{0}) != batch.count)
    throw WorkerError(seat.name() + " has ended its tasks without their values");
  // As the worker has measured: what it waited for its turn is not the tasks'.
  task_seconds_ = document.value("seconds", since(batch.given)) / static_cast<double>(batch.count);
  release(seat);
}

void TaskRound::release(WorkerSeat& seat) {
  auto& batch = batch_of(seat);
  progress_.running -= batch.end - batch.next;
  seat.task = nullptr;
  open_.remove_if([&](const Batch& each) { return &each == &batch; });
}

void TaskRound::put_back(std::size_t first, std::size_t end, bool each) {
  end = std::min(end, limit_);
  if (first >= end) return;
  const auto at = std::find_if(again_.begin(), again_.end(),
                               [&](const Range& range) { return range.first > first; });
  again_.insert(at, {first, end - first, each});
}

void TaskRound::again(WorkerSeat& seat, const std::string& reason) {
  const auto who = seat.name();
  const auto batch = batch_of(seat);
  release(seat);
  if (batch.next == batch.end) return;  // all values are here
  const bool known = batch.each || batch.end - batch.next == 1;
  if (!known) return put_back(batch.next, batch.end, true);
  if (++losses_[batch.next] >= call_.attempts) {
    give_up(batch.next, who + " ended while it ran this task, which has now happened " +
                            std::to_string(losses_[batch.next]) + " times: " + reason);
    return put_back(batch.next + 1, batch.end, batch.each);
  }
  // By itself: what it does to its worker concerns no other task.
  put_back(batch.next, batch.next + 1, true);
  put_back(batch.next + 1, batch.end, true);
}

void TaskRound::watch(WorkerSeat& seat) {
  if (!seat.task) return;
  const auto batch = batch_of(seat);
  if (batch.next == batch.end) return;
  if (batch.next >= limit_) {  // what is left of it is not needed
    release(seat);
    return end(seat);
  }
  if (call_.timeout <= 0 || since(batch.since) < call_.timeout) return;
  if (!seat.has_shared && since(batch.since) < call_.timeout + crew_.options.patience) return;
  release(seat);
  end(seat);
  give_up(batch.next, "the task took longer than its limit, " + general_text(call_.timeout, 6) +
                          " seconds, and was ended");
  put_back(batch.next + 1, batch.end, true);
}

void TaskRound::give_up(std::size_t index, const std::string& why) {
  ++progress_.done;
  ++progress_.failed;
  call_.lost(index, why);
  if (call_.stop_at_failure) stop_behind(index);
  tell();
}

void TaskRound::stop_behind(std::size_t index) {
  if (index + 1 >= limit_) return;
  limit_ = index + 1;
  cursor_ = std::min(cursor_, limit_);
  for (auto& range : again_)
    range.count = std::min(range.count, limit_ - std::min(limit_, range.first));
  std::erase_if(again_, [](const Range& range) { return range.count == 0; });
}

void TaskRound::tell() {
  if (!call_.progress || Clock::now() - told_ < kTellEvery) return;
  told_ = Clock::now();
  progress_.seconds = since(begin_);
  call_.progress(progress_);
}

}  // namespace insitu
