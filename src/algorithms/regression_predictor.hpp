#pragma once
// Predictions of regressions: fitted values, residuals, standard errors, intervals, leverages. A
// linear model is one of the gaussian family with the identity as its link.
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "algorithms/family.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"

namespace insitu {

/// What makes means of a linear model on the scale of the link.
struct Regression {
  std::shared_ptr<const LinearModel> linear;
  Family family;
  std::optional<std::uint32_t> offset = {};  ///< its position in the frame's variables
  bool normal = false;  ///< intervals are those of the normal distribution, not of t
};

/// With eta = x'b + offset, mu its mean, e = sigma sqrt(x'Vx), w the working weight of the row:
/// eta or mu; residuals; e or |d mu/d eta| e; bounds; leverage w x'Vx; Cook's distance (Cook 1977;
/// for generalized models Williams 1987, as R's cooks.distance). Columns are named <response>_Pred,
/// _Resid, _StdErr, _Lower, _Upper, _Leverage, _CooksDistance unless the options say other names.
/// Throws InvalidArgument for options that the model cannot serve.
std::shared_ptr<const Predictor> regression_predictor(Regression, const PredictOptions&);

/// The model as the table of kinds has it.
std::shared_ptr<const Model> as_model(LinearModel);

/// From sealed bytes; errors as LinearModel::load.
std::shared_ptr<const Model> load_linear_model(std::string_view sealed);

}  // namespace insitu
