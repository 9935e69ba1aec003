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
#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// Over the rows that are complete in all variables and the weights. p columns: those of terms in
/// order, the cells of a term with factors in the order of their levels; with SSCP a constant in
/// front.
struct CrossMoments {
  std::vector<std::string> names;        ///< p
  std::vector<double> matrix;            ///< p x p
  std::vector<double> std_devs, means;   ///< p, weighted
  std::vector<std::string> dropped;      ///< columns left out, and
  std::vector<std::int64_t> dropped_at;  ///< their positions among all, from 1
  std::int64_t rows = 0, missing_rows = 0;
  double sum_of_weights = 0;  ///< NaN without weights
};

struct CovCor {
  static constexpr std::string_view name = "cov_cor";
  static constexpr std::string_view meaning = "sums of squares and products of the columns";

  struct State {
    ModelMoments<double> moments;
    std::shared_ptr<const MomentShape> shape;  ///< what is summed; set by init, never sent
    static constexpr auto fields = std::tuple{&State::moments};
    void merge(const State& next) { moments.merge(next.moments); }
  };

  ModelFrame frame;          ///< terms and weights; no responses
  std::string type = "Cov";  ///< "Cov"; "Cor": NaN beside a constant; "SSCP": products about zero
  /// Else without columns that those before them and a constant add up to by the formula, and
  /// without those with a variance up to `tolerance`.
  bool keep_all = true;
  double tolerance = 1e-12;
  static constexpr auto fields =
      std::tuple{&CovCor::frame, &CovCor::type, &CovCor::keep_all, &CovCor::tolerance};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this frame, or whose counts cannot be.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  State aggregated(const AskAggregates&) const;
  /// The divisor of the covariances is the number of rows - 1; with frequency weights their sum -
  /// 1; with probability weights (sum) (n - 1) / n, n the rows of weight above zero. Throws
  /// DataError without complete rows, and for values whose squares cannot be summed.
  CrossMoments finalize(const State&) const;

  MomentShapeCache shapes{};  ///< not a field: derived
};

}  // namespace insitu
