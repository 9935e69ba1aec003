#include "in_database/extension_context.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/ordered_work.hpp"
#include "in_database/table_of_source.hpp"
#include "sql/external_script.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// More arguments than PostgreSQL's functions take go as one row.
constexpr std::size_t kMostArguments = 97;
/// Rows that SQL Server hands over at once: a multiple of the rows of a split, so that one task
/// gives the bits of a data frame.
constexpr std::int64_t kRowsPerCall = 10 * 65536;

/// The recipe with the rows of the host in the place of the source's.
json over_host(json recipe, const json& host) {
  if (recipe.is_object() && recipe.value("type", json()) == "pushed") return host;
  if (recipe.is_object() && recipe.contains("source"))
    recipe["source"] = over_host(recipe["source"], host);
  return recipe;
}

/// Bytes of the columns of a chunk that are texts of bytes.
Bytes bytes_at(const Chunk& chunk, std::size_t column, std::size_t row) {
  return Bytes(chunk.columns[column].string_at(row));
}

double number_at(const Chunk& chunk, std::size_t column, std::size_t row) {
  const auto& values = chunk.columns[column];
  if (values.type() == Type::kInt64) return static_cast<double>(values.values<std::int64_t>()[row]);
  if (values.type() == Type::kInt32) return static_cast<double>(values.values<std::int32_t>()[row]);
  return 0;
}

struct State {
  std::optional<Bytes> state;
  std::int64_t rows = 0;
};

State state_of(SqlConnection& line, const SqlStatement& statement, RunControl& control) {
  State found;
  line.query(
      statement,
      [&](const Chunk& rows) {
        if (!rows.rows) return;
        if (rows.columns[0].string_valid(0)) found.state = bytes_at(rows, 0, 0);
        found.rows = static_cast<std::int64_t>(number_at(rows, 1, 0));
      },
      control);
  return found;
}

}  // namespace

struct ExtensionContext::Statements {
  Recipe pass, source;
  Schema schema;
  std::vector<SqlStatement> all;  ///< each gives states; at the same time, over several lines
  int workers = 0;                ///< of the plan of one statement (PostgreSQL)
  bool numbered = false;          ///< a state of task and call to be put in order (SQL Server)
  std::string rows;               ///< that are read, for messages
};

ExtensionContext::ExtensionContext(std::shared_ptr<const SqlDatabase> database,
                                   const InDatabaseOptions& options, const HostedEngine& engine,
                                   std::unique_ptr<ComputeContext> reading,
                                   std::shared_ptr<RowsOfPasses> rows_seen)
    : database_(std::move(database)),
      options_(options),
      engine_(engine),
      reading_(std::move(reading)),
      rows_seen_(std::move(rows_seen)) {}

SqlConnection& ExtensionContext::connection(RunControl& control) {
  if (!connection_) connection_ = database_->connect(control);
  return *connection_;
}

/// Why the engine within the server cannot be used; "": it can.
std::string ExtensionContext::missing(RunControl& control) {
  if (missing_) return *missing_;
  std::string told;
  bool allowed = true;
  try {
    SqlStatement question{
        "SELECT CAST(insitu_build() AS text) AS build, (SELECT MIN(CASE WHEN "
        "has_function_privilege(oid, 'EXECUTE') THEN 1 ELSE 0 END) FROM pg_proc WHERE proname = "
        "'insitu_pass') AS allowed"};
    if (options_.dialect == SqlDialect::kSqlServer)
      question = external_script({.language = options_.language,
                                  .script = R"({"rx": 1, "op": "hello"})",
                                  .result = external_result("hello")});
    connection(control).query(
        question,
        [&](const Chunk& rows) {
          if (rows.rows == 0) return;
          told = bytes_at(rows, 0, 0);
          if (rows.columns.size() > 1) allowed = number_at(rows, 1, 0) == 1;
        },
        control);
    if (options_.dialect == SqlDialect::kSqlServer) {
      const auto capabilities = json::parse(told, nullptr, false);
      told = capabilities.is_object() ? capabilities.value("build", std::string()) : "";
    }
    missing_ = told == engine_.build
                   ? ""
                   : "the extension insitu of the server is another build than this engine (" +
                         told + ", not " + engine_.build + "): states cannot cross";
    if (missing_->empty() && !allowed)
      missing_ =
          "permission denied for insitu_pass of the extension (docs/in-postgresql.md has "
          "the GRANT)";
  } catch (const DataError& error) {
    connection_ = nullptr;
    missing_ =
        "the extension insitu is not there, or may not be used: " + std::string(error.what());
  }
  return *missing_;
}

ExtensionContext::Statements ExtensionContext::statements(const Pass& pass,
                                                          const DataSource& source,
                                                          RunControl& control) {
  if (source.needs_calling_thread())
    throw Unsupported("a function of the caller computes its rows");
  const auto* rows = dynamic_cast<const OdbcSource*>(source.row_holder());
  if (!rows) throw Unsupported("the data are not of this database");
  if (auto why = missing(control); !why.empty()) throw Unsupported(why);
  auto recipe = json::parse(source.recipe().options, nullptr, false);
  if (!recipe.is_object()) throw Unsupported("its source cannot be told to the server");
  Statements made;
  made.pass = pass.recipe();
  made.rows = rows->description();
  auto columns = columns_for_engine(*rows, nullptr);
  json host = {{"type", "pushed"}};
  if (!columns.column_info.empty())
    host = {
        {"type", "typed_columns"}, {"source", host}, {"colInfo", json::parse(columns.column_info)}};
  auto decorated = over_host(std::move(recipe), host);
  const auto type = decorated.value("type", std::string());
  made.source = {type, decorated.dump()};
  std::vector<std::string> asked;
  try {
    asked = engine_.asked(made.pass, made.source, columns.schema);
  } catch (const Error& error) {  // a pass that is not made anew elsewhere
    throw Unsupported(error.what());
  }
  for (const auto& name : asked)
    if (const auto found = columns.refused.find(name); found != columns.refused.end())
      throw Unsupported("the column '" + name + "' " + found->second);
  columns = columns_for_engine(*rows, &asked);
  made.schema = columns.schema;
  const auto sealed = engine_.seal(made.pass, made.source, made.schema);
  std::string list, arguments;
  for (std::size_t i = 0; i < columns.expressions.size(); ++i) {
    list += (list.empty() ? "" : ", ") + columns.expressions[i];
    arguments += (arguments.empty() ? "" : ", ") + std::string("q.") +
                 quoted_name(made.schema[i].name, options_.dialect);
  }
  if (options_.dialect == SqlDialect::kSqlServer) {
    made.numbered = true;
    // Levels have the order in which they are met.
    const int tasks = made.pass.name == "find_levels" ? 1 : options_.num_tasks;
    auto query = "SELECT " + list + " FROM " + rows->from();
    if (tasks > 1)
      query += " OPTION (MAXDOP " + std::to_string(tasks) + ")";
    else
      query += rows->order();
    made.all.push_back(external_script({.language = options_.language,
                                        .script = R"({"rx": 1, "op": "map"})",
                                        .query = query,
                                        .parallel = tasks > 1,
                                        .rows_per_read = kRowsPerCall,
                                        .binary = {{"prior", sealed}},
                                        .result = external_result("map")}));
    return made;
  }
  if (columns.expressions.size() > kMostArguments) arguments = "ROW(" + arguments + ")";
  const auto statement = [&](const std::string& split, const std::string& clauses) {
    return SqlStatement{"SELECT insitu_pass(CAST(? AS bytea), CAST(" + split + " AS int8), " +
                            arguments + ") AS state, COUNT(*) AS insitu_count FROM (SELECT " +
                            list + " FROM " + rows->from() + clauses + ") AS q",
                        {sealed}};
  };
  if (const auto ranges = rows->range_clauses()) {
    for (std::size_t i = 0; i < ranges->size(); ++i)
      made.all.push_back(statement(std::to_string(i), (*ranges)[i]));
    if (ranges->empty()) made.all.push_back(statement("0", ""));
  } else {
    made.all.push_back(statement("NULL", ""));
    if (options_.num_tasks > 1 && made.pass.name != "find_levels")
      made.workers = options_.num_tasks;
  }
  return made;
}

std::vector<Bytes> ExtensionContext::states(const Statements& made, PassPlace& place,
                                            RunControl& control) {
  std::vector<Bytes> states;
  place.rows = place.bytes = 0;
  std::int64_t seen = 0;
  const auto note = [&](State given) {
    seen += given.rows;
    if (!given.state) return;
    ++place.rows;
    place.bytes += static_cast<std::int64_t>(given.state->size());
    states.push_back(std::move(*given.state));
  };
  if (made.numbered) {
    std::vector<std::pair<std::pair<double, double>, State>> found;
    connection(control).query(
        made.all[0],
        [&](const Chunk& rows) {
          for (std::size_t i = 0; i < rows.rows; ++i)
            found.push_back(
                {{number_at(rows, 0, i), number_at(rows, 1, i)},
                 {bytes_at(rows, 3, i), static_cast<std::int64_t>(number_at(rows, 2, i))}});
        },
        control);
    std::ranges::sort(found, {}, [](const auto& each) { return each.first; });
    for (auto& each : found) note(std::move(each.second));
    rows_seen_->require_same(made.rows, "", seen);
    return states;
  }
  auto& first = connection(control);
  if (made.all.size() == 1 || options_.num_tasks == 1) {
    if (made.workers > 0)
      first.execute({"SET max_parallel_workers_per_gather TO " + std::to_string(made.workers)},
                    control);
    for (const auto& statement : made.all) note(state_of(first, statement, control));
    if (made.workers > 0) first.execute({"SET max_parallel_workers_per_gather TO 0"}, control);
    rows_seen_->require_same(made.rows, "", seen);
    return states;
  }
  // Ranges over several lines. Each is whole in itself, so that it is the same which line it took.
  std::vector<State> found(made.all.size());
  std::mutex mutex;
  std::vector<std::unique_ptr<SqlConnection>> idle;
  OrderedWork work{.count = made.all.size(), .threads = options_.num_tasks};
  work.window = made.all.size();
  work.work = [&](std::size_t i) {
    std::unique_ptr<SqlConnection> line;
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) line = std::move(idle.back()), idle.pop_back();
    }
    if (!line) line = database_->connect(control);
    found[i] = state_of(*line, made.all[i], control);
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(line));
  };
  work.collect = [&](std::size_t i) { note(std::move(found[i])); };
  ordered_work(work, control);
  rows_seen_->require_same(made.rows, "", seen);
  return states;
}

PassPlace ExtensionContext::planned(const Pass& pass, const DataSource& source,
                                    RunControl& control) {
  PassPlace place{.tier = name_of(Tier::kStream)};
  if (options_.tier == Tier::kStream) return place;
  try {
    const auto made = statements(pass, source, control);
    place.tier = name_of(Tier::kExtension);
    place.statements.push_back(made.all[0].text);
    if (made.all.size() > 1)
      place.statements.push_back("... " + std::to_string(made.all.size()) +
                                 " of them, one for each range of the key");
  } catch (const Unsupported& error) {
    place.reason = error.what();
    if (strict())
      throw Unsupported("The pass '" + pass.recipe().name + "' is not computed by the extension: " +
                        place.reason + "; tier = \"auto\" finds another way");
  }
  return place;
}

std::unique_ptr<Accumulator> ExtensionContext::run(const Pass& pass, const DataSource& source,
                                                   RunControl& control) {
  last_ = {.tier = name_of(Tier::kStream)};
  if (options_.tier == Tier::kStream) {
    last_.reason = "tier = \"stream\"";
    return reading_->run(pass, source, control);
  }
  PassPlace place{.tier = name_of(Tier::kExtension)};
  try {
    const auto made = statements(pass, source, control);
    for (const auto& each : made.all) place.statements.push_back(each.text);
    auto state = engine_.join(made.pass, made.source, made.schema, states(made, place, control));
    auto result = pass.start();
    result->load(state->save());
    last_ = std::move(place);
    return result;
  } catch (const Unsupported& error) {
    if (strict())
      throw Unsupported("The pass '" + pass.recipe().name + "' is not computed by the extension: " +
                        error.what() + "; tier = \"auto\" finds another way");
    last_.reason = error.what();
  } catch (const RowsChanged&) {
    throw;
  } catch (const DataError& error) {
    connection_ = nullptr;
    if (strict()) throw;
    last_.reason = error.what();  // reading says what is wrong, in the engine's own words
  }
  return reading_->run(pass, source, control);
}

void ExtensionContext::read(const DataSource& source, const ReadOptions& options,
                            const std::function<void(const Chunk&)>& consume, RunControl& control) {
  last_ = {.tier = name_of(Tier::kStream), .reason = "rows are asked for"};
  reading_->read(source, options, consume, control);
}

}  // namespace insitu
