#include "odbc/driver_manager.hpp"

#include <cstdlib>
#include <string>

#include "base/system_library.hpp"

namespace insitu {

namespace {

constexpr const char* kLibrary = "libodbc.so.2";

DriverManager loaded() {
  const SystemLibrary library(
      kLibrary,
      std::string("databases are reached through unixODBC, which is not installed here (") +
          kLibrary +
          " was not found): install the package libodbc2 of Debian or Ubuntu (apt install "
          "libodbc2), or unixODBC from www.unixodbc.org, and the driver of the database beside it",
      std::string("databases cannot be reached: ") + kLibrary +
          " of this machine is too old for the engine; install unixODBC 2.3 or newer (Debian: "
          "libodbc2; www.unixodbc.org)");
  DriverManager manager;
  library.look_up("SQLAllocHandle", manager.alloc_handle);
  library.look_up("SQLFreeHandle", manager.free_handle);
  library.look_up("SQLSetEnvAttr", manager.set_env_attr);
  library.look_up("SQLSetConnectAttrW", manager.set_connect_attr);
  library.look_up("SQLDriverConnectW", manager.driver_connect);
  library.look_up("SQLDriverConnect", manager.driver_connect_narrow);
  library.look_up("SQLDisconnect", manager.disconnect);
  library.look_up("SQLGetDiagRecW", manager.get_diag_rec);
  library.look_up("SQLGetInfoW", manager.get_info);
  library.look_up("SQLGetConnectAttrW", manager.get_connect_attr);
  library.look_up("SQLSetStmtAttrW", manager.set_stmt_attr);
  library.look_up("SQLExecDirectW", manager.exec_direct);
  library.look_up("SQLExecDirect", manager.exec_direct_narrow);
  library.look_up("SQLPrepareW", manager.prepare);
  library.look_up("SQLPrepare", manager.prepare_narrow);
  library.look_up("SQLExecute", manager.execute);
  library.look_up("SQLBindParameter", manager.bind_parameter);
  library.look_up("SQLNumResultCols", manager.num_result_cols);
  library.look_up("SQLDescribeColW", manager.describe_col);
  library.look_up("SQLDescribeCol", manager.describe_col_narrow);
  library.look_up("SQLColAttributeW", manager.col_attribute);
  library.look_up("SQLBindCol", manager.bind_col);
  library.look_up("SQLFetch", manager.fetch);
  library.look_up("SQLGetData", manager.get_data);
  library.look_up("SQLSetPos", manager.set_pos);
  library.look_up("SQLCancel", manager.cancel);
  library.look_up("SQLRowCount", manager.row_count);
  library.look_up("SQLMoreResults", manager.more_results);
  library.look_up("SQLEndTran", manager.end_tran);
  library.look_up("SQLFreeStmt", manager.free_stmt);
  library.look_up("SQLPrimaryKeysW", manager.primary_keys);
  library.look_up("SQLDriversW", manager.drivers);
  library.look_up("SQLDataSourcesW", manager.data_sources);
  return manager;
}

}  // namespace

const DriverManager& driver_manager() {
  static const DriverManager kManager = loaded();
  return kManager;
}

}  // namespace insitu
