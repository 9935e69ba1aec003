#pragma once
// Rows into a table, as fast as each engine takes them over ODBC.
#include <memory>
#include <string>

#include "data/chunk.hpp"
#include "odbc/line.hpp"

namespace insitu {

/// Used by one thread; the transaction is the caller's.
class RowInserter {
 public:
  virtual ~RowInserter() = default;
  /// Throws DataError for a value that the engine cannot hold.
  virtual void insert(const Chunk&) = 0;
};

/// `table`: quoted. The chunks have the columns of `schema`. PostgreSQL takes a column at once, as
/// one constant of an array; SQL Server takes rows as a JSON text; SQLite value by value.
std::unique_ptr<RowInserter> make_inserter(OdbcLine&, const std::string& table, SchemaPtr schema,
                                           bool factors_as_indexes);

}  // namespace insitu
