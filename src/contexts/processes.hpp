#pragma once
// Worker processes of this machine: the reference host of the worker protocol (docs/worker.md).
// They are started with the first pass, stay for the next ones and, as new, for the next calls, and
// end with the context (or with this process, however it ends). A context is used by one thread at
// a time; it starts no threads.
#include <memory>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "analysis/task_runner.hpp"
#include "analysis/workforce.hpp"
#include "data/file_system.hpp"

namespace insitu {

struct ProcessesOptions {
  int workers = 2;                     ///< at least 1
  std::vector<std::string> command;    ///< program and arguments; empty: find_worker()
  std::vector<std::string> languages;  ///< whose functions this command runs: "R", "python"
  std::shared_ptr<const FileSystem>
      files;  ///< set: workers read through this process; null: by themselves
  /// A worker that says nothing for so many seconds while it has a task counts as lost.
  double patience = 60;
  int attempts = 3;  ///< how often a run of splits may be lost with its worker
};

struct WorkerCrew;

class ProcessesContext final : public ComputeContext,
                               public KeptBetweenCalls,
                               public OffersTasks,
                               public TaskRunner,
                               public TellsWorkforce {
 public:
  /// Starts nothing yet. Throws InvalidArgument for impossible options.
  explicit ProcessesContext(ProcessesOptions options, std::string name = "RxProcesses");
  ~ProcessesContext() override;

  std::string name() const override { return name_; }
  Capabilities capabilities() const override;

  /// Throws WorkerError when workers cannot be started, do not fit this build, or are lost too
  /// often.
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;

  TaskRunner* task_runner() override { return this; }
  void run_tasks(const TaskCall&, RunControl&) override;

  KeptBetweenCalls* kept_between_calls() override { return this; }
  std::string start_conditions() const override;
  bool rest(double seconds) override;

  Workforce workforce() const override;

  /// Process numbers of the workers that live now; for tests and reports.
  std::vector<int> worker_pids() const;

 private:
  std::unique_ptr<WorkerCrew> crew_;
  std::string name_;
};

}  // namespace insitu
