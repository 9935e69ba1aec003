#pragma once
// The one table of methods, and what is looked up in it.
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/pass.hpp"
#include "methods/method.hpp"

namespace insitu {

Method cov_cor_method();
Method roc_method();
Method histogram_method();
Method quantile_method();
Method lorenz_method();
Method lift_method();
Method calibration_method();
Method pca_method();
Method ridge_reg_method();
Method elastic_net_method();
Method logit_method();
Method glm_method();
Method multinom_logit_method();

/// Every method that there is, in the order of documentation.
const std::vector<Method>& methods();

/// The method of an op, or of a class of results; null if there is none.
const Method* method_of_op(std::string_view op);
const Method* method_of_result(std::string_view result_class);

/// Rebuilds a pass from its recipe, on a worker. Throws Unsupported for an analysis that it does
/// not know, DataError for a recipe that contradicts itself.
std::unique_ptr<Pass> make_pass(const Recipe&);

/// Pass::fields() of the analysis of that name; "": this build does not know it.
std::string analysis_fields(std::string_view name);

/// What a pass does, in words; "rows" and "survey" are readings that are no analysis. "" for an
/// unknown name.
std::string meaning_of_pass(std::string_view name);

/// The names of the analyses that make_pass rebuilds.
std::vector<std::string> analysis_names();

/// The table as a document (docs/methods.md is made from it): {"methods": [{"op", "function",
/// "command", "title", "options": [{"key", "kind", "default", "choices", "unit", "meaning", ...}],
/// "result": [{"key", "kind", "rows", "columns", "meaning"}]}], "predict": options of rxPredict,
/// "operations": the other requests [{"op", "meaning", "keys"}], "common": keys of every request}.
nlohmann::ordered_json description_of_methods();

}  // namespace insitu
