#pragma once
// The printed form of what is known of a data source, in the layout of R ("R") or Python
// ("python").
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace insitu {

/// `reply`: the reply of the op "info" (docs/requests.md). `rows`: its first rows as data_table()
/// takes them, with "firstRow" (from 1); null: none.
std::string info_report(const nlohmann::json& reply, const nlohmann::json& rows,
                        std::string_view style, int digits = 7, int width = 80);

/// The lines "Var 1: ..." of a "varInfo" array.
std::string var_info_report(const nlohmann::json& var_info, std::string_view style);

}  // namespace insitu
