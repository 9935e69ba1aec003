#pragma once
// Generalized linear models by iteratively reweighted least squares (rxLogit, rxGlm): each
// iteration is one pass, whose state holds the weighted moments of the working response and the
// deviance at the coefficients so far (McCullagh & Nelder 1989, section 2.5; R's glm.fit for rules
// of convergence; steps that make the deviance worse are halved, Marschner 2011).
//
// Once there are coefficients, the moments are those of the working residual (y - mu) d eta/d mu,
// so that a pass solves for the step: rounding in its sums weighs as much as the step does, and
// nothing once that is small.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/family.hpp"
#include "algorithms/fit_iteration.hpp"
#include "algorithms/linear_fit.hpp"
#include "algorithms/model_moments.hpp"
#include "analysis/aggregates.hpp"
#include "analysis/analysis.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// Sums over the rows of a pass.
struct GlmSums {
  std::int64_t rows = 0;           ///< complete rows
  std::int64_t positive = 0;       ///< those whose prior weight is not zero
  std::int64_t invalid = 0;        ///< those whose linear predictor or mean cannot be
  std::int64_t extreme = 0;        ///< those whose mean is numerically at its bound
  DoubleDouble weight, response;   ///< of prior weights; of weight times response
  DoubleDouble deviance, pearson;  ///< at the coefficients of the pass
  DoubleDouble constant;           ///< Family::likelihood_term; when asked
  static constexpr auto fields =
      std::tuple{&GlmSums::rows,     &GlmSums::positive, &GlmSums::invalid,
                 &GlmSums::extreme,  &GlmSums::weight,   &GlmSums::response,
                 &GlmSums::deviance, &GlmSums::pearson,  &GlmSums::constant};
  void merge(const GlmSums& next);
};

/// When iterations end, and what the result holds.
struct GlmControl {
  std::int64_t max_iterations = 25;
  double coefficient_tolerance = 1e-6;  ///< of max |step| / max |coefficient|; 0: never
  double deviance_tolerance = 1e-8;     ///< of |change| / (|deviance| + 0.1); 0: never
  /// Where iterations start: "family" (means near the responses), "linear" (a regression of the
  /// response; for binary ones), "values" (Glm::coefficients, set before).
  std::string start = "family";
  bool try_other_start = false;  ///< "family" after "linear" and back, where one does not converge
  bool linear_pass = false;      ///< results of a regression of the response are wanted
  bool coefficient_covariance = false, data_covariance = false;
  /// Called after each pass with the number of the iteration, the deviance and the relative step.
  std::function<void(std::int64_t, double, double)> report{};
};

struct GlmFit {
  /// Columns, what was dropped, rank, condition, counts, covariance in units of the dispersion. The
  /// weights are those of the last iteration, as R's glm has it.
  LinearFit linear;
  std::vector<double> coefficients, std_errors;  ///< NaN where dropped
  std::vector<double> centred_coefficients;      ///< for numeric terms counted from linear.centres
  double deviance = 0, dispersion = 1, pearson = 0;
  double observations = 0, residual_df = 0, sum_of_weights = 0;
  double aic = 0;  ///< NaN where the family has no likelihood
  std::int64_t iterations = 0;
  bool converged = false;
  bool halted = false;                 ///< not converged: even halved steps led no further
  std::int64_t extreme_rows = 0;       ///< fitted means numerically at their bounds
  std::vector<std::size_t> separated;  ///< columns whose coefficients still grow at the end
  std::vector<FitIteration> record;
  LinearFit regression;  ///< of the response on the columns, by prior weights: with linear_pass
};

struct Glm {
  static constexpr std::string_view name = "glm";
  static constexpr std::string_view meaning =
      "weighted sums at the coefficients of the step before";

  struct State {
    GlmSums sums;
    ModelMoments<double> moments;
    ModelMoments<DoubleDouble> precise;        ///< used instead when digits are at risk
    std::shared_ptr<const MomentShape> shape;  ///< what is summed; set by init, never sent
    static constexpr auto fields = std::tuple{&State::sums, &State::moments, &State::precise};
    void merge(const State& next) {
      sums.merge(next.sums);
      moments.merge(next.moments);
      precise.merge(next.precise);
    }
  };

  enum class Step : std::uint8_t {
    kLinear,  ///< least squares of the response
    kStart,   ///< at the means where the family starts
    kFit,     ///< at coefficients
  };

  ModelFrame frame;  ///< the first response is the dependent variable, a second one the offset
  Coding coding;
  Family family;
  bool binary = false;  ///< responses other than 0 and 1 are refused
  Step step = Step::kStart;
  /// At kFit: one for each column, 0 where dropped; values of column k enter as x - centres[k].
  std::vector<double> coefficients, centres;
  bool residual = false;       ///< moments of the working residual, not of the working response
  bool double_double = false;  ///< sums are formed in double-double
  bool constants = false;      ///< likelihood terms are summed
  static constexpr auto fields = std::tuple{
      &Glm::frame,        &Glm::coding,  &Glm::family,   &Glm::binary,        &Glm::step,
      &Glm::coefficients, &Glm::centres, &Glm::residual, &Glm::double_double, &Glm::constants};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  /// Throws DataError for a state that is not of this model, or whose counts cannot be.
  void check(const State&) const;
  /// Throws DataError for a response that the family cannot have, UserCodeError where a function of
  /// a user's fails.
  void accumulate(State&, const Chunk&) const;
  /// From sums in double: of the common families and links.
  State aggregated(const AskAggregates&) const;
  /// The same for rows that are coded already; `row_text` names a row in messages.
  void accumulate(State&, ModelRows&,
                  const std::function<std::string(std::size_t)>& row_text = {}) const;
  /// Solves; true when another pass is to follow.
  bool update(const State&);
  GlmFit finalize(const State&) const;

  // Not fields: what only the master knows.
  GlmControl control{};
  MomentShapeCache shapes{};

  /// What an accepted pass leaves for those that follow.
  struct Kept {
    State state;
    bool double_double = false;
  };
  struct Course {
    std::int64_t iterations = 0;  ///< solutions at coefficients
    int halvings = 0, restarts = 0;
    bool converged = false, other_start = false;
    bool halted_step = false,
         halted = false;       ///< the last step was halved and changed nothing; two
    bool has_pattern = false;  ///< the next three are those of the coefficients
    std::vector<bool> aliased, empty;
    bool drop_first = false;
    std::vector<double> scales;  ///< of each column: its spread at the first solution
    double deviance = 0;         ///< of the last accepted pass, and whether there is one
    bool has_deviance = false;
    std::vector<double> before;          ///< coefficients of the accepted pass before; or empty
    std::vector<double> overall_mean;    ///< those of the model of the mean alone; or empty
    std::shared_ptr<const Kept> kept{};  ///< the last pass at coefficients that was solved
    std::vector<FitIteration> record;
    double constant = 0;
    std::shared_ptr<const LinearFit> regression{};
  };
  Course course{};
};

}  // namespace insitu
