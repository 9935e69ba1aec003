#pragma once
// What the methods that fit regressions have in common: checks of formulas and frames, labels of
// coefficients, cells of a cube.
#include <string>
#include <vector>

#include "algorithms/linear_fit.hpp"
#include "formula/model/formula.hpp"
#include "formula/model/model_frame.hpp"
#include "methods/values.hpp"

namespace insitu {

/// Throws InvalidArgument unless there are a response and terms, all of them named. `written`: the
/// formula as it came.
void check_regression_formula(const Formula&, const std::string& written);

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
