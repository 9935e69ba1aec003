// A model as a SELECT, a view or a function. Numbers have exponents, so that no engine computes in
// decimals; what the engine calls missing (a function without a finite value, a level that the
// model does not know) is NULL.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/exports/scored_model.hpp"
#include "methods/exports/sql_predictor.hpp"
#include "sql/quoted.hpp"
#include "sql/table_name.hpp"

namespace insitu {

namespace {

class Sql final : public Notation {
 public:
  explicit Sql(std::string dialect) : dialect_(std::move(dialect)) {}

  const char* language() const override { return "SQL"; }
  std::string number(double value) const override { return exponent_text(value); }
  /// The others quote as SQLite does: names in ", texts in ' without any escapes.
  SqlDialect quotes() const {
    return dialect_ == "sqlserver"  ? SqlDialect::kSqlServer
           : dialect_ == "postgres" ? SqlDialect::kPostgres
                                    : SqlDialect::kSqlite;
  }
  std::string name(const std::string& name) const { return quoted_name(name, quotes()); }
  std::string text(const std::string& text) const { return quoted_text(text, quotes()); }
  /// A column of texts. SQL Server's default collation takes "a" and "A" as one level.
  std::string text_column(const std::string& column) const {
    return name(column) + (dialect_ == "sqlserver" ? " COLLATE Latin1_General_BIN2" : "");
  }
  std::string column(const std::string& column) const override {
    return without_nan("CAST(" + name(column) + " AS " +
                       (dialect_ == "sqlite"      ? "REAL"
                        : dialect_ == "duckdb"    ? "DOUBLE"
                        : dialect_ == "sqlserver" ? "FLOAT(53)"
                                                  : "DOUBLE PRECISION") +
                       ")");
  }
  /// NaN is larger than any number where there is one.
  std::string without_nan(const std::string& value) const {
    constexpr std::string_view kBegin = "NULLIF(", kEnd = ", 'NaN')";
    const bool has_nan = dialect_ == "postgres" || dialect_ == "duckdb";
    if (!has_nan || (value.starts_with(kBegin) && value.ends_with(kEnd))) return value;
    return std::string(kBegin) + value + std::string(kEnd);
  }
  /// What is not finite in an expression is missing; SQL Server has no infinite numbers.
  std::string finite(const std::string& value) const {
    if (dialect_ == "sqlserver") return value;
    const auto most = number(std::numeric_limits<double>::max());
    return "CASE WHEN " + value + " BETWEEN (-" + most + ") AND " + most + " THEN " + value +
           " END";
  }
  bool takes_the_first() const { return dialect_ == "sqlite" || dialect_ == "duckdb"; }
  bool has_decimals() const { return dialect_ == "postgres" || dialect_ == "ansi"; }
  std::string log() const { return dialect_ == "sqlserver" ? "LOG" : "LN"; }

  std::optional<std::string> call(const std::string& f, const std::vector<std::string>& a,
                                  const std::vector<std::optional<double>>& fixed) const override {
    const auto when = [](const std::string& condition, const std::string& value) {
      return "CASE WHEN " + condition + " THEN " + value + " END";
    };
    if (a.size() == 1) {
      const auto& x = a[0];
      if (f == "-") return "(-" + x + ")";
      if (f == "+") return x;
      if (f == "exp") return "EXP(" + x + ")";
      if (f == "abs") return "ABS(" + x + ")";
      if (f == "floor") return "FLOOR(" + x + ")";
      if (f == "ceiling") return "CEILING(" + x + ")";
      if (f == "sqrt") return when(x + " >= 0e0", "SQRT(" + x + ")");
      if (f == "log") return when(x + " > 0e0", log() + "(" + x + ")");
      if (f == "log1p") return when(x + " > -1e0", log() + "(1e0 + " + x + ")");
      return std::nullopt;
    }
    if (a.size() != 2) return std::nullopt;
    if (f == "+" || f == "-" || f == "*") return "(" + a[0] + " " + f + " " + a[1] + ")";
    if (f == "/") return "(" + a[0] + " / NULLIF(" + a[1] + ", 0e0))";
    if (f == "^") {
      if (fixed[1] && *fixed[1] == 2) return "(" + a[0] + " * " + a[0] + ")";
      if (fixed[1] && *fixed[1] > 0 && *fixed[1] == std::floor(*fixed[1]))
        return "POWER(" + a[0] + ", " + a[1] + ")";
      return when(a[0] + " > 0e0", "POWER(" + a[0] + ", " + a[1] + ")");
    }
    if (f == "<" || f == "<=" || f == ">" || f == ">=" || f == "==" || f == "!=") {
      const auto sql = f == "==" ? "=" : f == "!=" ? "<>" : f;
      const auto side = [&](std::size_t i) { return fixed[i] ? a[i] : without_nan(a[i]); };
      const auto test = side(0) + " " + sql + " " + side(1);
      return "CASE WHEN " + test + " THEN 1e0 WHEN NOT (" + test + ") THEN 0e0 END";
    }
    return std::nullopt;
  }

 private:
  std::string dialect_;
};

/// A column, or an expression in brackets.
std::string value_of(const ScoredModel& model, const ModelVariable& v, const Sql& sql) {
  const auto value = number_of(model, v, sql);
  return v.column.empty() ? "(" + sql.finite(value) + ")" : value;
}

/// Whether a row has a level: a condition.
std::string has_level(const ScoredModel& model, const ModelVariable& v, std::size_t level,
                      const Sql& sql) {
  if (v.from_range) {
    const auto x = value_of(model, v, sql);
    const bool beyond = !v.exclude && level + 1 == v.levels.size();
    if (beyond) return x + " < " + sql.number(v.low) + " OR " + x + " >= " + sql.number(v.high + 1);
    const double from = v.low + static_cast<double>(level);
    return x + " >= " + sql.number(from) + " AND " + x + " < " + sql.number(from + 1);
  }
  const auto column = sql.text_column(text_column_of(model, v, sql));
  if (v.restricted && !v.exclude && level + 1 == v.levels.size()) {
    std::string others;
    for (std::size_t i = 0; i + 1 < v.levels.size(); ++i)
      others += (i ? ", " : "") + sql.text(v.levels[i]);
    return column + " NOT IN (" + others + ")";
  }
  return column + " = " + sql.text(v.levels[level]);
}

std::string number_in(const ScoredModel& model, const ModelVariable& v, const Sql& sql) {
  if (!v.level_codes) return value_of(model, v, sql);
  std::string text = "CASE";
  for (std::size_t i = 0; i < v.levels.size(); ++i)
    text += " WHEN " + has_level(model, v, i, sql) + " THEN " + sql.number(static_cast<double>(i));
  return text + " END";
}

SqlTerms terms_of(const ScoredModel& model, const Sql& sql) {
  return {.constant = [&sql](double value) { return sql.number(value); },
          .number = [&](std::uint32_t v) { return number_in(model, model.variable(v), sql); },
          .has_level =
              [&](std::uint32_t v, std::size_t level) {
                return has_level(model, model.variable(v), level, sql);
              },
          .without_nan = [&sql](const std::string& value) { return sql.without_nan(value); }};
}

std::string linear_predictor_in(const ScoredModel& model, const Sql& sql) {
  const auto eta = sql_linear_predictor(model, terms_of(model, sql));
  // Of cells alone: constants with exponents are decimals in PostgreSQL.
  const bool decimals = sql.has_decimals() && std::ranges::none_of(model.inputs(), [&](auto v) {
                          return !model.variable(v).categorical && !model.variable(v).level_codes;
                        });
  return decimals ? "CAST(" + eta + " AS DOUBLE PRECISION)" : eta;
}

/// `columns` beside those of `from`, a table in SQL; `alone`: without those. SQLite and DuckDB let
/// two columns have one name, and the first of them is meant by it: it must not be an old
/// prediction of the table.
std::string select_with(const std::string& columns, const std::string& from, bool alone,
                        const Sql& sql) {
  if (alone) return "SELECT" + columns + "\nFROM " + from;
  return (sql.takes_the_first() ? "SELECT" + columns + ",\n  *" : "SELECT *," + columns) +
         "\nFROM " + from;
}

/// The columns of `from` with those of the model; `alone`: these only.
std::string scored_select(const ScoredModel& model, const std::string& from, bool alone,
                          const Sql& sql) {
  const auto select = [&](const std::string& columns, const std::string& rows) {
    return select_with(columns, rows, alone, sql);
  };
  const auto terms = terms_of(model, sql);
  if (!model.classes.empty()) {
    std::string links, columns;
    std::vector<std::string> odds{sql.number(0)};
    for (std::size_t c = 1; c < model.classes.size(); ++c) {
      odds.push_back(sql.name(model.classes[c] + "_link"));
      links += (c > 1 ? ",\n  " : "\n  ") + linear_predictor_in(model.of_class(c), sql) + " AS " +
               odds.back();
    }
    for (std::size_t c = 0; c < model.classes.size(); ++c)
      columns += (c > 0 ? ",\n  " : "\n  ") + sql_probability(c, odds, terms) + " AS " +
                 sql.name(model.classes[c] + "_prob");
    return select(columns, "(" + select(links, from) + ") AS scored");
  }
  const auto eta = linear_predictor_in(model, sql);
  const auto prediction = sql.name(model.response() + "_Pred");
  if (model.link().kind == Link::Kind::kIdentity)
    return select("\n  " + eta + " AS " + prediction, from);
  const auto link = sql.name(model.response() + "_Link");
  return select("\n  " + sql_mean(model.link(), link, terms) + " AS " + prediction,
                "(" + select("\n  " + eta + " AS " + link, from) + ") AS scored");
}

/// Comparisons of SQL Server do not see blanks at the end.
void require_levels_apart(const ScoredModel& model) {
  for (const auto v : model.inputs()) {
    const auto& variable = model.variable(v);
    if (variable.from_range) continue;
    std::set<std::string> seen;
    for (auto level : variable.levels) {
      while (!level.empty() && level.back() == ' ') level.pop_back();
      if (!seen.insert(level).second)
        throw Unsupported("the term '" + variable.label +
                          "' cannot be written for SQL Server: it has two levels that differ in "
                          "blanks at their end alone, '" +
                          level + "'");
    }
  }
}

std::vector<std::string> output_names(const ScoredModel& model) {
  if (model.classes.empty()) return {model.response() + "_Pred"};
  auto names = model.classes;
  for (auto& name : names) name += "_prob";
  return names;
}

/// SQL Server: a table of one row for the values of a row, for CROSS APPLY.
std::string sql_server_function(const ScoredModel& model, const std::string& name,
                                const std::vector<InputColumn>& inputs, const Sql& sql) {
  std::string parameters, columns;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // Names of parameters cannot be quoted; which column each of them is, the SELECT says.
    const auto parameter = "@p" + std::to_string(i + 1);
    parameters += (i ? ", " : "") + parameter + (inputs[i].text ? " nvarchar(4000)" : " float(53)");
    columns += (i ? ", " : "") + parameter + " AS " + sql.name(inputs[i].name);
  }
  if (columns.empty()) columns = "1 AS [one]";
  return "CREATE FUNCTION " + name + " (" + parameters + ")\nRETURNS TABLE AS RETURN\n" +
         scored_select(model, "(SELECT " + columns + ") AS data", true, sql) + ";\n";
}

/// SQL Server: the rows of a query, which is a text, with the predictions behind their columns; run
/// with the rights of the caller.
std::string sql_server_procedure(const ScoredModel& model, const std::string& name,
                                 const Sql& sql) {
  // No name or text of a statement can have a NUL.
  const auto select =
      scored_select(model, "(" + std::string(1, '\0') + "\n) AS data", false, sql) + ";";
  const auto query = select.find('\0');
  return "CREATE PROCEDURE " + name +
         " @inputData nvarchar(max)\nAS\nBEGIN\n  SET NOCOUNT ON;\n"
         "  IF @inputData IS NULL\n  BEGIN\n    ;THROW 50000, N'@inputData is missing: give a "
         "query "
         "as text', 1;\n  END;\n  DECLARE @statement nvarchar(max) = CAST(" +
         sql.text(select.substr(0, query)) + " AS nvarchar(max)) + @inputData + " +
         sql.text(select.substr(query + 1)) + ";\n  EXEC sp_executesql @statement;\nEND;\n";
}

/// PostgreSQL: a value, or a table of one row for several classes.
std::string postgres_function(const ScoredModel& model, const std::string& name,
                              const std::vector<InputColumn>& inputs, const Sql& sql) {
  if (inputs.size() > 100)
    throw Unsupported("a function of PostgreSQL has at most 100 arguments, and the model reads " +
                      std::to_string(inputs.size()) + " columns: export a view");
  const auto outputs = output_names(model);
  const bool apart = outputs.size() == 1 || std::ranges::none_of(inputs, [&](const auto& input) {
                       return std::ranges::find(outputs, input.name) != outputs.end();
                     });
  std::string parameters, columns, results;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string type = inputs[i].text ? "text" : "double precision";
    parameters += (i ? ", " : "") + (apart ? sql.name(inputs[i].name) + " " : "") + type;
    columns += (i ? ", $" : "$") + std::to_string(i + 1) + " AS " + sql.name(inputs[i].name);
  }
  if (columns.empty()) columns = "1 AS one";
  for (const auto& each : outputs)
    results += (results.empty() ? "" : ", ") + sql.name(each) + " double precision";
  const auto body = scored_select(model, "(SELECT " + columns + ") AS data", true, sql);
  return "CREATE FUNCTION " + name + "(" + parameters + ")\nRETURNS " +
         (outputs.size() == 1 ? "double precision" : "TABLE(" + results + ")") +
         "\nLANGUAGE sql IMMUTABLE PARALLEL SAFE AS " + sql.text(body) + ";\n";
}

}  // namespace

std::string export_sql(const ScoredModel& model, const SqlExport& how) {
  const Sql sql(how.dialect);
  const auto inputs = input_columns(model, sql);
  if (how.dialect == "sqlserver") require_levels_apart(model);
  const auto object = [&] {
    if (how.name.empty())
      throw InvalidArgument("`name` is missing: say how the "_named + how.as + " is called");
    return quoted_path(table_path(how.name), sql.quotes());
  };
  if (how.as == "procedure") {
    if (how.dialect == "sqlserver") return sql_server_procedure(model, object(), sql);
    throw Unsupported(
        "procedures over the text of a query are of SQL Server, `dialect = \"sqlserver\"`: export "
        "a view or a function"_named);
  }
  if (how.as == "function") {
    if (how.dialect == "sqlserver") return sql_server_function(model, object(), inputs, sql);
    if (how.dialect == "postgres") return postgres_function(model, object(), inputs, sql);
    throw Unsupported(how.dialect == "ansi"
                          ? "functions differ from database to database: say which one it is, "
                            "`dialect = \"sqlserver\"` or \"postgres\""_named
                          : "there are no functions in the SQL of " + how.dialect +
                                ": export a view, `as = \"view\"`"_named);
  }
  const auto table = !how.table.empty() ? quoted_path(table_path(how.table), sql.quotes())
                     : how.as == "select" && !how.name.empty() ? sql.name(how.name)
                                                               : sql.name("data");
  const auto select = scored_select(model, table, false, sql) + ";\n";
  return how.as == "view" ? "CREATE VIEW " + object() + " AS\n" + select : select;
}

}  // namespace insitu
