#include "contexts/task_ledger.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds kTellEvery(100);

}  // namespace

TaskLedger::TaskLedger(const TaskCall& call) : call_(call), limit_(call.count) {
  progress_.total = call.count;
}

TaskLedger::Range TaskLedger::take(std::size_t most) {
  if (!again_.empty()) {
    const auto range = again_.front();
    again_.pop_front();
    return range;
  }
  const auto first = cursor_;
  cursor_ = std::min(limit_, first + most);
  return {first, cursor_ - first, call_.timeout > 0};
}

TaskLedger::Batch TaskLedger::begin(const Range& range) {
  progress_.running += range.count;
  return {range.first, range.first + range.count, range.each, range.count};
}

void TaskLedger::values(Batch& batch, const json& document, Bytes&& values,
                        const std::string& who) {
  const auto first = document.at("first").get<std::uint64_t>(),
             count = document.at("count").get<std::uint64_t>();
  if (first != batch.next || count < 1 || count > batch.end - batch.next)
    throw WorkerError(who + " sent values of tasks that it was not given");
  const auto failed = document.value("failed", std::vector<std::uint64_t>());
  for (const auto index : failed)
    if (index < first || index - first >= count)
      throw WorkerError(who + " says of a task that it failed, which it did not run");
  batch.next += count;
  progress_.done += count;
  progress_.running -= std::min<std::size_t>(progress_.running, count);
  progress_.failed += failed.size();
  call_.done(first, count, std::move(values));
  if (call_.stop_at_failure && !failed.empty())
    stop_behind(*std::min_element(failed.begin(), failed.end()));
  tell();
}

void TaskLedger::close(const Batch& batch) {
  progress_.running -= std::min(progress_.running, batch.end - batch.next);
}

void TaskLedger::not_run(const Batch& batch) {
  close(batch);
  put_back(batch.next, batch.end, batch.each);
}

void TaskLedger::lost(const Batch& batch, const std::string& who, const std::string& reason) {
  close(batch);
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

void TaskLedger::refused(const Batch& batch, const std::string& why) {
  close(batch);
  if (batch.end - batch.next == 1) return give_up(batch.next, why);
  for (auto index = batch.next; index < batch.end; ++index) put_back(index, index + 1, true);
}

void TaskLedger::late(const Batch& batch) {
  close(batch);
  give_up(batch.next, "the task took longer than its limit, " + general_text(call_.timeout, 6) +
                          " seconds, and was ended");
  put_back(batch.next + 1, batch.end, true);
}

void TaskLedger::put_back(std::size_t first, std::size_t end, bool each) {
  end = std::min(end, limit_);
  if (first >= end) return;
  const auto at = std::find_if(again_.begin(), again_.end(),
                               [&](const Range& range) { return range.first > first; });
  again_.insert(at, {first, end - first, each});
}

void TaskLedger::give_up(std::size_t index, const std::string& why) {
  ++progress_.done;
  ++progress_.failed;
  call_.lost(index, why);
  if (call_.stop_at_failure) stop_behind(index);
  tell();
}

void TaskLedger::stop_behind(std::size_t index) {
  if (index + 1 >= limit_) return;
  limit_ = index + 1;
  cursor_ = std::min(cursor_, limit_);
  for (auto& range : again_)
    range.count = std::min(range.count, limit_ - std::min(limit_, range.first));
  std::erase_if(again_, [](const Range& range) { return range.count == 0; });
}

void TaskLedger::tell(bool now) {
  if (!call_.progress || (!now && Clock::now() - told_ < kTellEvery)) return;
  told_ = Clock::now();
  progress_.seconds = std::chrono::duration<double>(told_ - begin_).count();
  call_.progress(progress_);
}

}  // namespace insitu
