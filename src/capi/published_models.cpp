#include "capi/published_models.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "algorithms/model.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/database_request.hpp"
#include "capi/export_request.hpp"
#include "methods/exports/engine_objects.hpp"
#include "methods/model_file.hpp"
#include "odbc/database.hpp"
#include "odbc/tables.hpp"
#include "sql/rows_as_texts.hpp"
#include "sql/table_name.hpp"
#include "sql/transaction.hpp"
#include "sql/turns.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// What the catalogue of a database is asked for and told, in its words.
struct Words {
  const char* object;  ///< "procedure"
  const char* prefix;  ///< of its name
  const char* text;    ///< types of columns
  const char* key;
  const char* bytes;
};

Words catalogue_words(SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kSqlServer:
      return {"procedure", "sp_", "nvarchar(max)", "nvarchar(200)", "varbinary(max)"};
    case SqlDialect::kPostgres:
      return {"function", "predict_", "text", "text", "bytea"};
    case SqlDialect::kSqlite:
      return {"view", "predict_", "TEXT", "TEXT", "BLOB"};
  }
  throw Error("unknown dialect of SQL");
}

struct Published {
  std::string name, version, object, kind;
  bool has_version = false;
};

/// Who may execute an object, beside its owner.
struct Granted {
  std::optional<std::string> role;  ///< nothing: everybody
  bool may_grant = false;
};

/// The table of models and what lies around it, over one connection.
class Models {
 public:
  Models(Call& call, const OdbcOptions& options)
      : call_(call),
        line_(options.line),
        connection_(OdbcDatabase(options.line).connect(call.control)),
        dialect_(connection_->dialect()),
        words_(catalogue_words(dialect_)),
        path_(full_path(options.table)),
        table_(quoted_path(path_, dialect_)),
        shown_(options.table) {}

  SqlConnection& connection() { return *connection_; }
  SqlDialect dialect() const { return dialect_; }
  const Words& words() const { return words_; }
  const std::string& table() const { return table_; }

  std::string text(const std::string& value) const { return quoted_text(value, dialect_); }
  std::string name(const std::string& value) const { return quoted_name(value, dialect_); }
  /// Of the object of a model, beside the table; quoted.
  std::string object_of(const std::string& model) const {
    auto path = path_;
    path.back() = words_.prefix + model;
    return quoted_path(path, dialect_);
  }
  std::string where(const std::string& model) const { return name("id") + " = " + text(model); }
  std::string where(const std::string& model, const std::optional<std::string>& version) const {
    return where(model) + " AND " + name("version") +
           (version ? " = " + text(*version) : std::string(" IS NULL"));
  }

  void execute(const std::string& statement) { connection_->execute({statement}, call_.control); }

  std::vector<RowOfTexts> rows(const std::string& query) {
    return rows_as_texts(*connection_, {query}, call_.control);
  }
  bool any(const std::string& query) {
    const auto found = rows(query);
    return !found.empty() && found[0].at(0).value_or("0") != "0";
  }

  /// Until the transaction ends nobody else publishes here.
  void take_turn() { insitu::take_turn(*connection_, "models in " + table_, call_.control); }

  /// Asked over a line of its own, since a question that fails ends a transaction of PostgreSQL.
  bool is_there() {
    OdbcLine line(line_, &call_.control.cancel);
    return table_exists(line, path_);
  }
  /// Throws InvalidArgument where the table is another kind of table.
  void require_layout() {
    const auto there = connection_->columns_of("SELECT * FROM " + table_, call_.control)->names();
    for (const auto* each : {"id", "version", "value", "object", "kind"})
      if (std::ranges::find(there, each) == there.end())
        throw InvalidArgument("the table " + shown_ + " has no column " + each +
                              ": it is none of published models; give another `table`"_named);
  }
  void make() {
    execute("CREATE TABLE " + table_ + " (" + name("id") + " " + words_.key + " NOT NULL, " +
            name("version") + " " + words_.key + ", " + name("value") + " " + words_.bytes +
            " NOT NULL, " + name("object") + " " + words_.text + " NOT NULL, " + name("kind") +
            " " + words_.text + " NOT NULL)");
  }

  std::vector<Published> list(const std::string& condition = "") {
    std::vector<Published> all;
    for (auto& row : rows("SELECT " + name("id") + ", " + name("version") + ", " + name("object") +
                          ", " + name("kind") + " FROM " + table_ + condition + " ORDER BY 1, 2"))
      all.push_back({row.at(0).value_or(""), row.at(1).value_or(""), row.at(2).value_or(""),
                     row.at(3).value_or(""), row.at(1).has_value()});
    return all;
  }

  /// Whether there is an object of that name, whoever made it.
  bool has_object(const std::string& model) {
    const auto object = object_of(model);
    switch (dialect_) {
      case SqlDialect::kSqlServer:
        return any("SELECT COUNT(*) AS n FROM (SELECT OBJECT_ID(" + text(object) +
                   ") AS t) AS q WHERE t IS NOT NULL");
      case SqlDialect::kPostgres: {
        const auto schema = "to_regnamespace(" + text(name(path_[path_.size() - 2])) + ")";
        return any("SELECT COUNT(*) AS n FROM pg_catalog.pg_proc WHERE proname = " +
                   text(words_.prefix + model) + " AND pronamespace = " + schema);
      }
      case SqlDialect::kSqlite:
        return any("SELECT COUNT(*) AS n FROM sqlite_master WHERE lower(name) = lower(" +
                   text(words_.prefix + model) + ")");
    }
    return false;
  }
  void drop_object(const std::string& model) {
    static constexpr const char* kKinds[] = {"PROCEDURE ", "FUNCTION ", "VIEW "};
    execute(std::string("DROP ") + kKinds[static_cast<int>(dialect_)] + "IF EXISTS " +
            object_of(model));
  }

  /// Who may execute the object of a model; in PostgreSQL, where it is made anew.
  std::vector<Granted> grants_of(const std::string& model) {
    std::vector<Granted> all;
    if (dialect_ != SqlDialect::kPostgres) return all;
    for (auto& row : rows(
             "SELECT CASE WHEN a.grantee = 0 THEN NULL ELSE CAST(pg_get_userbyid(a.grantee) AS "
             "text) END AS role, CASE WHEN a.is_grantable THEN 1 ELSE 0 END AS may FROM "
             "pg_catalog.pg_proc AS p, aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) "
             "AS a WHERE p.oid = to_regproc(" +
             text(object_of(model)) +
             ") AND a.privilege_type = 'EXECUTE' AND a.grantee <> p.proowner ORDER BY 1, 2"))
      all.push_back({row.at(0), row.at(1).value_or("0") == "1"});
    return all;
  }
  /// PostgreSQL lets everybody execute a new function: here those alone who are named.
  void grant(const std::string& model, const std::vector<Granted>& granted) {
    if (dialect_ != SqlDialect::kPostgres) return;
    const auto function = "FUNCTION " + object_of(model);
    execute("REVOKE ALL ON " + function + " FROM PUBLIC");
    for (const auto& each : granted)
      execute("GRANT EXECUTE ON " + function + " TO " + (each.role ? name(*each.role) : "PUBLIC") +
              (each.may_grant ? " WITH GRANT OPTION" : ""));
  }

  /// The schema in which the extension of PostgreSQL is, quoted; "": it is not installed.
  std::string extension_schema() {
    const auto found = rows(
        "SELECT n.nspname AS name FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace "
        "AS n ON n.oid = e.extnamespace WHERE e.extname = 'insitu'");
    return found.empty() ? "" : name(found[0].at(0).value_or(""));
  }
  bool has_language() {
    try {
      return any("SELECT COUNT(*) AS n FROM sys.external_languages WHERE [language] = N'insitu'");
    } catch (const DataError&) {
      return false;  // before SQL Server 2019
    }
  }

 private:
  /// With its schema in PostgreSQL: what scores must find the table whatever the search path of
  /// those who call it is.
  std::vector<std::string> full_path(const std::string& written) {
    auto path = table_path(written);
    if (dialect_ != SqlDialect::kPostgres || path.size() > 1) return path;
    const auto found = rows(
        "SELECT COALESCE((SELECT n.nspname FROM pg_catalog.pg_class AS c JOIN "
        "pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(" +
        text(name(path[0])) + ")), current_schema()) AS name");
    const auto schema = found.empty() ? std::nullopt : found[0].at(0);
    if (!schema)
      throw InvalidArgument("no schema of the search path is there to make the table " + written +
                            " in: name one in `table`"_named);
    path.insert(path.begin(), *schema);
    return path;
  }

  Call& call_;
  LineOptions line_;
  std::unique_ptr<SqlConnection> connection_;
  SqlDialect dialect_;
  Words words_;
  std::vector<std::string> path_;
  std::string table_, shown_;
};

OdbcOptions models_table(const Call& call) {
  auto options = database_of(call);
  if (options.table.empty())
    throw InvalidArgument(options.type +
                          ": published models are kept in a table: give `table`"_named);
  return options;
}

std::string required_name(const Call& call) {
  const auto name = call.options.text("name");
  if (name.empty())
    throw InvalidArgument("`name` is missing: a model is published under a name"_named);
  return name;
}

std::optional<std::string> version_of(const Call& call) {
  if (!call.options.has("version")) return std::nullopt;
  return call.options.text("version");
}

/// The statement that makes the object, written by the engine's own scoring in SQL.
std::string sql_object(Models& models, const ScoredModel& model, const std::string& name,
                       const std::string& rows) {
  SqlExport how{.name = models.object_of(name), .table = rows};
  switch (models.dialect()) {
    case SqlDialect::kSqlServer:
      how.dialect = "sqlserver";
      how.as = "procedure";
      break;
    case SqlDialect::kPostgres:
      how.dialect = "postgres";
      how.as = "function";
      break;
    case SqlDialect::kSqlite:
      how.dialect = "sqlite";
      how.as = "view";
      if (rows.empty())
        throw InvalidArgument(
            "`rows` is missing: SQLite has no functions in SQL, so a model is published as a view: "
            "name the table whose rows it scores"_named);
      break;
  }
  return export_sql(model, how);
}

std::string engine_object(Models& models, const std::string& sealed, const std::string& name,
                          const std::optional<std::string>& version, const std::string& why) {
  const auto because = [&](const std::string& lacking) {
    return (why.empty() ? std::string() : why + "; ") + lacking;
  };
  const KeptModel kept{models.table(), models.where(name, version), name};
  if (models.dialect() == SqlDialect::kSqlServer) {
    if (!models.has_language())
      throw Unsupported(because(
          "scoring with the engine needs its extension, which this server does not have: see "
          "docs/in-sql-server.md, Install"));
    return engine_procedure(models.object_of(name), kept,
                            load_model(sealed)->predictor({})->outputs());
  }
  if (models.dialect() == SqlDialect::kSqlite)
    throw Unsupported(because("SQLite has no engine in it: publish in PostgreSQL or SQL Server"));
  const auto schema = models.extension_schema();
  if (schema.empty())
    throw Unsupported(
        because("scoring with the engine needs its extension, which this database does not have: "
                "CREATE EXTENSION insitu (docs/in-postgresql.md)"));
  return engine_function(models.object_of(name), kept, schema);
}

}  // namespace

json publish_model_request(Call& call) {
  const auto name = required_name(call);
  const auto version = version_of(call);
  const auto kind = call.options.choice("kind", "auto", {"auto", "sql", "engine"});
  const auto rows = call.options.text("rows");
  if (!call.options.has("model"))
    throw InvalidArgument("`model` is missing: give a fitted model"_named);
  const auto bytes = from_base64(call.options.text("model"));
  const auto sealed = model_in(bytes);
  (void)load_model(sealed);  // damaged bytes are found out before anything is sent
  Models models(call, models_table(call));
  const auto made = "the " + std::string(models.words().object) + " " + models.object_of(name);

  std::string statement, written = "sql";
  try {
    if (kind == "engine") throw Unsupported("");
    statement = sql_object(models, exportable_model(call.options), name, rows);
  } catch (const Unsupported& error) {
    if (kind == "sql") throw;
    written = "engine";
    statement = engine_object(models, sealed, name, version, error.what());
  }

  Transaction transaction(models.connection());
  models.take_turn();
  const bool there = models.is_there();
  if (there) models.require_layout();
  const auto active = there ? models.list(" WHERE " + models.where(name) + " AND " +
                                          models.name("object") + " <> " + models.text(""))
                            : std::vector<Published>();
  const bool overwrite = call.options.flag("overwrite", false);
  if (!active.empty() && !overwrite)
    throw InvalidArgument("a model is published as '" + name + "' already" +
                          (active[0].has_version ? ", version " + active[0].version : "") +
                          ": allow to replace it with `overwrite`, or give another `name`"_named);
  const bool has_object = models.has_object(name);
  if (active.empty() && has_object)
    throw InvalidArgument(
        made + " is there, and was not published from this table: give another `name`"_named);
  if (!there) models.make();
  const auto granted = models.grants_of(name);
  // A procedure that is altered keeps those who may execute it.
  if (has_object && models.dialect() == SqlDialect::kSqlServer)
    statement.replace(0, std::string_view("CREATE").size(), "ALTER");
  else
    models.drop_object(name);
  models.execute("DELETE FROM " + models.table() + " WHERE " + models.where(name, version));
  models.execute("UPDATE " + models.table() + " SET " + models.name("object") + " = " +
                 models.text("") + " WHERE " + models.where(name));
  std::string columns, values;
  const auto add = [&](const char* column, const std::string& value) {
    columns += (columns.empty() ? "" : ", ") + models.name(column);
    values += (values.empty() ? "" : ", ") + value;
  };
  add("id", models.text(name));
  if (version) add("version", models.text(*version));
  add("object", models.text(models.object_of(name)));
  add("kind", models.text(written));
  add("value", "?");
  models.connection().execute(
      {"INSERT INTO " + models.table() + " (" + columns + ") VALUES (" + values + ")", {bytes}},
      call.control);
  models.execute(statement);
  models.grant(name, granted);
  transaction.commit();
  return {{"name", name},
          {"object", models.object_of(name)},
          {"kind", written},
          {"statement", statement}};
}

json published_models_request(Call& call) {
  Models models(call, models_table(call));
  json all = json::array();
  if (models.is_there()) {
    models.require_layout();
    for (const auto& each : models.list())
      all.push_back({{"name", each.name},
                     {"version", each.has_version ? json(each.version) : json()},
                     {"object", each.object},
                     {"kind", each.kind}});
  }
  return {{"models", all}};
}

json unpublish_model_request(Call& call) {
  const auto name = required_name(call);
  const auto version = version_of(call);
  Models models(call, models_table(call));
  Transaction transaction(models.connection());
  models.take_turn();
  if (!models.is_there()) return {{"removed", 0}};
  models.require_layout();
  const auto condition = version ? models.where(name, version) : models.where(name);
  const auto found = models.list(" WHERE " + condition);
  if (std::ranges::any_of(found, [](const auto& each) { return !each.object.empty(); }))
    models.drop_object(name);
  models.execute("DELETE FROM " + models.table() + " WHERE " + condition);
  transaction.commit();
  return {{"removed", found.size()}};
}

}  // namespace insitu
