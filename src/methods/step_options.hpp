#pragma once
// The option variableSelection of regressions: rxStepControl's arguments, as a JSON object or as
// text, and the formulas between which the search goes.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "algorithms/step.hpp"
#include "formula/model/formula.hpp"
#include "methods/keys.hpp"
#include "methods/scope.hpp"

namespace insitu {

/// A selection as it was asked for; the formulas of its scope are texts, "" where there is none.
struct StepOptions {
  bool wanted = false;
  bool keep_coefficients = false;
  bool mallows = false;  ///< the criterion is Mallows' Cp: linear models with a scale
  std::string lower, upper;
  StepControl control;
};

/// Reads {"method": "stepwise", "scope": "~ x + f", ...}, scopes as {"lower", "upper"}, or the same
/// as text: "scope = ~ x + f, k = 3". Nothing, false and an empty object ask for none. Throws
/// InvalidArgument.
StepOptions read_step_options(const nlohmann::json&);

/// The terms of all models of a search.
struct StepFormula {
  Formula all;      ///< the terms of the upper scope, then others of the formula
  StepScope scope;  ///< positions in `all`

  /// The formula of one of the models.
  Formula of(const StepTerms&) const;
};

/// Throws InvalidArgument for scopes that do not hold each other, for a response among the terms,
/// for several responses.
StepFormula step_formula(const Formula& first, const StepOptions&);

/// What a search puts into a result.
struct StepResult {
  std::string formula, formula_base;  ///< of the chosen model, of the first one
  ResultTable anova;
  std::vector<std::string> coefficient_names, steps;
  std::vector<double> coefficients;  ///< by name and step: 0 where the term is not in the model
};

/// `names`: labels of the coefficients of the frame of all terms, the intercept's included.
StepResult step_result(const StepFormula&, const StepOptions&, const ModelFrame& all,
                       const std::vector<StepRecord>& path, std::vector<std::string> names);

/// "+ x: AIC 12.3" for whoever watches.
void tell_step(const StepOptions&, const StepRecord&, Scope&);

/// The fields of a result that come with a selection. `Owner` has a member `step`.
template <class R>
ResultKeys step_result_keys() {
  const auto part = [](const char* key, const char* kind, const char* meaning, Labels labels,
                       auto write) {
    return ResultKey{key, kind, meaning, labels, [write](const void* result, ReplyWriter& reply) {
                       write(static_cast<const R*>(result)->step, reply);
                     }};
  };
  return {
      part("formula", "text", "The model: with a selection, the one that was chosen.", {},
           [](const StepResult& step, ReplyWriter& reply) {
             if (!step.formula.empty()) reply.document()["formula"] = step.formula;
           }),
      part("formulaBase", "text", "With a selection: the model where it began.", {},
           [](const StepResult& step, ReplyWriter& reply) {
             if (!step.formula.empty()) reply.document()["formulaBase"] = step.formula_base;
           }),
      part("anova", "table",
           "With a selection, by step: change, degrees of freedom and deviance against the model "
           "before, those of the residuals, AIC (Cp where `scale` is given), test.",
           {},
           [](const StepResult& step, ReplyWriter& reply) {
             if (!step.formula.empty()) reply.document()["anova"] = reply.table(step.anova);
           }),
      part("stepCoefNames", "texts", "With keepStepCoefs: the coefficients of all models.", {},
           [](const StepResult& step, ReplyWriter& reply) {
             if (!step.steps.empty()) reply.document()["stepCoefNames"] = step.coefficient_names;
           }),
      part("stepNames", "texts", "With keepStepCoefs: the steps, from 0.", {},
           [](const StepResult& step, ReplyWriter& reply) {
             if (!step.steps.empty()) reply.document()["stepNames"] = step.steps;
           }),
      part(
          "stepCoefs", "matrix",
          "With keepStepCoefs: coefficients by step, 0 where the term is not in the model, missing "
          "where dropped.",
          {"stepCoefNames", "stepNames"},
          [](const StepResult& step, ReplyWriter& reply) {
            if (step.steps.empty()) return;
            auto array =
                reply.array({step.coefficient_names.size(), step.steps.size()}, step.coefficients);
            array["rows"] = "stepCoefNames";
            array["columns"] = "stepNames";
            reply.document()["stepCoefs"] = std::move(array);
          }),
  };
}

}  // namespace insitu
