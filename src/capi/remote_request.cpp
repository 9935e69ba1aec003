#include "capi/remote_request.hpp"

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "capi/doctor_request.hpp"
#include "capi/remote_jobs.hpp"
#include "capi/remote_tasks.hpp"
#include "capi/remote_wire.hpp"
#include "capi/reply_parts.hpp"
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

constexpr std::uint64_t kMostOfRows = 256 << 20;
constexpr auto kPatienceWithCancel = std::chrono::seconds(5);

/// What the data of another machine are asked for there. All else is of this process, or needs it.
constexpr std::string_view kThere[] = {
    "import",     "data_step",  "source_of_path", "info",       "var_info",   "set_var_info",
    "set_info",   "partition",  "partitions",     "predict",    "refit",      "combine",
    "head",       "doctor",     "job_submit",     "job_list",   "job_show",   "job_output",
    "job_result", "job_finish", "job_wait",       "job_cancel", "job_remove", "node_info",
    "ping_nodes", "explain"};
constexpr std::string_view kHere[] = {
    "print",      "describe",     "serialize_model", "unserialize_model",
    "vif",        "export_model", "print_source",    "coefficient_labels",
    "t_quantile", "f_tail",       "sample_data"};

template <std::size_t n>
bool is_one_of(const std::string_view (&names)[n], const std::string& op) {
  return std::ranges::find(names, op) != std::end(names);
}

/// Of the request, of the request of a job, or of the folder of a job.
json context_of(const json& document) {
  if (const auto found = document.find("context"); found != document.end() && !found->is_null())
    return *found;
  if (const auto request = document.find("request");
      request != document.end() && request->is_object())
    return context_of(*request);
  for (const auto* key : {"jobs", "job"}) {
    const auto found = document.find(key);
    if (found == document.end()) continue;
    if (found->is_object()) return *found;
    if (found->is_string()) {
      auto context = context_of_remote_jobs(found->get_ref<const std::string&>());
      if (!context.is_null()) return context;  // looked at by run_there()
    }
  }
  return nullptr;
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
  if (op == "open")
    throw Unsupported(
        "RxRemote reads and writes no data piece by piece; use `rxDataStep`, or "
        "a copy of the file on this machine"_named);
  if (!method_of_op(op) && !is_one_of(kThere, op))
    throw Unsupported("RxRemote cannot do this (" + op + ") on '" + host +
                      "' yet; call it in a context of this machine, as `RxLocalSeq`"_named);
}

/// Functions of a language are not run there. One that stands in for expressions where the engine
/// cannot evaluate them (docs/requests.md, `instead`) is left out: the engine there says what it
/// cannot.
void leave_out_functions(json& request) {
  for (const auto* key : {"transformFunc", "familyFunctions"}) {
    const auto found = request.find(key);
    if (found == request.end() || !found->is_object()) continue;
    if (!found->value("instead", false))
      throw Unsupported(
          named(std::string_view(key) == "familyFunctions" ? "family" : key) +
          ": functions of R or Python are not run on another machine; write them as expressions "
          "(`transforms`, `rowSelection`), or call in a context of this machine"_named);
    request.erase(found);
  }
}

/// One call over the line.
class RemoteCall {
 public:
  RemoteCall(RemoteEngine& engine, RunControl& control)
      : engine_(engine), control_(control), number_(engine.next_call()) {}

  Reply run(const json& document, std::vector<ArrowArrayStream*>& streams) {
    send(document, streams);
    for (;;) {
      while (auto frame = engine_.line().take())
        if (take(*frame)) return std::exchange(reply_, Reply());
      if (engine_.line().gone()) {
        if (asked_to_stop_) throw Cancelled();
        engine_.fail("in the middle of the call: what it was writing there is not in place");
      }
      hear(engine_.line(), control_);
      if (control_.cancel.raised()) stop();
    }
  }
  ~RemoteCall() {
    for (auto& frame : reply_.frames)
      if (frame.release) frame.release(&frame);
  }
  RemoteCall(const RemoteCall&) = delete;
  RemoteCall& operator=(const RemoteCall&) = delete;

 private:
  void send(const json& document, std::vector<ArrowArrayStream*>& streams) {
    auto& line = engine_.line();
    const SendFrame to_engine = [&](FrameType type, std::uint32_t k, std::string_view json,
                                    std::string_view payload) {
      line.send(type, k, json, payload);
    };
    std::uint64_t sent = 0;
    for (std::size_t k = 0; k < streams.size(); ++k) {
      try {
        send_rows(to_engine, static_cast<std::uint32_t>(k), streams[k], kMostOfRows, sent);
      } catch (const DataError&) {
        if (sent <= kMostOfRows) throw;
        throw Unsupported("RxRemote sends at most 256 MiB of rows of a data frame to '" +
                          engine_.channel().target().host +
                          "'; write them to a file, copy it there, and name it by its path there");
      }
    }
    line.send(FrameType::kCall, number_, {}, document_text(document));
  }

  /// True: it was the last of the call.
  bool take(Frame& frame) {
    const auto said = [&] {
      auto document = json::parse(frame.json, nullptr, false);
      if (document.is_discarded()) throw DataError("the engine there has sent no JSON");
      return document;
    };
    switch (frame.type) {
      case FrameType::kProgress:
        tell_progress(said());
        return false;
      case FrameType::kLog: {
        const auto line = said();
        const auto text = line.value("text", "");
        const auto& told = line.value("kind", "") == "warning" ? control_.callbacks.warning
                                                               : control_.callbacks.output;
        if (told) told(text);
        return false;
      }
      case FrameType::kBlock:
        rows_.add(std::move(frame));
        return false;
      case FrameType::kState:
        load_arrays(frame.payload, kArraysOnTheWire, "the reply", reply_);
        return false;
      case FrameType::kFail: {
        const auto failure = said();
        throw_error(static_cast<ErrorCode>(failure.value("code", 1)),
                    failure.value("message", "the engine there did not say why"));
      }
      case FrameType::kReply:
        reply_.frames = rows_.take();
        reply_.document = std::move(frame.payload);
        (void)checked_document(reply_.document, "the reply", reply_);
        return true;
      default:
        throw DataError("the engine there has sent a frame " + std::string(frame_name(frame.type)));
    }
  }

  void tell_progress(const json& step) {
    constexpr std::size_t kFields = 8;
    if (!control_.callbacks.progress || !step.is_array() || step.size() != kFields) return;
    control_.callbacks.progress({.rows_read = step[0],
                                 .rows_processed = step[1],
                                 .rows_total = step[2],
                                 .chunk_seconds = step[3],
                                 .seconds = step[4],
                                 .pass = step[5],
                                 .resident_bytes = step[6],
                                 .finished = step[7]});
  }

  /// Asks once; the line is given up when nothing comes of it.
  void stop() {
    const auto now = std::chrono::steady_clock::now();
    if (!asked_to_stop_) {
      asked_to_stop_ = true;
      asked_at_ = now;
      engine_.line().send(FrameType::kCancel, number_, {});
    } else if (now - asked_at_ > kPatienceWithCancel) {
      engine_.line().kill();
      throw Cancelled();
    }
  }

  RemoteEngine& engine_;
  RunControl& control_;
  std::uint32_t number_;
  ReceivedRows rows_;
  Reply reply_;
  bool asked_to_stop_ = false;
  std::chrono::steady_clock::time_point asked_at_;
};

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

}  // namespace

bool is_remote(const json& document) {
  const auto context = context_of(document);
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
  const auto context = context_of(document);
  const auto place = place_of(context);
  if (op == "exec") {
    RunControl control;
    control.callbacks = callbacks;
    send_tasks_to(place.target, place.folder, place.inner, document, control);
    return std::nullopt;
  }
  check(op, place.target.host);
  leave_out_functions(document);
  if (op == "job_submit") {
    if (document["request"].value("op", "") == "call")
      throw Unsupported(
          "RxRemote: calls of functions cannot be jobs of another machine; call with `wait = "
          "TRUE`, "
          "or in a context of this machine"_named);
    leave_out_functions(document["request"]);
  }
  if (op == "explain") {
    auto& asked = document["request"];
    const auto about = Options(asked, "request").text("op");
    if (about != "exec") check(about, place.target.host);
    leave_out_functions(asked);
  }
  // A path may come from anywhere; a context that the caller has made is the caller's own.
  const bool given = document.contains("context") || document.contains("request") ||
                     document.value("jobs", json()).is_object();
  if (!given) require_harmless_switches(place.target);
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
  std::string key = place.folder + '\0' + place.target.shown();
  for (const auto& word : place.target.switches) key += '\0' + word;
  auto& kept = Session::instance().engines;
  auto engine = kept.take(key);
  try {
    if (!engine) engine = std::make_unique<RemoteEngine>(place.target, place.folder, control);
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
  try {
    auto reply = RemoteCall(*engine, control).run(document, request.streams);
    kept.keep(key, std::move(engine));
    if (of_jobs && op != "job_result") {
      auto found = nlohmann::ordered_json::parse(reply.document);
      rename_jobs(found, remote_jobs_folder(context), kept_of_language);
      reply.document = found.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
    return reply;
  } catch (const Unsupported&) {
    // Rows of the request may be on their way: the line is not used again.
    throw;
  } catch (const WorkerError&) {
    throw;
  } catch (const Error&) {
    // The call has failed there, or was stopped; the engine there is ready for the next one.
    if (!engine->line().gone()) kept.keep(key, std::move(engine));
    throw;
  }
}

}  // namespace insitu
