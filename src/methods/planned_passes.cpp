#include "methods/planned_passes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "methods/step_options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::array kMeanings = {
    std::pair{"rows", "all rows, in their order"},
    std::pair{"survey", "where records and rows begin, which only all bytes tell"},
    std::pair{"find_levels", "levels and ranges that the data do not declare"},
    std::pair{"key_counts", "the groups and their numbers of rows"},
    std::pair{"summary", "moments, extremes and counts of the variables"},
    std::pair{"lin_mod", "sums of squares and products of the columns"},
    std::pair{"moments", "sums of squares and products of the columns, kept by place"},
    std::pair{"cov_cor", "sums of squares and products of the columns"},
    std::pair{"meat", "squares and products of the scores, for robust standard errors"},
    std::pair{"glm", "weighted sums at the coefficients of the step before"},
    std::pair{"glm_candidates", "weighted sums of several models of the selection at once"},
    std::pair{"multinom", "weighted sums at the coefficients of the step before"},
    std::pair{"binned_sums", "the range of the variable, then sums by bins of it"},
    std::pair{"exact_quantiles", "counts that narrow the quantiles, 16 bits a pass"},
    std::pair{"roc", "outcomes by thresholds of the predictions"},
    std::pair{"rank_counts", "outcomes by rank of the predictions"},
    std::pair{"score_groups", "outcomes by groups of the predictions"},
    std::pair{"bin_counts", "the range of the variable, then counts by bins of it"},
};

/// Quantiles that one pass narrows together (algorithms/exact_quantiles.cpp), and how often.
constexpr std::int64_t kTogether = 64, kPassesOfQuantile = 4;

/// Made again in double-double where digits are at risk.
PlannedPass with_more_digits(const char* pass) { return {pass, 1, 2, "digits suffice"}; }

/// One that finds the range of a variable first, unless it has no values or needs no bins.
PlannedPass by_bins(const char* pass) { return {pass, 1, 2, "values are counted by bins"}; }

/// A step that made things worse is halved, which costs a pass of its own.
PlannedPass until_convergence(const char* pass, const Options& given) {
  const auto iterations = std::max<std::int64_t>(given.whole("maxIterations", 0), 0);
  return {pass, 1, -1,
          "convergence, at most " + std::to_string(iterations) +
              (iterations == 1 ? " iteration" : " iterations")};
}

PlannedPass until_quantiles(std::int64_t variables, std::int64_t quantiles) {
  return {"exact_quantiles", variables, quantiles <= kTogether ? variables * kPassesOfQuantile : -1,
          "each quantile is one value"};
}

bool is_robust(const Options& given) {
  return given.text("robust", "none") != "none" ||
         (given.has("cluster") && given.value("cluster") != "");
}

PlannedPasses of_lin_mod(const Options& given) {
  const bool keeps = given.flag("keepMoments", false) &&
                     !read_step_options(given.value("variableSelection")).wanted;
  PlannedPasses passes = {with_more_digits(keeps ? "moments" : "lin_mod")};
  if (is_robust(given)) passes.push_back({.pass = "meat"});
  return passes;
}

PlannedPasses of_glm(const Options& given) {
  PlannedPasses passes;
  const auto selection = read_step_options(given.value("variableSelection"));
  if (!selection.wanted) {
    passes.push_back(until_convergence("glm", given));
  } else {
    passes.push_back({"glm_candidates", 1, -1, "no step of the selection makes the model better"});
    if (!selection.control.refit) passes.push_back({.pass = "glm"});
  }
  if (is_robust(given)) passes.push_back({.pass = "meat"});
  return passes;
}

PlannedPasses of_moments(const Options& given) {
  if (given.flag("precise", false)) return {{"moments", 2, 2, ""}};
  return {with_more_digits("moments")};
}

PlannedPasses of_multinom(const Options& given) { return {until_convergence("multinom", given)}; }

PlannedPasses of_quantile(const Options& given) {
  if (!given.flag("exact", false)) return {by_bins("binned_sums")};
  return {until_quantiles(1, static_cast<std::int64_t>(given.value("probs").size()))};
}

PlannedPasses of_lorenz(const Options&) { return {by_bins("binned_sums")}; }

PlannedPasses of_histogram(const Options&) { return {by_bins("bin_counts")}; }

PlannedPasses of_roc(const Options& given) {
  PlannedPasses passes = {{"roc", 1, 2, "the range of the predictions is known"}};
  if (given.flag("exact", false)) passes.push_back({"rank_counts", 1, -1, "all are ranked"});
  return passes;
}

/// Exact edges of groups of equal size, then one pass over the groups.
PlannedPasses by_groups(const Options& given) {
  PlannedPasses passes;
  const auto groups = given.whole("numBreaks", 1);
  if (groups > 1 && given.text("strategy", "quantile") != "uniform")
    passes.push_back(
        until_quantiles(static_cast<std::int64_t>(given.texts("predVarNames").size()), groups - 1));
  passes.push_back({.pass = "score_groups"});
  return passes;
}

using Planned = PlannedPasses (*)(const Options&);

constexpr std::array kPlanned = {
    std::pair<std::string_view, Planned>{"lin_mod", of_lin_mod},
    std::pair<std::string_view, Planned>{"logit", of_glm},
    std::pair<std::string_view, Planned>{"glm", of_glm},
    std::pair<std::string_view, Planned>{"multinom_logit", of_multinom},
    std::pair<std::string_view, Planned>{"moments", of_moments},
    std::pair<std::string_view, Planned>{"quantile", of_quantile},
    std::pair<std::string_view, Planned>{"lorenz", of_lorenz},
    std::pair<std::string_view, Planned>{"roc", of_roc},
    std::pair<std::string_view, Planned>{"lift", by_groups},
    std::pair<std::string_view, Planned>{"calibration", by_groups},
    std::pair<std::string_view, Planned>{"histogram", of_histogram},
};

}  // namespace

PlannedPasses planned_passes(const Method& method, const json& request) {
  for (const auto& [op, planned] : kPlanned) {
    if (op != method.about.op) continue;
    json given = json(method.defaults());
    for (const auto& key : method.options)
      if (const auto found = request.find(key.key); found != request.end() && !found->is_null())
        given[key.key] = *found;
    return planned(Options(given));
  }
  PlannedPasses passes;
  for (const auto& each : method.passes) passes.push_back({.pass = std::string(each.name)});
  return passes;
}

std::string meaning_of_pass(std::string_view pass) {
  const auto* const found =
      std::ranges::find_if(kMeanings, [&](const auto& each) { return pass == each.first; });
  return found == kMeanings.end() ? "" : found->second;
}

}  // namespace insitu
