#pragma once
// From what users say of a database to what its driver wants to hear.
#include <string>
#include <vector>

#include "odbc/connection_string.hpp"

namespace insitu {

enum class DatabaseKind { kAny, kSqlServer, kPostgres };

/// Names of the drivers that are installed here.
std::vector<std::string> installed_drivers();

/// Whether SQLite's driver is meant, by itself or by a data source of odbc.ini.
bool is_sqlite_driver(const ConnectionString&);

/// Completes the string: a driver where it names neither one nor a DSN (and in place of Windows'
/// names, which are not here), server and port as that driver takes them, and the settings without
/// which values would come back changed. Throws InvalidArgument where no driver fits, with the
/// package that has one.
ConnectionString for_driver(ConnectionString, DatabaseKind);

}  // namespace insitu
