#pragma once
// The rows of one result, fetched in blocks into buffers that lie as the engine's columns do.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "data/chunk.hpp"
#include "odbc/handles.hpp"
#include "odbc/result_columns.hpp"

namespace insitu {

class OdbcLine;

/// Used by one thread, before anything else happens on its line.
class OdbcCursor {
 public:
  /// `statement` has been executed. `transfers` are what is wanted of its first columns, in order;
  /// those that are refused are left out. `rows`: of a block at most.
  OdbcCursor(OdbcLine& line, OdbcHandle statement, std::vector<ColumnTransfer> transfers,
             std::size_t rows);
  ~OdbcCursor();

  const SchemaPtr& schema() const { return schema_; }
  /// The next rows, in the order of arrival; nothing at the end.
  std::optional<Chunk> next();

 private:
  struct Bound;
  void bind();
  void fetch_long_values(std::size_t row);
  Column column_of(std::size_t place, std::size_t rows);

  OdbcLine& line_;
  OdbcHandle statement_;
  std::vector<std::unique_ptr<Bound>> bound_;
  SchemaPtr schema_;
  std::size_t rows_;
  bool row_by_row_ = false;  // a column has values that only SQLGetData gives
  SQLULEN fetched_ = 0;
  std::int64_t row_ = 0;
  bool ended_ = false;
};

}  // namespace insitu
