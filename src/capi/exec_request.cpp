#include "capi/exec_request.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/task_runner.hpp"
#include "base/error.hpp"
#include "contexts/capability.hpp"
#include "jobs/call_runner.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// How far a job is.
std::string progress_of(const TaskProgress& now) {
  auto text = std::to_string(now.done) + " of " + std::to_string(now.total) + " tasks done";
  if (now.failed) text += ", " + std::to_string(now.failed) + " failed";
  return text;
}

}  // namespace

const char* function_of_tasks(const json& document) {
  return document.value("face", "") == "python" ? "rx_exec" : "rxExec";
}

void check_exec(const Call& call) {
  const auto& given = call.options;
  const auto count = given.whole("count", 0), chunk = given.whole("taskChunkSize", 0),
             attempts = given.whole("attempts", 3);
  const double timeout = given.number("taskTimeout", 0);
  if (count < 0) throw InvalidArgument("count must be at least 0, is " + std::to_string(count));
  if (chunk < 0)
    throw InvalidArgument("taskChunkSize must be at least 0, is " + std::to_string(chunk));
  if (attempts < 1)
    throw InvalidArgument("attempts must be at least 1, is " + std::to_string(attempts));
  if (!(timeout >= 0) || std::isinf(timeout))
    throw InvalidArgument("taskTimeout must be a number of seconds, at least 0");
}

json exec_request(Call& call) {
  auto* host = call.request.tasks;
  if (!host)
    throw InvalidArgument(
        "exec needs a caller that holds the function: it is called from R or Python");
  require(call.context, Feature::kTasks, function_of_tasks(call.document));
  check_exec(call);
  const auto& given = call.options;
  const auto count = given.whole("count", 0), chunk = given.whole("taskChunkSize", 0),
             attempts = given.whole("attempts", 3);
  const double timeout = given.number("taskTimeout", 0);
  json reply = {{"tasks", count}, {"failed", 0}, {"seconds", 0.0}};
  if (count == 0) return reply;
  TaskCall tasks{.shared = std::move(host->shared),
                 .count = static_cast<std::size_t>(count),
                 .arguments = host->arguments,
                 .chunk = static_cast<std::size_t>(chunk),
                 .timeout = timeout,
                 .attempts = static_cast<int>(attempts),
                 .stop_at_failure = !given.flag("continueOnFailure", true),
                 .show_output = given.flag("consoleOutput", false),
                 .done = host->done,
                 .lost = host->lost,
                 .progress = [&](const TaskProgress& now) {
                   reply["failed"] = now.failed;
                   reply["seconds"] = now.seconds;
                   if (auto* runner = CallRunner::current()) runner->tell(progress_of(now));
                   if (host->progress) host->progress(now);
                 }};
  task_runner_of(call.context)->run_tasks(tasks, call.control);
  return reply;
}

}  // namespace insitu
