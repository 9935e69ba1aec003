#pragma once
// The rows of one call of Execute, as the operations see them.
#include <map>
#include <string>
#include <vector>

#include "cells.hpp"

namespace insitu::sql_server {

struct Parameter {
  Described described;
  bool is_null = true;
  std::string bytes;  ///< a copy of its value
  bool output = false;
};

/// What a session was told before its rows.
struct SessionInput {
  SQLUSMALLINT task = 0, tasks = 1;
  std::vector<Described> columns;
  std::vector<Parameter> parameters;

  /// By name, with @; null: there is none.
  const Parameter* parameter(std::string_view name) const;
  /// The bytes of a varbinary parameter; "" where there is none or it is NULL.
  std::string bytes_of(std::string_view name) const;
  /// Of the columns. Throws Unsupported for a binary one.
  SchemaPtr schema() const;
};

/// Rows of one call, converted piece by piece.
class InputRows {
 public:
  /// Throws as Cells.
  InputRows(const SessionInput&, std::size_t rows, void** data, SQLINTEGER** lengths);

  std::size_t rows() const { return rows_; }
  std::vector<Cells>& cells() { return cells_; }
  /// The rows [begin, begin + count) with the columns of `schema`, in their order.
  Chunk chunk(const SchemaPtr& schema, std::size_t begin, std::size_t count);

 private:
  const SessionInput& input_;
  std::size_t rows_;
  std::vector<Cells> cells_;
};

}  // namespace insitu::sql_server
