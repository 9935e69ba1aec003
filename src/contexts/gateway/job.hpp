#pragma once
// Jobs of a gateway: what RUN_PASS, READ_ROWS and WRITE are told (docs/worker.md), and what comes
// back on their way.
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/pass.hpp"
#include "base/file_versions.hpp"
#include "contexts/gateway/session.hpp"
#include "contexts/progress.hpp"
#include "data/source.hpp"

namespace insitu {

/// The document of a frame. Throws WorkerError.
nlohmann::json document_of(const Frame&, const GatewayWords&);

/// A text that no other job has, of this process or another.
std::string unique_key();

/// What the TASK frames of a job share, as a document without splits; files are read by the host.
nlohmann::json gateway_task(const char* mode, const Recipe& source);

/// For analyses of rows that only this process holds. Throws Unsupported with the way out.
[[noreturn]] void refuse_rows_of_caller(const std::string& context);

struct GatewayJob {
  nlohmann::json arguments;
  std::vector<Split> splits;
};

/// Runs of the splits of a source of files, each of them a task (split_runs.hpp). The files that
/// were planned with, here and through the gateway (`served`), are those that tasks have to find.
void run_over_files(GatewayJob&, nlohmann::json& task, const std::vector<std::vector<Split>>& runs,
                    const FileVersions& served, const RunControl&);

/// What comes on the way of every job: how far it is, and what workers say. `prints`: also what is
/// no warning.
class GatewayReports {
 public:
  GatewayReports(ProgressMeter& meter, bool prints, RunControl& control)
      : meter_(meter), prints_(prints), control_(control) {}
  void hear(const Frame&, const GatewayWords&);

 private:
  void tell_tasks(std::int64_t done, std::int64_t all);
  void print(const std::string& text);

  ProgressMeter& meter_;
  bool prints_;
  RunControl& control_;
  std::int64_t tasks_done_ = 0;
};

/// RUN_PASS, the arguments of the job completed by those of the pass: the states that come back,
/// merged. Returns the state of nothing where the job has no splits.
std::unique_ptr<Accumulator> run_gateway_pass(GatewayJob job, const Pass&, ProgressMeter&,
                                              GatewayReports&,
                                              const std::function<GatewaySession&()>& session,
                                              RunControl&);

/// READ_ROWS: every chunk of every split, in order. Throws WorkerError where one is missing.
void read_gateway_rows(const GatewayJob&, const SchemaPtr&,
                       const std::function<void(const Chunk&)>& consume, ProgressMeter&,
                       GatewayReports&, const std::function<GatewaySession&()>& session,
                       RunControl&);

}  // namespace insitu
