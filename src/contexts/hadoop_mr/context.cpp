#include "contexts/hadoop_mr/context.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/file_identity.hpp"
#include "base/named.hpp"
#include "contexts/capability.hpp"
#include "contexts/gateway/files.hpp"
#include "contexts/gateway/tasks.hpp"
#include "contexts/gateway/write.hpp"
#include "contexts/hadoop_mr/preflight.hpp"
#include "contexts/local.hpp"
#include "contexts/progress.hpp"
#include "contexts/split_runs.hpp"
#include "contexts/start_conditions.hpp"
#include "data/frame_source.hpp"

namespace insitu {

namespace {

/// A job of YARN takes some seconds to start, in which one process here has read so much.
constexpr std::uint64_t kSmallBytes = std::uint64_t{64} << 20;

/// A container starts in seconds, too: bytes that are worth one, and where functions of R or Python
/// see all rows. Hadoop's own key for it wins.
constexpr std::uint64_t kBytesOfTask = std::uint64_t{64} << 20;
constexpr std::uint64_t kBytesOfFunctionTask = std::uint64_t{8} << 20;

}  // namespace

HadoopContext::HadoopContext(HadoopOptions options) : options_(std::move(options)) {}

Capabilities HadoopContext::capabilities() const {
  auto own = of_languages(options_.languages);
  own.holds_caller_rows = false;
  return own;
}

Workforce HadoopContext::workforce() const {
  const auto& session = application_->session;
  if (!session) return {"map tasks of Hadoop", -1, 0};
  auto kind = "map tasks of Hadoop (" + session->master();
  if (application_->ran_here)
    kind += application_->ran_there ? "; small jobs in its local runner"
                                    : "; in its local runner, for the files are small";
  return {kind + ")", session->parallelism(), 0};
}

HadoopSession& HadoopContext::session(RunControl& control) {
  auto& session = application_->session;
  if (session && !session->lives()) session.reset();
  if (!session) {
    auto started = HadoopSession::start(options_, control);
    started->require_this_build();
    session = std::move(started);
  }
  return *session;
}

std::optional<std::uint64_t> HadoopContext::bytes_seen(const RunControl& control) const {
  std::uint64_t bytes = 0;
  const auto add = [&](const FileVersions& versions) {
    const auto all = versions.list();
    for (const auto& [path, version] : all)
      if (const auto seen = versions.find(path)) bytes += seen->size;
    return !all.empty();
  };
  bool known = add(application_->served);
  if (control.versions) known |= add(*control.versions);
  return known ? std::optional(bytes) : std::nullopt;
}

bool HadoopContext::is_small(RunControl& control) {
  const auto bytes = bytes_seen(control);
  return bytes && *bytes <= kSmallBytes && session(control).master() == "yarn" &&
         hadoop_launch(options_).may_run_here;
}

std::vector<std::vector<Split>> HadoopContext::runs_of(const std::vector<Split>& splits,
                                                       const DataSource& source,
                                                       RunControl& control) {
  const auto workers = static_cast<std::size_t>(std::max(session(control).parallelism(), 1));
  if (session(control).master() != "yarn" || is_small(control)) return split_runs(splits, workers);
  const auto bytes = bytes_seen(control);
  if (!bytes) return few_split_runs(splits, workers);
  auto worth = source.needs_calling_thread() ? kBytesOfFunctionTask : kBytesOfTask;
  if (const auto given = hadoop_launch(options_).bytes_of_task) worth = given;
  return few_split_runs(splits, std::min<std::size_t>(4 * workers, *bytes / worth + 1));
}

GatewayJob HadoopContext::job_for(const DataSource& source, const ReadOptions& options,
                                  const char* mode, RunControl& control) {
  if (const auto* holder = source.row_holder()) {
    if (dynamic_cast<const FrameSource*>(holder)) refuse_rows_of_caller(name());
    throw Unsupported(name() + " reads text and .xdf files, not " + holder->description() +
                      ": write its rows to an .xdf file first (`rxDataStep`), or use "
                      "`RxLocalSeq`"_named);
  }
  GatewayJob job{{}, source.splits()};
  auto task = gateway_task(mode, source.recipe());
  if (options.columns && std::string(mode) != "map") task["columns"] = *options.columns;
  run_over_files(job, task, runs_of(job.splits, source, control), application_->served, control);
  if (!options_.worker.empty()) job.arguments["worker"] = options_.worker;
  job.arguments["task"] = std::move(task);
  job.arguments["description"] = source.description();
  if (const auto bytes = bytes_seen(control)) job.arguments["bytes"] = *bytes;
  const bool here = is_small(control);
  if (here) job.arguments["runner"] = "local";
  (here ? application_->ran_here : application_->ran_there) = true;
  return job;
}

std::unique_ptr<Accumulator> HadoopContext::run(const Pass& pass, const DataSource& source,
                                                RunControl& control) {
  auto job = job_for(source, {.columns = pass.variables()}, "map", control);
  job.arguments["reduce"] = options_.reduce_method;
  ProgressMeter meter(source, control);
  GatewayReports reports(meter, options_.console_output, control);
  return run_gateway_pass(
      std::move(job), pass, meter, reports, [&]() -> GatewaySession& { return session(control); },
      control);
}

void HadoopContext::read(const DataSource& source, const ReadOptions& options,
                         const std::function<void(const Chunk&)>& consume, RunControl& control) {
  if (source.row_holder())  // rows of the caller stay where they are
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

bool HadoopContext::writes_at(const std::string& path, RunControl& control) {
  if (!path.starts_with('/')) return true;
  // Whether the nodes see a folder of this machine is not known; its gateway does.
  return session(control).master() != "yarn" || is_small(control);
}

bool HadoopContext::may_write_at(const std::string& path) const {
  return !path.starts_with('/') || hadoop_framework(options_) != "yarn";
}

void HadoopContext::write_parts(
    const DataSource& source, const PartJob& parts,
    const std::function<void(const std::string& name, std::uint64_t bytes, Bytes&& report)>& done,
    RunControl& control) {
  ProgressMeter meter(source, control);
  GatewayReports reports(meter, options_.console_output, control);
  write_gateway_parts(job_for(source, {.columns = parts.columns}, "write", control), parts, done,
                      meter, reports, session(control), control);
}

void HadoopContext::run_tasks(const TaskCall& call, RunControl& control) {
  // A batch is a container, which takes seconds to start.
  auto& gateway = session(control);
  run_gateway_tasks(
      call, {.worker = options_.worker, .arguments = {}, .in_one_wave = gateway.master() == "yarn"},
      gateway, control);
}

void HadoopContext::run_over_ranges(const DataSource& pieces, std::uint32_t ranges,
                                    const std::vector<std::uint32_t>& range_of_task,
                                    const TaskCall& call, RunControl& control) {
  run_gateway_ranges(pieces, ranges, range_of_task, call, job_for(pieces, {}, "transform", control),
                     options_.worker, options_.console_output, session(control), control);
}

std::shared_ptr<const FileSystem> HadoopContext::file_system() {
  // The gateway starts with the first file that is asked for, if it has to; it is the one that this
  // context uses.
  auto context = std::make_shared<HadoopContext>(*this);
  return gateway_file_system(
      [context](RunControl& control) -> GatewaySession& { return context->session(control); },
      {application_, &application_->served});
}

std::string HadoopContext::start_conditions() const {
  const auto home = environment_variable("JAVA_HOME");
  // What Java, Hadoop and workers of languages look at; nothing else reaches tasks on nodes.
  auto all = start_conditions_of(
      home.empty() ? "java" : home + "/bin/java",
      {"JAVA",  "JDK",    "CLASSPATH", "HADOOP", "HDFS",   "YARN",        "MAPRED",
       "KRB5",  "INSITU", "PATH=",     "LD_",    "PYTHON", "VIRTUAL_ENV", "R_",
       "HOME=", "TMP",    "TZ=",       "LANG",   "LC_",    "OMP_"});
  const auto conf = hadoop_conf_folder();
  for (const auto* name : {"core-site.xml", "hdfs-site.xml", "mapred-site.xml", "yarn-site.xml"})
    if (const auto found = file_identity(conf + "/" + name)) all += '\0' + found->text();
  return all;
}

bool HadoopContext::rest(double) {
  auto session = application_->session;
  if (!session || !session->lives()) return false;
  application_ = std::make_shared<Application>();  // the next call sees its files anew
  application_->session = std::move(session);
  return true;
}

}  // namespace insitu
