#pragma once
// One line to a database, as those need it who write statements for it; how it is reached is the
// business of whoever implements this.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/control.hpp"
#include "data/chunk.hpp"
#include "sql/quoted.hpp"

namespace insitu {

/// What is sent: text alone, or text with a marker (?) for each of the parameters.
struct SqlStatement {
  std::string text;
  std::vector<std::string> binary_parameters = {};  ///< bytes (models, states) of each marker
};

/// Used by one thread at a time. Errors are DataError with the engine's own words and SQLSTATE, and
/// no secret; Cancelled when the control says so (the statement is cancelled at the server, too).
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  virtual SqlDialect dialect() const = 0;
  /// "PostgreSQL 15.18", for records and messages.
  virtual std::string engine() const = 0;

  /// Columns of what a query gives, without its rows.
  virtual SchemaPtr columns_of(const std::string& query, RunControl&) = 0;
  /// Runs a statement that gives rows and hands them on in chunks, in the order of arrival. Whole
  /// numbers of 64 bits stay whole; decimals become doubles; bytes come as text columns of bytes.
  virtual void query(const SqlStatement&, const std::function<void(const Chunk&)>& consume,
                     RunControl&) = 0;
  /// Runs a statement that gives none. Returns the rows that it touched; -1: not told.
  virtual std::int64_t execute(const SqlStatement&, RunControl&) = 0;

  // One transaction at a time; a connection that ends within one has rolled it back.
  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;
};

/// Opens lines to one database, with what was given for it (a context gives the same to each).
class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;
  virtual std::unique_ptr<SqlConnection> connect(RunControl&) const = 0;
  /// Where it is, without any secret: "PostgreSQL at 127.0.0.1:5432, database flights".
  virtual std::string description() const = 0;
};

}  // namespace insitu
