#pragma once
// Multinomial logistic regression (rxMultinomLogit): a response of K classes, the log odds of each
// class against the first one linear in the columns. Newton's method, which is Fisher scoring
// here: one pass over the prior weights for what is dropped, where columns are counted from and
// the shares of the classes, then one pass for each iteration (Agresti 2013, "Categorical Data
// Analysis", section 8.1; steps that make the deviance worse are halved).
//
// The information matrix has a block for each pair of classes. Each block is a matrix of weighted
// products, with weights p_a (1 - p_a) or p_a p_b, so that it is kept as the moments of a linear
// model are: one-hot columns are never expanded.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/fit_iteration.hpp"
#include "algorithms/linear_fit.hpp"
#include "algorithms/model_moments.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// Coefficients beyond this many (columns x classes but one) are refused: their matrix is dense.
inline constexpr std::size_t kMultinomCoefficients = kDenseColumns;

struct MultinomFit {
  LinearFit linear;  ///< what the columns are, which were dropped, counts
  /// Columns x (classes - 1), one class after the other; NaN where dropped.
  std::vector<double> coefficients, std_errors;
  std::vector<double> centred_coefficients;  ///< for values counted from linear.centres
  /// Inverse of the information, of all coefficients, one class after the other; NaN where dropped.
  std::vector<double> covariance;
  std::vector<double> class_weights;  ///< sum of weights per class
  double deviance = 0, null_deviance = 0;
  double sum_of_weights = 0, observations = 0;
  std::int64_t iterations = 0;
  bool converged = false;
  std::int64_t extreme_rows = 0;       ///< rows with a probability that is numerically 1
  std::vector<std::size_t> separated;  ///< coefficients that still grow at the end
  std::vector<FitIteration> record;
};

struct Multinom {
  static constexpr std::string_view name = "multinom";
  static constexpr std::string_view meaning =
      "weighted sums at the coefficients of the step before";

  struct State {
    std::vector<DoubleDouble> class_weights;
    std::int64_t extreme = 0;
    DoubleDouble deviance;
    /// The first pass: the columns by prior weights. Later ones: a block for each pair of classes
    /// (a, b), 0 < b <= a, in the order of packed_index; the response of (a, a) is the working
    /// residual (y_a - p_a) / (p_a (1 - p_a)), others have none (0).
    std::vector<ModelMoments<double>> blocks;
    std::shared_ptr<const MomentShape> shape;  ///< set by init, never sent
    static constexpr auto fields =
        std::tuple{&State::class_weights, &State::extreme, &State::deviance, &State::blocks};
    void merge(const State& next);
  };

  ModelFrame frame;  ///< the response is the class, from 0
  bool drop_first = false;
  std::uint32_t classes = 2;
  bool at_coefficients = false;
  /// At coefficients: one for each column and class but the first, 0 where dropped; values of
  /// column k enter as x - centres[k].
  std::vector<double> coefficients, centres;
  static constexpr auto fields =
      std::tuple{&Multinom::frame,           &Multinom::drop_first,   &Multinom::classes,
                 &Multinom::at_coefficients, &Multinom::coefficients, &Multinom::centres};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this model, or whose counts cannot be.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  bool update(const State&);
  MultinomFit finalize(const State&) const;

  // Not fields: what only the master knows.
  std::int64_t max_iterations = 25;
  double coefficient_tolerance = 1e-6;  ///< of max |step| / max |coefficient|; 0: never
  double deviance_tolerance = 1e-8;     ///< of |change| / (|deviance| + 0.1); 0: never
  /// Called after each pass with the number of the iteration, the deviance and the relative step.
  std::function<void(std::int64_t, double, double)> report{};
  MomentShapeCache shapes{};

  struct Course {
    std::shared_ptr<const LinearFit> linear{};
    std::vector<double> scales;  ///< of each column: its spread
    std::vector<double> before;  ///< coefficients of the pass before; or empty
    double deviance = 0, null_deviance = 0;
    std::int64_t iterations = 0;
    int halvings = 0;
    bool converged = false;
    std::vector<FitIteration> record;
  };
  Course course{};
};

}  // namespace insitu
