// libinsitu_sql.so: the engine inside SQL Server, a language extension (docs/in-sql-server.md). No
// exception and no C++ type crosses these functions; what goes wrong is a sentence on stderr, which
// the server gives to its client.
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "capi/border.hpp"
#include "capi/hosted_rows.hpp"
#include "capi/words.hpp"
#include "extension_abi.h"
#include "session.hpp"

namespace {

using insitu::InvalidArgument;
using insitu::sql_server::Session;

using Key = std::pair<std::array<unsigned char, sizeof(SQLGUID)>, SQLUSMALLINT>;

std::mutex all_mutex;
std::map<Key, std::shared_ptr<Session>>& all_sessions() {
  static auto* sessions =
      new std::map<Key, std::shared_ptr<Session>>;  // never destroyed: the host may call at exit
  return *sessions;
}

Key key_of(const SQLGUID& session, SQLUSMALLINT task) {
  Key key;
  std::memcpy(key.first.data(), &session, sizeof session);
  key.second = task;
  return key;
}

std::shared_ptr<Session> find(const SQLGUID& session, SQLUSMALLINT task) {
  const std::lock_guard lock(all_mutex);
  const auto found = all_sessions().find(key_of(session, task));
  if (found == all_sessions().end()) throw InvalidArgument("a session that was never begun");
  return found->second;
}

template <class F>
SQLRETURN guarded(const char* function, F&& f) noexcept {
  try {
    try {
      f();
      return SQL_SUCCESS;
    } catch (...) {
      insitu::rethrow_in(insitu::words_of_face("r", ""));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "insitu: %s: %s\n", function, error.what());
  } catch (...) {
    std::fprintf(stderr, "insitu: %s: an unknown failure\n", function);
  }
  std::fflush(stderr);
  return SQL_ERROR;
}

template <class F>
SQLRETURN with_session(const char* function, const SQLGUID& session, SQLUSMALLINT task, F&& f) {
  return guarded(function, [&] {
    const auto found = find(session, task);
    const std::lock_guard lock(found->mutex);
    f(*found);
  });
}

void require(const void* pointer, const char* name) {
  if (!pointer) throw InvalidArgument(std::string(name) + " is null");
}

std::string text_of(const SQLCHAR* text, std::uint64_t length, const char* name) {
  if (length > 0) require(text, name);
  if (length > 0x7FFFFFFF) throw InvalidArgument(std::string(name) + " is longer than 2 GiB");
  return length ? std::string(reinterpret_cast<const char*>(text), length) : std::string();
}

insitu::sql_server::Described described(SQLCHAR* name, SQLSMALLINT name_length, SQLSMALLINT type,
                                        SQLULEN size, SQLSMALLINT digits) {
  if (name_length <= 0)
    throw InvalidArgument("a column or parameter without a name: give it one with AS");
  insitu::sql_server::Described made;
  made.name = text_of(name, static_cast<std::uint64_t>(name_length), "name");
  made.type = type;
  made.size = size;
  made.digits = digits;
  insitu::sql_server::width_of(made);  // throws for a type that is not known
  return made;
}

}  // namespace

SQLUSMALLINT GetInterfaceVersion(void) { return 2; }

SQLRETURN Init(SQLCHAR*, SQLULEN, SQLCHAR*, SQLULEN, SQLCHAR*, SQLULEN, SQLCHAR*, SQLULEN) {
  return SQL_SUCCESS;
}

SQLRETURN InitSession(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT tasks, SQLCHAR* script,
                      SQLULEN script_length, SQLUSMALLINT columns, SQLUSMALLINT parameters,
                      SQLCHAR*, SQLUSMALLINT, SQLCHAR*, SQLUSMALLINT) {
  return guarded("InitSession", [&] {
    // Whoever may run scripts, and brings an analysis in @prior, may not for that reason write
    // files of the server.
    insitu::forbid_files_of_hosts();
    auto made = std::make_shared<Session>(task, tasks, text_of(script, script_length, "script"),
                                          columns, parameters);
    const std::lock_guard lock(all_mutex);
    if (!all_sessions().emplace(key_of(session, task), std::move(made)).second)
      throw InvalidArgument("task " + std::to_string(task) + " of this session was begun before");
  });
}

SQLRETURN InitColumn(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number, SQLCHAR* name,
                     SQLSMALLINT name_length, SQLSMALLINT type, SQLULEN size, SQLSMALLINT digits,
                     SQLSMALLINT nullable, SQLSMALLINT partition, SQLSMALLINT order) {
  return with_session("InitColumn", session, task, [&](Session& found) {
    auto column = described(name, name_length, type, size, digits);
    column.nullable = nullable != SQL_NO_NULLS;
    column.partition = partition;
    column.order = order;
    found.set_column(number, std::move(column));
  });
}

SQLRETURN InitParam(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number, SQLCHAR* name,
                    SQLSMALLINT name_length, SQLSMALLINT type, SQLULEN size, SQLSMALLINT digits,
                    SQLPOINTER value, SQLINTEGER length, SQLSMALLINT direction) {
  return with_session("InitParam", session, task, [&](Session& found) {
    insitu::sql_server::Parameter parameter;
    parameter.described = described(name, name_length, type, size, digits);
    if (direction != SQL_PARAM_INPUT && direction != SQL_PARAM_INPUT_OUTPUT &&
        direction != SQL_PARAM_OUTPUT)
      throw InvalidArgument(parameter.described.name + " goes in direction " +
                            std::to_string(direction));
    parameter.output = direction != SQL_PARAM_INPUT;
    parameter.is_null = length == SQL_NULL_DATA;
    if (!parameter.is_null) {
      const auto width = insitu::sql_server::width_of(parameter.described);
      if (!width && length < 0)
        throw InvalidArgument(parameter.described.name + " has length " + std::to_string(length));
      const auto bytes = width ? width : static_cast<std::size_t>(length);
      if (bytes) require(value, parameter.described.name.c_str());
      if (bytes) parameter.bytes.assign(static_cast<const char*>(value), bytes);
    }
    found.set_parameter(number, std::move(parameter));
  });
}

SQLRETURN Execute(SQLGUID session, SQLUSMALLINT task, SQLULEN rows, SQLPOINTER* data,
                  SQLINTEGER** lengths, SQLUSMALLINT* result_columns) {
  if (result_columns) *result_columns = 0;
  return with_session("Execute", session, task, [&](Session& found) {
    require(result_columns, "the number of result columns");
    if (rows > 0x7FFFFFFFFFFF) throw InvalidArgument(std::to_string(rows) + " rows in one call");
    found.execute(rows, data, lengths);
    *result_columns = static_cast<SQLUSMALLINT>(found.results().columns.size());
  });
}

SQLRETURN GetResultColumn(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number,
                          SQLSMALLINT* type, SQLULEN* size, SQLSMALLINT* digits,
                          SQLSMALLINT* nullable) {
  return with_session("GetResultColumn", session, task, [&](Session& found) {
    require(type, "type"), require(size, "size"), require(digits, "digits"),
        require(nullable, "nullable");
    const auto& column = found.result_column(number);
    *type = column.type;
    *size = column.size;
    *digits = column.digits;
    *nullable = column.nullable ? SQL_NULLABLE : SQL_NO_NULLS;
  });
}

SQLRETURN GetResults(SQLGUID session, SQLUSMALLINT task, SQLULEN* rows, SQLPOINTER** data,
                     SQLINTEGER*** lengths) {
  return with_session("GetResults", session, task, [&](Session& found) {
    require(rows, "rows"), require(data, "data"), require(lengths, "lengths");
    *rows = found.results().rows();
    *data = found.results().data();
    *lengths = found.results().lengths();
  });
}

SQLRETURN GetOutputParam(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number, SQLPOINTER* value,
                         SQLINTEGER* length) {
  if (value) *value = nullptr;
  if (length) *length = SQL_NULL_DATA;
  return with_session("GetOutputParam", session, task, [&](Session& found) {
    require(value, "value"), require(length, "length");
    const auto& bytes = found.output(number);
    if (bytes.size() > insitu::sql_server::kAnySize)
      throw insitu::DataError("the state has " + std::to_string(bytes.size()) +
                              " bytes, more than the 2 GiB that SQL Server takes");
    *value = const_cast<char*>(bytes.data());
    *length = static_cast<SQLINTEGER>(bytes.size());
  });
}

SQLRETURN GetTelemetryResults(SQLGUID session, SQLUSMALLINT task, SQLUINTEGER* rows,
                              SQLCHAR*** names, SQLINTEGER** name_lengths, SQLBIGINT** values) {
  return with_session("GetTelemetryResults", session, task, [&](Session& found) {
    require(rows, "rows"), require(names, "names"), require(name_lengths, "name lengths"),
        require(values, "values");
    static char read[] = "insitu_rows_read", given[] = "insitu_rows_given";
    static SQLCHAR* all_names[] = {reinterpret_cast<SQLCHAR*>(read),
                                   reinterpret_cast<SQLCHAR*>(given)};
    static SQLINTEGER lengths[] = {sizeof read - 1, sizeof given - 1};
    static thread_local SQLBIGINT counts[2];
    counts[0] = static_cast<SQLBIGINT>(found.rows_read());
    counts[1] = static_cast<SQLBIGINT>(found.rows_given());
    *rows = 2;
    *names = all_names;
    *name_lengths = lengths;
    *values = counts;
  });
}

SQLRETURN CleanupSession(SQLGUID session, SQLUSMALLINT task) {
  return guarded("CleanupSession", [&] {
    const std::lock_guard lock(all_mutex);
    all_sessions().erase(key_of(session, task));
  });
}

SQLRETURN Cleanup(void) {
  return guarded("Cleanup", [] {
    const std::lock_guard lock(all_mutex);
    all_sessions().clear();
  });
}
