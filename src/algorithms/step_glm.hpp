#pragma once
// Stepwise selection for generalized linear models: the candidates of a step iterate side by side,
// so that one reading of the data serves all of them; or, without refitting, they are compared by
// the moments at the fit of all terms.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/glm.hpp"
#include "algorithms/step.hpp"

namespace insitu {

/// Models of terms of one frame, fitted together over the rows that are complete in all variables
/// of that frame.
struct GlmCandidates {
  static constexpr std::string_view name = "glm_candidates";
  static constexpr std::string_view meaning =
      "weighted sums of several models of the selection at once";

  struct State {
    std::vector<Glm::State> states;  ///< of each model
    // Set by init, never sent: what is summed for each model, and for `frame`.
    std::vector<std::shared_ptr<const MomentShape>> shapes;
    std::shared_ptr<const MomentShape> shape;
    static constexpr auto fields = std::tuple{&State::states};
    /// Throws DataError when they are of other models.
    void merge(const State& next);
  };

  ModelFrame frame;
  std::vector<StepTerms> terms;  ///< of each model: positions in `frame`
  std::vector<Glm> models;       ///< whose frames are those of their terms
  static constexpr auto fields =
      std::tuple{&GlmCandidates::frame, &GlmCandidates::terms, &GlmCandidates::models};

  std::vector<std::string> variables() const { return frame.source_columns(); }
  State init() const;
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// Models that have ended take no part in the passes that follow.
  bool update(const State&);
  std::vector<GlmFit> finalize(const State&) const { return results; }

  // Not fields: what only the master knows.
  std::vector<std::size_t> places{};  ///< of each model among the results
  std::vector<GlmFit> results{};
  MomentShapeCache shapes{};
};

/// Candidates ready to be fitted: models of these terms, made from one of all terms of its frame.
GlmCandidates glm_candidates(const Glm& all, const std::vector<StepTerms>& terms);

/// How many of the models, from the first, go into one pass: their states stay within bounds.
std::size_t glm_models_at_once(const ModelFrame&, const std::vector<StepTerms>& terms);

/// What the search knows of a fit.
StepFit step_fit(const GlmFit&);
StepMeasure step_measure(const Family&);

/// The moments of one pass at coefficients: those of a Glm whose step is kFit. Workers know it as
/// Glm.
struct GlmMoments : Glm {
  bool update(const State&) { return false; }
  State finalize(const State& state) const { return state; }
};

/// The pass at the fit of all terms whose moments approximate what smaller models give.
GlmMoments glm_moments(const Glm& all, const GlmFit&);

/// Sub-models by the weights and the working response of one fit (Lawless & Singhal 1978,
/// "Efficient screening of nonnormal regression models"): their deviance is that of the fit, plus
/// what their weighted sum of squares is larger.
std::vector<StepFit> approximate_fits(const GlmMoments& pass, const Glm::State&, const GlmFit& all,
                                      const std::vector<StepTerms>& terms);

}  // namespace insitu
