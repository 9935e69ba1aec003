#include "pushdown/row_columns.hpp"

#include <cmath>

#include "base/error.hpp"
#include "pushdown/dialect.hpp"

namespace insitu {

namespace {

/// N(f): the position of the label.
SqlValue codes_of(const RowVariable& variable, SqlValue x, SqlDialect dialect) {
  if (variable.levels.size() > 1000) throw Unsupported("more than 1,000 levels are numbered");
  const auto label = x.sql;
  x.sql = "(CASE";
  for (std::size_t i = 0; i < variable.levels.size(); ++i)
    x.sql += " WHEN " + sql_is_one_of(label, {&variable.levels[i], 1}, dialect) + " THEN " +
             std::to_string(i);
  x.sql += " END)";
  x.type = Type::kInt32;
  x.simple = false;
  return x;
}

/// What is not finite in an expression is missing.
SqlValue finite(const SqlValue& x) {
  auto value = x;
  value.simple = false;
  value.sql = "(CASE WHEN " + x.sql +
              " BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308 THEN " + x.sql + " END)";
  return value;
}

SqlValue code_of_range(const RowVariable& variable, const SqlValue& x, SqlDialect dialect) {
  if (std::floor(variable.low) != variable.low || std::floor(variable.high) != variable.high)
    throw Unsupported("F() with bounds that are not whole");
  const auto low = sql_number(variable.low, dialect);
  auto value = x;
  value.simple = false;
  value.type = Type::kInt64;
  value.sql = "(CASE WHEN " + x.sql + " >= " + low + " AND " + x.sql + " < " +
              sql_number(variable.high + 1, dialect) + " THEN " +
              sql_whole("FLOOR(" + x.sql + " - " + low + ")", dialect) +
              (variable.others < 0
                   ? std::string()
                   : " WHEN " + x.sql + " IS NOT NULL THEN " + std::to_string(variable.others)) +
              " END)";
  return value;
}

}  // namespace

SqlValue row_column(SqlRows& rows, const RowVariable& variable) {
  const auto dialect = rows.dialect();
  auto value = rows.value(*parse_expression(variable.text, "formula"));
  const auto label = variable.kind == RowVariable::Kind::kLevels;
  const bool numbers_labels =
      variable.kind == RowVariable::Kind::kNumber && !variable.levels.empty();
  if (label != is_text(value) && !(numbers_labels && is_text(value)))
    throw Unsupported("`" + variable.text + "` is of another type in the database");
  if (!label && (value.type == Type::kDate || value.type == Type::kDateTime) && variable.expression)
    throw Unsupported("`" + variable.text + "` is a time");
  if (numbers_labels) value = codes_of(variable, rows.named(value), dialect);
  value = as_stored(value, dialect);
  if (!label && variable.expression && !is_whole(value) && dialect != SqlDialect::kSqlServer)
    value = finite(rows.named(value));
  if (variable.kind == RowVariable::Kind::kRange)
    value = code_of_range(variable, rows.named(as_double(value, dialect)), dialect);
  if (label && variable.others < 0 && !variable.unknown_is_error) {
    const auto x = rows.named(value);
    value = x;
    value.simple = false;
    value.sql =
        "(CASE WHEN " + sql_is_one_of(x.sql, variable.levels, dialect) + " THEN " + x.sql + " END)";
  }
  return rows.named(value);
}

}  // namespace insitu
