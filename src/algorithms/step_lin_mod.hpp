#pragma once
// Stepwise selection for linear models: one pass over the data sums the moments of all terms that
// may come, and each candidate is solved from its part of them. A second pass, in double-double,
// where digits are at risk in a model that was looked at.
#include <functional>
#include <string>
#include <vector>

#include "algorithms/lin_mod.hpp"
#include "algorithms/step.hpp"

namespace insitu {

struct LinModSteps {
  std::vector<StepRecord> path;
  ModelFrame frame;  ///< of the model that was chosen
  LinearFit fit;
};

/// A linear model whose terms are searched for among those of `frame`. Workers know it as LinMod:
/// its passes are those of a model with all terms.
struct LinModSearch : LinMod {
  StepScope scope;
  StepControl control;
  /// The formula of a model, as its frame and its reports say it.
  std::function<std::string(const StepTerms&)> formula_of;
  std::function<void(const StepRecord&)> report;

  /// Searches; true when a pass in double-double is to follow.
  bool update(const State&);
  LinModSteps finalize(const State&) const;

 private:
  std::shared_ptr<const LinModSteps> found_{};
};

}  // namespace insitu
