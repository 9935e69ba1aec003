#pragma once
// This machine: passes run on the threads of this process, tasks of rxExec in workers of their
// language.
#include "analysis/task_runner.hpp"
#include "contexts/local.hpp"
#include "contexts/processes.hpp"

namespace insitu {

class LocalParallelContext final : public ComputeContext,
                                   public KeptBetweenCalls,
                                   public OffersTasks,
                                   public TellsWorkforce {
 public:
  /// `workers`: how workers of the language of the tasks are started; no command: the context runs
  /// no tasks.
  LocalParallelContext(int threads, ProcessesOptions workers, const std::string& name);

  std::string name() const override { return local_.name(); }
  Capabilities capabilities() const override { return local_.capabilities(); }
  Workforce workforce() const override { return local_.workforce(); }
  std::unique_ptr<Accumulator> run(const Pass& pass, const DataSource& source,
                                   RunControl& control) override {
    return local_.run(pass, source, control);
  }
  void read(const DataSource& source, const ReadOptions& options,
            const std::function<void(const Chunk&)>& consume, RunControl& control) override {
    local_.read(source, options, consume, control);
  }
  TaskRunner* task_runner() override { return runs_tasks_ ? &workers_ : nullptr; }

  KeptBetweenCalls* kept_between_calls() override { return runs_tasks_ ? this : nullptr; }
  std::string start_conditions() const override { return workers_.start_conditions(); }
  bool rest(double seconds) override { return workers_.rest(seconds); }

 private:
  LocalContext local_;
  bool runs_tasks_;
  ProcessesContext workers_;
};

}  // namespace insitu
