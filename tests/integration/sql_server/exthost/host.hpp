#pragma once
// A double of SQL Server's host of extensions, written from its documentation: drives a language
// extension through its functions alone, one forked process for each task, with buffers that are
// gone when the documentation says so (docs/in-sql-server.md).
#include <sql.h>
#include <sqlext.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace insitu::exthost {

/// Cells of a column as they cross: values of a fixed width, or bytes back to back.
struct Cells {
  SQLSMALLINT type = 0;
  std::uint64_t size = 0;
  SQLSMALLINT digits = 0;
  bool nullable = true;
  std::string bytes;
  std::vector<SQLINTEGER> lengths;  ///< a row each; SQL_NULL_DATA
  static constexpr auto fields = std::tuple{&Cells::type,     &Cells::size,  &Cells::digits,
                                            &Cells::nullable, &Cells::bytes, &Cells::lengths};

  std::size_t width() const;  ///< 0: packed
  std::size_t rows() const { return lengths.size(); }
  void add(const void* value, std::size_t size);
  void add_null();
  void append(const Cells& more);
  /// Of each row; nothing: NULL.
  std::vector<std::optional<std::string>> values() const;
};

struct Input {
  std::string name;
  Cells cells;
  SQLSMALLINT partition = -1;
};

struct Argument {
  std::string name;  ///< with @
  SQLSMALLINT type = SQL_C_BINARY;
  std::uint64_t size = 0;
  std::optional<std::string> value;
  bool output = false;
};

struct Call {
  std::string library, script;
  std::vector<Input> columns;
  std::vector<Argument> arguments;
  unsigned tasks = 1;
  std::vector<std::size_t>
      chunk_rows;            ///< of the calls of Execute, in turn; empty: all rows at once
  bool partitions = false;   ///< a call for each run of equal values of those columns
  bool empty_calls = false;  ///< calls without rows in between and at the end
  int kill_task = -1;        ///< is killed after its first call
};

struct Outcome {
  bool succeeded = true;
  std::string messages;  ///< what the tasks have written to stderr, and why one ended
  std::vector<Cells> columns;
  std::vector<std::optional<std::string>> outputs;  ///< of the output arguments, of task 0
  std::vector<std::int64_t> counters;               ///< of telemetry, summed
  static constexpr auto fields =
      std::tuple{&Outcome::succeeded, &Outcome::messages, &Outcome::columns, &Outcome::outputs,
                 &Outcome::counters};
};

/// As sp_execute_external_script: rows are dealt to the tasks chunk by chunk, results are those of
/// all tasks, in their order. A task that fails fails the call.
Outcome run(const Call&);

}  // namespace insitu::exthost
