#include "in_database/context.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/local.hpp"
#include "in_database/table_of_source.hpp"
#include "odbc/database.hpp"
#include "odbc/options.hpp"
#include "pushdown/table_step.hpp"
#include "sql/table_name.hpp"

namespace insitu {

using nlohmann::json;

namespace {

SqlTier pushdown_tier(Tier tier) {
  return tier == Tier::kDatabase ? SqlTier::kDatabase : SqlTier::kAuto;
}

/// A connection string without what does not say where the database is.
std::string where_of(const ConnectionString& where) {
  std::string text;
  const auto add = [&](std::initializer_list<std::string_view> keywords) {
    text += where.find(keywords).value_or("") + '\0';
  };
  add({"DSN"});
  add({"Servername", "Server", "Address", "Data Source", "Host"});
  add({"Port"});
  add({"Database", "Initial Catalog"});
  return text;
}

}  // namespace

InDatabaseContext::InDatabaseContext(InDatabaseOptions options, const HostedEngine& engine)
    : options_(std::move(options)) {
  if (options_.timeout_seconds > 0) options_.line.statement_seconds = options_.timeout_seconds;
  const auto database = std::make_shared<const OdbcDatabase>(options_.line);
  const auto rows_seen = std::make_shared<RowsOfPasses>();
  auto extension = std::make_unique<ExtensionContext>(
      database, options_, engine, std::make_unique<LocalContext>(options_.threads, options_.name),
      rows_seen);
  extension_ = extension.get();
  pushdown_ = std::make_unique<PushdownContext>(
      database,
      [this](const json& recipe) -> std::optional<SqlTable> {
        if (!current_ || recipe.value("type", std::string()) != "pushed") return std::nullopt;
        return sql_table_of(*current_);
      },
      std::move(extension),
      PushdownOptions{.name = options_.name,
                      .tier = pushdown_tier(options_.tier),
                      .min_group_size = options_.min_group_size,
                      .rows_seen = rows_seen});
}

Workforce InDatabaseContext::workforce() const {
  return {std::string(options_.num_tasks == 1 ? "connection" : "connections") + " to " +
              OdbcDatabase(options_.line).description(),
          options_.num_tasks, 0};
}

/// A call that takes longer than it may ends with a sentence.
template <class Work>
auto InDatabaseContext::in_time(RunControl& control, Work work) {
  if (options_.timeout_seconds <= 0) return work();
  const auto late = [this] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count() >
           options_.timeout_seconds;
  };
  struct Restore {
    RunControl& control;
    std::function<bool()> before;
    ~Restore() { control.callbacks.interrupted = std::move(before); }
  } restore{control, control.callbacks.interrupted};
  bool ended = false;
  control.callbacks.interrupted = [&] {
    if (restore.before && restore.before()) return true;
    return ended = late();
  };
  const auto fail = [&] {
    throw DataError(options_.name + ": the call took longer than " +
                    named("executionTimeoutSeconds") + " = " +
                    json(options_.timeout_seconds).dump() + " and was ended");
  };
  try {
    return work();
  } catch (const Cancelled&) {
    if (ended) fail();
    throw;
  } catch (const DataError&) {  // the driver's own words for a statement that took too long
    if (late()) fail();
    throw;
  }
}

std::string InDatabaseContext::identity(const LineOptions& where, RunControl& control) const {
  const auto line = OdbcDatabase(where).connect(control);
  const char* question = nullptr;
  switch (line->dialect()) {
    case SqlDialect::kPostgres:
      question =
          "SELECT CAST(current_database() || ' ' || CAST(extract(epoch FROM "
          "pg_postmaster_start_time()) AS text) AS text) AS place";
      break;
    case SqlDialect::kSqlServer:
      question = "SELECT CAST(@@SERVERNAME AS nvarchar(400)) + N' ' + DB_NAME() AS place";
      break;
    case SqlDialect::kSqlite:
      return "SQLite " + where_of(where.where);
  }
  std::string found;
  line->query(
      {question},
      [&](const Chunk& rows) {
        if (rows.rows) found = std::string(rows.columns[0].string_at(0));
      },
      control);
  return std::string(insitu::name_of(line->dialect())) + " " + found;
}

void InDatabaseContext::require_ours(const DataSource& source, RunControl& control) {
  const auto* rows = dynamic_cast<const OdbcSource*>(source.row_holder());
  const auto refuse = [&](const std::string& what) {
    throw InvalidArgument(named(options_.name) +
                          " computes over tables and queries of its database (" +
                          named(options_.source_class) + "), not over " + what +
                          "; write the rows into a table first, or set `RxLocalSeq`"_named);
  };
  if (!rows) refuse(source.description());
  if (ours_.empty()) ours_.push_back(where_of(options_.line.where));
  const auto place = where_of(rows->options().line.where);
  if (std::ranges::find(ours_, place) == ours_.end()) {
    // Written another way, it may be the same.
    if (!identity_) identity_ = identity(options_.line, control);
    if (identity(rows->options().line, control) != *identity_)
      refuse(source.description() + ", which is of another database");
    ours_.push_back(place);
  }
  if (rows->dialect() != options_.dialect)
    throw InvalidArgument(
        named(options_.name) + " computes in " + std::string(insitu::name_of(options_.dialect)) +
        ", and the database is " + std::string(insitu::name_of(rows->dialect())) +
        (rows->dialect() == SqlDialect::kSqlite     ? "; set `RxLocalSeq`"_named
         : rows->dialect() == SqlDialect::kPostgres ? "; set `RxInPostgres`"_named
                                                    : "; set `RxInSqlServer`"_named));
  current_ = rows;
}

PassPlace InDatabaseContext::place_of(const SqlPassRecord& record) const {
  PassPlace place;
  if (record.tier == SqlTier::kDatabase) {
    place.tier = insitu::name_of(Tier::kDatabase);
    place.statements = record.statements;
    place.rows = record.traffic.rows;
    place.bytes = record.traffic.bytes;
    return place;
  }
  place = extension_->last_place();
  // Both reasons, the first first.
  if (!record.reason.empty())
    place.reason =
        "database: " + record.reason + (place.reason.empty() ? "" : "; extension: " + place.reason);
  return place;
}

std::unique_ptr<Accumulator> InDatabaseContext::run(const Pass& pass, const DataSource& source,
                                                    RunControl& control) {
  return in_time(control, [&] {
    require_ours(source, control);
    last_ = std::nullopt;
    if (!by_statements()) {
      auto state = extension_->run(pass, source, control);
      last_ = extension_->last_place();
      return state;
    }
    auto state = pushdown_->run(pass, source, control);
    last_ = place_of(pushdown_->records().back());
    return state;
  });
}

void InDatabaseContext::read(const DataSource& source, const ReadOptions& options,
                             const std::function<void(const Chunk&)>& consume,
                             RunControl& control) {
  in_time(control, [&] {
    require_ours(source, control);
    last_ = PassPlace{.tier = insitu::name_of(Tier::kStream), .reason = "rows are asked for"};
    if (options_.tier == Tier::kExtension)
      throw Unsupported(
          "Reading rows is not done by the extension: tier = \"auto\" or \"stream\" does it");
    if (by_statements())
      pushdown_->read(source, options, consume, control);
    else
      extension_->read(source, options, consume, control);
  });
}

PassPlace InDatabaseContext::planned(const Pass& pass, const DataSource& source,
                                     RunControl& control) {
  require_ours(source, control);
  if (!by_statements()) return extension_->planned(pass, source, control);
  const auto record = pushdown_->planned(pass, source, control);
  PassPlace place;
  if (record.tier == SqlTier::kDatabase) {
    place.tier = insitu::name_of(Tier::kDatabase);
    place.statements = record.statements;
    return place;
  }
  if (options_.tier == Tier::kDatabase || options_.min_group_size > 1)
    throw Unsupported("The pass '" + record.pass +
                      "' is not computed in the database: " + record.reason);
  place = extension_->planned(pass, source, control);
  place.reason =
      "database: " + record.reason + (place.reason.empty() ? "" : "; extension: " + place.reason);
  return place;
}

/// Why statements cannot write the rows; "": they can.
std::string InDatabaseContext::why_not_step(const DataSource& source,
                                            const std::vector<std::string>& columns,
                                            const json& target, Append append) {
  if (!by_statements()) return "tier = \"" + insitu::name_of(options_.tier) + "\"";
  if (append != Append::kNone) return "rows are appended to a table";
  if (target.value("writeFactorsAsIndexes", json()) == true)
    return "factors are written as places of their levels";
  if (source.needs_calling_thread()) return "a function of the caller computes its rows";
  try {
    auto rows = sql_rows_of(source, options_.dialect, [this](const json& recipe) {
      return recipe.value("type", std::string()) == "pushed"
                 ? std::optional<SqlTable>(sql_table_of(*current_))
                 : std::nullopt;
    });
    (void)table_step_statements(rows, columns, {.path = {"t"}}, "t");
  } catch (const Unsupported& error) {
    return error.what();
  }
  return "";
}

PassPlace InDatabaseContext::planned_rows(const DataSource& source,
                                          const std::vector<std::string>& columns,
                                          const Recipe& target, RunControl& control) {
  require_ours(source, control);
  PassPlace place{.tier = insitu::name_of(Tier::kStream), .reason = "rows are asked for"};
  const auto descriptor = json::parse(target.options, nullptr, false);
  if (is_database(descriptor)) {
    place.reason = why_not_step(source, columns, descriptor, Append::kNone);
    if (place.reason.empty()) {
      place.tier = insitu::name_of(Tier::kDatabase);
      auto rows = sql_rows_of(source, options_.dialect, [this](const json&) {
        return std::optional<SqlTable>(sql_table_of(*current_));
      });
      const auto path = table_path(descriptor.value("table", std::string("t")));
      place.statements = table_step_statements(rows, columns, {.path = path}, path.back());
      place.statements.resize(1);
      return place;
    }
  }
  if (options_.tier == Tier::kDatabase || options_.tier == Tier::kExtension ||
      options_.min_group_size > 1)
    throw Unsupported("Reading rows is not done in the database: " + place.reason);
  return place;
}

std::optional<std::int64_t> InDatabaseContext::write_table(const DataSource& source,
                                                           const ReadOptions& options,
                                                           const Recipe& target,
                                                           const SinkOptions& sink,
                                                           RunControl& control) {
  return in_time(control, [&]() -> std::optional<std::int64_t> {
    require_ours(source, control);
    const auto descriptor = json::parse(target.options);
    if (!is_database(descriptor)) return std::nullopt;
    const auto line = line_options_from_json(target.name, descriptor);
    const auto place = where_of(line.where);
    if (std::ranges::find(ours_, place) == ours_.end() &&
        identity(line, control) != (identity_ ? *identity_ : identity(options_.line, control)))
      return std::nullopt;  // rows go there by way of this process
    const auto columns = options.columns ? *options.columns : source.schema()->names();
    const auto why = why_not_step(source, columns, descriptor, sink.append);
    if (!why.empty()) {
      if (options_.tier == Tier::kDatabase)
        throw Unsupported("The rows are not written in the database: " + why +
                          "; tier = \"auto\" reads and writes them");
      return std::nullopt;
    }
    const auto table = descriptor.value("table", std::string());
    if (table.empty())
      throw InvalidArgument("`outFile`: "_named + named(target.name) +
                            " needs a table to be written to, not a query");
    auto rows = sql_rows_of(source, options_.dialect, [this](const json&) {
      return std::optional<SqlTable>(sql_table_of(*current_));
    });
    auto& connection = pushdown_->connection(control);
    const TableTarget to{.path = table_path(table), .overwrite = sink.overwrite};
    const auto written = write_table_step(connection, rows, columns, to, control);
    last_ = PassPlace{.tier = insitu::name_of(Tier::kDatabase), .rows = 0, .bytes = 0};
    last_->statements = table_step_statements(rows, columns, to, to.path.back());
    last_->statements.resize(1);
    return written;
  });
}

}  // namespace insitu
