#pragma once
// Tables as a whole: whether one is there, made, put in place of another, dropped.
#include <string>
#include <vector>

#include "data/schema.hpp"
#include "odbc/line.hpp"

namespace insitu {

/// A table or view of this path (sql/table_name.hpp).
bool table_exists(OdbcLine&, const std::vector<std::string>& path);

void drop_table(OdbcLine&, const std::vector<std::string>& path);

/// The type of a column that holds the values of a field; `index`: of a factor its codes.
std::string column_type(const Field&, SqlDialect, bool index);

/// "CREATE TABLE ..." with the columns of a schema.
void create_table(OdbcLine&, const std::vector<std::string>& path, const Schema&,
                  bool factors_as_indexes);

/// The other name within the same schema.
void rename_table(OdbcLine&, const std::vector<std::string>& path, const std::string& name);

}  // namespace insitu
