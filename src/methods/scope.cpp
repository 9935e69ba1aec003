#include "methods/scope.hpp"

#include <utility>

#include "algorithms/linear_fit.hpp"
#include "base/error.hpp"
#include "formula/model/formula.hpp"

namespace insitu {

Formula formula_of_columns(const FormulaOptions& options) {
  auto formula = parse_formula(options.formula);
  if (!formula.responses.empty() || formula.terms.empty())
    throw InvalidArgument("the formula must name variables after the '~' and none before it: " +
                          options.formula);
  return formula;
}

double columns_of(const ModelFrame& frame) {
  double columns = 0;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) columns += frame.cells(t);
  return columns;
}

Scope::Columns Scope::columns(const Formula& formula, const FormulaOptions& options,
                              const std::string& type,
                              const std::function<void(const ModelFrame&)>& check) {
  if (moments_) {
    auto sub = sub_model(*moments_, formula);
    check(sub.frame);
    const CovCor analysis{sub.frame, type, true};
    const CovCor::State state{std::move(sub.moments), analysis.shapes.shape(sub.frame)};
    return {std::move(sub.frame), analysis.finalize(state)};
  }
  auto bound = bind(formula, options);
  check(bound.frame);
  auto moments = compute(CovCor{bound.frame, type, true}, bound);
  return {std::move(bound.frame), std::move(moments)};
}

BoundFormula Scope::bind_columns(const FormulaOptions& options) {
  auto bound = bind(formula_of_columns(options), options);
  const double columns = columns_of(bound.frame);
  if (columns > static_cast<double>(kDenseColumns))
    throw InvalidArgument("the formula has " + std::to_string(static_cast<long long>(columns)) +
                          " columns, more than " + std::to_string(kDenseColumns) +
                          ": use fewer variables, or factors of fewer levels");
  return bound;
}

std::shared_ptr<const DataSource> Scope::with_levels(const std::vector<std::string>& columns) {
  std::vector<std::string> categorical;
  for (const auto& name : columns) {
    const auto type = source_->schema()->field(name).type;
    if (is_factor(type) || type == Type::kString) categorical.push_back(name);
  }
  return insitu::with_levels(source_, categorical, context_, control_);
}

}  // namespace insitu
