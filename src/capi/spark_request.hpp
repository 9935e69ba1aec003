#pragma once
// The operations that concern a Spark application rather than rows: connect, disconnect, what is
// cached there, the checks before a start (docs/requests.md, "Spark").
#include "capi/call.hpp"

namespace insitu {

nlohmann::json spark_connect_request(Call&);
nlohmann::json spark_prepare_attach_request(Call&);
nlohmann::json spark_jar_request(Call&);
nlohmann::json spark_disconnect_request(Call&);
nlohmann::json stop_engine_request(Call&);
nlohmann::json spark_list_data_request(Call&);
nlohmann::json spark_remove_data_request(Call&);
nlohmann::json spark_sql_request(Call&);
nlohmann::json spark_empty_job_request(Call&);

}  // namespace insitu
