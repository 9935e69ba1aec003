/* The functions by which SQL Server's host of extensions calls a language extension, as its
 * documentation describes them (interface version 2). Types are ODBC's; a GUID comes by value. All
 * but the first return SQL_SUCCESS, or the script ends; the reason is written to stderr, which the
 * server passes on to the client. What comes in is the host's and holds for the call; what goes out
 * is the extension's until its next call for the session. */
#ifndef INSITU_SQL_EXTENSION_ABI_H
#define INSITU_SQL_EXTENSION_ABI_H

#include <sql.h>
#include <sqlext.h>

#define INSITU_SQL_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

INSITU_SQL_API SQLUSMALLINT GetInterfaceVersion(void);
/* Once for a process: the PARAMETERS of CREATE EXTERNAL LANGUAGE, and folders. Any of them may be
 * null. */
INSITU_SQL_API SQLRETURN Init(SQLCHAR* parameters, SQLULEN parameters_length, SQLCHAR* path,
                              SQLULEN path_length, SQLCHAR* public_libraries,
                              SQLULEN public_libraries_length, SQLCHAR* private_libraries,
                              SQLULEN private_libraries_length);
INSITU_SQL_API SQLRETURN InitSession(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT tasks,
                                     SQLCHAR* script, SQLULEN script_length, SQLUSMALLINT columns,
                                     SQLUSMALLINT parameters, SQLCHAR* input_name,
                                     SQLUSMALLINT input_name_length, SQLCHAR* output_name,
                                     SQLUSMALLINT output_name_length);
/* `type`: an ODBC C type; `size`: bytes, digits of a numeric. `partition`, `order`: -1 where the
 * column is no part of it. */
INSITU_SQL_API SQLRETURN InitColumn(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number,
                                    SQLCHAR* name, SQLSMALLINT name_length, SQLSMALLINT type,
                                    SQLULEN size, SQLSMALLINT digits, SQLSMALLINT nullable,
                                    SQLSMALLINT partition, SQLSMALLINT order);
/* `name` begins with @. `length`: bytes, or SQL_NULL_DATA. `direction`: SQL_PARAM_INPUT or
 * SQL_PARAM_INPUT_OUTPUT. */
INSITU_SQL_API SQLRETURN InitParam(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number,
                                   SQLCHAR* name, SQLSMALLINT name_length, SQLSMALLINT type,
                                   SQLULEN size, SQLSMALLINT digits, SQLPOINTER value,
                                   SQLINTEGER length, SQLSMALLINT direction);
/* Once for a chunk of the rows, or for a partition. `data`, `lengths`: an array for each column. */
INSITU_SQL_API SQLRETURN Execute(SQLGUID session, SQLUSMALLINT task, SQLULEN rows, SQLPOINTER* data,
                                 SQLINTEGER** lengths, SQLUSMALLINT* result_columns);
INSITU_SQL_API SQLRETURN GetResultColumn(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number,
                                         SQLSMALLINT* type, SQLULEN* size, SQLSMALLINT* digits,
                                         SQLSMALLINT* nullable);
INSITU_SQL_API SQLRETURN GetResults(SQLGUID session, SQLUSMALLINT task, SQLULEN* rows,
                                    SQLPOINTER** data, SQLINTEGER*** lengths);
INSITU_SQL_API SQLRETURN GetOutputParam(SQLGUID session, SQLUSMALLINT task, SQLUSMALLINT number,
                                        SQLPOINTER* value, SQLINTEGER* length);
/* Counters for sys.dm_db_external_script_execution_stats. */
INSITU_SQL_API SQLRETURN GetTelemetryResults(SQLGUID session, SQLUSMALLINT task, SQLUINTEGER* rows,
                                             SQLCHAR*** names, SQLINTEGER** name_lengths,
                                             SQLBIGINT** values);
/* Also for a session that never was. */
INSITU_SQL_API SQLRETURN CleanupSession(SQLGUID session, SQLUSMALLINT task);
INSITU_SQL_API SQLRETURN Cleanup(void);

#ifdef __cplusplus
}
#endif

#endif
