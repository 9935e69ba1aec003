#include "methods/panel_formula.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace insitu {

namespace {

/// The operands of a chain of the operators, from left to right.
std::vector<ExpressionPtr> operands(ExpressionPtr e, bool also_times) {
  std::vector<ExpressionPtr> found;
  const auto joins = [&](const Expression& call) {
    return call.arguments.size() == 2 && (call.is_call("+") || (also_times && call.is_call("*")));
  };
  while (joins(*e)) {
    found.push_back(e->arguments[1].value);
    e = e->arguments[0].value;
  }
  found.push_back(std::move(e));
  std::ranges::reverse(found);
  return found;
}

}  // namespace

bool has_panels(const std::string& text) {
  const auto whole = parse_expression(text, "formula");
  return whole->is_call("~") && whole->arguments.back().value->is_call("|");
}

PanelFormula parse_panel_formula(const std::string& text) {
  const auto whole = parse_expression(text, "formula");
  if (!whole->is_call("~"))
    throw InvalidArgument("formula: expected '~' before the variable, as in ~ x | g, not " + text);
  PanelFormula formula;
  if (whole->arguments.size() == 2) formula.responses = operands(whole->arguments[0].value, false);
  formula.x = whole->arguments.back().value;
  if (formula.x->is_call("|")) {
    formula.panels = operands(formula.x->arguments[1].value, true);
    formula.x = formula.x->arguments[0].value;
  }
  if (formula.x->is_call("|"))
    throw InvalidArgument("formula: give one '|' and join the panels' factors by '+': " + text);
  if (operands(formula.x, true).size() > 1)
    throw InvalidArgument("formula: give one variable after the '~', not " + deparse(*formula.x) +
                          "; factors of panels stand behind a '|'");
  return formula;
}

}  // namespace insitu
