#pragma once
// The formulas of pictures: `~ x | g1 + g2`, `y1 + y2 ~ x | g`; panels stand behind the bar.
#include <string>
#include <vector>

#include "formula/expression/expression.hpp"

namespace insitu {

struct PanelFormula {
  std::vector<ExpressionPtr> responses;  ///< those that `+` joins; empty: `~ x`
  ExpressionPtr x;
  std::vector<ExpressionPtr> panels;  ///< those that `+` or `*` joins
};

/// Throws InvalidArgument for a text of another form.
PanelFormula parse_panel_formula(const std::string& text);

/// Whether a formula has panels: a '|' on its right side. Throws InvalidArgument for what is none.
bool has_panels(const std::string& text);

}  // namespace insitu
