#pragma once
// Command line options of RxInSqlServer and RxInPostgres (docs/requests.md, "Contexts").
#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace insitu::cli {

struct DatabaseArguments {
  std::optional<std::string> connection, tier;
  std::optional<int> tasks;
  std::optional<std::int64_t> min_group_size;
  std::optional<double> timeout;

  void add_options(CLI::App&);
  /// The first option that was given; nullptr: none.
  const char* given() const;
  /// The class that a name means; "": it is another context.
  static std::string class_of(const std::string& context);
  nlohmann::json description(const std::string& type) const;
};

}  // namespace insitu::cli
