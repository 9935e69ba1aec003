#include "in_database/options.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.hpp"
#include "base/named.hpp"
#include "odbc/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// A number of the description that is at least `least`, and whole; nothing: not given.
std::optional<std::int64_t> whole(const std::string& owner, const json& description,
                                  const char* key, std::int64_t least) {
  const auto found = description.find(key);
  if (found == description.end() || found->is_null()) return std::nullopt;
  const double value = found->is_number() ? found->get<double>() : std::nan("");
  if (!(value >= static_cast<double>(least)) || value > 1e15 || value != std::floor(value))
    throw InvalidArgument(owner + ": " + named(key) + " must be a whole number of at least " +
                          std::to_string(least) + ", not " + found->dump());
  return static_cast<std::int64_t>(value);
}

Tier tier_of(const std::string& owner, const json& description) {
  const auto found = description.find("tier");
  if (found == description.end() || found->is_null()) return Tier::kAuto;
  for (const auto tier : {Tier::kAuto, Tier::kDatabase, Tier::kExtension, Tier::kStream})
    if (*found == name_of(tier)) return tier;
  throw InvalidArgument(owner + ": " + named("tier") +
                        " must be \"auto\", \"database\", \"extension\" or \"stream\", not " +
                        found->dump());
}

}  // namespace

std::string name_of(Tier tier) {
  switch (tier) {
    case Tier::kAuto:
      return "auto";
    case Tier::kDatabase:
      return "database";
    case Tier::kExtension:
      return "extension";
    case Tier::kStream:
      return "stream";
  }
  return "";
}

const std::vector<std::string>& in_database_keys() {
  static const std::vector<std::string> kKeys = {"connectionString",
                                                 "server",
                                                 "databaseName",
                                                 "user",
                                                 "password",
                                                 "numTasks",
                                                 "autoCleanup",
                                                 "consoleOutput",
                                                 "executionTimeoutSeconds",
                                                 "packagesToLoad",
                                                 "shareDir",
                                                 "tier",
                                                 "minGroupSize",
                                                 "numCoresToUse",
                                                 "language"};
  return kKeys;
}

InDatabaseOptions in_database_options(const std::string& name, const json& description) {
  InDatabaseOptions options;
  options.name = name;
  const bool server = name == "RxInSqlServer";
  options.dialect = server ? SqlDialect::kSqlServer : SqlDialect::kPostgres;
  options.source_class = server ? "RxSqlServerData" : "RxPostgresData";
  for (const auto* key : {"connectionString", "server", "databaseName", "user", "password"})
    if (const auto found = description.find(key);
        found != description.end() && !found->is_null() && !found->is_string())
      throw InvalidArgument(name + ": " + named(key) + " must be a text");
  options.num_tasks = static_cast<int>(
      std::min<std::int64_t>(whole(name, description, "numTasks", 1).value_or(1), 1024));
  options.threads = static_cast<int>(whole(name, description, "numCoresToUse", -1).value_or(-1));
  const auto timeout = description.find("executionTimeoutSeconds");
  if (timeout != description.end() && !timeout->is_null()) {
    if (!timeout->is_number() || !(timeout->get<double>() >= 0))
      throw InvalidArgument(name + ": " + named("executionTimeoutSeconds") +
                            " must be a number of seconds, 0 for no limit, not " + timeout->dump());
    options.timeout_seconds = timeout->get<double>();
  }
  options.tier = tier_of(name, description);
  options.min_group_size = whole(name, description, "minGroupSize", 0).value_or(0);
  if (options.min_group_size > 1 &&
      (options.tier == Tier::kExtension || options.tier == Tier::kStream))
    throw InvalidArgument(name + ": `minGroupSize` allows sums only, which tier = \""_named +
                          name_of(options.tier) +
                          "\" does not keep to: use tier = \"database\" or leave one out");
  if (const auto language = description.find("language");
      language != description.end() && language->is_string())
    options.language = language->get<std::string>();
  options.line = line_options_from_json(name, description);
  // Answers are few rows, and PostgreSQL makes no parallel plan of a cursor.
  if (!server) options.line.where.set({"UseDeclareFetch"}, "0");
  return options;
}

}  // namespace insitu
