#include "capi/spark_request.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/spark/context.hpp"
#include "contexts/spark/folder.hpp"
#include "contexts/spark/preflight.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"

namespace insitu {

using nlohmann::json;

namespace {

SparkContext& spark_of(Call& call) {
  auto* spark = dynamic_cast<SparkContext*>(&call.context);
  if (!spark)
    throw InvalidArgument("`computeContext` must be `RxSpark` for this function, is "_named +
                          call.context.name() + "; connect with `rxSparkConnect` first"_named);
  return *spark;
}

/// The running application of the context; nothing is started for the question.
SparkSession& running(Call& call) {
  auto& spark = spark_of(call);
  if (spark.options().session.empty() && !SparkSession::find(spark.options()))
    throw InvalidArgument(
        "this compute context has no running Spark application; connect with `rxSparkConnect`"_named);
  return spark.session(call.control);
}

}  // namespace

json spark_connect_request(Call& call) {
  auto& spark = spark_of(call);
  auto options = spark.options();
  options.persistent_run = true;
  if (call.options.flag("reset", false))
    for (const auto& folder : persistent_spark_folders()) {
      try {
        SparkSession::join(folder.path())->stop();
      } catch (const Error&) {
        // It has ended meanwhile.
      }
    }
  auto description = call.options.value("context");
  if (!options.session.empty()) {  // attached, or connected before
    const auto joined = SparkSession::join(options.session);
    joined->require_this_build();
    return {{"context", description},           {"reused", true},
            {"spark", joined->spark_version()}, {"app", joined->application()},
            {"master", joined->master()},       {"printed", ""}};
  }
  auto session = SparkSession::find(options);
  const bool reused = session != nullptr;
  std::string printed;
  if (!reused) {
    printed =
        "No Spark applications can be reused. It may take 1 to 2 minutes to launch a new Spark "
        "application.\n";
    if (call.control.callbacks.output) call.control.callbacks.output(printed);
    session = SparkSession::start(options, call.control);
  }
  session->require_this_build();
  description["session"] = session->folder();
  description["persistentRun"] = true;
  return {{"context", description},
          {"reused", reused},
          {"spark", session->spark_version()},
          {"app", session->application()},
          {"master", session->master()},
          {"printed", printed}};
}

json spark_prepare_attach_request(Call& call) {
  const auto& options = spark_of(call).options();
  const auto launch = spark_launch(options);
  json settings = json::array(), environment = json::array();
  for (const auto& [key, value] : launch.settings) settings.push_back({key, value});
  for (const auto& [name, value] : launch.environment) environment.push_back({name, value});
  return {{"folder", make_spark_folder(options).path()},
          {"jar", find_jvm_jar()},
          {"master", launch.master},
          {"settings", settings},
          {"arguments", launch.other_words},
          {"environment", environment}};
}

json spark_jar_request(Call&) { return {{"jar", find_jvm_jar()}}; }

json spark_disconnect_request(Call& call) {
  const std::string printed =
      "We have shut down the current Spark application and switched to local compute context.\n";
  auto& spark = spark_of(call);
  std::shared_ptr<SparkSession> session;
  try {
    session = !spark.options().session.empty() ? SparkSession::join(spark.options().session)
                                               : SparkSession::find(spark.options());
  } catch (const WorkerError&) {
    persistent_spark_folders();  // it has ended by itself: removes what it may have left
  }
  if (!session) return {{"stopped", false}, {"attached", false}, {"printed", printed}};
  const bool attached = session->attached();
  session->stop();
  return {{"stopped", !attached}, {"attached", attached}, {"printed", printed}};
}

json stop_engine_request(Call& call) {
  std::int64_t stopped = 0;
  const auto stop = [&](const std::string& folder) {
    try {
      SparkSession::join(folder)->stop();
      ++stopped;
    } catch (const GatewaySilent&) {
      GatewayFolder(folder).end();
      ++stopped;
    } catch (const Error&) {
      // It has ended meanwhile.
    }
  };
  if (call.options.choice("scope", "session", {"session", "user"}) == "user") {
    for (const auto& folder : persistent_spark_folders()) stop(folder.path());
  } else {
    const auto& options = spark_of(call).options();
    if (!options.session.empty())
      stop(options.session);
    else if (const auto folder = find_spark_folder(spark_launch(options)))
      stop(folder->path());
  }
  return {{"stopped", stopped}};
}

json spark_list_data_request(Call& call) {
  const auto data =
      running(call).ask("LIST_DATA", json::object(), call.control).value("data", json::array());
  std::string printed;
  for (const auto& each : data) {
    printed += each.value("name", "") + "\n";
    if (!call.options.flag("showDescription", true)) continue;
    printed += "  " + each.value("kind", "") + ", " + std::to_string(each.value("partitions", 0)) +
               " partitions";
    // Of a view Spark does not tell where its rows are.
    for (const auto& [key, place] : {std::pair("memory", " in memory"), {"disk", " on disk"}})
      if (const auto bytes = each.value(key, -1.0); bytes >= 0)
        printed += ", " + format_fixed(bytes / 1048576.0, 1) + " MiB" + place;
    printed += "\n";
  }
  if (data.empty()) printed = "No data are cached on Spark.\n";
  return {{"data", data}, {"printed", printed}};
}

json spark_remove_data_request(Call& call) {
  json arguments;
  if (call.options.flag("all", false))
    arguments["all"] = true;
  else
    arguments["names"] = call.options.texts("names");
  return running(call).ask("REMOVE_DATA", arguments, call.control);
}

json spark_sql_request(Call& call) {
  return spark_of(call)
      .session(call.control)
      .ask("SQL", {{"text", call.options.text("text")}}, call.control);
}

json spark_empty_job_request(Call& call) {
  return spark_of(call)
      .session(call.control)
      .ask("EMPTY_JOB", {{"tasks", call.options.whole("tasks", 2)}}, call.control);
}

}  // namespace insitu
