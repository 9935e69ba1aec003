#pragma once
// One task of one call of sp_execute_external_script: told its columns and parameters, given rows,
// asked for results.
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "operation.hpp"

namespace insitu::sql_server {

/// Its functions are called one at a time (the caller holds `mutex`).
class Session {
 public:
  /// Throws InvalidArgument for a script that is none of this protocol.
  Session(SQLUSMALLINT task, SQLUSMALLINT tasks, std::string script, SQLUSMALLINT columns,
          SQLUSMALLINT parameters);

  std::mutex mutex;

  /// Throw InvalidArgument for a number that is none of those announced, or that came before.
  void set_column(SQLUSMALLINT number, Described);
  void set_parameter(SQLUSMALLINT number, Parameter);

  void execute(std::size_t rows, void** data, SQLINTEGER** lengths);
  Results& results() { return results_; }
  const Described& result_column(SQLUSMALLINT number) const;
  /// The bytes of an output parameter, which stay until the next call.
  const std::string& output(SQLUSMALLINT number);
  std::uint64_t rows_read() const { return rows_read_; }
  std::uint64_t rows_given() const { return rows_given_; }

 private:
  template <class T>
  static void put(std::vector<std::optional<T>>& all, SQLUSMALLINT number, T value,
                  const char* what);

  std::string script_;
  SessionInput input_;
  std::vector<std::optional<Described>> columns_;
  std::vector<std::optional<Parameter>> parameters_;
  std::unique_ptr<Operation> operation_;  // from the first rows on
  Results results_;
  std::string output_;
  std::uint64_t rows_read_ = 0, rows_given_ = 0;
};

}  // namespace insitu::sql_server
