#pragma once
// The operations of a script, a function each.
#include <memory>
#include <nlohmann/json.hpp>

#include "operation.hpp"

namespace insitu::sql_server {

std::unique_ptr<Operation> hello_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> begin_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> map_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> resident_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> combine_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> predict_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> execby_operation(const nlohmann::json& script, const SessionInput&);
std::unique_ptr<Operation> sample_operation(const nlohmann::json& script, const SessionInput&);

}  // namespace insitu::sql_server
