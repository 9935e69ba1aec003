#include "contexts/worker_seat.hpp"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

std::string WorkerTask::describe() const {
  const auto first = splits.front().index, last = splits.back().index;
  return first == last ? "split " + std::to_string(first)
                       : "splits " + std::to_string(first) + " to " + std::to_string(last);
}

void WorkerTask::forget_attempt() {
  rows = 0;
  nodes.clear();
  chunks.clear();
  received = 0;
  splits_finished = 0;
}

std::string WorkerSeat::name() const {
  return "worker " + std::to_string(number) + " (process " + std::to_string(process->pid()) + ")";
}

void WorkerSeat::vacate() {
  process.reset();
  greetings_due = 0;
  kept = false;
  task = nullptr;
  has_shared = false;
  source.clear();
  reader.reset();
  ahead.reset();
}

void WorkerCrew::claim() {
  if (owner != ::getpid()) seats.clear();
  owner = ::getpid();
}

bool WorkerCrew::reset(double seconds) {
  if (owner != ::getpid()) return false;
  const auto document = nlohmann::json{{"idle", static_cast<std::int64_t>(seconds * 1000)}}.dump();
  bool any = false;
  for (auto& seat : seats) {
    if (!seat->process) continue;
    bool sound = !seat->task;
    try {
      seat->process->read_some();
    } catch (const DataError&) {  // bytes that are no frame: it is not as it should be
      sound = false;
    }
    if (!sound || seat->process->gone()) {
      seat->vacate();
      continue;
    }
    seat->process->send(FrameType::kReset, 0, document);
    if (seat->process->wants_to_write()) {  // an idle worker reads: this one does not
      seat->vacate();
      continue;
    }
    ++seat->greetings_due;
    seat->kept = true;
    seat->source.clear();
    any = true;
  }
  return any;
}

void WorkerCrew::dismiss() {
  for (auto& seat : seats)
    if (seat->process) seat->process->hang_up();  // all, before any is waited for
  seats.clear();
}

}  // namespace insitu
