#pragma once
// The table of coefficients with standard errors, test statistics and p-values, in the layout of
// R's printCoefmat.
#include <string>
#include <vector>

namespace insitu {

struct CoefficientTable {
  std::vector<std::string> labels;
  std::vector<double> estimates, standard_errors, statistics, p_values;  ///< NaN: dropped
  std::string statistic_name = "t value";
  std::string p_value_name = "Pr(>|t|)";
  std::vector<double>
      counts;  ///< rows per cell of a cube term, for the first rows; empty: no such column
};

/// The table and, when a star is printed, the legend below it. p-values are floored at the
/// machine's epsilon.
std::string coefficient_table(const CoefficientTable&, int digits = 4, int width = 80);

}  // namespace insitu
