#include "capi/remote_request.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>

#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/suggest.hpp"
#include "capi/doctor_request.hpp"
#include "capi/remote_call.hpp"
#include "capi/remote_handles.hpp"
#include "capi/remote_jobs.hpp"
#include "capi/remote_tasks.hpp"
#include "capi/request_keys.hpp"
#include "capi/session.hpp"
#include "capi/ssh_request.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/registry.hpp"
#include "methods/methods.hpp"
#include "methods/options.hpp"
#include "remote/remote_engine.hpp"
#include "report/format_number.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// How long a language that was not found on a machine is not looked for again, where it may lack.
constexpr auto kNotLookedFor = std::chrono::minutes(1);

/// What the data of another machine are asked for there. All else is of this process, or needs it.
constexpr std::string_view kThere[] = {"import",
                                       "data_step",
                                       "source_of_path",
                                       "info",
                                       "var_info",
                                       "set_var_info",
                                       "set_info",
                                       "partition",
                                       "partitions",
                                       "predict",
                                       "refit",
                                       "combine",
                                       "head",
                                       "doctor",
                                       "job_submit",
                                       "job_list",
                                       "job_show",
                                       "job_output",
                                       "job_result",
                                       "job_finish",
                                       "job_wait",
                                       "job_cancel",
                                       "job_remove",
                                       "node_info",
                                       "ping_nodes",
                                       "explain",
                                       "table_exists",
                                       "drop_table",
                                       "execute_sql",
                                       "write_object",
                                       "read_object",
                                       "delete_object",
                                       "list_keys",
                                       "group_rows",
                                       "analyze_groups",
                                       "group_result",
                                       "working_folder",
                                       "open",
                                       "publish_model",
                                       "published_models",
                                       "unpublish_model",
                                       "sql_server_self_test"};
constexpr std::string_view kHere[] = {
    "print",      "describe",     "serialize_model", "unserialize_model",
    "vif",        "export_model", "print_source",    "coefficient_labels",
    "t_quantile", "f_tail",       "sample_data"};

template <std::size_t n>
bool is_one_of(const std::string_view (&names)[n], const std::string& op) {
  return std::ranges::find(names, op) != std::end(names);
}

/// The context of a call, and whether its caller has given it: a path may come from anywhere.
struct Named {
  json context;
  bool given = true;
};

/// Of the request, of the request of a job, or of the folder of a job.
Named context_of(const json& document) {
  if (const auto found = document.find("context"); found != document.end() && !found->is_null())
    return {*found};
  if (const auto request = document.find("request");
      request != document.end() && request->is_object())
    if (auto named = context_of(*request); !named.context.is_null()) return named;
  for (const auto* key : {"jobs", "job"}) {
    const auto found = document.find(key);
    if (found == document.end()) continue;
    if (found->is_object()) return {*found};
    if (found->is_string()) {
      auto context = context_of_remote_jobs(found->get_ref<const std::string&>());
      if (!context.is_null()) return {std::move(context), false};
    }
  }
  return {};
}

struct Place {
  SshTarget target;
  std::string folder;
  json inner;
};

Place place_of(const json& context) {
  static const std::vector<std::string> kKeys = {"type",        "sshHostname", "sshUsername",
                                                 "sshSwitches", "workingDir",  "context"};
  for (const auto& [key, value] : context.items())
    if (std::ranges::find(kKeys, key) == kKeys.end())
      throw InvalidArgument("RxRemote: unknown argument: " + key + did_you_mean(key, kKeys));
  const Options options(context, "RxRemote");
  Place place{ssh_target_of(options), options.text("workingDir"), options.value("context")};
  if (is_remote({{"context", place.inner}}))
    throw InvalidArgument(
        "RxRemote: `context` must be one of that machine; machines behind it are reached by "
        "`sshSwitches`: \"-J between\""_named);
  (void)context_from_json(place.inner);  // its arguments are checked before anything is sent
  return place;
}

void check(const std::string& op, const std::string& host) {
  if (!method_of_op(op) && !is_one_of(kThere, op))
    throw Unsupported("RxRemote cannot do this (" + op + ") on '" + host +
                      "' yet; call it in a context of this machine, as `RxLocalSeq`"_named);
}

/// The language whose process is to run a call; "": none. One that is only `wanted` may lack.
struct Wanted {
  std::string language;
  bool needed = false;
};

constexpr const char* kFunctionsToSend[] = {"transformFunc", "familyFunctions"};

/// Of the functions of a request, which travel as code. One that stands in for expressions where
/// the engine cannot evaluate them (docs/requests.md, `instead`) is only wanted.
void add_functions(const json& request, Wanted& wanted) {
  if (!request.is_object()) return;
  for (const auto* key : kFunctionsToSend) {
    const auto found = request.find(key);
    if (found == request.end() || !found->is_object()) continue;
    const bool instead = found->value("instead", false);
    if (!found->contains("code") && !instead)
      throw Unsupported(named(std::string_view(key) == "familyFunctions" ? "family" : key) +
                        ": the function cannot be sent to another machine (Python needs "
                        "cloudpickle for it); call in a context of this machine");
    if (!found->contains("code")) continue;
    wanted.language = found->value("language", "");
    wanted.needed |= !instead;
  }
}

/// Of a request that an engine without a language runs. What it cannot evaluate it says.
void leave_out_functions(json& request) {
  for (const auto* key : kFunctionsToSend) request.erase(key);
}

/// Whether the machine can be computed on, step by step.
json doctor_there(const Place& place, RunControl& control) {
  json checks = json::array();
  const auto add = [&](const char* what, const auto& look, const char* mend) {
    try {
      checks.push_back(doctor_check(what, true, look()));
      return true;
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& failure) {
      checks.push_back(doctor_check(what, false, failure.what(), mend));
      return false;
    }
  };
  SshChannel channel(place.target);
  std::unique_ptr<RemoteEngine> engine;
  json node;
  (void)(add(
             "connection",
             [&] {
               channel.connect(control);
               return "ssh lets " + place.target.shown() + " in";
             },
             "as ssh says: see that `ssh HOST true` works without a question") &&
         add(
             "engine",
             [&] {
               engine = std::make_unique<RemoteEngine>(place.target, place.folder, control);
               return engine->program() + ", " + build_id();
             },
             "install insitu of this version there, with insitu-worker in PATH") &&
         add(
             "machine",
             [&] {
               std::vector<ArrowArrayStream*> none;
               const auto reply = RemoteCall(*engine, control)
                                      .run({{"op", "node_info"}, {"reportProgress", 0}}, none);
               node = json::parse(reply.document)["nodes"][0];
               const auto count = [&](const char* key, double divisor, const char* unit) {
                 return node[key].is_number()
                            ? ", " + format_fixed(node[key].get<double>() / divisor, 0) + unit
                            : std::string();
               };
               return node["nodeName"].get<std::string>() + count("numCores", 1, " cores") +
                      count("memSize", 1024, " GiB of memory");
             },
             "start the engine there by hand and see what it says: insitu-worker --serve"));
  return doctor_reply({doctor_context("RxRemote", std::move(checks))}, json::array());
}

/// Languages that were not found, by the keys of engines.
struct NotThere {
  ForkSafeMutex mutex;
  std::map<std::string, std::chrono::steady_clock::time_point> since;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
NotThere& not_there = *new NotThere;

/// One that rests, or a new one; `key` becomes its own. Where a language that is only wanted is not
/// there, `wanted` names none any more.
std::unique_ptr<RemoteEngine> engine_for(const Place& place, Wanted& wanted, std::string& key,
                                         RunControl& control) {
  const auto key_of = [&](const std::string& language) {
    std::string all = place.folder + '\0' + place.target.shown() + '\0' + language;
    for (const auto& word : place.target.switches) all += '\0' + word;
    return all;
  };
  auto& kept = Session::instance().engines;
  key = key_of(wanted.language);
  if (auto engine = kept.take(key)) return engine;
  if (!wanted.language.empty() && !wanted.needed) {
    const auto now = std::chrono::steady_clock::now();
    const auto looks = [&] {
      const std::lock_guard lock(not_there.mutex);
      const auto found = not_there.since.find(key);
      return found == not_there.since.end() || now - found->second > kNotLookedFor;
    };
    if (looks()) try {
        return std::make_unique<RemoteEngine>(place.target, place.folder, control, wanted.language);
      } catch (const Unsupported&) {
        const std::lock_guard lock(not_there.mutex);
        not_there.since[key] = now;
      }
    wanted.language.clear();
    key = key_of("");
    if (auto engine = kept.take(key)) return engine;
  }
  return std::make_unique<RemoteEngine>(place.target, place.folder, control, wanted.language);
}

}  // namespace

bool is_remote(const json& document) {
  const auto context = context_of(document).context;
  if (!context.is_object()) return false;
  const auto type = context.value("type", json());
  return type == "RxRemote" || type == "remote";
}

std::optional<Reply> run_there(Request& request, json& document, const Callbacks& callbacks) {
  check_request(document);
  const auto op = Options(document).text("op");
  if (is_one_of(kHere, op)) {
    document.erase("context");
    return std::nullopt;
  }
  const auto [context, given] = context_of(document);
  const auto place = place_of(context);
  if (given)
    remember_context(context);
  else if (!is_remembered(context))
    require_harmless_switches(place.target);
  if (op == "exec") {
    RunControl control;
    control.callbacks = callbacks;
    send_tasks_to(place.target, place.folder, place.inner, document, control);
    return std::nullopt;
  }
  check(op, place.target.host);
  Wanted wanted;
  add_functions(document, wanted);
  if (op == "group_rows" || op == "working_folder")  // they will be asked for next
    check_tasks_there(place.inner);
  if (op == "analyze_groups" || op == "group_result") add_functions(document["method"], wanted);
  if (op == "job_submit") {
    auto& submitted = document["request"];
    add_functions(submitted, wanted);
    if (submitted.value("op", "") == "call") {
      check_runner_there(place.inner);
      wanted = {submitted.value("language", ""), true};
    }
  }
  if (op == "explain") {
    auto& asked = document["request"];
    const auto about = Options(asked, "request").text("op");
    if (about != "exec") check(about, place.target.host);
    if (about == "group_rows") check_tasks_there(place.inner);
    add_functions(asked, wanted);
  }
  const bool of_jobs = op.starts_with("job_");
  if (op == "job_finish")
    if (auto kept = kept_of_job(Options(document).text("job")); !kept.is_null()) {
      Reply reply;
      reply.document = json{{"finish", std::move(kept)}}.dump();
      return reply;
    }
  RunControl control;
  control.callbacks = callbacks;
  control.poll();
  control.cancel.throw_if_raised();
  if (op == "doctor" && Options(document).text("of") == "remote") {
    Reply reply;
    reply.document = doctor_there(place, control).dump();
    return reply;
  }
  if (document.contains("context")) document["context"] = place.inner;
  if (op == "job_submit" || op == "explain") document["request"]["context"] = place.inner;
  if (is_remote({{"context", document.value("matching", json())}}))
    document["matching"] = place_of(document["matching"]).inner;
  const auto kept_of_language = of_jobs ? take_kept(document) : json();
  std::unique_ptr<RemoteEngine> engine;
  std::string key;
  try {
    engine = engine_for(place, wanted, key, control);
  } catch (const WorkerError& failure) {
    if (op != "ping_nodes") throw;
    Reply reply;
    reply.document = json{{"nodes",
                           {{{"nodeName", place.target.host},
                             {"status", "unavail"},
                             {"message", failure.what()}}}}}
                         .dump(-1, ' ', false, json::error_handler_t::replace);
    return reply;
  }
  if (wanted.language.empty()) {
    leave_out_functions(document);
    for (const auto* key : {"request", "method"})
      if (const auto inner = document.find(key); inner != document.end() && inner->is_object())
        leave_out_functions(*inner);
  }
  RemoteCall call(*engine, control);
  const auto let_go = [&] {
    if (call.answered()) Session::instance().engines.keep(key, std::move(engine));
  };
  Reply reply;
  try {
    // Values of a language are rebuilt of what a machine keeps that the caller has named itself.
    const bool trusted = given || is_remembered(context);
    reply = call.run(document, request.streams, of_jobs && trusted ? request.tasks : nullptr);
  } catch (...) {  // the call has failed there, was stopped, or a function of the caller has failed
    let_go();
    throw;
  }
  if (op == "open") {
    keep_open_there(reply, document.value("mode", "r") == "w", key, std::move(engine));
    return reply;
  }
  let_go();
  if (of_jobs && op != "job_result") {
    auto found = nlohmann::ordered_json::parse(reply.document);
    rename_jobs(found, remote_jobs_folder(context), kept_of_language);
    if (op == "job_remove" && found.value("removed", false) && found.contains("job"))
      forget_job(found["job"].value("path", ""));
    reply.document = found.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  return reply;
}

}  // namespace insitu
