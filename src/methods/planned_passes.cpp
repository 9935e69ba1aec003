#include "methods/planned_passes.hpp"

#include <algorithm>

#include "algorithms/exact_quantiles.hpp"

namespace insitu {

namespace {

/// Quantiles that one pass narrows together (algorithms/exact_quantiles.cpp), and how often.
constexpr std::int64_t kTogether = 64, kPassesOfQuantile = 4;

}  // namespace

PlannedPass one_pass(const char* pass) { return {.pass = pass}; }

PlannedPass with_more_digits(const char* pass) { return {pass, 1, 2, "digits suffice"}; }

PlannedPass by_bins(const char* pass) { return {pass, 1, 2, "values are counted by bins"}; }

PlannedPass until_convergence(const char* pass, std::int64_t iterations) {
  iterations = std::max<std::int64_t>(iterations, 0);
  return {pass, 1, -1,
          "convergence, at most " + std::to_string(iterations) +
              (iterations == 1 ? " iteration" : " iterations")};
}

PlannedPass until_quantiles(std::int64_t variables, std::int64_t quantiles) {
  return {std::string(ExactQuantiles::name), variables,
          quantiles <= kTogether ? variables * kPassesOfQuantile : -1,
          "each quantile is one value"};
}

}  // namespace insitu
