#pragma once
// Requests of methods (methods/methods.hpp): the rows that a call's data and pipeline give, the
// method over them, its reply; and the printed forms of replies, made when they are asked for.
#include <nlohmann/json.hpp>

#include "capi/call.hpp"
#include "methods/method.hpp"

namespace insitu {

/// Runs the method. The reply has "class", the fields of the result, "params" (the options),
/// "about" (what its printed form shows of the call), and "printed" for the layouts that the
/// request's `print` names.
nlohmann::ordered_json run_method(Call&, const Method&);
/// The same over `input`, which `descriptor` describes, instead of the request's data.
nlohmann::ordered_json run_method_over(Call&, const Method&, const SourcePtr& input,
                                       const nlohmann::json& descriptor);

/// The layouts that the request's `print` names: "printed" of a reply of that method's class.
void add_layouts(const Call&, const Method&, nlohmann::ordered_json& reply);

/// The op "print": {"result": a reply of a method, arrays in place; "layout": "print" | "summary"}
/// -> {"printed": text}.
nlohmann::json print_request(Call&);

/// The op "describe": the table of methods.
nlohmann::ordered_json describe_request(Call&);

}  // namespace insitu
