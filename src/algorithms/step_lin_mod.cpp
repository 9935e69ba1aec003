#include "algorithms/step_lin_mod.hpp"

#include <algorithm>
#include <utility>

#include "algorithms/sub_moments.hpp"

namespace insitu {

namespace {

/// Beyond this many columns elimination in double-double takes minutes, so double has to do.
constexpr std::size_t kDoubleDoubleColumns = 1500;

template <class Real>
class Solver {
 public:
  Solver(const LinModSearch& analysis, const ModelMoments<Real>& moments)
      : analysis_(analysis), shape_(analysis.shapes.shape(analysis.frame)), moments_(moments) {
    moments.check(*shape_, !analysis.frame.weights.empty());
    require_usable(analysis.frame, *shape_, moments);
  }

  LinearFit fit(const ModelFrame& frame, const StepTerms& terms, const FitOptions& options) const {
    const MomentShape shape(frame);
    return fit_least_squares(frame, shape, moments_of_terms(*shape_, moments_, shape, terms),
                             options);
  }

  /// `at_risk`: a model was met of which double leaves few digits.
  LinModSteps search(bool& at_risk) const {
    const auto fit_models = [&](const std::vector<StepTerms>& models) {
      std::vector<StepFit> fits;
      for (const auto& terms : models) {
        const auto frame = frame_of_terms(analysis_.frame, terms, "");
        const auto found = fit(frame, terms, {.coding = analysis_.coding, .errors = false});
        at_risk |= found.digits_at_risk && found.columns.size() <= kDoubleDoubleColumns;
        fits.push_back({found.residual_squares[0], static_cast<double>(found.rank),
                        found.observations, found.residual_squares[0] / found.residual_df, 0,
                        found.coefficients});
      }
      return fits;
    };
    LinModSteps result;
    result.path = search_models(analysis_.frame, analysis_.scope, analysis_.control, StepMeasure{},
                                fit_models, analysis_.report);
    const auto& chosen = result.path.back().terms;
    result.frame = frame_of_terms(analysis_.frame, chosen, analysis_.formula_of(chosen));
    result.fit = fit(result.frame, chosen,
                     {.coding = analysis_.coding,
                      .coefficient_covariance = analysis_.coefficient_covariance,
                      .data_covariance = analysis_.data_covariance});
    return result;
  }

 private:
  const LinModSearch& analysis_;
  std::shared_ptr<const MomentShape> shape_;
  const ModelMoments<Real>& moments_;
};

}  // namespace

bool LinModSearch::update(const State& state) {
  if (double_double) return false;
  bool at_risk = false;
  found_ =
      std::make_shared<const LinModSteps>(Solver<double>(*this, state.moments).search(at_risk));
  if (!at_risk) return false;
  found_ = nullptr;
  double_double = true;
  return true;
}

LinModSteps LinModSearch::finalize(const State& state) const {
  if (found_) return *found_;
  bool at_risk = false;
  return double_double ? Solver<DoubleDouble>(*this, state.precise).search(at_risk)
                       : Solver<double>(*this, state.moments).search(at_risk);
}

}  // namespace insitu
