#include "contexts/mpi/context.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/merge_tree.hpp"
#include "base/error.hpp"
#include "base/file_identity.hpp"
#include "base/find_worker.hpp"
#include "contexts/capability.hpp"
#include "contexts/crew_read.hpp"
#include "contexts/mpi/merge_round.hpp"
#include "contexts/mpi/ranks.hpp"
#include "contexts/progress.hpp"
#include "contexts/start_conditions.hpp"
#include "contexts/task_round.hpp"
#include "contexts/worker_round.hpp"

namespace insitu {

using nlohmann::json;

MpiContext::MpiContext(MpiOptions options)
    : options_(std::move(options)), crew_(std::make_unique<WorkerCrew>()) {
  check_mpi_options(options_);
  crew_->options.command = options_.worker;
  crew_->options.patience = options_.patience;
  crew_->options.attempts = options_.attempts;
  crew_->options.workers = std::max(1, options_.ranks);  // until it is known
}

MpiContext::~MpiContext() = default;

Capabilities MpiContext::capabilities() const { return of_languages(options_.languages); }

void MpiContext::be_there(RunControl& control) {
  if (ranks_ && ranks_->ours() && ranks_->alive()) return crew_->claim();
  crew_->dismiss();
  ranks_.reset();
  ranks_ = std::make_shared<Ranks>(options_, control);
  crew_->claim();
  crew_->options.workers = ranks_->count();
  crew_->start = [ranks = ranks_.get()](std::size_t number) {
    return ranks->start_worker(number - 1);
  };
}

std::unique_ptr<Accumulator> MpiContext::run(const Pass& pass, const DataSource& source,
                                             RunControl& control) {
  be_there(control);
  const auto splits = source.splits();
  ProgressMeter meter(source, control);
  auto tasks = map_tasks(splits, static_cast<std::size_t>(ranks_->count()));
  const auto recipe = pass.recipe();
  json task = {{"mode", "map"},
               {"pass", recipe.name},
               {"fields", pass.fields()},
               {"kept", ++passes_}};  // by rank 0
  const auto payload = seal(recipe.name, recipe.options);
  WorkerRound round(*crew_, source, control, meter);
  round.mode = task;
  round.payload = payload;
  round.on_frame = [](WorkerTask&, Frame& frame) {
    throw WorkerError("a rank sent a " + std::string(frame_name(frame.type)) +
                      " frame where rank 0 keeps the states");
  };
  round.on_end = [](WorkerTask&, const json&) {};
  round.run(tasks);
  meter.finish();

  MergeTree tree;
  if (!splits.empty()) {
    task["mode"] = "merge";
    for (auto& [key, bytes] : MergeRound(*crew_, control, task, payload, splits.size()).run()) {
      auto state = pass.start();
      state->load(bytes);
      tree.add(key, std::move(state));
    }
  }
  return std::move(tree).finish(pass, splits.size());
}

void MpiContext::read(const DataSource& source, const ReadOptions& options,
                      const std::function<void(const Chunk&)>& consume, RunControl& control) {
  be_there(control);
  read_by_crew(*crew_, source, options, consume, control);
}

void MpiContext::run_tasks(const TaskCall& call, RunControl& control) {
  be_there(control);
  TaskRound(*crew_, call, control).run();
}

Workforce MpiContext::workforce() const {
  return {"worker processes beside ranks of MPI", ranks_ ? ranks_->count() : options_.ranks,
          crew_->lost};
}

std::string MpiContext::start_conditions() const {
  auto all = start_conditions_of(options_.worker.empty() ? find_worker() : options_.worker[0]);
  for (const auto& program : {options_.mpirun, find_mpi_program()})
    all += '\0' + version_of_program(program);
  if (!options_.hostfile.empty())
    if (const auto found = file_identity(options_.hostfile)) all += '\0' + found->text();
  return all;
}

bool MpiContext::rest(double seconds) {
  return ranks_ && ranks_->ours() && ranks_->alive() && crew_->reset(seconds);
}

int MpiContext::mpirun_pid() const { return ranks_ && ranks_->ours() ? ranks_->pid() : -1; }

}  // namespace insitu
