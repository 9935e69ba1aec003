#pragma once
// Models that others use from SQL: the bytes in a table of a database, and a procedure (SQL
// Server), function (PostgreSQL) or view (SQLite) that scores with one of them
// (docs/scoring-in-the-database.md). Each change is one transaction.
#include <nlohmann/json_fwd.hpp>

#include "capi/call.hpp"

namespace insitu {

nlohmann::json publish_model_request(Call&);
nlohmann::json published_models_request(Call&);
nlohmann::json unpublish_model_request(Call&);

}  // namespace insitu
