#include "database_arguments.hpp"

#include <nlohmann/json.hpp>

namespace insitu::cli {

using nlohmann::json;

void DatabaseArguments::add_options(CLI::App& app) {
  auto* group = app.add_option_group("Where it runs, with --context inpostgres or insqlserver");
  group
      ->add_option("--connection", connection,
                   "How the database is reached, as ODBC takes it; others of this machine see it: "
                   "passwords go into INSITU_DATABASE_PASSWORD_FILE, the whole into "
                   "INSITU_CONNECTION_FILE (default)")
      ->type_name("TEXT");
  group
      ->add_option("--tier", tier,
                   "Who computes: auto (the first that can), database, extension or stream")
      ->check(CLI::IsMember({"auto", "database", "extension", "stream"}))
      ->type_name("NAME");
  group
      ->add_option("--tasks", tasks,
                   "Connections or workers that the extension may use (default: 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  group
      ->add_option("--min-group-size", min_group_size,
                   "Only sums over at least so many rows leave the database")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  group->add_option("--timeout", timeout, "Seconds that the call may take (default: any)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
}

const char* DatabaseArguments::given() const {
  if (connection) return "--connection";
  if (tier) return "--tier";
  if (tasks) return "--tasks";
  if (min_group_size) return "--min-group-size";
  if (timeout) return "--timeout";
  return nullptr;
}

std::string DatabaseArguments::class_of(const std::string& context) {
  const auto name = CLI::detail::to_lower(context);
  if (name == "inpostgres" || name == "rxinpostgres") return "RxInPostgres";
  if (name == "insqlserver" || name == "rxinsqlserver") return "RxInSqlServer";
  return "";
}

json DatabaseArguments::description(const std::string& type) const {
  json found = {{"type", type}};
  if (connection) found["connectionString"] = *connection;
  if (tier) found["tier"] = *tier;
  if (tasks) found["numTasks"] = *tasks;
  if (min_group_size) found["minGroupSize"] = *min_group_size;
  if (timeout) found["executionTimeoutSeconds"] = *timeout;
  return found;
}

}  // namespace insitu::cli
