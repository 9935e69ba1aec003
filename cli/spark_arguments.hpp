#pragma once
// Command line options of RxSpark (docs/requests.md, "Contexts").
#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace insitu::cli {

struct SparkArguments {
  std::optional<std::string> master, executor_memory, overhead_memory, driver_memory, config,
      name_node;
  std::optional<int> executors, executor_cores, port;
  std::optional<double> idle_seconds;
  bool keep = false;

  void add_options(CLI::App&);
  /// The first option that was given; nullptr: none.
  const char* given() const;
  /// The same without what RxHadoopMR has, too: the name node.
  const char* given_of_spark_alone() const;
  nlohmann::json description() const;
};

}  // namespace insitu::cli
