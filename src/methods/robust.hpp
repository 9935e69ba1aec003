#pragma once
// Robust and clustered standard errors of regressions as methods have them: options, what the reply
// says of them, the pass and the sandwich.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/family.hpp"
#include "algorithms/linear_fit.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/sandwich.hpp"
#include "methods/keys.hpp"
#include "methods/regression.hpp"
#include "methods/scope.hpp"

namespace insitu {

/// What a reply says of its standard errors.
struct RobustRecord {
  std::string type;                    ///< "HC0", "HC1", "HC2", "HC3"
  std::vector<std::string> cluster;    ///< the variables
  std::vector<std::int64_t> clusters;  ///< how many, by variable
  static ResultKeys keys();
};

/// Robust standard errors of one call.
class Robust {
 public:
  /// Throws InvalidArgument for options that exclude each other.
  explicit Robust(const RegressionOptions&);

  bool wanted() const { return !record_.type.empty(); }
  /// Binds the variables of the clusters; the formula's source is then one with their levels.
  void bind(const RegressionOptions&, BoundFormula&, Scope&);
  /// One pass over the data. `model`: the fit as it is kept, with its covariance. Throws DataError
  /// for rows of no cluster and for fewer than two clusters.
  RobustCovariance covariance(const LinearModel& model, const Family&,
                              std::optional<std::uint32_t> offset, const LinearFit&, const Coding&,
                              double observations, double residual_df, const BoundFormula&, Scope&);
  const RobustRecord& record() const { return record_; }

 private:
  RobustRecord record_;
  ModelFrame clusters_;
};

/// The roots of the diagonal of a covariance; NaN where it is below 0, as that of two ways to
/// cluster may be.
std::vector<double> root_of_diagonal(const std::vector<double>& covariance, std::size_t columns);

/// The model with a robust covariance instead of its own (`keep`), or with none.
void put_covariance(LinearModel&, const RobustCovariance&, const std::string& type, bool keep);

}  // namespace insitu
