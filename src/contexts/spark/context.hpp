#pragma once
// RxSpark: passes and readings as jobs of a Spark application. Executors lease workers
// (docs/worker.md) and send them rows that Spark decodes, or the bytes of files that the worker
// decodes; states come back here and are merged along the one tree, so the bits are those of every
// other context.
#include <memory>
#include <string>

#include "analysis/compute_context.hpp"
#include "analysis/workforce.hpp"
#include "base/file_versions.hpp"
#include "contexts/gateway/job.hpp"
#include "contexts/spark/session.hpp"

namespace insitu {

class SparkContext final : public ComputeContext, public Tables, public TellsWorkforce {
 public:
  /// Starts nothing yet: the application is found or started with the first use.
  explicit SparkContext(SparkOptions options, std::string name = "RxSpark");

  std::string name() const override { return name_; }
  Capabilities capabilities() const override;

  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;
  Tables* tables() override { return this; }
  Workforce workforce() const override;
  std::shared_ptr<const DataSource> open_table(const Recipe& descriptor, RunControl&) override;
  std::shared_ptr<const DataSource> cached(std::shared_ptr<const DataSource>,
                                           const std::string& key, RunControl&) override;
  std::optional<std::int64_t> write_table(const DataSource&, const ReadOptions&,
                                          const Recipe& target, const SinkOptions&,
                                          RunControl&) override;
  std::shared_ptr<const FileSystem> file_system() override;

  const SparkOptions& options() const { return options_; }
  /// The application, started if need be.
  SparkSession& session(RunControl&);

 private:
  GatewayJob job_for(const DataSource&, const ReadOptions&, const char* mode, RunControl&);

  SparkOptions options_;
  std::string name_;
  /// Shared with the file systems and tables that outlive this object.
  struct Application {
    std::shared_ptr<SparkSession> session;
    FileVersions served;  // of files that the gateway reads for this process
  };
  std::shared_ptr<Application> application_ = std::make_shared<Application>();
};

}  // namespace insitu
