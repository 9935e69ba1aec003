#pragma once
// What calls the engine inside a server with a model that a table of it keeps: for models of every
// kind, also those that cannot be written in SQL.
#include <string>
#include <vector>

#include "data/schema.hpp"

namespace insitu {

struct KeptModel {
  std::string table;      ///< quoted
  std::string condition;  ///< which row of it: "[id] = N'delay' AND ..."
  std::string name;       ///< for messages
};

/// SQL Server: a procedure over the text of a query, by sp_execute_external_script. It gives the
/// predictions of its rows.
std::string engine_procedure(const std::string& name, const KeptModel&,
                             const std::vector<Field>& outputs);

/// PostgreSQL: a function of a row, by the extension. `schema`: where that is, quoted.
std::string engine_function(const std::string& name, const KeptModel&, const std::string& schema);

}  // namespace insitu
