#include "contexts/worker_round.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/condition_json.hpp"
#include "contexts/split_json.hpp"
#include "contexts/split_runs.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

std::vector<WorkerTask> map_tasks(const std::vector<Split>& splits, std::size_t workers) {
  std::vector<WorkerTask> tasks;
  for (auto& run : split_runs(splits, workers)) {
    tasks.emplace_back();
    tasks.back().position = tasks.size() - 1;
    tasks.back().splits = std::move(run);
  }
  return tasks;
}

WorkerRound::WorkerRound(WorkerCrew& crew, const DataSource& source, RunControl& control,
                         ProgressMeter& meter)
    : CrewRound(crew, control), source_(source), meter_(meter), files_(crew.options.files) {
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
  source_head_ = frame_text(head);
}

void WorkerRound::run(std::vector<WorkerTask>& tasks) {
  for (auto& task : tasks) waiting_.push_back(&task);
  unfinished_ = &tasks;
  run_all();
  if (failure_) std::rethrow_exception(failure_);
}

void WorkerRound::hand_out() {
  while (first_unfinished_ < unfinished_->size() && (*unfinished_)[first_unfinished_].done)
    ++first_unfinished_;
  make_seats(unfinished_->size());
  for (auto& seat : crew_.seats) {
    if (waiting_.empty()) return;
    if (seat->task) continue;
    if (waiting_.front()->position - first_unfinished_ >= window) return;
    if (!ready(*seat)) continue;
    auto* task = waiting_.front();
    waiting_.pop_front();
    give(*seat, *task);
  }
}

void WorkerRound::give(WorkerSeat& seat, WorkerTask& task) {
  auto document = mode;
  document["splits"] = splits_to_json(task.splits);
  if (seat.source == source_head_) {
    document["sameSource"] = true;
  } else {
    document.update(json::parse(source_head_));
  }
  seat.source = source_head_;
  task.forget_attempt();
  send_task(seat, task, std::move(document), payload, usual_heartbeat());
}

WorkerTask& WorkerRound::task_of(WorkerSeat& seat) { return static_cast<WorkerTask&>(*seat.task); }

void WorkerRound::handle(WorkerSeat& seat, Frame& frame) {
  switch (frame.type) {
    case FrameType::kRead:
      return answer(seat, frame);
    case FrameType::kNext:
      return send_rows(seat, json::parse(frame.json));
    case FrameType::kState:
    case FrameType::kOut:
      return on_frame(task_of(seat), frame);
    case FrameType::kProgress:
      if (const auto progress = json::parse(frame.json); progress.contains("rows"))
        count(task_of(seat), progress["rows"].get<std::int64_t>());
      return;
    case FrameType::kError:
      return failed(seat, json::parse(frame.json));
    case FrameType::kEnd:
      return ended(seat, json::parse(frame.json));
    default:
      refuse(seat, frame);
  }
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
  seat.process->send(FrameType::kBlock, seat.request, frame_text(document), rows);
}

void WorkerRound::count(WorkerTask& task, std::int64_t rows) {
  task.rows = rows;
  if (rows <= task.counted) return;  // again, after a worker was lost
  meter_.add(rows - task.counted);
  task.counted = rows;
}

void WorkerRound::failed(WorkerSeat& seat, const json& error) {
  if (error.value("retryable", false)) {
    again(seat, error.value("message", "") + " (it asks for another attempt)");
    return;
  }
  const auto split = error.value("split", task_of(seat).splits.front().index);
  if (!failure_ || split < failed_split_) {
    failed_split_ = split;
    try {
      throw_failure(error);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  task_of(seat).done = task_of(seat).failed = true;
  seat.task = nullptr;
  std::erase_if(waiting_,
                [&](const WorkerTask* task) { return task->splits.front().index > failed_split_; });
  for (auto& other : crew_.seats)
    if (other->task && task_of(*other).splits.front().index > failed_split_) {
      other->process->send(FrameType::kCancel, other->request, "{}");
      other->task = nullptr;
    }
}

void WorkerRound::ended(WorkerSeat& seat, const json& end) {
  auto& task = task_of(seat);
  if (end.value("splits", std::size_t{0}) != task.splits.size())
    throw WorkerError(seat.name() + " has computed " +
                      std::to_string(end.value("splits", std::size_t{0})) + " of " +
                      std::to_string(task.splits.size()) + " splits");
  count(task, end.value("rows", std::int64_t{0}));
  seat.task = nullptr;
  task.done = true;
  on_end(task, end);
}

void WorkerRound::again(WorkerSeat& seat, const std::string& reason) {
  auto& task = task_of(seat);
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

}  // namespace insitu
