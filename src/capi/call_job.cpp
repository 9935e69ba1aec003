#include "capi/call_job.hpp"

#include <unistd.h>

#include <utility>

#include "base/error.hpp"
#include "capi/named_job.hpp"
#include "capi/saved_reply.hpp"
#include "jobs/call_runner.hpp"

namespace insitu {

using nlohmann::json;

namespace {

CallRunner& runner() {
  auto* found = CallRunner::current();
  if (!found) throw InvalidArgument("this process runs no job");
  return *found;
}

}  // namespace

json call_request(Call&) {
  throw InvalidArgument(
      "a call of a language is run by the runner of its job: submit it with job_submit");
}

json job_begin_request(Call& call) {
  if (!call.request.tasks) throw InvalidArgument("job_begin needs a caller that takes the call");
  auto& begun = CallRunner::begin(NamedJob(call.options).require());
  call.request.tasks->done(0, 1, load_call(begun.job().folder()));
  return json::object();
}

json job_tell_request(Call& call) {
  runner().tell(call.options.text("message"));
  return json::object();
}

void tell_error_of_job(const std::string& message) {
  try {
    write_all(STDOUT_FILENO, "error: " + message + "\n", "the output of the job");
  } catch (const Error&) {  // a full disk: the state of the job says it, too
  }
}

json job_end_request(Call& call) {
  auto& running = runner();
  const bool stopped = running.stop_watching();
  const auto end = [](JobStatus status, const std::string& message, int code = 0) {
    CallRunner::end(status, message, code);
    return json{{"status", name_of(status)}, {"message", message}};
  };
  const auto fail = [&](const std::string& message, ErrorCode code) {
    if (stopped) return end(JobStatus::kCanceled, "");
    tell_error_of_job(message);
    return end(JobStatus::kFailed, message, static_cast<int>(code));
  };
  if (call.options.has("error"))
    return fail(call.options.text("error"),
                static_cast<ErrorCode>(
                    call.options.whole("code", static_cast<std::int64_t>(ErrorCode::kUserCode))));
  if (!call.request.tasks) throw InvalidArgument("job_end needs a caller that has the value");
  json document = {{"op", "call"}, {"language", call.options.text("language")}};
  if (call.document.contains("value")) document["value"] = call.document["value"];
  try {
    Reply reply;
    reply.document = document_text(document);
    save_reply(running.job().folder(), reply, call.options.texts("warnings"),
               &call.request.tasks->shared);
    return end(JobStatus::kFinished, "");
  } catch (const std::exception& failure) {
    const auto* known = dynamic_cast<const Error*>(&failure);
    return fail(failure.what(), known ? known->code() : ErrorCode::kInternal);
  }
}

}  // namespace insitu
