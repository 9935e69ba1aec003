#include "methods/moments.hpp"

#include <unistd.h>

#include <utility>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "formula/model/formula.hpp"
#include "methods/methods.hpp"
#include "report/moments_report.hpp"

namespace insitu {

OptionKeys MomentsOptions::keys() {
  using O = MomentsOptions;
  return formula_keys<O>(
             "All that models are to be fitted from: y ~ x + f + x:f, or ~ x + y + f; each number "
             "in it can be a response.") +
         OptionKeys{option("precise", &O::precise,
                           "Form the sums in double-double, too, in a second pass; without it only "
                           "where a fit of all terms needs them."),
                    option("outFile", &O::out_file,
                           "File for the moments; without it the result holds them."),
                    option("overwrite", &O::overwrite, "An existing outFile may be replaced.")};
}

ResultKeys MomentsResult::keys() {
  using R = MomentsResult;
  return {
      field("y.names", &R::y_names, "Dependent variables of the formula."),
      field("numbers", &R::numbers, "What can be a response."),
      field("terms", &R::terms, "Labels of the terms."),
      field("factorLevels", &R::levels, "Levels of each categorical variable."),
      field("nValidObs", &R::valid, "Rows that took part: complete in all variables."),
      field("nMissingObs", &R::missing, "Rows left out for a missing value."),
      field("sumOfWeights", &R::sum_of_weights, "With weights: their sum.", &R::weighted),
      field("precision", &R::precision, "Of the sums: \"double\" or \"double-double\"."),
      field("runs", &R::runs,
            "Runs of rows that do not follow each other in one source, kept side by side."),
      field("outFile", &R::file, "Where the moments lie."),
      field("moments", &R::moments, "Without outFile: base64 of sealed bytes (docs/state.md).")};
}

PlannedPasses MomentsMethod::planned(const MomentsOptions& options) {
  if (options.precise) return {{"moments", 2, 2, ""}};
  return {with_more_digits("moments")};
}

MomentsResult MomentsMethod::run(const MomentsOptions& options, Scope& scope) {
  check_out_file(options.out_file, options.overwrite);
  const auto formula = parse_formula(options.formula);
  if (formula.terms.empty())
    throw InvalidArgument("the formula must name variables after the '~': " + options.formula);
  const auto bound = scope.bind(formula, options);
  check_coefficients(bound.frame, false, "", false);
  if (MomentShape(bound.frame).dense() == 0)
    throw InvalidArgument("the formula must name a number, which can be the response of a model: " +
                          options.formula);
  KeptMoments kept{.frame = bound.frame, .pipeline = scope.pipeline()};
  kept.runs.push_back(
      scope.compute(KeepMoments{.frame = bound.frame, .wants_precise = options.precise}, bound));
  return moments_result(kept, options.out_file);
}

std::string MomentsMethod::print(const nlohmann::json& reply, std::string_view,
                                 const ReportHeader& header) {
  return moments_report(reply, header);
}

void check_out_file(const std::string& out_file, bool overwrite) {
  if (!out_file.empty() && !overwrite && ::access(out_file.c_str(), F_OK) == 0)
    throw InvalidArgument("`outFile` exists: "_named + out_file +
                          "; allow to replace it with `overwrite`"_named);
}

MomentsResult moments_result(const KeptMoments& kept, const std::string& out_file) {
  const auto& frame = kept.frame;
  const MomentShape shape(frame);
  const auto total = kept.total();
  MomentsResult result;
  for (const auto v : frame.responses) result.y_names.push_back(frame.variables[v].name);
  for (const auto t : shape.dense_terms)
    if (frame.terms[t].variables.size() == 1) result.numbers.push_back(frame.terms[t].label);
  for (const auto v : frame.responses) result.numbers.push_back(frame.variables[v].label);
  for (const auto& term : frame.terms) result.terms.push_back(term.label);
  for (const auto& variable : frame.variables)
    if (variable.categorical) result.levels.emplace_back(variable.name, variable.levels);
  result.valid = total.rows;
  result.missing = total.missing_rows;
  result.weighted = !frame.weights.empty();
  result.sum_of_weights = total.weight;
  result.precision = "double-double";
  for (const auto& run : kept.runs)
    if (!run.precise) result.precision = "double";
  result.runs = static_cast<std::int64_t>(kept.runs.size());
  const auto bytes = kept.save();
  if (out_file.empty()) {
    result.moments = to_base64(bytes);
    return result;
  }
  NewFile file(out_file);
  file.append(bytes);
  file.commit();
  result.file = out_file;
  return result;
}

LinModResult refit(const KeptMoments& kept, LinModOptions& options,
                   const std::function<void(const std::string&)>& warn) {
  check_regression_options(options);
  const auto formula = parse_formula(options.formula);
  check_lin_mod_formula(formula, options);
  auto& weights = kept.frame.frequency_weights ? options.fweights : options.pweights;
  weights = kept.frame.weights;
  const auto sub = sub_model(kept, formula);
  check_coefficients(sub.frame, options.cov_coef || options.cov_data,
                     options.cov_coef ? "covCoef" : "covData", options.cube);
  const auto fit = fit_moments(sub.frame, fit_options_of(options), sub.moments,
                               sub.precise ? &*sub.precise : nullptr);
  if (fit.digits_at_risk && !fit.double_double && !sub.precise)
    warn(
        "the moments are sums in double, which may leave fewer than nine digits of this model: "
        "keep them with `precise = TRUE`"_named);
  return lin_mod_result(sub.frame, fit, options, kept.pipeline);
}

}  // namespace insitu
