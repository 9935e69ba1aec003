#include "odbc/result_columns.hpp"

#include "base/lower_text.hpp"

namespace insitu {

namespace {

// Types of SQL Server beyond the standard's.
constexpr SQLSMALLINT kVariant = -150;
constexpr SQLSMALLINT kUserType = -151;
constexpr SQLSMALLINT kXml = -152;
constexpr SQLSMALLINT kTime2 = -154;
constexpr SQLSMALLINT kOffset = -155;

/// Its driver takes them for signed ones.
bool is_unsigned_of_postgres(const ResultColumn& column) {
  return column.type_name == "oid" || column.type_name == "xid" || column.type_name == "cid";
}

/// SQLite's whole numbers have 64 bits whatever the column was declared as; these names say that
/// fewer are meant.
bool means_int32(const std::string& type_name) {
  const auto name = lower_text(type_name);
  return name == "int4" || name == "int2" || name == "smallint" || name == "tinyint" ||
         name == "mediumint" || name == "int32" || name == "int16";
}

bool is_moment(const ResultColumn& column) {
  return column.sql_type == SQL_TYPE_DATE || column.sql_type == SQL_DATE ||
         column.sql_type == SQL_TYPE_TIMESTAMP || column.sql_type == SQL_TIMESTAMP;
}

/// Texts, and numbers with as many digits as they need to be read again: casts give 15.
std::string shortest_text(const std::string& quoted) {
  std::string cases;
  for (const char* digits : {"15", "16"}) {
    const auto text = "printf('%!." + std::string(digits) + "g', " + quoted + ")";
    cases += " WHEN CAST(" + text + " AS real) = " + quoted + " THEN " + text;
  }
  return "CASE WHEN typeof(" + quoted + ") <> 'real' THEN CAST(" + quoted + " AS text)" + cases +
         " ELSE printf('%!.17g', " + quoted + ") END";
}

}  // namespace

ColumnTransfer transfer_of(const ResultColumn& column, SqlDialect dialect, bool bytes) {
  const auto as = [&](Transfer how, Type type) { return ColumnTransfer{column, how, type}; };
  const auto name = lower_text(column.type_name);
  const bool sqlite = dialect == SqlDialect::kSqlite;
  switch (column.sql_type) {
    case SQL_BIT:
      return as(Transfer::kBit, Type::kLogical);
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
      if (sqlite && (name == "boolean" || name == "bool"))
        return as(Transfer::kBit, Type::kLogical);
      if (sqlite)
        return means_int32(name) ? as(Transfer::kInt32Range, Type::kInt32)
                                 : as(Transfer::kInt64, Type::kInt64);
      return as(Transfer::kInt32, Type::kInt32);
    case SQL_BIGINT:
      return as(Transfer::kInt64, Type::kInt64);
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      return as(sqlite ? Transfer::kFloat64 : Transfer::kDigits, Type::kFloat64);
    case SQL_REAL:
      return sqlite ? as(Transfer::kFloat64, Type::kFloat64)
                    : as(Transfer::kFloat32, Type::kFloat32);
    case SQL_FLOAT:
    case SQL_DOUBLE:
      if (name == "money") return as(Transfer::kDigits, Type::kFloat64);
      return as(Transfer::kFloat64, Type::kFloat64);
    case SQL_TYPE_DATE:
    case SQL_DATE:
      return as(Transfer::kDate, Type::kDate);
    case SQL_TYPE_TIMESTAMP:
    case SQL_TIMESTAMP:
      return as(Transfer::kTimestamp, Type::kDateTime);
    case kOffset:
      return as(Transfer::kOffsetTime, Type::kDateTime);
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
      return as(bytes ? Transfer::kBytes : Transfer::kRefused, Type::kString);
    case kUserType:
      return as(Transfer::kRefused, Type::kString);
    case SQL_CHAR:
    case SQL_VARCHAR:
    case SQL_LONGVARCHAR:
    case SQL_WCHAR:
    case SQL_WVARCHAR:
    case SQL_WLONGVARCHAR:
    case SQL_GUID:
    case SQL_TYPE_TIME:
    case SQL_TIME:
    case kTime2:
    case kXml:
    case kVariant:
    default:  // intervals and the like, as the engine writes them
      break;
  }
  return as(Transfer::kText, Type::kString);
}

ColumnTransfer exact_transfer_of(const ResultColumn& column, SqlDialect dialect) {
  auto transfer = transfer_of(column, dialect, false);
  if (dialect == SqlDialect::kSqlite) {
    if (transfer.how == Transfer::kFloat64) transfer.how = Transfer::kDoubleText;
    if (transfer.how == Transfer::kDate) transfer.how = Transfer::kDateOrText;
    if (transfer.how == Transfer::kTimestamp) transfer.how = Transfer::kTimeOrText;
  }
  if (dialect != SqlDialect::kPostgres) return transfer;
  if (transfer.how == Transfer::kDate) transfer.how = Transfer::kDays;
  if (transfer.how == Transfer::kTimestamp) transfer.how = Transfer::kTimeText;
  if (is_unsigned_of_postgres(column)) transfer = {column, Transfer::kInt64, Type::kInt64};
  return transfer;
}

std::string exact_select(const ColumnTransfer& transfer, const std::string& quoted,
                         SqlDialect dialect) {
  const auto name = lower_text(transfer.column.type_name);
  switch (transfer.how) {
    case Transfer::kDoubleText:
      return "CASE WHEN " + quoted + " IS NULL THEN NULL ELSE printf('%!.20g', " + quoted + ") END";
    case Transfer::kDays:
      return "(" + quoted + " - DATE '1970-01-01')";
    case Transfer::kTimeText:
    case Transfer::kDateOrText:
    case Transfer::kTimeOrText:
      return "CAST(" + quoted + " AS text)";
    case Transfer::kInt64:
      if (is_unsigned_of_postgres(transfer.column))
        return "CAST(CAST(" + quoted + " AS text) AS bigint)";
      return quoted;
    case Transfer::kDigits:
      // PostgreSQL's decimals may have thousands of digits.
      return dialect == SqlDialect::kPostgres ? nearest_double(quoted) : quoted;
    case Transfer::kText:
      if (dialect == SqlDialect::kSqlite && is_moment(transfer.column))
        return "CAST(" + quoted + " AS text)";
      if (dialect == SqlDialect::kSqlite && name == kTextsAndDoubles) return shortest_text(quoted);
      if (dialect == SqlDialect::kPostgres && name == "money")
        return "CAST(CAST(" + quoted + " AS numeric) AS text)";
      // The driver leaves fractions of seconds out.
      if (dialect == SqlDialect::kPostgres &&
          (transfer.column.sql_type == SQL_TYPE_TIME || transfer.column.sql_type == SQL_TIME))
        return "CAST(" + quoted + " AS text)";
      return quoted;
    default:
      return quoted;
  }
}

std::string nearest_double(const std::string& quoted) {
  return "CAST(CAST(" + quoted + " AS numeric) AS double precision)";
}

bool may_round(const ColumnTransfer& transfer) {
  constexpr std::size_t kDigitsOfDouble = 15;
  return transfer.how == Transfer::kDigits &&
         (transfer.column.size == 0 || transfer.column.size > kDigitsOfDouble);
}

}  // namespace insitu
