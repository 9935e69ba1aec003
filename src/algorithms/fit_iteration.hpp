#pragma once
// What fits by iteration share, whatever the model: the record of a pass, when a step has made
// things worse, when iterations have converged.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace insitu {

/// One pass of the iterations, for whoever wants to see how they went.
struct FitIteration {
  std::int64_t iteration = 0;  ///< 0: the start
  double deviance = 0;
  double step = 0;      ///< max |change| / max |coefficient|; NaN at the start
  bool halved = false;  ///< the step that led here was halved
};

/// A fitted probability or mean this near its bound is numerically there, as R's glm warns.
inline constexpr double kAtBound = 10 * std::numeric_limits<double>::epsilon();
inline constexpr int kMostHalvings = 30;
/// A coefficient that, where the deviance stands still, moves the linear predictor by this much in
/// one step has no bound: in separated data each step moves it by about 1.
inline constexpr double kGrowingStep = 0.5;

inline bool is_worse(double deviance, double before, double tolerance) {
  return deviance - before > std::max(1e-8, tolerance) * (std::fabs(deviance) + 0.1);
}

/// Tolerances of 0: never so.
inline bool has_converged(double deviance, double before, double deviance_tolerance, double change,
                          double coefficient_tolerance) {
  return (deviance_tolerance > 0 &&
          std::fabs(deviance - before) <= deviance_tolerance * (std::fabs(deviance) + 0.1)) ||
         (coefficient_tolerance > 0 && change <= coefficient_tolerance);
}

/// Halves the way from `towards` to the coefficients. REQUIRES: equal sizes.
inline void draw_halfway(std::vector<double>& coefficients, const std::vector<double>& towards) {
  for (std::size_t k = 0; k < coefficients.size(); ++k)
    coefficients[k] = 0.5 * (coefficients[k] + towards[k]);
}

}  // namespace insitu
