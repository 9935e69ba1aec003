#pragma once
// Result columns as SQL Server's host of extensions takes them: arrays that stay until the next
// call for the session.
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cells.hpp"

namespace insitu::sql_server {

/// Size of a value that may be of any length: (max) types.
inline constexpr SQLULEN kAnySize = 0x7FFFFFFF;

/// The values of one column, of any number of rows.
class ResultColumn {
 public:
  explicit ResultColumn(Described column) : column_(std::move(column)) {}

  void add(std::optional<std::string_view> bytes);
  template <class T>
  void add_value(const T& value) {
    add(std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
  }

  const Described& column() const { return column_; }
  std::size_t rows() const { return lengths_.size(); }
  void* data();
  SQLINTEGER* lengths();
  void clear();

 private:
  Described column_;
  std::string bytes_;
  std::vector<SQLINTEGER> lengths_;
};

/// Columns of int, bigint, nvarchar and varbinary. All may be NULL, since the shape is told once.
Described int_column(std::string name);
Described bigint_column(std::string name);
Described text_column(std::string name);
Described binary_column(std::string name);

/// A result in SQL's types for a column of the engine's.
Described column_of(const Field&);
/// Adds the rows of a column.
void add_values(ResultColumn&, const Column&);

class Results {
 public:
  std::vector<ResultColumn> columns;

  std::size_t rows() const { return columns.empty() ? 0 : columns[0].rows(); }
  /// The arrays of the columns, as the interface hands them over.
  void** data();
  SQLINTEGER** lengths();

 private:
  std::vector<void*> data_;
  std::vector<SQLINTEGER*> lengths_;
};

}  // namespace insitu::sql_server
