#pragma once
// Predictions of linear models: fitted values, residuals, standard errors, intervals.
#include <memory>
#include <string>
#include <string_view>

#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"

namespace insitu {

/// Which columns are added to predictions of one response, by name; "": not that one.
struct AddedColumns {
  std::string prediction;
  std::string residual;      ///< response - prediction
  std::string std_error;     ///< of the mean response
  std::string lower, upper;  ///< both or none
};

/// Throws InvalidArgument for options that the model cannot serve.
AddedColumns added_columns(const LinearModel&, const PredictOptions&);

/// x'b, response - x'b, sigma sqrt(x' V x) and intervals of t.
std::shared_ptr<const Predictor> linear_predictor(std::shared_ptr<const LinearModel>,
                                                  const PredictOptions&);

/// The model as the table of kinds has it.
std::shared_ptr<const Model> as_model(LinearModel);

/// From sealed bytes; errors as LinearModel::load.
std::shared_ptr<const Model> load_linear_model(std::string_view sealed);

}  // namespace insitu
