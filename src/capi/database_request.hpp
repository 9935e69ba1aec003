#pragma once
// What is asked of a database beside its rows (docs/requests.md): its tables, a statement, objects.
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"
#include "odbc/options.hpp"

namespace insitu {

/// The database, and its table or query, that `data` of a request names. Throws InvalidArgument for
/// anything else.
OdbcOptions database_of(const Call&);
/// The same of the descriptor of a table or query. REQUIRES: is_database.
OdbcOptions database_of(const nlohmann::json& descriptor);

nlohmann::json table_exists_request(Call&);
nlohmann::json drop_table_request(Call&);
nlohmann::json execute_sql_request(Call&);
nlohmann::json write_object_request(Call&);
nlohmann::json read_object_request(Call&);
nlohmann::json delete_object_request(Call&);
nlohmann::json list_keys_request(Call&);

}  // namespace insitu
