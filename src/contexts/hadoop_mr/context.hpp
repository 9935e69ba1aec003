#pragma once
// RxHadoopMR: passes and readings as jobs of MapReduce. Map tasks lease workers (docs/worker.md)
// and send them the bytes of files; states come back here and are merged along the one tree, so the
// bits are those of every other context.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "analysis/compute_context.hpp"
#include "analysis/part_runner.hpp"
#include "analysis/task_runner.hpp"
#include "analysis/workforce.hpp"
#include "base/file_versions.hpp"
#include "contexts/gateway/job.hpp"
#include "contexts/hadoop_mr/session.hpp"
#include "contexts/kept_contexts.hpp"

namespace insitu {

class HadoopContext final : public ComputeContext,
                            public KeptBetweenCalls,
                            public OutlivesFailures,
                            public OffersTasks,
                            public OffersParts,
                            public TellsWorkforce,
                            private TaskRunner,
                            private PartRunner,
                            private RangeRunner {
 public:
  /// Starts nothing yet: the gateway is started with the first use.
  explicit HadoopContext(HadoopOptions options);

  std::string name() const override { return "RxHadoopMR"; }
  Capabilities capabilities() const override;

  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;
  Workforce workforce() const override;
  std::shared_ptr<const FileSystem> file_system() override;
  /// Null without a command of workers of the tasks' language.
  TaskRunner* task_runner() override { return options_.worker.empty() ? nullptr : this; }

  RangeRunner* range_runner() override { return this; }

  /// Null where tasks run as another user, whose files would not be the caller's.
  PartRunner* part_runner() override { return options_.run_as_user_mode ? nullptr : this; }

  KeptBetweenCalls* kept_between_calls() override { return this; }
  std::string start_conditions() const override;
  bool rest(double seconds) override;

  const HadoopOptions& options() const { return options_; }
  /// The gateway, started if need be, also in place of one that has ended between two calls.
  HadoopSession& session(RunControl&);

 private:
  void run_tasks(const TaskCall&, RunControl&) override;
  std::size_t parallelism(RunControl& control) override {
    return static_cast<std::size_t>(session(control).parallelism());
  }
  void run_over_ranges(const DataSource& pieces, std::uint32_t ranges,
                       const std::vector<std::uint32_t>& range_of_task, const TaskCall&,
                       RunControl&) override;
  bool writes_at(const std::string& path, RunControl&) override;
  bool may_write_at(const std::string& path) const override;
  void write_parts(
      const DataSource&, const PartJob&,
      const std::function<void(const std::string& name, std::uint64_t bytes, Bytes&& report)>& done,
      RunControl&) override;
  GatewayJob job_for(const DataSource&, const ReadOptions&, const char* mode, RunControl&);
  /// Of the files that this call has opened so far.
  std::optional<std::uint64_t> bytes_seen(const RunControl&) const;
  /// Whether a job over the files that were opened so far runs in the gateway on its own account.
  bool is_small(RunControl&);
  /// The splits of each task.
  std::vector<std::vector<Split>> runs_of(const std::vector<Split>&, const DataSource&,
                                          RunControl&);

  HadoopOptions options_;
  /// Shared with the file systems that outlive this object.
  struct Application {
    std::shared_ptr<HadoopSession> session;
    FileVersions served;  // of files that the gateway reads for this process
    bool ran_here = false, ran_there = false;
  };
  std::shared_ptr<Application> application_ = std::make_shared<Application>();
};

}  // namespace insitu
