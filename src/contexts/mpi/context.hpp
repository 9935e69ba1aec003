#pragma once
// Ranks of MPI as workers: what each computes of its splits is merged beside rank 0, along the tree
// that every context uses, and one state comes back (docs/mpi.md). Everything else is as in the
// processes context, over one line to rank 0.
#include <cstdint>
#include <memory>
#include <string>

#include "analysis/compute_context.hpp"
#include "analysis/task_runner.hpp"
#include "analysis/workforce.hpp"
#include "contexts/mpi/options.hpp"

namespace insitu {

class Ranks;
struct WorkerCrew;

class MpiContext final : public ComputeContext,
                         public KeptBetweenCalls,
                         public OffersTasks,
                         public TaskRunner,
                         public TellsWorkforce {
 public:
  /// Starts nothing yet. Throws InvalidArgument for impossible options.
  explicit MpiContext(MpiOptions options);
  ~MpiContext() override;

  std::string name() const override { return "RxMpi"; }
  Capabilities capabilities() const override;

  /// Throws WorkerError when the ranks cannot be started, do not fit this build, or one of them
  /// ends; when workers beside them are lost too often.
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;

  TaskRunner* task_runner() override { return this; }
  void run_tasks(const TaskCall&, RunControl&) override;

  Workforce workforce() const override;

  KeptBetweenCalls* kept_between_calls() override { return this; }
  std::string start_conditions() const override;
  bool rest(double seconds) override;

  const MpiOptions& options() const { return options_; }
  /// Process number of mpirun while it runs, else -1; for tests.
  int mpirun_pid() const;

 private:
  /// The ranks run; starts them where they do not.
  void be_there(RunControl&);

  MpiOptions options_;
  std::shared_ptr<Ranks> ranks_;
  std::unique_ptr<WorkerCrew> crew_;  // its lines hold the ranks too
  std::uint64_t passes_ = 0;
};

}  // namespace insitu
