#pragma once
// Stepwise selection of the terms of a regression: which model follows which. How models are
// fitted is the business of step_lin_mod.hpp and step_glm.hpp.
//
// Rules are those of R's step(), add1() and drop1() (Chambers & Hastie 1992, section 6.5): a term
// is dropped only when no other term of the model contains it, and added only when all terms that
// it contains are there; of the models one term away the one with the smallest criterion follows,
// as long as it is smaller. By significance: Draper & Smith (1998), section 15.4.
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "formula/model/model_frame.hpp"

namespace insitu {

enum class StepTest { kNone, kF, kChisq };

struct StepControl {
  bool forward = true, backward = true;
  bool by_significance = false;          ///< else by AIC
  double to_add = 0.15, to_drop = 0.15;  ///< p values: below (or at) which terms come, above go
  double scale = 0;                      ///< of the AIC; 0: estimated
  double penalty = 2;                    ///< of a degree of freedom
  std::size_t max_steps = 1000;
  StepTest test = StepTest::kNone;  ///< whose statistics the path has; by significance never kNone
  bool refit = true;                ///< of generalized models: candidates are fitted, not estimated
};

/// Positions of terms in the frame that holds the terms of all models, in their order in a model.
using StepTerms = std::vector<std::size_t>;

/// What models may be: terms of one frame.
struct StepScope {
  StepTerms first;             ///< the model where the search begins
  std::vector<bool> required;  ///< by term: never dropped
  std::vector<bool> allowed;   ///< by term: may be added
};

/// What the search knows of a fitted model.
struct StepFit {
  double deviance = 0;      ///< sum of squared residuals, or the deviance
  double rank = 0;          ///< coefficients that were not dropped
  double observations = 0;  ///< what degrees of freedom count
  double dispersion = 1;
  double aic = 0;                    ///< of generalized models with a likelihood, with penalty 2
  std::vector<double> coefficients;  ///< columns of the model; NaN where dropped

  double residual_df() const { return observations - rank; }
};

/// How criteria follow from fits.
struct StepMeasure {
  /// n log(D / n) for normal errors, else D by the dispersion.
  bool normal = true;
  bool likelihood = false;  ///< StepFit::aic says the AIC of a model; else the former does
  bool unit_dispersion = false;
};

/// One model on the way.
struct StepRecord {
  std::string change;  ///< "", "+ x", "- x"
  StepTerms terms;
  StepFit fit;
  double criterion = 0;               ///< AIC, or Cp where the scale is given
  double statistic = 0, p_value = 0;  ///< against the model before; NaN at the first
};

/// Fits models; one reply each, in their order.
using FitModels = std::function<std::vector<StepFit>(const std::vector<StepTerms>&)>;

/// The way from the first model to the one that is chosen, both of them included. `report` is
/// called with each record. Throws DataError when a model fits perfectly, so that its AIC has no
/// bound.
std::vector<StepRecord> search_models(const ModelFrame&, const StepScope&, const StepControl&,
                                      const StepMeasure&, const FitModels&,
                                      const std::function<void(const StepRecord&)>& report);

/// Terms that may go from a model, terms that may come (in the order of the frame).
StepTerms droppable_terms(const ModelFrame&, const StepScope&, const StepTerms& model);
StepTerms addable_terms(const ModelFrame&, const StepScope&, const StepTerms& model);

}  // namespace insitu
