#include "contexts/spark/context.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "contexts/capability.hpp"
#include "contexts/gateway/files.hpp"
#include "contexts/gateway/job.hpp"
#include "contexts/gateway/tasks.hpp"
#include "contexts/local.hpp"
#include "contexts/progress.hpp"
#include "contexts/spark/rows.hpp"
#include "contexts/split_json.hpp"
#include "contexts/split_runs.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::string title_of(const json& source) {
  for (const auto* key : {"path", "table", "query", "view"})
    if (const auto found = source.find(key); found != source.end())
      return found->get<std::string>();
  return "rows on Spark";
}

}  // namespace

SparkContext::SparkContext(SparkOptions options, std::string name)
    : options_(std::move(options)), name_(std::move(name)) {}

Capabilities SparkContext::capabilities() const {
  auto own = of_languages(options_.languages);
  own.holds_caller_rows = false;
  return own;
}

Workforce SparkContext::workforce() const {
  const auto& session = application_->session;
  if (!session) return {"tasks on executors of Spark (" + options_.master + ")", -1, 0};
  return {"tasks on executors of Spark (" + session->master() + ")", session->parallelism(), 0};
}

SparkSession& SparkContext::session(RunControl& control) {
  auto& session = application_->session;
  if (!session) {
    std::shared_ptr<SparkSession> found;
    if (!options_.session.empty())
      found = SparkSession::join(options_.session);
    else if (options_.persistent_run)
      found = SparkSession::find(options_);
    if (!found) found = SparkSession::start(options_, control);
    found->require_this_build();
    session = std::move(found);
  }
  return *session;
}

GatewayJob SparkContext::job_for(const DataSource& source, const ReadOptions& options,
                                 const char* mode, RunControl& control) {
  GatewayJob job{{}, source.splits()};
  auto task = gateway_task(mode, source.recipe());
  if (options.columns && std::string(mode) == "transform") task["columns"] = *options.columns;
  const auto* holder = source.row_holder();
  if (const auto* rows = dynamic_cast<const SparkRows*>(holder)) {
    auto demand = rows->demand_of(source, options);
    auto wanted = json::array();
    for (std::size_t i = 0; i < job.splits.size(); ++i) {
      const auto [first, last] = demand.splits[i];
      wanted.push_back({first, split_to_json(job.splits[i])});
      if (last != first) wanted.back().push_back(last);
    }
    // Rows must arrive even if no column is asked for: their number counts.
    if (demand.columns.empty() && rows->schema()->size() > 0)
      demand.columns = {(*rows->schema())[0].name};
    task["pushed"] = {{"asked", false},
                      {"schema", json::parse(schema_to_json(*rows->schema()))},
                      {"rows", rows->row_count().value_or(-1)},
                      {"splits", splits_to_json(rows->splits())}};
    if (auto reads = rows->read_chunks(); !reads.empty()) task["pushed"]["reads"] = reads;
    job.arguments = {{"handle", rows->handle()},
                     {"columns", std::move(demand.columns)},
                     {"splits", std::move(wanted)}};
  } else if (holder) {
    refuse_rows_of_caller(name_);
  } else {
    const auto workers = static_cast<std::size_t>(session(control).parallelism());
    run_over_files(job, task, split_runs(job.splits, workers), application_->served, control);
  }
  if (!options_.worker.empty()) job.arguments["worker"] = options_.worker;
  job.arguments["task"] = std::move(task);
  job.arguments["description"] = source.description();
  return job;
}

std::unique_ptr<Accumulator> SparkContext::run(const Pass& pass, const DataSource& source,
                                               RunControl& control) {
  auto job = job_for(source, {.columns = pass.variables()}, "map", control);
  job.arguments["reduce"] = options_.reduce_method;
  ProgressMeter meter(source, control);
  GatewayReports reports(meter, options_.console_output, control);
  return run_gateway_pass(
      std::move(job), pass, meter, reports, [&]() -> GatewaySession& { return session(control); },
      control);
}

void SparkContext::read(const DataSource& source, const ReadOptions& options,
                        const std::function<void(const Chunk&)>& consume, RunControl& control) {
  const auto* holder = source.row_holder();
  if (holder && !dynamic_cast<const SparkRows*>(holder))  // rows of the caller stay where they are
    return LocalContext(1).read(source, options, consume, control);
  const auto job = job_for(source, options, "transform", control);
  const auto schema =
      options.columns ? select_columns(*source.schema(), *options.columns) : source.schema();
  ProgressMeter meter(source, control);
  GatewayReports reports(meter, options_.console_output, control);
  read_gateway_rows(
      job, schema, consume, meter, reports, [&]() -> GatewaySession& { return session(control); },
      control);
}

void SparkContext::run_tasks(const TaskCall& call, RunControl& control) {
  run_gateway_tasks(call, {.worker = options_.worker}, session(control), control);
}

void SparkContext::run_over_ranges(const DataSource& pieces, std::uint32_t ranges,
                                   const std::vector<std::uint32_t>& range_of_task,
                                   const TaskCall& call, RunControl& control) {
  run_gateway_ranges(pieces, ranges, range_of_task, call, job_for(pieces, {}, "transform", control),
                     options_.worker, options_.console_output, session(control), control);
}

std::shared_ptr<const DataSource> SparkContext::open_table(const Recipe& descriptor,
                                                           RunControl& control) {
  const auto source = json::parse(descriptor.options);
  session(control);
  const auto& session = application_->session;
  auto rows =
      std::make_shared<SparkRows>(session, session->ask("OPEN", source, control), title_of(source));
  if (!rows->left_out().empty()) {
    std::string names;
    for (const auto& each : rows->left_out()) names += (names.empty() ? "" : ", ") + each;
    control.warn("variables of types that have no counterpart are left out: " + names);
  }
  return rows;
}

std::shared_ptr<const DataSource> SparkContext::cached(std::shared_ptr<const DataSource> source,
                                                       const std::string& key,
                                                       RunControl& control) {
  if (source->row_holder()) return source;
  auto job = job_for(*source, {}, "transform", control);
  job.arguments["kind"] = "rows";
  job.arguments["key"] = key;
  job.arguments["name"] = source->description();
  job.arguments["schema"] = json::parse(schema_to_json(*source->schema()));
  job.arguments["splits"] = splits_to_json(job.splits);
  const auto& session = application_->session;
  return std::make_shared<SparkRows>(session, session->ask("OPEN", job.arguments, control),
                                     source->description(), source.get());
}

std::optional<std::int64_t> SparkContext::write_table(const DataSource& source,
                                                      const ReadOptions& options,
                                                      const Recipe& target, const SinkOptions& sink,
                                                      RunControl& control) {
  const auto* holder = source.row_holder();
  const bool of_caller = holder && !dynamic_cast<const SparkRows*>(holder);
  auto place = json::parse(target.options);
  if (!place.contains("kind")) return std::nullopt;  // a table of a database
  // A file of rows that lie here is written here.
  if (of_caller && place.contains("path")) return std::nullopt;
  place["overwrite"] = sink.overwrite;
  place["append"] = sink.append == Append::kRows;
  auto job = job_for(source, options, "transform", control);
  const auto schema =
      options.columns ? select_columns(*source.schema(), *options.columns) : source.schema();
  job.arguments["target"] = std::move(place);
  job.arguments["schema"] = json::parse(schema_to_json(*schema));
  ProgressMeter meter(source, control);
  GatewayReports reports(meter, options_.console_output, control);
  const auto answer = session(control).call("WRITE", job.arguments, {}, control, [&](Frame& frame) {
    reports.hear(frame, spark_words());
  });
  const auto rows = document_of(answer, spark_words()).value("rows", std::int64_t{0});
  meter.reach(source.row_count().value_or(rows));
  meter.finish();
  return rows;
}

std::shared_ptr<const FileSystem> SparkContext::file_system() {
  // The application starts with the first file that is asked for, if it has to; it is the one that
  // this context uses.
  auto context = std::make_shared<SparkContext>(*this);
  return gateway_file_system(
      [context](RunControl& control) -> GatewaySession& { return context->session(control); },
      {application_, &application_->served});
}

}  // namespace insitu
