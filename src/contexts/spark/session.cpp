#include "contexts/spark/session.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/spark/folder.hpp"
#include "contexts/spark/preflight.hpp"

namespace insitu {

const GatewayWords& spark_words() {
  static const GatewayWords words{"Spark", "`rxSparkConnect`"_named,
                                  "`rxStopEngine`, insitu spark stop"_named};
  return words;
}

SparkSession::SparkSession(GatewayFolder folder, bool persistent)
    : GatewaySession(std::move(folder), spark_words(), persistent) {}

std::string SparkSession::spark_version() const {
  return nlohmann::json::parse(hello()).value("spark", "");
}

std::shared_ptr<SparkSession> SparkSession::join(const std::string& folder) {
  std::shared_ptr<SparkSession> session(new SparkSession(GatewayFolder(folder), true));
  session->GatewaySession::join();
  return session;
}

std::shared_ptr<SparkSession> SparkSession::find(const SparkOptions& options) {
  const auto folder = find_spark_folder(spark_launch(options));
  if (!folder) {
    persistent_spark_folders();  // removes what an ended one has left
    return nullptr;
  }
  try {
    return join(folder->path());
  } catch (const GatewaySilent&) {
    throw;  // it lives: another one in its place would orphan it
  } catch (const Error&) {
    return nullptr;  // it is just ending
  }
}

std::shared_ptr<SparkSession> SparkSession::start(const SparkOptions& options,
                                                  RunControl& control) {
  const auto places = require_spark(options);
  const auto launch = spark_launch(options);
  if (!options.suppress_warning)
    for (const auto& note : launch.notes) control.warn(note);

  std::shared_ptr<SparkSession> session(
      new SparkSession(make_spark_folder(options), options.persistent_run));
  const auto& folder = session->shared_folder();
  std::vector<std::string> command = {places.spark_home + "/bin/spark-submit"};
  try {
    const auto arguments = write_spark_settings(folder, launch, places.spark_home);
    command.insert(command.end(), arguments.begin(), arguments.end());
  } catch (const Error&) {
    folder.remove();
    throw;
  }
  command.insert(command.end(), {places.jar, folder.path()});
  auto environment = launch.environment;
  environment.emplace_back("SPARK_HOME", places.spark_home);
  session->GatewaySession::start(command, environment, "master " + launch.master, control);
  if (options.persistent_run)
    if (const auto failure = publish_spark_folder(folder, launch); !failure.empty())
      control.warn("the Spark application cannot be found again by other processes: " + failure);
  return session;
}

}  // namespace insitu
