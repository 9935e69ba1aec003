#pragma once
// What the methods that fit regressions have in common: options, fields of results, checks of
// formulas and frames, labels of coefficients, cells of a cube.
#include <string>
#include <vector>

#include "algorithms/linear_fit.hpp"
#include "formula/model/formula.hpp"
#include "formula/model/model_frame.hpp"
#include "methods/keys.hpp"
#include "methods/values.hpp"

namespace insitu {

struct RegressionOptions : FormulaOptions {
  bool cube = false, cube_predictions = false, drop_first = false, drop_main = true,
       cov_coef = false, cov_data = false;
  std::string label_style = "Revo";
  nlohmann::json variable_selection;
  std::string robust = "none";
  nlohmann::json cluster;
};

/// Keys of options that several methods have, for the options of one.
namespace regression_keys {

template <class O>
OptionKey cube() {
  return option_of<O>("cube", &O::cube,
                      "Fit by the partitioned inverse: the first term is categorical and keeps all "
                      "its levels, without intercept.");
}
template <class O>
OptionKey cube_predictions() {
  return option_of<O>("cubePredictions", &O::cube_predictions,
                      "Put the prediction of each cell into countDF.");
}
template <class O>
OptionKey variable_selection() {
  return option_of<O>(
      "variableSelection", &O::variable_selection,
      "Stepwise selection: what rxStepControl gives, or its arguments as text, as in \"scope = ~ x "
      "+ f, k = 3\".",
      {.command = "--step",
       .labels = "CONTROL",
       .help = "Stepwise selection, as in 'scope = ~ x + f' or 'backward, stepCriterion = "
               "SigLevel, minSigLevelToDrop = 0.05'"},
      OptionKind::kSelection);
}
template <class O>
OptionKey drop_first() {
  return option_of<O>("dropFirst", &O::drop_first,
                      "The first level of each factor is the reference instead of the last.");
}
template <class O>
OptionKey drop_main() {
  return option_of<O>("dropMain", &O::drop_main,
                      "Drop main effects before interactions when they are aliased.",
                      {.command = "-"});
}
template <class O>
OptionKey cov_coef() {
  return option_of<O>(
      "covCoef", &O::cov_coef, "Keep the covariance matrix of the coefficients.",
      {.command = "--covariance",
       .help = "Keep the covariance of the coefficients: predict --std-errors needs "
               "it"});
}
template <class O>
OptionKey cov_data() {
  return option_of<O>("covData", &O::cov_data, "Keep the covariance matrix of the data.");
}
template <class O>
OptionKey robust() {
  return option_of<O>(
      "robust", &O::robust,
      "Standard errors that hold where variances differ: HC0; HC1, with n / (n - p); HC2 and HC3, "
      "by leverages. One more pass over the data.",
      {.choices = {"none", "HC0", "HC1", "HC2", "HC3"}, .labels = "TYPE"});
}
template <class O>
OptionKey cluster() {
  return option_of<O>("cluster", &O::cluster,
                      "One or two variables, names or a formula such as ~ f + g: standard errors "
                      "that hold where rows of a cluster depend on each other; HC1, or HC0.",
                      {.labels = "NAMES"});
}
template <class O>
OptionKey label_style() {
  return option_of<O>("coefLabelStyle", &O::label_style,
                      "\"Revo\" labels coefficients factor=level, \"R\" factorlevel.",
                      {.choices = {"Revo", "R"}});
}

}  // namespace regression_keys

/// The fields that end the result of every regression.
template <class R>
ResultKeys regression_result_keys() {
  return {
      field("nValidObs", &R::valid, "Rows that took part."),
      field("nMissingObs", &R::missing, "Rows left out for a missing value."),
      field("sumOfWeights", &R::sum_of_weights, "With weights: their sum.", &R::weighted),
      field("partitions", &R::partitions, "Cells of the cube, other columns.", &R::cube),
      field("countDF", &R::cells, "Cells of the cube: levels, predictions, counts."),
      field("factorLevels", &R::levels, "Levels of each categorical variable."),
      field("firstLevelDropped", &R::first_level_dropped,
            "The coding that was used: the first level is the reference."),
      field("precision", &R::precision, "Of the sums: \"double\" or \"double-double\"."),
      field("terms", &R::terms, "Labels of the terms."),
      field("intercept", &R::intercept, "Whether there is one."),
      field("model", &R::model, "What prediction needs: base64 of sealed bytes (docs/model.md)."),
  };
}

/// Throws InvalidArgument for options that exclude each other.
void check_regression_options(const RegressionOptions&);

/// Throws InvalidArgument unless there are a response and terms, all of them named. `written`: the
/// formula as it came. `selected`: a search may add terms, so that none need be there.
void check_regression_formula(const Formula&, const std::string& written, bool selected = false);

/// Throws InvalidArgument for more coefficients than can be fitted, or than a covariance matrix can
/// have (`covariance`: the option that asks for one), and for a cube whose first term is no factor.
void check_coefficients(const ModelFrame&, bool with_covariance, const char* covariance, bool cube);

/// Labels of the coefficients, those of dropped ones included.
std::vector<std::string> coefficient_labels(const ModelFrame&, bool intercept, bool r_style);

/// Cells of the first term: a column of levels for each of its variables.
ResultTable cube_cells(const ModelFrame&, const LinearFit&);
/// The fitted value of each cell at the means of the other columns, for each response.
void add_cube_predictions(ResultTable&, const ModelFrame&, const LinearFit&);

}  // namespace insitu
