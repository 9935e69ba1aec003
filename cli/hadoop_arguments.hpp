#pragma once
// Command line options of RxHadoopMR (docs/requests.md, "Contexts").
#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace insitu::cli {

struct HadoopArguments {
  std::optional<std::string> framework, switches, hdfs_folder, java, uber, reduce;
  std::optional<int> map_memory, reduce_memory;

  void add_options(CLI::App&);
  /// The first option that was given; nullptr: none.
  const char* given() const;
  /// The name node is Spark's option, too.
  nlohmann::json description(const std::optional<std::string>& name_node,
                             const std::optional<int>& port) const;
};

}  // namespace insitu::cli
