#pragma once
// unixODBC's driver manager, loaded at its first use, so that nobody needs it who reads no
// database.
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

namespace insitu {

/// The functions that the engine calls, those for UTF-16 texts where there are two: the driver
/// manager converts by the locale of the process. The narrow ones are for drivers that have no
/// others and take UTF-8 (SQLite's): what the manager makes of UTF-16 for them loses letters.
struct DriverManager {
  decltype(&::SQLAllocHandle) alloc_handle = nullptr;
  decltype(&::SQLFreeHandle) free_handle = nullptr;
  decltype(&::SQLSetEnvAttr) set_env_attr = nullptr;
  decltype(&::SQLSetConnectAttrW) set_connect_attr = nullptr;
  decltype(&::SQLDriverConnectW) driver_connect = nullptr;
  decltype(&::SQLDriverConnect) driver_connect_narrow = nullptr;
  decltype(&::SQLDisconnect) disconnect = nullptr;
  decltype(&::SQLGetDiagRecW) get_diag_rec = nullptr;
  decltype(&::SQLGetInfoW) get_info = nullptr;
  decltype(&::SQLGetConnectAttrW) get_connect_attr = nullptr;
  decltype(&::SQLSetStmtAttrW) set_stmt_attr = nullptr;
  decltype(&::SQLExecDirectW) exec_direct = nullptr;
  decltype(&::SQLExecDirect) exec_direct_narrow = nullptr;
  decltype(&::SQLPrepareW) prepare = nullptr;
  decltype(&::SQLPrepare) prepare_narrow = nullptr;
  decltype(&::SQLExecute) execute = nullptr;
  decltype(&::SQLBindParameter) bind_parameter = nullptr;
  decltype(&::SQLNumResultCols) num_result_cols = nullptr;
  decltype(&::SQLDescribeColW) describe_col = nullptr;
  decltype(&::SQLDescribeCol) describe_col_narrow = nullptr;
  decltype(&::SQLColAttributeW) col_attribute = nullptr;
  decltype(&::SQLBindCol) bind_col = nullptr;
  decltype(&::SQLFetch) fetch = nullptr;
  decltype(&::SQLGetData) get_data = nullptr;
  decltype(&::SQLSetPos) set_pos = nullptr;
  decltype(&::SQLCancel) cancel = nullptr;
  decltype(&::SQLRowCount) row_count = nullptr;
  decltype(&::SQLMoreResults) more_results = nullptr;
  decltype(&::SQLEndTran) end_tran = nullptr;
  decltype(&::SQLFreeStmt) free_stmt = nullptr;
  decltype(&::SQLPrimaryKeysW) primary_keys = nullptr;
  decltype(&::SQLDriversW) drivers = nullptr;
  decltype(&::SQLDataSourcesW) data_sources = nullptr;
};

/// Throws Unsupported, in one sentence with the package to install, where it is missing. Safe to
/// call from several threads.
const DriverManager& driver_manager();

}  // namespace insitu
