#include "capi/job_request.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

#include "base/error.hpp"
#include "capi/call_job.hpp"
#include "capi/named_job.hpp"
#include "capi/request_keys.hpp"
#include "capi/saved_reply.hpp"
#include "jobs/runner_start.hpp"
#include "methods/methods.hpp"
#include "methods/options.hpp"
#include "odbc/options.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

using Clock = std::chrono::steady_clock;

/// A call that its language runs, rather than a request to the engine.
constexpr std::string_view kCallOfLanguage = "call";

/// What may run without anybody who waits: analyses, calls that write, calls of a language.
bool runs_as_job(const std::string& op) {
  static constexpr std::string_view kOthers[] = {"import", "data_step", "predict",
                                                 "refit",  "combine",   kCallOfLanguage};
  return method_of_op(op) || std::ranges::find(kOthers, op) != std::end(kOthers);
}

/// Sleeps, and asks whether the caller wants to go on.
void pause(RunControl& control, std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
  control.poll();
  control.cancel.throw_if_raised();
}

/// Looks until `done`, ever less often; false when `seconds` have passed (negative: never).
template <class Done>
bool wait_until(RunControl& control, double seconds, Done done) {
  const auto begin = Clock::now();
  auto time = std::chrono::milliseconds(5);
  for (;;) {
    if (done()) return true;
    if (seconds >= 0 && std::chrono::duration<double>(Clock::now() - begin).count() >= seconds)
      return false;
    pause(control, time);
    time = std::min(time * 3 / 2 + std::chrono::milliseconds(1), std::chrono::milliseconds(200));
  }
}

/// Stops a job: first it is asked, then it is ended. True: it has not ended by itself before.
bool cancel(Call& call, const Job& job) {
  constexpr double kPatience = 5, kSecondPatience = 10;
  if (is_final(job.look().status)) return false;
  job.ask_to_cancel();
  const auto ended = [&] { return is_final(job.look().status); };
  if (!wait_until(call.control, kPatience, ended)) {
    job.kill();
    if (!wait_until(call.control, kSecondPatience, [&] {
          job.kill();
          return ended();
        }))
      return false;
  }
  return job.look().status == JobStatus::kCanceled;
}

/// The folder of a job keeps its request: no password may be in it.
void refuse_secrets(const json& request) {
  for (const auto& [key, value] : request.items()) {
    if (value.is_object() && (key == "context" || is_database(value)) && holds_secret(value))
      throw InvalidArgument(
          named(key) +
          " has a password, which must not lie in the folder of a job: leave it out and set "
          "INSITU_DATABASE_PASSWORD or INSITU_DATABASE_PASSWORD_FILE in the environment");
  }
}

}  // namespace

json job_submit_request(Call& call) {
  const auto request = call.options.value("request");
  if (!request.is_object()) throw InvalidArgument("job_submit: request is missing");
  const auto op = Options(request).text("op");
  if (!runs_as_job(op))
    throw InvalidArgument("job_submit: '" + op +
                          "' cannot be a job; analyses and calls that write can");
  check_request(request);
  refuse_secrets(request);
  const auto command = call.options.texts("runner");
  if (command.empty()) throw InvalidArgument("job_submit: runner is missing");
  if (const auto function = request.value("transformFunc", json());
      function.is_object() && !function.contains("code"))
    throw Unsupported(
        "`transformFunc` cannot be sent to the process of a job; call in a context that waits"_named);
  if (op == kCallOfLanguage && !call.request.tasks)
    throw InvalidArgument("job_submit: the call itself is missing");
  const JobStore store(call.options.text("jobs"));
  const json description = {
      {"op", op},
      {"function", call.options.text("function", op)},
      {"face", call.options.text("face", Options(request).text("face", "r"))},
      {"label", call.options.text("label")},
      {"version", version()},
      {"context", request.value("context", json::object())},
      {"autoCleanup", call.options.flag("autoCleanup", true)},
      {"consoleOutput", call.options.flag("consoleOutput", false)},
      {"attended", call.options.flag("attended", false)},
  };
  Descriptor lock;
  auto job = store.add(
      description,
      [&](const PrivateFolder& folder) {
        save_request(folder, request, call.request.streams);
        if (op == kCallOfLanguage) save_call(folder, call.request.tasks->shared);
        folder.write(Job::kFinish, document_text(call.options.value("finish")));
      },
      lock);
  try {
    start_runner(job, command, std::move(lock));
  } catch (...) {
    store.remove(job.id());
    throw;
  }
  return {{"job", document_of(job.look())}};
}

json job_list_request(Call& call) {
  const JobStore store(call.options.text("jobs"));
  const auto states = call.options.texts("states");
  for (const auto& state : states)
    if (state != "none") (void)job_status_of(state);
  const auto context = call.options.value("matching");
  json jobs = json::array();
  for (const auto& view : store.list()) {
    const auto created = view.description.value("created", view.changed);
    if (call.options.has("startTime") && created < call.options.number("startTime", 0)) continue;
    if (call.options.has("endTime") && created > call.options.number("endTime", 0)) continue;
    if (!states.empty() && std::ranges::find(states, name_of(view.status)) == states.end())
      continue;
    if (!context.is_null() && view.description.value("context", json()) != context) continue;
    jobs.push_back(document_of(view));
  }
  return {{"folder", store.path()}, {"jobs", std::move(jobs)}};
}

json job_show_request(Call& call) { return {{"job", document_of(NamedJob(call.options).look())}}; }

json job_output_request(Call& call) {
  const NamedJob named(call.options);
  const auto job = named.store.find(named.id);
  return {{"output", job ? job->output() : ""}};
}

ordered_json job_result_request(Call& call) {
  const NamedJob named(call.options);
  const auto job = named.require();
  const auto view = job.look();
  if (view.status != JobStatus::kFinished)
    throw InvalidArgument("the job " + named.id + " has no result: it is " + name_of(view.status));
  std::vector<std::string> warnings;
  auto document = load_reply(job.folder(), call.reply, warnings);
  for (const auto& warning : warnings) call.control.warn(warning);
  if (call.request.tasks)
    if (auto value = load_value(job.folder())) call.request.tasks->done(0, 1, std::move(*value));
  return document;
}

json job_finish_request(Call& call) {
  constexpr std::uint64_t kMost = std::uint64_t{4} << 30;
  const auto bytes = NamedJob(call.options).require().folder().read(Job::kFinish, kMost);
  return {{"finish", bytes ? parse_document(*bytes) : json()}};
}

json job_wait_request(Call& call) {
  const NamedJob named(call.options);
  auto view = named.look();
  const auto seconds = call.options.number("seconds", -1);
  wait_until(call.control, seconds, [&] { return is_final((view = named.look()).status); });
  return {{"job", document_of(view)}};
}

json job_cancel_request(Call& call) {
  const NamedJob named(call.options);
  const auto job = named.store.find(named.id);
  if (!job) return {{"canceled", false}, {"output", ""}, {"job", document_of(named.look())}};
  const bool canceled = cancel(call, *job);
  const auto output = job->output();
  if (canceled) {
    // As its lock says, nobody works there any more; what was computed by then is of no use.
    if (const auto lock = job->lock()) {
      job->set_state(JobStatus::kCanceled);
      job->remove_artifacts();
    }
  }
  return {{"canceled", canceled}, {"output", output}, {"job", document_of(job->look())}};
}

json job_remove_request(Call& call) {
  const NamedJob named(call.options);
  const auto view = named.look();
  const bool force = call.options.flag("force", false);
  const bool ended = view.status == JobStatus::kFailed || view.status == JobStatus::kCanceled;
  if (view.status == JobStatus::kMissing || (!ended && !force))
    return {{"removed", false}, {"job", document_of(view)}};
  if (!is_final(view.status)) (void)cancel(call, named.require());
  named.store.remove(named.id);
  return {{"removed", true}, {"job", document_of(view)}};
}

json job_function_request(Call& call) {
  SavedRequest saved;
  load_request(NamedJob(call.options).require().folder(), saved);
  const auto request = parse_document(saved.document);
  json functions = json::array();
  for (const auto* key : {"transformFunc", "familyFunctions"}) {
    const auto function = request.value(key, json());
    if (!function.is_object()) continue;
    const Options options(function, key);
    functions.push_back({{"name", options.text("function")},
                         {"language", options.text("language")},
                         {"code", options.text("code")}});
  }
  json called;
  if (request.value("op", json()) == kCallOfLanguage) called = Options(request).text("language");
  return {{"functions", std::move(functions)}, {"call", std::move(called)}};
}

json job_run_request(Call& call) {
  const NamedJob named(call.options);
  const auto job = named.require();
  const auto lock = take_lock_of_runner(job);
  const auto state = job.look();
  if (state.status != JobStatus::kQueued)
    throw InvalidArgument("the job " + named.id + " is " + name_of(state.status) + " already");
  const auto end = [&](JobStatus status, const std::string& message, int code = 0) {
    job.set_state(status, message, code);
    return json{{"status", name_of(status)}, {"message", message}};
  };
  job.set_state(JobStatus::kRunning);
  if (call.options.has("error")) return end(JobStatus::kFailed, call.options.text("error"));
  auto asked = Clock::now() - std::chrono::hours(1);
  bool canceled = false;
  Callbacks callbacks;
  callbacks.interrupted = [&] {
    if (const auto now = Clock::now(); !canceled && now - asked > std::chrono::milliseconds(50)) {
      asked = now;
      canceled = job.is_asked_to_cancel();
    }
    return canceled;
  };
  const auto say = [](const std::string& text) {
    write_all(STDOUT_FILENO, text.ends_with('\n') ? text : text + "\n", "the output of the job");
  };
  std::vector<std::string> warnings;
  callbacks.output = say;
  // Where somebody waits, they come from the call.
  const bool attended = state.description.value("attended", json()) == true;
  callbacks.warning = [&](const std::string& text) {
    warnings.push_back(text);
    if (!attended) say("warning: " + text);
  };
  try {
    SavedRequest saved;
    load_request(job.folder(), saved);
    Request request{saved.document, {}, call.request.functions, nullptr, call.request.words};
    for (auto& stream : saved.streams) request.streams.push_back(&stream);
    auto reply = run(std::move(request), callbacks);
    const auto release = [&] {
      for (auto& frame : reply.frames)
        if (frame.release) frame.release(&frame);
    };
    try {
      save_reply(job.folder(), reply, warnings);
    } catch (...) {
      release();
      throw;
    }
    release();
    return end(JobStatus::kFinished, "");
  } catch (const Cancelled&) {
    return end(JobStatus::kCanceled, "");
  } catch (const std::exception& failure) {
    if (!attended) tell_error_of_job(failure.what());
    const auto* error = dynamic_cast<const Error*>(&failure);
    return end(JobStatus::kFailed, failure.what(), error ? static_cast<int>(error->code()) : 0);
  }
}

}  // namespace insitu
