#include "in_database/table_of_source.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "sources/column_info.hpp"

namespace insitu {

namespace {

std::string type_name_of(const FinishedColumn& column) {
  auto name = column.transfer().column.type_name;
  for (auto& c : name) c = ascii_lower(c);
  return name;
}

/// Texts that are the same for a driver, a cast and the engine.
bool is_plain_text(const FinishedColumn& column) {
  static constexpr std::array<std::string_view, 11> kPlain = {
      "text", "varchar",          "bpchar",           "char", "name", "nvarchar", "nchar", "ntext",
      "uuid", "uniqueidentifier", "character varying"};
  return std::ranges::find(kPlain, type_name_of(column)) != kPlain.end();
}

bool is_padded(const FinishedColumn& column) {
  const auto type = column.transfer().column.sql_type;
  return type == SQL_CHAR || type == SQL_WCHAR;
}

/// The type by way of which a column of PostgreSQL becomes a number; "": it casts to one.
std::string way_to_number(const FinishedColumn& column, SqlDialect dialect) {
  if (dialect != SqlDialect::kPostgres) return "";
  const auto name = type_name_of(column);
  if (name == "money") return "numeric";
  return name == "xid" || name == "cid" ? "text" : "";
}

/// Why a statement does not give the values that reading gives; "": it does.
std::string why_not(const FinishedColumn& column, SqlDialect dialect) {
  const auto& transfer = column.transfer();
  const auto& field = column.field();
  if (column.renames_values()) return "gets other names for its values by `colInfo`"_named;
  if (transfer.how == Transfer::kText && !is_plain_text(column))
    return "is of " +
           (transfer.column.type_name.empty() ? "a type"
                                              : "the type " + transfer.column.type_name) +
           " whose texts the driver writes";
  if (is_padded(column) && !column.trims() && dialect == SqlDialect::kPostgres)
    return "keeps blanks at its end, which no expression of PostgreSQL does";
  const auto from = transfer.type, to = field.type;
  if (from == to || (from == Type::kString && is_factor(to))) return "";
  const bool wider = (to == Type::kFloat64 &&
                      (from == Type::kInt32 || from == Type::kInt16 || from == Type::kFloat32)) ||
                     (to == Type::kInt64 && (from == Type::kInt32 || from == Type::kInt16)) ||
                     (to == Type::kInt32 && from == Type::kInt16);
  return wider ? std::string() : "is converted by `colInfo` or `colClasses`"_named;
}

}  // namespace

SqlTable sql_table_of(const OdbcSource& source) {
  if (source.from().empty())
    throw Unsupported("its query cannot stand in another one: leave ORDER BY and WITH out of it");
  SqlTable table{.from = source.from(), .schema = source.schema()};
  const auto dialect = source.dialect();
  bool as_it_is = !source.options().table.empty();
  std::string list;
  for (std::size_t i = 0; i < source.columns().size(); ++i) {
    const auto& column = source.columns()[i];
    const auto& field = column.field();
    auto sql = source.column_in_from(i);
    const auto name = quoted_name(field.name, dialect);
    if (auto why = why_not(column, dialect); !why.empty()) table.refused[field.name] = why;
    if (is_factor(field.type) && field.levels) table.closed.push_back(field.name);
    if (const auto way = way_to_number(column, dialect); !way.empty()) table.ways[field.name] = way;
    if (is_padded(column) && column.trims() && dialect != SqlDialect::kPostgres) {
      sql = "RTRIM(" + sql + ")";  // a cast of PostgreSQL takes them off itself
      as_it_is = false;
    }
    as_it_is = as_it_is && sql == name;
    list += (list.empty() ? "" : ", ") + sql + " AS " + name;
  }
  std::erase_if(table.closed, [&](const auto& name) { return table.refused.contains(name); });
  if (!as_it_is) table.from = "(SELECT " + list + " FROM " + source.from() + ")";
  return table;
}

SelectedColumns columns_for_engine(const OdbcSource& source,
                                   const std::vector<std::string>* wanted) {
  if (source.from().empty())
    throw Unsupported("its query cannot stand in another one: leave ORDER BY and WITH out of it");
  const auto dialect = source.dialect();
  const bool server = dialect == SqlDialect::kSqlServer;
  SelectedColumns selected;
  std::vector<Field> fields;
  ColumnInfo info;
  for (std::size_t i = 0; i < source.columns().size(); ++i) {
    const auto& column = source.columns()[i];
    const auto& field = column.field();
    const auto& transfer = column.transfer();
    auto sql = source.column_in_from(i);
    const auto type_name = type_name_of(column);
    const auto cast = [&](const char* type) { sql = "CAST(" + sql + " AS " + type + ")"; };
    auto why = why_not(column, dialect);
    std::string null = server ? "float" : "float8";
    switch (transfer.type) {
      case Type::kLogical:
        null = server ? "bit" : "boolean";
        break;
      case Type::kInt16:
      case Type::kUInt16:
      case Type::kInt32:
        null = "int";
        break;
      case Type::kInt64:
        null = "bigint";
        if (const auto way = way_to_number(column, dialect); !way.empty()) cast(way.c_str());
        if (type_name == "oid" || type_name == "xid" || type_name == "cid") cast("bigint");
        break;
      case Type::kFloat32:
        null = "real";
        break;
      case Type::kString:
      case Type::kFactor:
      case Type::kOrdered:
        null = server ? "nvarchar(max)" : "text";
        if (server && is_padded(column) && column.trims()) sql = "RTRIM(" + sql + ")";
        if (!server) cast("text");
        break;
      case Type::kDate:
        null = "date";
        break;
      case Type::kDateTime:
        null = server ? "datetime" : "timestamp";
        if (server && type_name != "datetime" && type_name != "smalldatetime" && why.empty())
          why = "is a " + type_name + ", which SQL Server gives no external script with all digits";
        break;
      case Type::kFloat64:
        if (transfer.how == Transfer::kDigits && !server) {
          if (const auto way = way_to_number(column, dialect); !way.empty()) cast(way.c_str());
          cast("float8");
        }
        break;
    }
    if (!why.empty()) selected.refused[field.name] = why;
    const bool comes =
        why.empty() && (!wanted || std::ranges::find(*wanted, field.name) != wanted->end());
    fields.push_back({.name = field.name, .type = transfer.type});
    selected.expressions.push_back((comes ? sql : "CAST(NULL AS " + null + ")") + " AS " +
                                   quoted_name(field.name, dialect));
    if (!why.empty() || (field.type == transfer.type && !field.levels)) continue;
    auto& asked = info[field.name];
    asked.type = field.type;
    if (field.levels) asked.levels = *field.levels;
  }
  selected.schema = Schema(std::move(fields));
  if (!info.empty()) selected.column_info = column_info_to_json(info).dump();
  return selected;
}

}  // namespace insitu
