#pragma once
// One connection of the driver manager, with the thread that waits for it.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "odbc/blocking_calls.hpp"
#include "odbc/connection_string.hpp"
#include "odbc/handles.hpp"
#include "odbc/result_columns.hpp"
#include "sql/quoted.hpp"

namespace insitu {

/// The server ended the connection, or the network did.
struct ConnectionLost : DataError {
  using DataError::DataError;
};

struct LineOptions {
  ConnectionString where;
  std::string shown;             ///< the string as its user wrote it, without secrets
  double connect_seconds = 30;   ///< 0: as long as it takes
  double statement_seconds = 0;  ///< 0: as long as it takes
};

/// Used by one thread at a time.
class OdbcLine {
 public:
  /// Connects. Throws DataError with the driver's words, without the password.
  OdbcLine(LineOptions, const CancelFlag*);
  ~OdbcLine();
  OdbcLine(const OdbcLine&) = delete;
  OdbcLine& operator=(const OdbcLine&) = delete;

  SqlDialect dialect() const { return dialect_; }
  const std::string& engine() const { return engine_; }
  /// The values that SQLGetData gives of rows within a block.
  bool reads_within_blocks() const { return reads_within_blocks_; }

  /// Texts of this driver are UTF-8 (DriverManager).
  bool narrow() const { return narrow_; }

  OdbcHandle statement();
  /// Begins the text on a statement that has its parameters.
  void execute(void* statement, std::string_view text);
  void prepare(void* statement, std::string_view text);
  /// Runs the text and returns the statement, with its result if it has one.
  OdbcHandle execute(std::string_view text);
  /// A call that may wait for the server: `what` of `statement`. Throws for all but success and
  /// SQL_NO_DATA, which it returns.
  SQLRETURN wait_for(void* statement, const std::function<SQLRETURN()>& what);
  /// Throws what the statement says.
  [[noreturn]] void fail(void* statement);
  void check(void* statement, SQLRETURN code) {
    if (!succeeded(code)) fail(statement);
  }

  std::vector<ResultColumn> columns_of(void* statement);

  void set_flag(const CancelFlag* flag) { flag_ = flag; }
  void set_autocommit(bool);
  void end_transaction(bool commit);
  bool lost() const { return lost_; }
  void* handle() const { return handle_.get(); }

 private:
  [[noreturn]] void fail(SQLSMALLINT kind, void* handle, const std::string& before);
  void set_up();
  std::string info(SQLUSMALLINT which);

  LineOptions options_;
  OdbcHandle handle_;
  bool connected_ = false, lost_ = false, reads_within_blocks_ = false, narrow_ = false;
  SqlDialect dialect_ = SqlDialect::kSqlite;
  std::string engine_;
  const CancelFlag* flag_ = nullptr;
  BlockingCalls blocking_;
};

}  // namespace insitu
