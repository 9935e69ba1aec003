#pragma once
// What `insitu doctor postgres` and `insitu doctor sqlserver` look at: drivers, the connection of
// the environment, rights, the extension, versions; each with a way out.
#include <nlohmann/json_fwd.hpp>

#include "base/control.hpp"
#include "odbc/line.hpp"

namespace insitu {

/// The checks of one database; `type`: "RxPostgresData" or "RxSqlServerData", `data`: a descriptor
/// with its connection, or null for that of the environment.
nlohmann::json database_checks(const std::string& type, const nlohmann::json& data, RunControl&);

}  // namespace insitu
