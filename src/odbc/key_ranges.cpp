#include "odbc/key_ranges.hpp"

#include <map>

#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/utf16.hpp"
#include "odbc/cursor.hpp"
#include "sources/column_conversion.hpp"

namespace insitu {

namespace {

/// The statement that gives its columns as texts.
std::string key_statement(SqlDialect dialect, const std::string& table, const std::string& name) {
  const auto text = [&](const std::string& value) { return quoted_text(value, dialect); };
  switch (dialect) {
    case SqlDialect::kPostgres:
      return "SELECT a.attname::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON "
             "a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indisprimary AND "
             "i.indrelid = " +
             text(table) + "::regclass ORDER BY array_position(i.indkey::int2[], a.attnum)";
    case SqlDialect::kSqlite:
      return "SELECT name FROM pragma_table_info(" + text(name) + ") WHERE pk > 0 ORDER BY pk";
    case SqlDialect::kSqlServer:
      break;  // the driver asks
  }
  return "";
}

/// A column of the key as a text that a constant can be made of.
std::string as_text(const std::string& column, SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kPostgres:
      return "CAST(" + column + " AS text)";
    case SqlDialect::kSqlite:
      return "CAST(" + column + " AS TEXT)";
    case SqlDialect::kSqlServer:
      return "CONVERT(nvarchar(4000), " + column + ", 126)";
  }
  return column;
}

/// Constants of numbers are written as they are: a text would be compared as one where the column
/// says nothing of its type (SQLite).
std::string constant(const ColumnTransfer& column, const std::string& value, SqlDialect dialect) {
  if (is_integer(column.type)) return std::string("(").append(value).append(")");
  return quoted_text(value, dialect);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& each : parts) out += (out.empty() ? "" : ", ") + each;
  return out;
}

}  // namespace

bool can_be_key(const ColumnTransfer& column, SqlDialect dialect) {
  if (column.how == Transfer::kRefused) return false;
  // Their texts do not read back as the same values everywhere.
  const bool is_double = column.how == Transfer::kFloat32 || column.how == Transfer::kFloat64;
  return dialect == SqlDialect::kPostgres    ? true
         : dialect == SqlDialect::kSqlServer ? !is_double
                                             : !is_floating(column.type);
}

std::vector<std::vector<std::optional<std::string>>> texts_of(OdbcLine& line,
                                                              const std::string& query) {
  return texts_of(line, line.execute(query));
}

std::vector<std::vector<std::optional<std::string>>> texts_of(OdbcLine& line, OdbcHandle executed) {
  std::vector<ColumnTransfer> transfers;
  for (const auto& each : line.columns_of(executed.get()))
    transfers.push_back(transfer_of(each, line.dialect(), false));
  OdbcCursor cursor(line, std::move(executed), std::move(transfers), 4096);
  std::vector<std::vector<std::optional<std::string>>> rows;
  while (const auto chunk = cursor.next()) {
    std::vector<Column> columns;
    for (const auto& each : chunk->columns)
      columns.push_back(converted(each, Type::kString, "key", -1));
    for (std::size_t row = 0; row < chunk->rows; ++row) {
      auto& values = rows.emplace_back();
      for (const auto& each : columns)
        values.push_back(each.string_valid(row) ? std::optional(std::string(each.string_at(row)))
                                                : std::nullopt);
    }
  }
  return rows;
}

std::int64_t count_of(OdbcLine& line, const std::string& query) {
  const auto rows = texts_of(line, query);
  if (rows.size() != 1 || rows[0].empty() || !rows[0][0])
    throw DataError("the database does not say how many rows there are");
  const auto count = number_of_text(*rows[0][0]);
  if (!count) throw DataError("the database says that there are " + *rows[0][0] + " rows");
  return static_cast<std::int64_t>(*count);
}

std::vector<std::string> primary_key(OdbcLine& line, const std::vector<std::string>& path) {
  const auto dialect = line.dialect();
  std::vector<std::string> key;
  if (dialect != SqlDialect::kSqlServer) {
    for (auto& row :
         texts_of(line, key_statement(dialect, quoted_path(path, dialect), path.back())))
      if (!row.empty() && row[0]) key.push_back(*row[0]);
    return key;
  }
  auto statement = line.statement();
  auto name = wide_text(path.back());
  auto schema = wide_text(path.size() > 1 ? path[path.size() - 2] : "");
  auto catalog = wide_text(path.size() > 2 ? path[path.size() - 3] : "");
  const auto given = [](std::vector<std::uint16_t>& wide) {
    return wide.size() > 1 ? wide.data() : nullptr;
  };
  const auto length = [](const std::vector<std::uint16_t>& wide) {
    return static_cast<SQLSMALLINT>(wide.size() - 1);
  };
  line.wait_for(statement.get(), [&] {
    return driver_manager().primary_keys(statement.get(), given(catalog), length(catalog),
                                         given(schema), length(schema), given(name), length(name));
  });
  std::map<std::int32_t, std::string> places;
  constexpr std::size_t kName = 3, kPlace = 4;
  for (const auto& row : texts_of(line, std::move(statement)))
    if (row.size() > kPlace && row[kName] && row[kPlace])
      places[static_cast<std::int32_t>(number_of_text(*row[kPlace]).value_or(0))] = *row[kName];
  for (auto& [place, column] : places) key.push_back(std::move(column));
  return key;
}

KeyRanges::KeyRanges(OdbcLine& line, const std::string& from, std::span<const ColumnTransfer> key,
                     bool known)
    : dialect_(line.dialect()) {
  for (const auto& each : key) {
    key_.push_back(quoted_name(each.column.name, dialect_));
    if (!can_be_key(each, dialect_))
      throw InvalidArgument("`key` cannot order the rows by "_named + each.column.name +
                            ", whose values are no whole numbers, texts or times; name another");
  }
  rows_ = count_of(line, "SELECT COUNT(*) FROM " + from);
  const auto ranges = static_cast<std::size_t>((rows_ + kRowsPerRange - 1) / kRowsPerRange);
  if (known && key_.size() == 1 && dialect_ == SqlDialect::kPostgres)
    step_over(line, from, key[0], ranges);
  else
    number(line, from, key, known);
  if (begins_.size() != ranges)
    throw DataError("the rows changed while they were counted; read them again, or a copy of them");
}

void KeyRanges::step_over(OdbcLine& line, const std::string& from, const ColumnTransfer& key,
                          std::size_t ranges) {
  if (ranges == 0) return;
  const auto& k = key_[0];
  // Each step goes along the index from one begin to the next.
  const auto first = "SELECT " + k + " FROM " + from;
  const auto order = " ORDER BY " + k + " LIMIT 1";
  const auto found = texts_of(
      line, "WITH RECURSIVE insitu_b(k) AS ((" + first + order + ") UNION ALL SELECT (" + first +
                " WHERE " + k + " >= insitu_b.k" + order + " OFFSET " +
                std::to_string(kRowsPerRange) + ") FROM insitu_b WHERE insitu_b.k IS NOT NULL) " +
                "SELECT " + as_text("k", dialect_) + " AS k FROM insitu_b WHERE k IS NOT NULL");
  for (const auto& row : found)
    begins_.push_back({constant(key, row.at(0).value_or(""), dialect_)});
}

void KeyRanges::number(OdbcLine& line, const std::string& from, std::span<const ColumnTransfer> key,
                       bool known) {
  const auto columns = joined(key_);
  // One look at the rows in their order finds where ranges begin, and what is no key.
  std::string texts, previous, is_same, is_null;
  for (std::size_t i = 0; i < key_.size(); ++i) {
    texts += ", " + as_text(key_[i], dialect_) + " AS insitu_k" + std::to_string(i);
    previous +=
        ", LAG(" + key_[i] + ") OVER (ORDER BY " + columns + ") AS insitu_p" + std::to_string(i);
    is_same += (i ? " AND " : "") + key_[i] + " = insitu_p" + std::to_string(i);
    is_null += (i ? " OR " : "") + key_[i] + " IS NULL";
  }
  const auto faulty = known ? "" : " OR (" + is_same + ") OR " + is_null;
  const auto found = texts_of(
      line, "SELECT insitu_n, " +
                (known ? std::string("0")
                       : "CASE WHEN (" + is_same + ") OR " + is_null + " THEN 1 ELSE 0 END") +
                " AS insitu_f" + texts + " FROM (SELECT " + columns +
                ", ROW_NUMBER() OVER (ORDER BY " + columns + ") - 1 AS insitu_n" +
                (known ? "" : previous) + " FROM " + from + ") AS insitu_keys WHERE insitu_n % " +
                std::to_string(kRowsPerRange) + " = 0" + faulty + " ORDER BY insitu_n");
  for (const auto& row : found) {
    if (row.at(1) == "1") {
      std::string value, name;
      for (std::size_t i = 0; i < key_.size(); ++i) {
        name += (i ? ", " : "") + key[i].column.name;
        value += (i ? ", " : "") + row.at(2 + i).value_or("NULL");
      }
      throw DataError("`key` is no key of the rows: "_named + name + " = " + value +
                      (value.find("NULL") == std::string::npos ? " is there more than once"
                                                               : " has a missing value") +
                      "; name columns that are different in each row");
    }
    auto& begin = begins_.emplace_back();
    for (std::size_t i = 0; i < key_.size(); ++i)
      begin.push_back(constant(key[i], row.at(2 + i).value_or(""), dialect_));
  }
}

std::string KeyRanges::at_least(const std::vector<std::string>& values) const {
  if (key_.size() == 1) return key_[0] + " >= " + values[0];
  if (dialect_ != SqlDialect::kSqlServer)
    return "(" + joined(key_) + ") >= (" + joined(values) + ")";
  std::string text = key_.back() + " >= " + values.back();
  for (std::size_t i = key_.size() - 1; i-- > 0;)
    text = "(" + key_[i] + " > " + values[i] + " OR (" + key_[i] + " = " + values[i] + " AND " +
           text + "))";
  return text;
}

std::string KeyRanges::clauses(std::size_t range) const {
  std::string text;
  if (range > 0) text = at_least(begins_.at(range));
  if (range + 1 < begins_.size())
    text +=
        (text.empty() ? "" : " AND ") + std::string("NOT (") + at_least(begins_[range + 1]) + ")";
  return (text.empty() ? "" : " WHERE " + text) + " ORDER BY " + joined(key_);
}

}  // namespace insitu
