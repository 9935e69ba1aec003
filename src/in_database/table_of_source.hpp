#pragma once
// Rows of RxOdbcData, RxSqlServerData and RxPostgresData as statements use them: what colInfo asks
// for is said in SQL where that gives the same values, else the column is refused.
#include <map>
#include <string>
#include <vector>

#include "odbc/source.hpp"
#include "pushdown/context.hpp"

namespace insitu {

/// For the pushdown. Throws Unsupported for a query that cannot stand in another one.
SqlTable sql_table_of(const OdbcSource&);

/// For the engine within a server: expressions that give what it takes, as the columns that it then
/// has. Those of `wanted` alone are told, NULL is in the place of all others.
struct SelectedColumns {
  Schema schema;
  std::vector<std::string> expressions;
  /// The types and levels that colInfo asks for, over them: "colInfo" of a recipe of typed columns;
  /// null: nothing is asked for.
  std::string column_info;
  std::map<std::string, std::string> refused;  ///< columns, and why
};
SelectedColumns columns_for_engine(const OdbcSource&, const std::vector<std::string>* wanted);

}  // namespace insitu
