#include "odbc/sqlite_types.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/lower_text.hpp"
#include "base/number_text.hpp"
#include "odbc/key_ranges.hpp"
#include "odbc/result_columns.hpp"

namespace insitu {

namespace {

bool is_text(SQLSMALLINT type) {
  return type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_LONGVARCHAR || type == SQL_WCHAR ||
         type == SQL_WVARCHAR || type == SQL_WLONGVARCHAR;
}

bool is_moment(const ColumnTransfer& transfer) {
  return transfer.type == Type::kDate || transfer.type == Type::kDateTime;
}

// SQLite knows 2,000 aggregates in one statement; a column takes four.
constexpr std::size_t kColumnsOfStatement = 400;

/// The driver calls columns without a declared type "varchar"; texts that are declared so are none
/// the worse for being looked at. To it all names that it does not know are texts, too (DECIMAL,
/// MONEY, UNSIGNED BIG INT), where SQLite makes numbers of what looks like one.
bool is_declared(const ResultColumn& column) {
  if (column.type_name.empty() || column.type_name == "varchar") return false;
  const auto name = lower_text(column.type_name);
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  return !is_text(column.sql_type) || has("char") || has("clob") || has("text");
}

}  // namespace

void look_at_values(OdbcLine& line, const std::string& from, std::vector<ResultColumn>& columns) {
  std::vector<std::size_t> unsure;
  std::vector<std::string> lists;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = columns[i];
    const auto transfer = transfer_of(column, SqlDialect::kSqlite, false);
    const bool declared = is_declared(column);
    if (column.name.empty() || (declared && !is_numeric(transfer.type) && !is_moment(transfer)))
      continue;
    if (unsure.size() % kColumnsOfStatement == 0) lists.emplace_back();
    auto& list = lists.back();
    unsure.push_back(i);
    const auto type = "typeof(" + quoted_name(column.name, SqlDialect::kSqlite) + ")";
    // 4: a text, 8: bytes, 2: a double, 1: a whole number.
    const auto any = [&](const char* what, const char* weight) {
      return "coalesce(max(" + type + " = '" + what + "'), 0) * " + weight;
    };
    list += (list.empty() ? "" : ", ") + any("text", "4") + " + " + any("blob", "8") + " + " +
            any("real", "2") + " + " + any("integer", "1");
  }
  std::vector<std::optional<std::string>> found;
  for (const auto& list : lists)
    std::ranges::move(texts_of(line, "SELECT " + list + " FROM " + from).at(0),
                      std::back_inserter(found));
  for (std::size_t k = 0; k < unsure.size(); ++k) {
    auto& column = columns[unsure[k]];
    const auto holds = static_cast<int>(number_of_text(found.at(k).value_or("0")).value_or(0));
    // Numbers may be days, Julian days or seconds, as the user knows; dates and times are texts.
    const bool moments = is_moment(transfer_of(column, SqlDialect::kSqlite, false));
    if (moments && (holds & 4 || holds == 0)) continue;
    if (holds & 8) {
      column.sql_type = SQL_LONGVARBINARY;
      column.type_name = "blob";
    } else if (holds & 4) {
      column.sql_type = SQL_LONGVARCHAR;
      column.type_name = holds & 2 ? kTextsAndDoubles : "text";
    } else if (holds & 2) {
      column.sql_type = SQL_DOUBLE;
      column.type_name = "double";
    } else if (!is_declared(column) || moments) {
      column.sql_type = holds & 1 ? SQL_BIGINT : SQL_LONGVARCHAR;
      column.type_name = holds & 1 ? "bigint" : "text";
    }
  }
}

}  // namespace insitu
