#include "contexts/processes.hpp"

#include <nlohmann/json.hpp>

#include "analysis/merge_tree.hpp"
#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"
#include "contexts/capability.hpp"
#include "contexts/crew_read.hpp"
#include "contexts/progress.hpp"
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
  return of_languages(crew_->options.languages);
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

  auto tasks = map_tasks(splits, static_cast<std::size_t>(crew_->options.workers));
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
  read_by_crew(*crew_, source, options, consume, control);
}

}  // namespace insitu
