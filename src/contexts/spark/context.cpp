#include "contexts/spark.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "analysis/merge_tree.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/heartbeat.hpp"
#include "contexts/local.hpp"
#include "contexts/progress.hpp"
#include "contexts/provenance_json.hpp"
#include "contexts/remote_files.hpp"
#include "contexts/spark_rows.hpp"
#include "contexts/split_json.hpp"
#include "contexts/split_runs.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A text that no other job has, of this process or another.
std::string unique_key() {
  static std::atomic<std::uint64_t> jobs = 0;
  return std::to_string(::getpid()) + "-" + std::to_string(++jobs) + "-" +
         std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
}

json document_of(const Frame& frame) {
  auto document = json::parse(frame.json, nullptr, false);
  if (!document.is_object())
    throw WorkerError("the Spark gateway sent a frame that cannot be read");
  return document;
}

/// What comes on the way of every job: how far it is, and what workers say.
class JobReports {
 public:
  JobReports(ProgressMeter& meter, const SparkOptions& options, RunControl& control)
      : meter_(meter), options_(options), control_(control) {}

  void hear(const Frame& frame) {
    const auto document = document_of(frame);
    if (frame.type == FrameType::kProgress) {
      meter_.reach(document.value("rows", std::int64_t{0}));
      tell_tasks(document.value("tasksDone", std::int64_t{0}),
                 document.value("tasks", std::int64_t{0}));
    } else if (frame.type == FrameType::kLog) {
      const auto text = document.value("text", "");
      if (document.value("level", "") == "warning")
        control_.warn(text);
      else
        print(text);
    }
  }

 private:
  void tell_tasks(std::int64_t done, std::int64_t all) {
    if (done == tasks_done_) return;
    tasks_done_ = done;
    print(std::to_string(done) + " of " + std::to_string(all) + " tasks done");
  }
  void print(const std::string& text) {
    if (options_.console_output && control_.callbacks.output)
      control_.callbacks.output(text + (text.ends_with('\n') ? "" : "\n"));
  }

  ProgressMeter& meter_;
  const SparkOptions& options_;
  RunControl& control_;
  std::int64_t tasks_done_ = 0;
};

std::string title_of(const json& source) {
  for (const auto* key : {"path", "table", "query", "view"})
    if (const auto found = source.find(key); found != source.end())
      return found->get<std::string>();
  return "rows on Spark";
}

}  // namespace

/// What a job of the gateway works on: the arguments that RUN_PASS, READ_ROWS and WRITE share.
struct SparkContext::Job {
  json arguments;
  std::vector<Split> splits;
};

SparkContext::SparkContext(SparkOptions options, std::string name)
    : options_(std::move(options)), name_(std::move(name)) {}

Capabilities SparkContext::capabilities() const {
  const auto hosts = [&](const char* language) {
    return std::find(options_.languages.begin(), options_.languages.end(), language) !=
           options_.languages.end();
  };
  return {.holds_caller_rows = false,
          .runs_r_functions = hosts("R"),
          .runs_python_functions = hosts("python")};
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

SparkContext::Job SparkContext::job_for(const DataSource& source, const ReadOptions& options,
                                        const char* mode, RunControl& control) {
  const auto recipe = source.recipe();
  Job job;
  job.splits = source.splits();
  json task = {{"mode", mode},
               {"protocol", kWorkerProtocol},
               {"arithmetic", arithmetic()},
               {"build", build_id()},
               {"patience", worker_patience()},
               {"files", "host"},
               {"source", {{"name", recipe.name}, {"options", recipe.options}}}};
  // Files may have changed since the last job: workers keep what they know of a source for one
  // only.
  task["sourceKey"] = unique_key();
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
    throw Unsupported(name_ +
                      " cannot use a data frame of the caller: write it to a file first "
                      "(`rxDataStep`), or use `RxLocalSeq`"_named);
  } else {
    // The files that were planned with are those that tasks have to find.
    auto versions = application_->served.list();
    if (control.versions)
      for (auto& seen : control.versions->list()) versions.push_back(std::move(seen));
    if (!versions.empty()) task["versions"] = std::move(versions);
    auto tasks = json::array();
    const auto workers = static_cast<std::size_t>(session(control).parallelism());
    for (const auto& run : split_runs(job.splits, workers)) tasks.push_back(splits_to_json(run));
    job.arguments = {{"tasks", std::move(tasks)}};
  }
  if (!options_.worker.empty()) job.arguments["worker"] = options_.worker;
  job.arguments["task"] = std::move(task);
  job.arguments["description"] = source.description();
  return job;
}

std::unique_ptr<Accumulator> SparkContext::run(const Pass& pass, const DataSource& source,
                                               RunControl& control) {
  auto job = job_for(source, {.columns = pass.variables()}, "map", control);
  MergeTree tree;
  ProgressMeter meter(source, control);
  JobReports reports(meter, options_, control);
  if (!job.splits.empty()) {
    const auto recipe = pass.recipe();
    job.arguments["task"]["pass"] = recipe.name;
    job.arguments["task"]["fields"] = pass.fields();
    job.arguments["reduce"] = options_.reduce_method;
    std::size_t nodes = 0;
    const auto answer = session(control).call(
        "RUN_PASS", job.arguments, seal(recipe.name, recipe.options), control, [&](Frame& frame) {
          if (frame.type != FrameType::kState) return reports.hear(frame);
          const auto document = document_of(frame);
          const MergeTree::Key key{document.value("index", UINT64_MAX),
                                   document.value("level", UINT64_MAX)};
          if (key.level > 62 || key.index >> (62 - key.level))
            throw WorkerError("the Spark gateway sent a state of splits that are not there");
          auto state = pass.start();
          state->load(frame.payload);
          tree.add(key, std::move(state));
          ++nodes;
        });
    const auto reply = document_of(answer);
    if (reply.value("nodes", std::size_t{0}) != nodes)
      throw WorkerError("the Spark gateway announced " +
                        std::to_string(reply.value("nodes", std::size_t{0})) + " states and sent " +
                        std::to_string(nodes));
    meter.reach(reply.value("rows", std::int64_t{0}));
  }
  meter.finish();
  return std::move(tree).finish(pass, job.splits.size());
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
  JobReports reports(meter, options_, control);
  std::size_t finished = 0;
  std::uint64_t chunks = 0;
  if (!job.splits.empty())
    session(control).call("READ_ROWS", job.arguments, {}, control, [&](Frame& frame) {
      if (frame.type != FrameType::kOut) return reports.hear(frame);
      const auto document = document_of(frame);
      const auto split = document.value("split", UINT64_MAX);
      if (finished >= job.splits.size() || split != job.splits[finished].index)
        throw WorkerError("the Spark gateway sent rows out of order");
      if (document.value("last", false)) {
        if (document.value("chunks", std::uint64_t{0}) != chunks)
          throw WorkerError("the Spark gateway lost rows of split " + std::to_string(split));
        ++finished;
        chunks = 0;
        return;
      }
      ++chunks;
      auto chunk = decode_block(std::move(frame.payload), schema);
      chunk.from = provenance_from_json(document, chunk.rows);
      meter.add(chunk.from.source_rows);
      consume(chunk);
    });
  if (finished != job.splits.size())
    throw WorkerError("the Spark gateway sent the rows of " + std::to_string(finished) + " of " +
                      std::to_string(job.splits.size()) + " splits");
  meter.finish();
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
  JobReports reports(meter, options_, control);
  const auto answer = session(control).call("WRITE", job.arguments, {}, control,
                                            [&](Frame& frame) { reports.hear(frame); });
  const auto rows = document_of(answer).value("rows", std::int64_t{0});
  meter.reach(source.row_count().value_or(rows));
  meter.finish();
  return rows;
}

std::shared_ptr<const FileSystem> SparkContext::file_system() {
  // The application starts with the first file that is asked for, if it has to; it is the one that
  // this context uses.
  auto context = std::make_shared<SparkContext>(*this);
  return remote_file_system([context](const std::string& question) {
    RunControl control;
    const auto asked = json::parse(question);
    auto answer = context->session(control).call("FS", asked, {}, control);
    if (const auto found = document_of(answer); found.contains("modified"))
      context->application_->served.see(
          asked.value("file", ""),
          {.size = found.value("size", std::uint64_t{0}),
           .modified = found.value("modified", std::int64_t{0}) * 1'000'000});
    return answer;
  });
}

}  // namespace insitu
