#pragma once
// Cells as SQL Server's host of extensions lays them out: one array for each column, values of a
// fixed width or bytes packed back to back, and an array of lengths that says what is NULL.
#include <sql.h>
#include <sqlext.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/chunk.hpp"

namespace insitu::sql_server {

/// One column, or one parameter, as it was announced.
struct Described {
  std::string name;
  SQLSMALLINT type = 0;  ///< an ODBC C type
  SQLULEN size = 0;
  SQLSMALLINT digits = 0;
  bool nullable = true;
  SQLSMALLINT partition = -1, order = -1;
};

/// Bytes of one value; 0: as many as its length says. Throws Unsupported for a type that has no
/// layout here.
std::size_t width_of(const Described&);
/// The type of SQL, for messages: "decimal", "nvarchar".
std::string_view sql_name(SQLSMALLINT type);

/// The cells of a column in one call of Execute: only looked at, gone after it.
class Cells {
 public:
  /// Throws DataError for lengths that cannot be: negative, beyond the announced size, odd bytes of
  /// UTF-16; and for a missing array.
  Cells(const Described&, std::size_t rows, const void* data, const SQLINTEGER* lengths);

  const Described& column() const { return *column_; }
  std::size_t rows() const { return rows_; }
  bool is_null(std::size_t row) const;
  /// The bytes of a value; "" of a NULL. In rising order of rows: packed values are walked over.
  std::string_view at(std::size_t row);

 private:
  const Described* column_;
  std::size_t rows_, width_;
  const char* data_;
  const SQLINTEGER* lengths_;
  bool all_null_ = false;
  std::size_t next_ = 0, offset_ = 0;  // of packed values
};

/// The engine's column for one of SQL. Throws Unsupported for binary, which no model reads.
Field field_of(const Described&);
/// The values of rows [begin, begin + count), which must follow each other from call to call.
/// Throws DataError, naming column and row, for a value that the engine takes for a missing one.
Column values_of(Cells&, std::size_t begin, std::size_t count);

/// The number nearest to a numeric. Throws DataError for a sign or scale that cannot be.
double number_of(const SQL_NUMERIC_STRUCT&);
/// A numeric as it is written: "-12.50". 38 digits hold, exact.
std::string text_of(const SQL_NUMERIC_STRUCT&);
/// "6F9619FF-8B86-D011-B42D-00C04FC964FF"
std::string text_of(const SQLGUID&);

/// Halves of pairs that stand alone become U+FFFD.
std::string utf8_of_utf16(std::string_view bytes);
std::string utf16_of_utf8(std::string_view text);

}  // namespace insitu::sql_server
