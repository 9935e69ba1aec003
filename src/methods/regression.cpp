#include "methods/regression.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/step_options.hpp"

namespace insitu {

namespace {

/// Coefficients beyond this many are refused before anything is read.
constexpr double kMostColumns = 5e6;
/// Beyond these the largest factor is eliminated cell by cell and no matrix is formed.
constexpr std::size_t kMostCovarianceColumns = kDenseColumns;

}  // namespace

void check_regression_options(const RegressionOptions& options) {
  if (options.formula.empty())
    throw InvalidArgument("formula is missing: give one such as y ~ x + f");
  if (options.cube && (options.cov_coef || options.cov_data))
    throw InvalidArgument(named(options.cov_coef ? "covCoef" : "covData", "TRUE") +
                          " cannot be combined with `cube = TRUE`: leave one of them out"_named);
  if (options.cube_predictions && !options.cube)
    throw InvalidArgument("`cubePredictions = TRUE` needs `cube = TRUE`"_named);
  if (options.cube && read_step_options(options.variable_selection).wanted)
    throw InvalidArgument(
        "`variableSelection` cannot be combined with `cube = TRUE`: leave one of them out"_named);
}

void check_regression_formula(const Formula& formula, const std::string& written, bool selected) {
  if (formula.all_variables)
    throw InvalidArgument("'.' is not available in this formula: name the variables: " + written);
  if (formula.responses.empty())
    throw InvalidArgument(
        "the formula has no dependent variable: write it before the '~', as in y " + written);
  if (formula.terms.empty() && !selected)
    throw InvalidArgument("the formula has no independent variable: " + written +
                          " (`rxSummary` gives the mean of a variable)"_named);
}

void check_coefficients(const ModelFrame& frame, bool with_covariance, const char* covariance,
                        bool cube) {
  double columns = 1;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) columns += frame.cells(t);
  const auto text = [](double count) { return std::to_string(static_cast<long long>(count)); };
  if (columns > kMostColumns)
    throw InvalidArgument("the model has " + text(columns) + " coefficients, more than " +
                          text(kMostColumns) + ": use fewer levels");
  if (with_covariance && columns > static_cast<double>(kMostCovarianceColumns))
    throw InvalidArgument(named(covariance, "TRUE") + " is for up to " +
                          std::to_string(kMostCovarianceColumns) +
                          " coefficients; this model has " + text(columns));
  if (!cube) return;
  for (const auto v : frame.terms.front().variables)
    if (!frame.variables[v].categorical)
      throw InvalidArgument("`cube = TRUE` needs a categorical first term, but '"_named +
                            frame.terms.front().label + "' is numeric: put a factor first, or F(" +
                            frame.variables[v].label + ")");
}

std::vector<std::string> coefficient_labels(const ModelFrame& frame, bool intercept, bool r_style) {
  std::vector<std::string> labels;
  if (intercept) labels.emplace_back("(Intercept)");
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    for (auto& label : frame.labels(t, r_style)) labels.push_back(std::move(label));
  return labels;
}

ResultTable cube_cells(const ModelFrame& frame, const LinearFit& fit) {
  const std::size_t cells = fit.cell_counts.size();
  ResultTable table;
  std::size_t stride = 1;
  for (const auto v : frame.terms.front().variables) {
    const auto& variable = frame.variables[v];
    std::vector<double> codes;
    for (std::size_t cell = 0; cell < cells; ++cell)
      codes.push_back(static_cast<double>(cell / stride % variable.levels.size()));
    table.add_factor(variable.name, variable.levels, std::move(codes),
                     variable.label == variable.name ? "" : variable.label);
    stride *= variable.levels.size();
  }
  return table;
}

void add_cube_predictions(ResultTable& table, const ModelFrame& frame, const LinearFit& fit) {
  const std::size_t p = fit.columns.size(), cells = fit.cell_counts.size();
  for (std::size_t r = 0; r < fit.responses; ++r) {
    const double* b = fit.coefficients.data() + r * p;
    double others = 0;
    for (std::size_t k = cells; k < p; ++k)
      if (!fit.aliased[k]) others += b[k] * fit.column_means[k];
    std::vector<double> values;
    for (std::size_t cell = 0; cell < cells; ++cell) values.push_back(b[cell] + others);
    table.add_numbers(frame.variables[frame.responses[r]].name, std::move(values));
  }
}

}  // namespace insitu
