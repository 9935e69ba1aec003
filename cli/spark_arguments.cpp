#include "spark_arguments.hpp"

#include <nlohmann/json.hpp>

namespace insitu::cli {

using nlohmann::json;

void SparkArguments::add_options(CLI::App& app) {
  auto* group = app.add_option_group("Spark (with --context spark)");
  group
      ->add_option("--master", master,
                   "yarn, standalone, local, or a URL such as spark://host:7077 (default yarn)")
      ->type_name("MASTER");
  group->add_option("--executors", executors, "Executors (default: as many as there are)")
      ->check(CLI::Range(1, 65535))
      ->type_name("N");
  group->add_option("--executor-cores", executor_cores, "Cores of an executor (default 2)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  group->add_option("--executor-mem", executor_memory, "Java memory of an executor (default 4g)")
      ->type_name("SIZE");
  group
      ->add_option("--executor-overhead-mem", overhead_memory,
                   "Memory of an executor beside Java, where the workers live (default 4g)")
      ->type_name("SIZE");
  group->add_option("--driver-mem", driver_memory, "Memory of the driver (default 4g)")
      ->type_name("SIZE");
  group->add_option("--name-node", name_node, "Name node of the HDFS (default: as configured)")
      ->type_name("HOST");
  group->add_option("--port", port, "Port of the name node")
      ->check(CLI::Range(1, 65535))
      ->type_name("PORT");
  group
      ->add_option("--spark-config", config,
                   "Further arguments of spark-submit: --spark-config='--conf key=value ...'")
      ->type_name("TEXT");
  group->add_flag("--keep-spark", keep,
                  "Keep the Spark application for the next command; one that runs is used again");
  group
      ->add_option("--idle-timeout", idle_seconds,
                   "Seconds without work after which a kept application stops; negative: never "
                   "(default 3600)")
      ->type_name("SECONDS");
}

const char* SparkArguments::given() const {
  if (const char* alone = given_of_spark_alone()) return alone;
  if (name_node) return "--name-node";
  if (port) return "--port";
  return nullptr;
}

const char* SparkArguments::given_of_spark_alone() const {
  if (master) return "--master";
  if (executors) return "--executors";
  if (executor_cores) return "--executor-cores";
  if (executor_memory) return "--executor-mem";
  if (overhead_memory) return "--executor-overhead-mem";
  if (driver_memory) return "--driver-mem";
  if (config) return "--spark-config";
  if (keep) return "--keep-spark";
  if (idle_seconds) return "--idle-timeout";
  return nullptr;
}

json SparkArguments::description() const {
  json found = {{"type", "RxSpark"}, {"persistentRun", keep}};
  if (master) found["master"] = *master;
  if (executors) found["numExecutors"] = *executors;
  if (executor_cores) found["executorCores"] = *executor_cores;
  if (executor_memory) found["executorMem"] = *executor_memory;
  if (overhead_memory) found["executorOverheadMem"] = *overhead_memory;
  if (driver_memory) found["driverMem"] = *driver_memory;
  if (name_node) found["nameNode"] = *name_node;
  if (port) found["port"] = *port;
  if (config) found["extraSparkConfig"] = *config;
  if (idle_seconds) found["idleTimeout"] = *idle_seconds;
  return found;
}

}  // namespace insitu::cli
