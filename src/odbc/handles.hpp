#pragma once
// Handles of the driver manager that free themselves, and what it says when something failed.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "odbc/driver_manager.hpp"

namespace insitu {

struct OdbcHandleEnd {
  SQLSMALLINT kind = 0;
  void operator()(void* handle) const { driver_manager().free_handle(kind, handle); }
};
/// An environment, a connection that is not connected, or a statement.
using OdbcHandle = std::unique_ptr<void, OdbcHandleEnd>;

/// `kind`: SQL_HANDLE_ENV, _DBC or _STMT. Throws DataError with what the parent says.
OdbcHandle make_handle(SQLSMALLINT kind, void* parent);

/// The environment of this process, of ODBC 3.80.
void* odbc_environment();

/// One record of what was said: "40001: could not serialize access ...".
struct OdbcDiagnostic {
  std::string state;  ///< SQLSTATE, five characters
  int native = 0;
  std::string text;  ///< without the names of driver and driver manager before it
};

/// All records of a handle.
std::vector<OdbcDiagnostic> diagnostics_of(SQLSMALLINT kind, void* handle);

/// The records as one text: "text (SQLSTATE 42P01)"; none of `secrets` is in it.
std::string said_by(const std::vector<OdbcDiagnostic>&, const std::vector<std::string>& secrets);

inline bool succeeded(SQLRETURN code) {
  return code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO;
}

}  // namespace insitu
