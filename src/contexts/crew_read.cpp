#include "contexts/crew_read.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/progress.hpp"
#include "contexts/provenance_json.hpp"
#include "contexts/worker_round.hpp"

namespace insitu {

using nlohmann::json;

void read_by_crew(WorkerCrew& crew, const DataSource& source, const ReadOptions& options,
                  const std::function<void(const Chunk&)>& consume, RunControl& control) {
  const auto splits = source.splits();
  const auto schema =
      options.columns ? select_columns(*source.schema(), *options.columns) : source.schema();
  ProgressMeter meter(source, control);
  std::vector<WorkerTask> tasks(splits.size());
  for (std::size_t i = 0; i < splits.size(); ++i) {
    tasks[i].position = i;
    tasks[i].splits = {splits[i]};
  }
  std::size_t front = 0;  // the task whose rows are being consumed
  WorkerRound round(crew, source, control, meter);
  round.mode = {{"mode", "transform"}};
  if (options.columns) round.mode["columns"] = *options.columns;
  round.window = 2 * static_cast<std::size_t>(crew.options.workers);
  const auto deliver = [&](WorkerTask& task, const Chunk& chunk) {
    ++task.consumed;
    consume(chunk);
  };
  round.on_frame = [&](WorkerTask& task, Frame& frame) {
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
  round.on_end = [&](WorkerTask& task, const json&) {
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
