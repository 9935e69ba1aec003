#include "methods/scope.hpp"

#include "algorithms/linear_fit.hpp"
#include "base/error.hpp"
#include "formula/model/formula.hpp"

namespace insitu {

BoundFormula Scope::bind_columns(const FormulaOptions& options) {
  const auto formula = parse_formula(options.formula);
  if (!formula.responses.empty() || formula.terms.empty())
    throw InvalidArgument("the formula must name variables after the '~' and none before it: " +
                          options.formula);
  auto bound = bind(formula, options);
  double columns = 0;
  for (std::size_t t = 0; t < bound.frame.terms.size(); ++t) columns += bound.frame.cells(t);
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
