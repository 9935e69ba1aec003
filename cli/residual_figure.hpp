#pragma once
// The picture of residualplot: residuals counted in bands of fitted values.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/document.hpp"
#include "report/figure.hpp"

namespace insitu::cli {

/// Residuals by bands of fitted values; NaN in a band without rows.
struct ResidualTable {
  std::vector<double> low, high, count, mean, q05, median, q95;  ///< a value a band
  std::vector<double> breaks;                                    ///< ends of the bins of residuals
  std::vector<double> cells;                                     ///< counts, bins fastest

  std::vector<DocumentColumn> columns() const;
};

/// The bands of a histogram of `fitted` as a factor of a formula.
std::string text_of_bands(const nlohmann::json& bands);

/// From the histogram of the fitted values, that of the residuals in their bands, and the summary
/// of the residuals by band: drawable replies.
ResidualTable residual_table(const nlohmann::json& bands, const nlohmann::json& cells,
                             const nlohmann::json& means);

/// `type` of the residuals: usual, pearson or deviance.
Figure residual_figure(const ResidualTable&, const std::string& type);

}  // namespace insitu::cli
