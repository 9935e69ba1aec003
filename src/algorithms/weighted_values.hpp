#pragma once
// The values of a variable with their weights, in rows without missing values.
#include <cstdint>
#include <string>
#include <vector>

#include "data/chunk.hpp"

namespace insitu {

/// Rows with a missing value in any of the columns are counted in `missing`; those of weight 0 are
/// as good as not there.
struct WeightedValues {
  /// `also`: other columns that must be there, the first of which becomes `others`. `weights`: "":
  /// every row counts once. Throws DataError for a column that is a text.
  WeightedValues(const Chunk&, const std::string& variable, const std::vector<std::string>& also,
                 const std::string& weights);

  std::vector<double> values;
  std::vector<double> others;   ///< of the first of `also`; empty without
  std::vector<double> weights;  ///< empty: ones
  std::int64_t missing = 0;
  double lowest_weight = 0;  ///< below 0: a weight is negative

  double weight(std::size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
};

}  // namespace insitu
