#pragma once
// How the columns of a result come over: what the driver describes, and what becomes of it
// (docs/databases.md has the table).
#include <cstdint>
#include <string>
#include <vector>

#include "data/schema.hpp"
#include "odbc/driver_manager.hpp"
#include "sql/quoted.hpp"

namespace insitu {

/// As the driver describes it.
struct ResultColumn {
  std::string name;
  SQLSMALLINT sql_type = SQL_UNKNOWN_TYPE;
  std::size_t size = 0;   ///< characters, digits; 0: not known
  int digits = 0;         ///< after the point
  std::string type_name;  ///< of the engine: "int8", "datetimeoffset"; may be empty
};

/// What a column of SQLite is called in which texts and doubles stand.
inline constexpr const char* kTextsAndDoubles = "text and real";

/// How its values are asked for.
enum class Transfer : std::uint8_t {
  kBit,         ///< one byte
  kInt32,       ///< SQL_C_SLONG; the code of missing values is an error
  kInt32Range,  ///< SQL_C_SBIGINT, which must fit
  kInt64,
  kFloat32,
  kFloat64,
  kDigits,      ///< a decimal as ASCII, read as the nearest double
  kDoubleText,  ///< a double as ASCII with all digits (SQLite)
  kDays,        ///< days since 1970 as a whole number (PostgreSQL)
  kTimeText,    ///< "2020-01-31 12:00:00.5" as ASCII, also BC and infinite (PostgreSQL)
  kDateOrText,  ///< a date as somebody has written it (SQLite)
  kTimeOrText,  ///< a time, likewise
  kText,        ///< UTF-16
  kDate,        ///< SQL_DATE_STRUCT
  kTimestamp,   ///< SQL_TIMESTAMP_STRUCT, UTC
  kOffsetTime,  ///< a time with its offset as text
  kBytes,
  kRefused,  ///< has no counterpart here
};

struct ColumnTransfer {
  ResultColumn column;
  Transfer how = Transfer::kRefused;
  Type type = Type::kString;  ///< of the engine
};

/// `bytes`: binary values are wanted, as texts of bytes; else they are refused.
ColumnTransfer transfer_of(const ResultColumn&, SqlDialect, bool bytes);

/// The same where who reads can say what is selected, as exact_select does, so that values come as
/// they are: SQLite's driver hands over 15 digits of a double and takes what is no date for a
/// missing one, PostgreSQL's makes dates of this
/// year of infinite ones and loses what is beyond the year 9999 or before the year 1.
ColumnTransfer exact_transfer_of(const ResultColumn&, SqlDialect);
/// The expression for a column of that transfer, from its quoted name.
std::string exact_select(const ColumnTransfer&, const std::string& quoted, SqlDialect);

/// PostgreSQL's expression for the double nearest to a decimal or an amount of money.
std::string nearest_double(const std::string& quoted);

/// Digits may be lost when a decimal becomes a double.
bool may_round(const ColumnTransfer&);

}  // namespace insitu
