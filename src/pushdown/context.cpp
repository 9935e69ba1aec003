#include "pushdown/context.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

using nlohmann::json;

namespace {

void apply(const Pipeline& pipeline, SqlRows& rows) {
  if (!pipeline.function_language.empty() || pipeline.function)
    throw Unsupported(pipeline.function_name + " is a function of a language");
  if (pipeline.start_row > 0 || pipeline.row_limit >= 0)
    throw Unsupported("`startRow` and `numRows` count rows, which a table has in no order"_named);
  if (pipeline.remove_missings_on_read) rows.keep_complete(rows.schema().names());
  rows.set_objects(pipeline.objects);
  ExpressionPtr selection;
  if (!pipeline.row_selection.empty())
    selection = parse_expression(pipeline.row_selection, "rowSelection");
  for (const auto& [name, text] : pipeline.transforms) {
    const auto expression = parse_expression(text, "transforms$" + name);
    if (name == ".rxRowSelection") {
      if (!selection) selection = expression;
      continue;
    }
    rows.transform(name, expression);
  }
  if (selection) {
    const auto condition = rows.value(*selection);
    if (is_text(condition))
      throw InvalidArgument("`rowSelection` must be TRUE or FALSE for each row"_named);
    rows.keep(condition);
  }
  if (pipeline.remove_missings) rows.keep_complete(rows.schema().names());
  rows.set_objects({});
}

SqlRows rows_of(const json& recipe, SqlDialect dialect, const SqlTableOf& table_of) {
  const auto type = recipe.value("type", std::string());
  if (type == "declared_levels") {
    auto rows = rows_of(recipe.at("source"), dialect, table_of);
    const bool missing = recipe.value("outside", std::string("error")) == "missing";
    for (const auto& [name, levels] : recipe.at("levels").items())
      rows.declare_levels(name, make_levels(levels.get<std::vector<std::string>>()), missing);
    return rows;
  }
  if (type == "transformed") {
    auto rows = rows_of(recipe.at("source"), dialect, table_of);
    apply(pipeline_from_json(recipe.at("pipeline")), rows);
    return rows;
  }
  if (const auto table = table_of(recipe)) {
    SqlRows rows(dialect, table->from, table->schema);
    for (const auto& [name, why] : table->refused) rows.refuse(name, why);
    for (const auto& [name, type] : table->ways) rows.read_by_way_of(name, type);
    for (const auto& name : table->closed)
      rows.declare_levels(name, table->schema->field(name).levels, true);
    return rows;
  }
  throw Unsupported("the data are not of this database");
}

/// Measured in PostgreSQL: 7 s for a million rows, which are read in 1 s.
void require_cheap(const AggregateQuestion& question) {
  if (question.computed.empty()) return;
  throw Unsupported(
      "columns that it computes for each row cost a server more than rows cost to be read; "
      "tier = \"database\" lets it do so");
}

/// Thrown through a pass whose first question is known.
struct Planned {};

/// Whether statements of a transaction may see one state of SQL Server's database.
bool has_snapshots(SqlConnection& line, RunControl& control) {
  bool allowed = false;
  try {
    line.query(
        {"SELECT CAST(snapshot_isolation_state AS int) AS state FROM sys.databases WHERE "
         "database_id = DB_ID()"},
        [&](const Chunk& rows) {
          if (rows.rows > 0 && !rows.columns.at(0).is_missing(0))
            allowed = rows.columns[0].number_at(0) == 1;
        },
        control);
  } catch (const DataError&) {  // it does not tell everybody
  }
  return allowed;
}

/// The rows that are read, for messages.
std::string called(const DataSource& source) {
  const auto* holder = source.row_holder();
  return holder ? holder->description() : source.description();
}

/// Which of them.
std::string selection_of(const SqlRows& rows) {
  return rows.keeps_all() ? "" : rows.with() + rows.counted_from();
}

}  // namespace

SqlRows sql_rows_of(const DataSource& source, SqlDialect dialect, const SqlTableOf& table_of) {
  const auto recipe = source.recipe();
  auto document = json::parse(recipe.options, nullptr, false);
  if (!document.is_object()) throw Unsupported("the data are not of this database");
  if (!document.contains("type")) document["type"] = recipe.name;
  return rows_of(document, dialect, table_of);
}

PushdownContext::PushdownContext(std::shared_ptr<const SqlDatabase> database, SqlTableOf table_of,
                                 std::unique_ptr<ComputeContext> reading, PushdownOptions options)
    : database_(std::move(database)),
      table_of_(std::move(table_of)),
      reading_(std::move(reading)),
      options_(std::move(options)) {
  if (!options_.rows_seen) options_.rows_seen = std::make_shared<RowsOfPasses>();
}

PushdownContext::~PushdownContext() { end_snapshot(); }

SqlConnection& PushdownContext::line(RunControl& control) {
  if (!connection_) connection_ = database_->connect(control);
  return *connection_;
}

SqlConnection& PushdownContext::connection(RunControl& control) {
  end_snapshot();
  return line(control);
}

void PushdownContext::begin_snapshot(RunControl& control) {
  if (snapshot_) return;
  auto& to = line(control);
  const auto dialect = to.dialect();
  if (dialect == SqlDialect::kSqlServer) {
    if (!snapshots_) snapshots_ = has_snapshots(to, control);
    if (!*snapshots_) return;
    to.execute({"SET TRANSACTION ISOLATION LEVEL SNAPSHOT"}, control);
  }
  to.begin();
  snapshot_ = true;
  if (dialect != SqlDialect::kPostgres) return;
  to.execute({"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"}, control);
  // Compiling a statement of sums takes seconds, which no rows earn back: 10 s for one of a
  // logistic model that takes 0.9 s over 70,000 rows. Servers before version 11 compile none.
  to.execute({"SELECT set_config(name, 'off', true) FROM pg_settings WHERE name = 'jit'"}, control);
}

void PushdownContext::end_snapshot() {
  if (!std::exchange(snapshot_, false) || !connection_) return;
  connection_->roll_back();  // nothing was written
  if (connection_->dialect() != SqlDialect::kSqlServer) return;
  try {
    RunControl control;
    connection_->execute({"SET TRANSACTION ISOLATION LEVEL READ COMMITTED"}, control);
  } catch (const std::exception&) {
    connection_ = nullptr;
  }
}

void PushdownContext::refuse(const std::string& what, const std::string& why) const {
  throw Unsupported(options_.min_group_size > 1
                        ? what +
                              " is not computed in the database, and with `minGroupSize` no rows "
                              "may be read: "_named +
                              why
                        : what + " is not computed in the database: " + why +
                              "; tier = \"auto\" reads the rows");
}

std::unique_ptr<Accumulator> PushdownContext::push(const Pass& pass, const DataSource& source,
                                                   SqlPassRecord& record, RunControl& control) {
  if (!pass.has_aggregates()) throw Unsupported("its state is not told as sums");
  auto& line = this->line(control);
  // Before anything is sent.
  const auto selection = selection_of(sql_rows_of(source, line.dialect(), table_of_));
  const AskOptions ask{.min_group_size = options_.min_group_size, .statements = &record.statements};
  return pass.from_aggregates([&](const AggregateQuestion& question) {
    if (may_read()) require_cheap(question);
    // What a question computes is its own: the next one begins with the rows as they are.
    auto rows = sql_rows_of(source, line.dialect(), table_of_);
    begin_snapshot(control);
    auto answer = ask_question(line, rows, question, ask, record.traffic, control);
    auto seen = answer.all_rows;
    if (!question.complete)
      for (const auto& cell : answer.cells) seen += cell.rows;
    options_.rows_seen->require_same(called(source), selection, seen);
    return answer;
  });
}

std::unique_ptr<Accumulator> PushdownContext::run(const Pass& pass, const DataSource& source,
                                                  RunControl& control) {
  SqlPassRecord record{.pass = pass.recipe().name};
  const bool strict = options_.tier == SqlTier::kDatabase || options_.min_group_size > 1;
  if (options_.tier != SqlTier::kStream) {
    try {
      auto state = push(pass, source, record, control);
      record.tier = SqlTier::kDatabase;
      records_.push_back(std::move(record));
      return state;
    } catch (const Unsupported& error) {
      record.reason = error.what();
    } catch (const RowsChanged&) {
      throw;
    } catch (const DataError& error) {
      // A number out of range, a right that lacks: rows may be read all the same.
      end_snapshot();
      connection_ = nullptr;
      if (strict) throw;
      record.reason = error.what();
    }
    if (strict) refuse("The pass '" + record.pass + "'", record.reason);
  } else {
    if (options_.min_group_size > 1) refuse("The pass '" + record.pass + "'", "tier = \"stream\"");
    record.reason = "tier = \"stream\"";
  }
  records_.push_back(std::move(record));
  end_snapshot();  // reading takes its time, and others may want to change the table
  return reading_->run(pass, source, control);
}

void PushdownContext::read(const DataSource& source, const ReadOptions& options,
                           const std::function<void(const Chunk&)>& consume, RunControl& control) {
  if (options_.tier == SqlTier::kDatabase || options_.min_group_size > 1)
    refuse("Reading rows", "rows would leave it");
  end_snapshot();
  reading_->read(source, options, consume, control);
}

SqlPassRecord PushdownContext::planned(const Pass& pass, const DataSource& source,
                                       RunControl& control) {
  SqlPassRecord record{.pass = pass.recipe().name};
  record.reason = why_not(pass, source, control);
  if (!record.reason.empty()) return record;
  try {
    (void)pass.from_aggregates([&](const AggregateQuestion& question) -> AggregateAnswer {
      if (may_read()) require_cheap(question);
      auto rows = sql_rows_of(source, line(control).dialect(), table_of_);
      record.statements = question_statements(rows, question);
      throw Planned();
    });
    record.tier = SqlTier::kDatabase;
  } catch (const Planned&) {
    record.tier = SqlTier::kDatabase;
  } catch (const Unsupported& error) {
    record.reason = error.what();
  }
  return record;
}

std::string PushdownContext::why_not(const Pass& pass, const DataSource& source,
                                     RunControl& control) {
  if (options_.tier == SqlTier::kStream) return "tier = \"stream\"";
  if (!pass.has_aggregates()) return "its state is not told as sums";
  try {
    (void)sql_rows_of(source, line(control).dialect(), table_of_);
  } catch (const Unsupported& error) {
    return error.what();
  }
  return "";
}

}  // namespace insitu
