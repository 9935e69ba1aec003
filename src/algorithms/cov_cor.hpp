#pragma once
// Covariances, correlations and sums of squares and cross products of the columns of a formula
// (rxCovCor). One pass: centred products of numeric columns, sums by cell of factors
// (model_moments.hpp). A factor has a column of 0 and 1 for each level.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/design.hpp"
#include "algorithms/model_moments.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// Over the rows that are complete in all variables and the weights. p columns; those of terms in
/// order, the cells of a term with factors in the order of their levels.
struct CrossMoments {
  std::vector<std::string> labels;  ///< p
  std::vector<bool> redundant;  ///< by the formula a combination of columns before and a constant
  std::vector<double> means, std_devs;  ///< p, weighted
  std::vector<double> covariance;       ///< p x p
  /// (p + 1) x (p + 1) of the products about zero, a constant in front: sums of w, w x, w x y.
  std::vector<double> products;
  std::int64_t rows = 0, missing_rows = 0;
  double sum_of_weights = 0;
};

struct CovCor {
  static constexpr std::string_view name = "cov_cor";

  struct State {
    ModelMoments<double> moments;
    std::shared_ptr<const MomentShape> shape;  ///< what is summed; set by init, never sent
    static constexpr auto fields = std::tuple{&State::moments};
    void merge(const State& next) { moments.merge(next.moments); }
  };

  ModelFrame frame;  ///< terms and weights; no responses
  static constexpr auto fields = std::tuple{&CovCor::frame};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this frame, or whose counts cannot be.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// The divisor of the covariances is the number of rows - 1; with frequency weights their sum -
  /// 1; with probability weights (sum) (n - 1) / n, n the rows of weight above zero. Throws
  /// DataError without complete rows, and for values whose squares cannot be summed.
  CrossMoments finalize(const State&) const;

  MomentShapeCache shapes{};  ///< not a field: derived
};

}  // namespace insitu
