#pragma once
// The picture of lineplot.
#include <string>

#include "methods/panel_formula.hpp"
#include "report/figure.hpp"
#include "run_request.hpp"

namespace insitu::cli {

/// `rows`: columns by name, one for each term of the formula, values null where missing. `type`: l,
/// p, b or s. Texts of x stand in order of the alphabet. Throws InvalidArgument for a y of texts.
Figure line_figure(const PanelFormula&, const Document& rows, const std::string& type);

}  // namespace insitu::cli
