#include "contexts/processes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/merge_tree.hpp"
#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"
#include "contexts/block.hpp"
#include "contexts/progress.hpp"
#include "contexts/provenance_json.hpp"
#include "contexts/split_runs.hpp"
#include "contexts/start_conditions.hpp"
#include "contexts/task_round.hpp"
#include "contexts/worker_round.hpp"

namespace insitu {

using nlohmann::json;

ProcessesContext::ProcessesContext(ProcessesOptions options, std::string name)
    : crew_(std::make_unique<WorkerCrew>()), name_(std::move(name)) {
  crew_->options = std::move(options);
  if (crew_->options.workers < 1)
    throw InvalidArgument("`numWorkers` must be at least 1, is "_named +
                          std::to_string(crew_->options.workers));
  if (crew_->options.attempts < 1)
    throw InvalidArgument("attempts must be at least 1, is " +
                          std::to_string(crew_->options.attempts));
}

ProcessesContext::~ProcessesContext() = default;

Capabilities ProcessesContext::capabilities() const {
  const auto hosts = [&](const char* language) {
    return std::find(crew_->options.languages.begin(), crew_->options.languages.end(), language) !=
           crew_->options.languages.end();
  };
  return {.runs_r_functions = hosts("R"), .runs_python_functions = hosts("python")};
}

std::string ProcessesContext::start_conditions() const {
  const auto& command = crew_->options.command;
  return start_conditions_of(command.empty() ? find_worker() : command[0]);
}

bool ProcessesContext::rest(double seconds) {
  crew_->lost = 0;
  return crew_->reset(seconds);
}

Workforce ProcessesContext::workforce() const {
  return {"worker processes of this machine", crew_->options.workers, crew_->lost};
}

std::vector<int> ProcessesContext::worker_pids() const {
  std::vector<int> pids;
  for (const auto& seat : crew_->seats)
    if (seat->process) pids.push_back(seat->process->pid());
  return pids;
}

std::unique_ptr<Accumulator> ProcessesContext::run(const Pass& pass, const DataSource& source,
                                                   RunControl& control) {
  crew_->claim();
  const auto splits = source.splits();
  ProgressMeter meter(source, control);

  std::vector<WorkerTask> tasks;
  for (auto& run : split_runs(splits, static_cast<std::size_t>(crew_->options.workers))) {
    tasks.emplace_back();
    tasks.back().position = tasks.size() - 1;
    tasks.back().splits = std::move(run);
  }

  MergeTree tree;
  WorkerRound round(*crew_, source, control, meter);
  const auto recipe = pass.recipe();
  round.mode = {{"mode", "map"}, {"pass", recipe.name}, {"fields", pass.fields()}};
  round.payload = seal(recipe.name, recipe.options);
  round.on_frame = [&](WorkerTask& task, Frame& frame) {
    if (frame.type != FrameType::kState)
      throw WorkerError("a worker sent rows where states were expected");
    const auto node = json::parse(frame.json);
    task.nodes.emplace_back(MergeTree::Key{node.at("index"), node.at("level")},
                            std::move(frame.payload));
  };
  round.on_end = [&](WorkerTask& task, const json& end) {
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

void ProcessesContext::run_tasks(const TaskCall& call, RunControl& control) {
  crew_->claim();
  TaskRound(*crew_, call, control).run();
}

void ProcessesContext::read(const DataSource& source, const ReadOptions& options,
                            const std::function<void(const Chunk&)>& consume, RunControl& control) {
  crew_->claim();
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
  WorkerRound round(*crew_, source, control, meter);
  round.mode = {{"mode", "transform"}};
  if (options.columns) round.mode["columns"] = *options.columns;
  round.window = 2 * static_cast<std::size_t>(crew_->options.workers);
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
