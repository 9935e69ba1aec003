#pragma once
// The op "predict" (docs/requests.md), but for reading and writing: which columns come of a model
// and a source.
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/source.hpp"

namespace insitu {

/// The keys of the pipeline with which the model of a request was fitted and that make its
/// variables ("transforms", "transformObjects", "transformFunc", "transformPackages"): they are to
/// be applied to the data before planning. An object, empty if there are none. Throws
/// InvalidArgument when "model" is missing, DataError when it is damaged.
nlohmann::json model_pipeline_of(const nlohmann::json& request);

/// The formula of the request's model. Errors as model_pipeline_of.
std::string model_formula_of(const nlohmann::json& request);

struct PredictionPlan {
  std::shared_ptr<const DataSource>
      source;  ///< the given one with the predicted columns behind its own
  std::vector<std::string>
      new_variables;  ///< predictions, residuals, standard errors, lower, upper: those asked for
  std::vector<std::string>
      columns;  ///< to write to another target than the data: the new ones, model variables, extras
  bool remove_missings = false;  ///< rows with a missing value in a written column are left out
};

/// Throws InvalidArgument: unknown variables, a name of the output that the data have already
/// (unless overwrite), standard errors asked of a model without covCoef, ...
PredictionPlan plan_prediction(const nlohmann::json& request,
                               std::shared_ptr<const DataSource> source);

}  // namespace insitu
