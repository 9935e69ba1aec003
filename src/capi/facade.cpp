#include "capi/facade.hpp"

#include <signal.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "analysis/pass_place.hpp"
#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/memory_limit.hpp"
#include "base/sync_writes.hpp"
#include "base/working_folder.hpp"
#include "capi/border.hpp"
#include "capi/call.hpp"
#include "capi/call_job.hpp"
#include "capi/data_step_request.hpp"
#include "capi/database_request.hpp"
#include "capi/doctor_request.hpp"
#include "capi/exec_request.hpp"
#include "capi/explain.hpp"
#include "capi/export_request.hpp"
#include "capi/formats.hpp"
#include "capi/group_analyses.hpp"
#include "capi/groups_request.hpp"
#include "capi/hdfs_request.hpp"
#include "capi/info_request.hpp"
#include "capi/job_request.hpp"
#include "capi/method_request.hpp"
#include "capi/model_request.hpp"
#include "capi/moments_request.hpp"
#include "capi/nodes_request.hpp"
#include "capi/opened_sources.hpp"
#include "capi/predict_request.hpp"
#include "capi/published_models.hpp"
#include "capi/remote_handles.hpp"
#include "capi/remote_request.hpp"
#include "capi/request_keys.hpp"
#include "capi/rows_request.hpp"
#include "capi/sample_data.hpp"
#include "capi/scored_in_database.hpp"
#include "capi/self_test_request.hpp"
#include "capi/session.hpp"
#include "capi/set_info_request.hpp"
#include "capi/spark_request.hpp"
#include "capi/ssh_request.hpp"
#include "capi/words.hpp"
#include "contexts/capability.hpp"
#include "contexts/measured_context.hpp"
#include "contexts/registry.hpp"
#include "data/survey.hpp"
#include "data/watched_files.hpp"
#include "filesystems/hdfs/file_system.hpp"
#include "filesystems/native.hpp"
#include "filesystems/routed.hpp"
#include "math/distributions.hpp"
#include "methods/methods.hpp"
#include "report/explain_report.hpp"
#include "report/progress_report.hpp"
#include "report/source_report.hpp"

namespace insitu {

using nlohmann::json;

namespace {

using nlohmann::ordered_json;

struct Operation {
  const char* name;
  ordered_json (*run)(Call&);
};

template <auto run>
ordered_json ordered(Call& call) {
  return run(call);
}

constexpr Operation kOperations[] = {
    {"import", ordered<import_request>},
    {"data_step", ordered<data_step_request>},
    {"source_of_path", ordered<source_of_path_request>},
    {"info", ordered<info_request>},
    {"var_info", ordered<var_info_request>},
    {"set_var_info", ordered<set_var_info_request>},
    {"set_info", ordered<set_info_request>},
    {"print", ordered<print_request>},
    {"describe", describe_request},
    {"analyze_groups", ordered<analyze_groups_request>},
    {"group_result", group_result_request},
    {"group_keys", ordered<group_keys_request>},
    {"group_rows", ordered<group_rows_request>},
    {"partition", ordered<partition_request>},
    {"partitions", ordered<partitions_request>},
    {"predict", ordered<predict_request>},
    {"serialize_model", serialize_model_request},
    {"unserialize_model", unserialize_model_request},
    {"refit", refit_request},
    {"combine", combine_request},
    {"vif", vif_request},
    {"coefficient_labels", labels_request},
    {"export_model", ordered<export_model_request>},
    {"open", ordered<open_request>},
    {"read_next", ordered<read_next_request>},
    {"write_next", ordered<write_next_request>},
    {"close", ordered<close_request>},
    {"head", ordered<head_request>},
    {"print_source",
     [](Call& call) -> ordered_json {
       const auto descriptor = descriptor_of(call.options.value("data"), "data");
       std::vector<PrintedOption> options;
       if (const auto* format = format_of(descriptor))
         for (const auto& key : format->keys)
           if (!key.printed.empty()) options.push_back({key.name, key.printed});
       return {{"printed", source_report(descriptor, options)}};
     }},
    {"hdfs", ordered<hdfs_request>},
    {"table_exists", ordered<table_exists_request>},
    {"drop_table", ordered<drop_table_request>},
    {"execute_sql", ordered<execute_sql_request>},
    {"write_object", ordered<write_object_request>},
    {"read_object", ordered<read_object_request>},
    {"delete_object", ordered<delete_object_request>},
    {"list_keys", ordered<list_keys_request>},
    {"publish_model", ordered<publish_model_request>},
    {"published_models", ordered<published_models_request>},
    {"unpublish_model", ordered<unpublish_model_request>},
    {"sql_server_self_test", ordered<sql_server_self_test_request>},
    {"sample_data", ordered<sample_data_request>},
    {"doctor", ordered<doctor_request>},
    {"working_folder",
     [](Call& call) -> ordered_json {
       if (call.options.has("remove"))
         return {{"removed", remove_working_folder(call.options.text("remove"))}};
       return {{"folder", make_working_folder(call.options.text("within"))}};
     }},
    {"job_submit", ordered<job_submit_request>},
    {"job_list", ordered<job_list_request>},
    {"job_show", ordered<job_show_request>},
    {"job_output", ordered<job_output_request>},
    {"job_result", job_result_request},
    {"job_finish", ordered<job_finish_request>},
    {"job_wait", ordered<job_wait_request>},
    {"job_cancel", ordered<job_cancel_request>},
    {"job_remove", ordered<job_remove_request>},
    {"job_function", ordered<job_function_request>},
    {"job_run", ordered<job_run_request>},
    {"job_begin", ordered<job_begin_request>},
    {"job_tell", ordered<job_tell_request>},
    {"job_end", ordered<job_end_request>},
    {"call", ordered<call_request>},
    {"t_quantile",
     [](Call& call) -> ordered_json {
       const auto& given = call.options;
       const double q =
           qt(given.number("p", 0.5), given.number("df", 0), given.flag("upper", false));
       return {{"value", std::isfinite(q) ? ordered_json(q) : ordered_json()}};
     }},
    {"f_tail",
     [](Call& call) -> ordered_json {
       const auto& given = call.options;
       const double p =
           pf(given.number("value", 0), given.number("df1", 0), given.number("df2", 0), true);
       return {{"value", std::isfinite(p) ? ordered_json(p) : ordered_json()}};
     }},
    {"node_info", ordered<node_info_request>},
    {"ping_nodes", ordered<ping_nodes_request>},
    {"exec", ordered<exec_request>},
    {"exec_over_groups", ordered<exec_over_groups_request>},
    {"spark_connect", ordered<spark_connect_request>},
    {"spark_prepare_attach", ordered<spark_prepare_attach_request>},
    {"spark_jar", ordered<spark_jar_request>},
    {"spark_disconnect", ordered<spark_disconnect_request>},
    {"stop_engine", ordered<stop_engine_request>},
    {"spark_list_data", ordered<spark_list_data_request>},
    {"spark_remove_data", ordered<spark_remove_data_request>},
    {"spark_sql", ordered<spark_sql_request>},
    {"spark_empty_job", ordered<spark_empty_job_request>},
    {"ssh_command", ordered<ssh_command_request>},
    {"ssh_run", ordered<ssh_run_request>},
    {"ssh_copy", ordered<ssh_copy_request>},
    {"ssh_failure", ordered<ssh_failure_request>},
    {"ssh_close", ordered<ssh_close_request>},
};

/// The reply of a method or of another operation.
ordered_json run_operation(Call& call, const std::string& op) {
  if (const auto* method = method_of_op(op)) return run_method(call, *method);
  for (const auto& operation : kOperations)
    if (operation.name == op) return operation.run(call);
  throw Error("operation without a function: " + op);
}

/// Streams that no operation has taken are released however the call ends.
struct StreamsOfCall {
  explicit StreamsOfCall(std::vector<ArrowArrayStream*>& all) : streams(all) {}
  ~StreamsOfCall() {
    for (auto* stream : streams)
      if (stream && stream->release) stream->release(stream);
  }
  std::vector<ArrowArrayStream*>& streams;
};

/// Frames of a reply that never reaches its caller are released.
struct UnsentReply {
  Reply reply;
  ~UnsentReply() {
    for (auto& frame : reply.frames)
      if (frame.release) frame.release(&frame);
  }
};

/// The caller's callbacks at the wanted level: lines from level 2 on.
Callbacks callbacks_at(int level, const Callbacks& callbacks) {
  auto chosen = callbacks;
  if (level <= 0) chosen.progress = nullptr;
  if (level >= 2 && callbacks.output)
    chosen.progress = [level, callbacks](const Progress& p) {
      callbacks.output(progress_line(level, p.rows_read, p.rows_processed, p.chunk_seconds,
                                     p.seconds, p.resident_bytes) +
                       "\n");
      if (callbacks.progress) callbacks.progress(p);
    };
  return chosen;
}

/// What of a request may be functions of a language, by what messages call it.
constexpr const char* kFunctionsOfLanguages[] = {"transformFunc", "familyFunctions"};

/// The context of the request; where functions of a language go to worker processes, they are
/// workers of that language.
json context_description(const json& document) {
  auto description = document.value("context", json());
  if (!description.is_object() || description.contains("languages")) return description;
  const auto type = description.value("type", json());
  const bool elsewhere = type == "RxMpi" || type == "mpi" || type == "RxProcesses" ||
                         type == "processes" || type == "RxSpark" || type == "spark" ||
                         type == "RxHadoopMR" || type == "hadoopmr";
  const auto op = document.value("op", json());
  const bool tasks = op == "exec" || op == "exec_over_groups";
  const bool here = type == "RxLocalParallel" || type == "localpar" || type == "RxForeachDoPar" ||
                    type == "dopar";
  const auto use = [&](const json& function) {
    if (!function.is_object() || !function.contains("worker")) return;
    description["worker"] = function["worker"];
    description["languages"] = function.value("language", json());
  };
  if (tasks) {
    if (elsewhere || here) use(document);
  } else if (elsewhere) {
    for (const auto* key : kFunctionsOfLanguages) {
      use(document.value(key, json()));
      // Of an analysis for all groups.
      if (const auto method = document.find("method");
          method != document.end() && method->is_object())
        use(method->value(key, json()));
    }
  }
  return description;
}

/// What of the request the context cannot do, as sentences. Operations that only move rows take
/// those of the caller in every context.
std::vector<std::string> lacking_capabilities(ComputeContext& context, const json& document) {
  std::vector<std::string> sentences;
  const auto require = [&](Feature feature, std::string_view wanted_by) {
    if (auto sentence = lacking(context, feature, wanted_by))
      sentences.push_back(std::move(*sentence));
  };
  const auto op = document.value("op", "");
  const bool moves = !method_of_op(op);
  for (const auto* key : {"data", "inData", "from"})
    if (const auto& source = document.value(key, json());
        !moves && source.is_object() && source.value("type", json()) == "frame")
      require(Feature::kCallerRows, key);
  for (const auto* key : kFunctionsOfLanguages) {
    const auto function = document.value(key, json());
    if (!function.is_object()) continue;
    const auto language = function.value("language", json());
    const auto* what = std::string_view(key) == "familyFunctions" ? "family" : key;
    if (language == "R") require(Feature::kRFunctions, what);
    if (language == "python") require(Feature::kPythonFunctions, what);
  }
  return sentences;
}

/// memoryLimit: a number of bytes or a size; 0: the default.
std::uint64_t memory_limit_of(const Options& options) {
  if (!options.has("memoryLimit")) return 0;
  if (options.value("memoryLimit").is_string())
    return memory_from_text(options.text("memoryLimit"), "memoryLimit");
  const auto bytes = options.number("memoryLimit", 0);
  if (!(bytes >= 1) || bytes > 9e18)
    throw InvalidArgument(
        "memoryLimit must be a number of bytes or a size such as '8GB' or '500MB', not " +
        options.value("memoryLimit").dump());
  return static_cast<std::uint64_t>(bytes);
}

/// A file that passes its limit of size is an error of write, not the end of the process. Left
/// alone where the program has a handler of its own.
void survive_file_size_limits() {
  static const bool once = [] {
    struct sigaction now {};
    if (::sigaction(SIGXFSZ, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
      std::signal(SIGXFSZ, SIG_IGN);
    return true;
  }();
  (void)once;
}

/// Callbacks that hear the words of the face.
Callbacks callbacks_in(const Words& words, const Callbacks& callbacks) {
  auto chosen = callbacks;
  if (callbacks.warning)
    chosen.warning = [&words, callbacks](const std::string& text) {
      callbacks.warning(in_words(text, words));
    };
  if (callbacks.output)
    chosen.output = [&words, callbacks](const std::string& text) {
      callbacks.output(in_words(text, words));
    };
  return chosen;
}

/// The context of a call: one that may stay between calls, or, where the call is only explained,
/// one that starts nothing.
struct ContextOfCall {
  KeptContexts::Loan loan;
  std::unique_ptr<ComputeContext> described;
  ComputeContext* context = nullptr;

  ContextOfCall(const json& description, bool explains) {
    if (explains) {
      described = context_from_json(description);
      context = described.get();
    } else {
      loan = Session::instance().contexts.borrow(description);
      context = &*loan;
    }
  }
  ~ContextOfCall() { loan.give_back_after_failure(); }
  ContextOfCall(const ContextOfCall&) = delete;
  ContextOfCall& operator=(const ContextOfCall&) = delete;
  void give_back() {
    if (!described) loan.give_back();
  }
};

/// What an earlier request has seen of the files of this one: they must be the same still.
std::shared_ptr<FileVersions> versions_of(const Options& options) {
  const auto& given = options.value("fileVersions");
  if (given.is_null()) return std::make_shared<FileVersions>();
  try {
    return std::make_shared<FileVersions>(given.get<FileVersions::List>());
  } catch (const json::exception&) {
    throw InvalidArgument("fileVersions must be pairs of a path and a version");
  }
}

/// `explanation`: the request is explained, not run; null: it is run. Throws Explained, too, then.
Reply run_parsed(Request& request, const json& document, const Callbacks& callbacks,
                 Explanation* explanation = nullptr) {
  const auto begin = std::chrono::steady_clock::now();
  survive_file_size_limits();
  check_request(document);
  const Options options(document);
  const auto op = options.text("op");
  const auto level = static_cast<int>(options.whole("reportProgress", 2));
  const SyncWrites sync(options.flag("syncWrites", sync_writes()));
  const MemoryLimit memory(memory_limit_of(options));
  RunControl control;
  control.callbacks = callbacks_at(level, callbacks);
  const CallScope scope(control);
  ContextOfCall kept(context_description(document), explanation);
  std::optional<MeasuredContext> measured;
  auto* context = kept.context;
  if (explanation)
    context = &explanation->in_place_of(*context);
  else if (options.flag("execution", false) && is_explained(op))
    context = &measured.emplace(*context, [](const auto& pass) { return meaning_of_pass(pass); });
  for (auto& sentence : lacking_capabilities(*context, document)) {
    if (!explanation) throw Unsupported(sentence);
    explanation->lacks(std::move(sentence));
  }
  control.versions = versions_of(options);
  // Files of a platform are watched by the platform.
  auto files = watched_files(native_file_system(), control.versions);
  auto remote = kept.context->file_system();
  if (remote && explanation) remote = explanation->files_of_platform();
  if (!remote) remote = hdfs_file_system();
  files = routed_file_system(std::move(files), std::move(remote));
  RunControl quiet;  // a survey is no pass that the caller has asked for
  quiet.callbacks.interrupted = callbacks.interrupted;
  quiet.versions = control.versions;
  const SurveyScope surveys(
      [&](const DataSource& source, const ReadOptions& columns,
          const std::function<void(const Chunk&)>& consume) {
        if (explanation) explanation->survey();
        if (measured) return measured->survey(source, columns, consume, quiet);
        context->read(source, columns, consume, quiet);
      },
      Session::instance().surveys, control.versions,
      [&] {
        if (explanation) explanation->survey();
      });
  SourceMaker sources(formats(),
                      {.files = std::move(files),
                       .warn = [&control](const std::string& text) { control.warn(text); },
                       .versions = control.versions},
                      &request.streams);
  if (auto* tables = context->tables()) {
    sources.set_tables([tables, &control](const json& descriptor) -> SourcePtr {
      const auto place = engine_source(descriptor);
      if (place.is_null()) return nullptr;
      return tables->open_table({descriptor.value("type", ""), place.dump()}, control);
    });
    sources.set_cache([tables, &control](SourcePtr source, const json& descriptor) {
      return tables->cached(std::move(source), descriptor.dump(), control);
    });
  }
  std::deque<SourceRecord> records;
  const OpenedSources opened(
      [&](SourcePtr source, const char* key, const json& descriptor) {
        if (explanation)
          return explanation->opened(std::move(source), key, descriptor, *control.versions);
        if (measured)
          records.push_back(source_record(*source, key, descriptor, *control.versions, records,
                                          !dynamic_cast<TellsPlaces*>(kept.context)));
        return source;
      },
      explanation != nullptr);
  UnsentReply unsent;
  Call call{document, options, request, control, *context, sources, unsent.reply};
  control.poll();
  control.cancel.throw_if_raised();
  if (explanation) {
    explanation->look_at(call);
    if (!explanation->goes_its_way()) throw Explained();
  }
  ordered_json reply;
  try {
    reply = run_operation(call, op);
  } catch (const DataError&) {
    // Parts of a replaced file may be gone before anybody has looked at its version.
    control.check_versions();
    throw;
  }
  if (measured) {
    auto record = measured->record();
    record.sources = std::move(records);
    record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    note_scoring(reply, record);
    auto& told = reply["execution"] = record.to_json();
    for (const auto* key : {"tasks", "failed"})
      if (op == "exec") told[key] = reply[key];
    told["printed"] = explain_report(told);
  }
  kept.give_back();
  unsent.reply.document = reply.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  if (method_of_op(op) && callbacks.output && level >= 2) {
    const auto seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    callbacks.output(computation_time_line(level, seconds) + "\n");
  }
  return std::exchange(unsent.reply, Reply());
}

/// What the request would do.
Reply explain(Request& request, const json& document, const Callbacks& callbacks) {
  check_request(document);
  Explanation explanation(document);
  Callbacks quiet;
  quiet.interrupted = callbacks.interrupted;
  quiet.warning = [&](const std::string& text) { explanation.warns(text); };
  try {
    auto reply = run_parsed(request, explanation.request(), quiet, &explanation);
    const UnsentReply unsent{std::move(reply)};
    explanation.ended();
  } catch (const Explained&) {
  } catch (const Unsupported& lacking) {
    explanation.lacks(lacking.what());
  } catch (const Error&) {
    // Where levels have been made up, the run may go on where the explanation does not.
    if (!explanation.invented()) throw;
  }
  Reply reply;
  reply.document = explanation.reply().dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return reply;
}

/// A text of the document, or "" for another kind of value.
std::string text_at(const json& document, const char* key) {
  const auto found = document.find(key);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Reply run(Request request, const Callbacks& callbacks) {
  const StreamsOfCall streams(request.streams);
  auto words = request.words ? request.words : words_of_face("r", "");
  try {
    auto document = parse_document(request.document);
    const bool explains = document.is_object() && text_at(document, "op") == "explain";
    if (!request.words && document.is_object()) {
      const auto inner = explains ? document.find("request") : document.end();
      const auto& about = inner != document.end() && inner->is_object() ? *inner : document;
      words = words_of_face(text_at(document, "face"), text_at(about, "op"));
    }
    const auto told = callbacks_in(words, callbacks);
    std::optional<Reply> there;
    if (document.is_object()) there = run_on_open_there(request, document, told);
    if (!there && document.is_object() && is_remote(document))
      there = run_there(request, document, told);
    auto reply = there      ? std::move(*there)
                 : explains ? explain(request, document, told)
                            : run_parsed(request, document, told);
    if (has_names(reply.document)) reply.document = in_words(reply.document, words);
    return reply;
  } catch (...) {
    rethrow_in(words);
  }
}

}  // namespace insitu
