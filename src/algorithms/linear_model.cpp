#include "algorithms/linear_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"

namespace insitu {

Bytes LinearModel::save() const { return seal(kKind, model_content(*this, robust)); }

LinearModel LinearModel::load(std::string_view sealed) {
  std::string robust;
  auto model = model_of_content<LinearModel>(unseal(kKind, sealed), robust);
  model.robust = std::move(robust);
  check_model(model);
  return model;
}

void check_model(const LinearModel& model) {
  check_frame(model.frame);
  std::uint64_t columns = model.intercept ? 1 : 0;
  for (std::size_t t = 0; t < model.frame.terms.size(); ++t) columns += model.frame.cells(t);
  const auto responses = model.frame.responses.size();
  const auto known = [](LinearModel::ColumnState s) {
    return s <= LinearModel::ColumnState::kEmpty;
  };
  if (model.columns.size() != columns || model.centres.size() != columns ||
      model.coefficients.size() != columns * responses || model.sigma.size() != responses ||
      !std::all_of(model.columns.begin(), model.columns.end(), known) ||
      (!model.covariance.empty() && model.covariance.size() != columns * columns))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  // More rows than whole numbers of a double: a quantile of t there would take years.
  if (model.residual_df > 0x1p53)
    throw DataError("the model contradicts itself: its degrees of freedom are no number of rows");
}

LinearModel make_linear_model(const ModelFrame& frame, const LinearFit& fit, bool cube,
                              std::string pipeline) {
  LinearModel model;
  model.frame = frame;
  model.intercept = fit.intercept;
  model.cube = cube;
  for (std::size_t k = 0; k < fit.columns.size(); ++k)
    model.columns.push_back(fit.empty[k]     ? LinearModel::ColumnState::kEmpty
                            : fit.aliased[k] ? LinearModel::ColumnState::kDropped
                                             : LinearModel::ColumnState::kKept);
  model.centres = fit.centres;
  model.coefficients = fit.centred_coefficients;
  model.covariance = fit.centred_covariance;
  for (auto& value : model.covariance)
    if (std::isnan(value)) value = 0;
  model.sigma = fit.sigma;
  model.residual_df = fit.residual_df;
  model.pipeline = std::move(pipeline);
  return model;
}

void check_frame(const ModelFrame& frame) {
  const auto require = [](bool right) {
    if (!right)
      throw DataError(
          "the model contradicts itself: a term names a variable that it does not have");
  };
  for (const auto v : frame.responses) require(v < frame.variables.size());
  for (const auto& term : frame.terms) {
    require(!term.variables.empty());
    double cells = 1;
    for (const auto v : term.variables) {
      require(v < frame.variables.size());
      if (!frame.variables[v].categorical) continue;
      require(!frame.variables[v].levels.empty());
      cells *= static_cast<double>(frame.variables[v].levels.size());
    }
    require(cells <= 100e6);
  }
}

}  // namespace insitu
