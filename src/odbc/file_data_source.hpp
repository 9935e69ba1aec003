#pragma once
// Data sources that are files of their own (FileDSN=path): an [ODBC] section of keyword=value
// lines, as the driver managers of Windows and unixODBC write them.
#include "odbc/connection_string.hpp"

namespace insitu {

/// The string with what its file says in place of FileDSN; what stands beside it wins, and without
/// FileDSN it is as it was. A name without a folder is looked for in the working folder and in
/// /etc/ODBCDataSources, with and without ".dsn". Throws InvalidArgument for a file that is not
/// there or no data source; the message holds no value of it.
ConnectionString with_file_data_source(ConnectionString);

}  // namespace insitu
