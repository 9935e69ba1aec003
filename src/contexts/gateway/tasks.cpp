#include "contexts/gateway/tasks.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/heartbeat.hpp"
#include "contexts/progress.hpp"
#include "contexts/task_ledger.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// What one job may bring of arguments; the driver holds them.
constexpr std::size_t kMostBytes = 256U << 20;
/// A worker whose executor is gone ends so soon.
constexpr int kHeartbeatMilliseconds = 1000;

class Rounds {
 public:
  Rounds(const TaskCall& call, const GatewayTasks& how, GatewaySession& gateway,
         RunControl& control)
      : call_(call),
        how_(how),
        gateway_(gateway),
        control_(control),
        key_(unique_key()),
        ledger_(call) {}

  void run() {
    const Drop drop{*this};
    while (ledger_.waiting()) {
      const auto before = heard_;
      job();
      if (heard_ == before)
        throw WorkerError(gateway_.words().gateway() + " ended a job of tasks without a value");
      control_.poll();
      control_.cancel.throw_if_raised();
    }
    ledger_.tell(true);
  }

 private:
  /// The gateway keeps what all tasks need until the call is over.
  struct Drop {
    Rounds& rounds;
    ~Drop() {
      if (!rounds.shared_there_) return;
      try {
        RunControl nobody;
        rounds.gateway_.ask("CLOSE", {{"handle", rounds.key_}}, nobody);
      } catch (...) {
        // The application has ended, and what it kept with it.
      }
    }
  };

  /// Ever smaller batches, so that workers end together; few tasks go one by one, because a batch
  /// costs little beside them.
  std::size_t batch_size() const {
    if (how_.one_by_one) return 1;
    if (call_.chunk > 0) return call_.chunk;
    const auto at_once = static_cast<std::size_t>(gateway_.parallelism());
    if (how_.in_one_wave) return std::max<std::size_t>(1, (fresh_ + at_once - 1) / at_once);
    return std::max<std::size_t>(1, ledger_.fresh() / (4 * at_once));
  }

  void job() {
    Bytes payload;
    auto arguments = how_.arguments;
    if (!shared_there_) {
      arguments["shared"] = call_.shared.size();
      payload = call_.shared;
    }
    batches_.clear();
    open_.clear();
    fresh_ = ledger_.fresh();
    auto tasks = json::array();
    for (std::size_t bytes = 0; ledger_.waiting() && bytes < kMostBytes;) {
      const auto range = ledger_.take(batch_size());
      const auto own = call_.arguments(range.first, range.count);
      tasks.push_back({range.first, range.count, range.each, own.size()});
      payload += own;
      bytes += own.size();
      batches_.push_back(ledger_.begin(range));
    }
    open_.assign(batches_.size(), true);
    ledger_.tell();
    arguments["key"] = key_;
    arguments["worker"] = how_.worker;
    arguments["tasks"] = std::move(tasks);
    arguments["timeout"] = call_.timeout;
    arguments["stopAtFailure"] = call_.stop_at_failure;
    arguments["showOutput"] = call_.show_output;
    arguments["description"] = "rxExec";
    arguments["task"] = {{"mode", "exec"},
                         {"protocol", kWorkerProtocol},
                         {"arithmetic", arithmetic()},
                         {"build", build_id()},
                         {"patience", worker_patience()},
                         {"heartbeat", kHeartbeatMilliseconds}};
    shared_there_ = true;
    gateway_.call("EXEC", arguments, payload, control_, [&](Frame& frame) { hear(frame); });
    for (std::size_t place = 0; place < batches_.size(); ++place)
      if (open_[place]) ledger_.not_run(batches_[place]);
  }

  void hear(Frame& frame) {
    const auto document = document_of(frame, gateway_.words());
    if (frame.type == FrameType::kResult) {
      const auto place = document.value("place", SIZE_MAX);
      if (place >= batches_.size() || (!open_[place] && !document.contains("lost")))
        throw WorkerError(gateway_.words().gateway() + " sent values of tasks that do not run");
      ++heard_;
      auto& batch = batches_[place];
      if (document.contains("lost")) return lost(batch, document, place);
      ledger_.values(batch, document, std::move(frame.payload), "a worker");
      if (batch.next == batch.end) open_[place] = false;
    } else if (frame.type == FrameType::kProgress) {
      ledger_.running(document.value("running", std::size_t{0}));
      ledger_.tell();
    } else if (frame.type == FrameType::kLog) {
      const auto text = document.value("text", "");
      if (document.value("level", "") == "warning")
        control_.warn(text);
      else if (control_.callbacks.output)
        control_.callbacks.output(text);
    }
  }

  void lost(const TaskLedger::Batch& batch, const json& document, std::size_t place) {
    open_[place] = false;
    if (batch.next == batch.end) return;
    const auto why = document.value("lost", "");
    if (document.value("late", false)) return ledger_.late(batch);
    if (document.value("executors", false))
      return ledger_.refused(
          batch, gateway_.words().engine + " has lost the executors that ran this task: " + why);
    ledger_.lost(batch, "the worker", why);
  }

  const TaskCall& call_;
  const GatewayTasks& how_;
  GatewaySession& gateway_;
  RunControl& control_;
  std::string key_;
  TaskLedger ledger_;
  bool shared_there_ = false;
  std::size_t heard_ = 0, fresh_ = 0;       // fresh_: tasks of the job that have not run before
  std::vector<TaskLedger::Batch> batches_;  // of the job
  std::vector<bool> open_;                  // not back, and not lost
};

}  // namespace

void run_gateway_tasks(const TaskCall& call, const GatewayTasks& how, GatewaySession& gateway,
                       RunControl& control) {
  Rounds(call, how, gateway, control).run();
}

void run_gateway_ranges(const DataSource& pieces, std::uint32_t ranges,
                        const std::vector<std::uint32_t>& range_of_task, const TaskCall& call,
                        GatewayJob job, const std::vector<std::string>& worker, bool prints,
                        GatewaySession& gateway, RunControl& control) {
  const auto exchange = unique_key();
  job.arguments["key"] = exchange;
  job.arguments["ranges"] = ranges;
  ProgressMeter meter(pieces, control);
  GatewayReports reports(meter, prints, control);
  gateway.call("EXCHANGE", job.arguments, {}, control,
               [&](Frame& frame) { reports.hear(frame, gateway.words()); });
  meter.finish();
  const json over = {{"exchange", exchange},
                     {"ranges", range_of_task},
                     {"schema", json::parse(schema_to_json(*pieces.schema()))}};
  const auto close = [&]() noexcept {
    try {
      RunControl nobody;
      gateway.ask("CLOSE", {{"handle", exchange}}, nobody);
    } catch (...) {
      // The application has ended, and the rows with it.
    }
  };
  try {
    run_gateway_tasks(call, {.worker = worker, .arguments = over, .one_by_one = true}, gateway,
                      control);
  } catch (...) {
    close();
    throw;
  }
  close();
}

}  // namespace insitu
