#pragma once
// A compute context that keeps a record of what it does. It is the other context in everything
// else.
#include <functional>
#include <memory>
#include <string>

#include "analysis/compute_context.hpp"
#include "analysis/part_runner.hpp"
#include "analysis/task_runner.hpp"
#include "contexts/execution_record.hpp"

namespace insitu {

class MeasuredContext final : public ComputeContext, public OffersTasks, public OffersParts {
 public:
  /// `context` outlives this object. `meaning`: what a pass of that name does, in words.
  MeasuredContext(ComputeContext& context,
                  std::function<std::string(const std::string& pass)> meaning);

  std::string name() const override { return context_.name(); }
  Capabilities capabilities() const override { return context_.capabilities(); }
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;
  /// The reading of a survey (data/survey.hpp).
  void survey(const DataSource&, const ReadOptions&,
              const std::function<void(const Chunk&)>& consume, RunControl&);
  Tables* tables() override;
  std::shared_ptr<const FileSystem> file_system() override { return context_.file_system(); }
  TaskRunner* task_runner() override { return task_runner_of(context_); }
  RangeRunner* range_runner() override { return range_runner_of(context_); }

  PartRunner* part_runner() override;

  /// So far. Its sources are the caller's to add.
  ExecutionRecord record() const;

 private:
  class WatchedTables;
  class WatchedParts;

  /// Runs `work` and notes it as a pass.
  template <class Work>
  auto noted(PassRecord pass, const DataSource&, RunControl&, Work work);
  void note(PassRecord pass);

  ComputeContext& context_;
  std::function<std::string(const std::string&)> meaning_;
  std::vector<PassRecord> passes_;
  double noted_seconds_ = 0;  // of all passes until now
  std::unique_ptr<Tables> tables_;
  std::unique_ptr<PartRunner> parts_;
  std::string why_here_;  // the rows that come are written by this process and not by tasks
};

}  // namespace insitu
