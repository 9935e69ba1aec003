#include "capi/database_doctor.hpp"

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/doctor_request.hpp"
#include "contexts/build_identity.hpp"
#include "odbc/database.hpp"
#include "odbc/driver_manager.hpp"
#include "odbc/drivers.hpp"
#include "odbc/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// The first value of a query's first row as a text; nothing: NULL, or no rows.
std::optional<std::string> first_value(SqlConnection& connection, const std::string& query,
                                       RunControl& control) {
  std::optional<std::string> value;
  connection.query(
      {query},
      [&](const Chunk& chunk) {
        if (chunk.rows == 0 || chunk.columns.empty() || chunk.columns[0].is_missing(0)) return;
        const auto& column = chunk.columns[0];
        value = column.type() == Type::kString
                    ? std::string(column.string_at(0))
                    : std::to_string(static_cast<std::int64_t>(column.number_at(0)));
      },
      control);
  return value;
}

class Checks {
 public:
  Checks(SqlConnection& connection, RunControl& control)
      : connection_(connection), control_(control) {}

  std::string ask(const std::string& query) {
    return first_value(connection_, query, control_).value_or("");
  }
  /// A check that asks; where it cannot be asked, it fails with the server's words.
  void check(const char* what, const std::function<json(const char* what)>& look,
             const std::string& mend) {
    try {
      checks_.push_back(look(what));
    } catch (const DataError& error) {
      checks_.push_back(doctor_check(what, false, error.what(), mend));
    }
  }
  void right(const char* what, const std::string& query, const std::string& mend) {
    check(
        what,
        [&](const char* each) {
          const auto found = ask(query);
          const bool has = found == "1" || found == "t" || found == "true";
          return doctor_check(each, has, has ? "granted" : "not granted", mend);
        },
        mend);
  }
  json take() { return std::move(checks_); }

 private:
  SqlConnection& connection_;
  RunControl& control_;
  json checks_ = json::array();
};

json postgres_checks(SqlConnection& connection, RunControl& control) {
  Checks checks(connection, control);
  checks.check(
      "version",
      [&](const char* what) {
        const auto number = std::atoi(checks.ask("SHOW server_version_num").c_str());
        return doctor_check(what, number >= 120000, checks.ask("SHOW server_version"),
                            "use PostgreSQL 12 or newer");
      },
      "ask whoever runs the server");
  checks.right("right to make tables",
               "SELECT CAST(has_schema_privilege(current_schema(), 'CREATE') AS int) AS n",
               "not needed to read and to fit; for targets and published models: GRANT CREATE ON "
               "SCHEMA public TO " +
                   checks.ask("SELECT quote_ident(current_user) AS name"));
  checks.check(
      "parallel plans",
      [&](const char* what) {
        return doctor_check(what, true,
                            "max_parallel_workers_per_gather = " +
                                checks.ask("SHOW max_parallel_workers_per_gather"));
      },
      "");
  checks.check(
      "extension",
      [&](const char* what) {
        const auto installed =
            checks.ask("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'insitu'");
        if (installed.empty()) {
          const bool there =
              checks.ask(
                  "SELECT COUNT(*) AS n FROM pg_catalog.pg_available_extensions WHERE name = "
                  "'insitu'") != "0";
          return doctor_check(what, true,
                              there ? "not in this database, but on the server: CREATE EXTENSION "
                                      "insitu; the tiers database and stream work without it"
                                    : "not on this server; the tiers database and stream work "
                                      "without it (docs/in-postgresql.md)");
        }
        const auto schema = checks.ask(
            "SELECT quote_ident(n.nspname) AS name FROM pg_catalog.pg_extension AS e JOIN "
            "pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'insitu'");
        const auto build = checks.ask("SELECT " + schema + ".insitu_build() AS build");
        return doctor_check(what, build == build_id(), "insitu " + installed + ", " + build,
                            "its build is not that of this engine (" + build_id() +
                                "), so that they cannot share passes: install the extension of "
                                "this version on the server, then ALTER EXTENSION insitu UPDATE");
      },
      "install the extension of this version on the server (docs/in-postgresql.md)");
  checks.check(
      "right to the extension",
      [&](const char* what) {
        const auto found = checks.ask(
            "SELECT CAST(bool_and(has_function_privilege(p.oid, 'EXECUTE')) AS int) AS n FROM "
            "pg_catalog.pg_proc AS p JOIN pg_catalog.pg_depend AS d ON d.objid = p.oid AND "
            "d.deptype = 'e' JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid WHERE "
            "e.extname = 'insitu' AND p.proname IN ('insitu_analysis', 'insitu_pass', "
            "'insitu_finish', 'insitu_predict')");
        if (found.empty()) return doctor_check(what, true, "there is none");
        return doctor_check(what, found == "1", found == "1" ? "granted" : "not granted",
                            "GRANT EXECUTE ON FUNCTION insitu_analysis, insitu_pass, "
                            "insitu_merge, insitu_append, insitu_finish, insitu_fit, "
                            "insitu_predict, insitu_predict_text, insitu_predict_names, "
                            "insitu_predict_rows TO ... (docs/in-postgresql.md, Rights)");
      },
      "");
  return checks.take();
}

json sql_server_checks(SqlConnection& connection, RunControl& control) {
  Checks checks(connection, control);
  checks.check(
      "version",
      [&](const char* what) {
        const auto version =
            checks.ask("SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(100)) AS v");
        const auto edition =
            checks.ask("SELECT CAST(SERVERPROPERTY('Edition') AS nvarchar(100)) AS v");
        return doctor_check(what, std::atoi(version.c_str()) >= 13, version + ", " + edition,
                            "use SQL Server 2016 or newer");
      },
      "ask whoever runs the server");
  checks.check(
      "compatibility level",
      [&](const char* what) {
        const auto level = checks.ask(
            "SELECT CAST(compatibility_level AS int) AS n FROM sys.databases WHERE name = "
            "DB_NAME()");
        return doctor_check(what, std::atoi(level.c_str()) >= 130, level,
                            "ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 150 (rows are "
                            "written by OPENJSON, which needs 130)");
      },
      "not needed to read and to fit; rows are written by OPENJSON, which needs 130");
  checks.right("right to make tables",
               "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE TABLE') AS n",
               "not needed to read and to fit; for targets and published models: GRANT CREATE "
               "TABLE TO ..., and ALTER ON SCHEMA::dbo");
  checks.check(
      "external scripts",
      [&](const char* what) {
        const auto enabled = checks.ask(
            "SELECT CAST(value_in_use AS int) AS n FROM sys.configurations WHERE name = "
            "'external scripts enabled'");
        return doctor_check(what, true,
                            enabled == "1"
                                ? "enabled"
                                : "not enabled; the tiers database and stream work without them "
                                  "(EXEC sp_configure 'external scripts enabled', 1)");
      },
      "");
  checks.check(
      "extension",
      [&](const char* what) {
        const auto there = checks.ask(
            "SELECT COUNT(*) AS n FROM sys.external_languages WHERE [language] = N'insitu'");
        return doctor_check(what, true,
                            there == "0" ? "not in this database; the tiers database and stream "
                                           "work without it (docs/in-sql-server.md, Install)"
                                         : "there; `rxSqlServerSelfTest` tries it"_named);
      },
      "external languages need SQL Server 2019");
  return checks.take();
}

void append(json& all, const json& more) { all.insert(all.end(), more.begin(), more.end()); }

}  // namespace

json database_checks(const std::string& type, const json& data, RunControl& control) {
  json checks = json::array();
  try {
    (void)driver_manager();
    std::string names;
    for (const auto& each : installed_drivers()) names += (names.empty() ? "" : ", ") + each;
    checks.push_back(doctor_check("driver manager", true,
                                  "unixODBC; drivers: " + (names.empty() ? "none" : names)));
  } catch (const Error& error) {
    checks.push_back(
        doctor_check("driver manager", false, error.what(), "install unixODBC (Debian: libodbc2)"));
    return checks;
  }
  std::optional<OdbcDatabase> database;
  try {
    const auto line = line_options_from_json(type, data.is_object() ? data : json::object());
    checks.push_back(doctor_check("driver", true,
                                  line.where.find({"Driver", "DSN"}).value_or("that of the DSN")));
    database.emplace(line);
  } catch (const Error& error) {
    checks.push_back(doctor_check("driver", false, error.what(),
                                  "say where the database is in INSITU_CONNECTION or "
                                  "INSITU_CONNECTION_FILE, and install its driver "
                                  "(docs/databases.md)"));
    return checks;
  }
  std::unique_ptr<SqlConnection> connection;
  try {
    const auto begin = std::chrono::steady_clock::now();
    connection = database->connect(control);
    const auto seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    checks.push_back(doctor_check("connection", true,
                                  connection->engine() + " at " + database->description() + ", " +
                                      std::to_string(static_cast<int>(seconds * 1000)) + " ms"));
  } catch (const Error& error) {
    checks.push_back(doctor_check("connection", false, error.what(),
                                  "is the server there, at that port, and the password that of "
                                  "the user (INSITU_DATABASE_PASSWORD)?"));
    return checks;
  }
  const auto wanted = type == "RxPostgresData" ? SqlDialect::kPostgres : SqlDialect::kSqlServer;
  if (connection->dialect() != wanted) {
    checks.push_back(doctor_check("database", false, connection->engine(),
                                  "name a database of " + std::string(name_of(wanted))));
    return checks;
  }
  append(checks, wanted == SqlDialect::kPostgres ? postgres_checks(*connection, control)
                                                 : sql_server_checks(*connection, control));
  return checks;
}

}  // namespace insitu
