#pragma once
// Predictions of linear models: fitted values, residuals, standard errors, intervals.
#include <memory>
#include <string_view>

#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"

namespace insitu {

/// The model as the table of kinds has it.
std::shared_ptr<const Model> as_model(LinearModel);

/// From sealed bytes; errors as LinearModel::load.
std::shared_ptr<const Model> load_linear_model(std::string_view sealed);

}  // namespace insitu
