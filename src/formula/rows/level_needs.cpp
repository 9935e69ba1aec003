#include "formula/rows/level_needs.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string_view>

namespace insitu {

namespace {

/// Expressions that are deeper fail when they are evaluated.
constexpr int kMaxDepth = 1000;

/// Read labels, whatever argument the factor is (tests/laws/pieces.cpp proves it, one by one).
constexpr std::array<std::string_view, 24> kLabelFunctions = {
    "!=",         "%in%",         "==",         "as.character", "endsWith", "grepl",
    "gsub",       "is.character", "is.element", "is.factor",    "is.na",    "is.numeric",
    "is.ordered", "match",        "nchar",      "paste",        "paste0",   "regexpr",
    "startsWith", "sub",          "tolower",    "toupper",      "trimws",   "is.null"};

/// Give back the factor that they get.
bool is_transparent(const Expression& call) {
  return call.text == "(" || call.text == "I" || call.text == "identity" ||
         call.text == "as.factor" || call.text == "as.ordered";
}

bool makes_factor(const Expression& e) {
  return e.is_call("factor") || e.is_call("ordered") || e.is_call("as.factor") ||
         e.is_call("as.ordered");
}

/// The expressions behind a factor's parameters, as the evaluator matches them: exact names, their
/// beginnings, then places.
struct FactorArguments {
  ExpressionPtr x, levels;

  explicit FactorArguments(const Expression& call) {
    const bool has_levels = call.is_call("factor") || call.is_call("ordered");
    std::vector<ExpressionPtr> by_place;
    for (const auto& argument : call.arguments) {
      const std::string_view name = argument.name;
      if (name.empty())
        by_place.push_back(argument.value);
      else if (name == "x")
        x = argument.value;
      else if (has_levels && std::string_view("levels").starts_with(name))
        levels = argument.value;
    }
    std::size_t next = 0;
    if (!x && next < by_place.size()) x = by_place[next++];
    if (has_levels && !levels && next < by_place.size()) levels = by_place[next];
    if (levels && levels->kind == Expression::Kind::kNull) levels = nullptr;
  }
};

class Look {
 public:
  explicit Look(const NameSet& factors) {
    for (const auto& name : factors) origins_[name].insert(name);
  }

  void step(const NamedExpression& step) {
    NameSet origins;
    if (step.expression) origins = visit(*step.expression);
    if (step.name.empty()) {
      needs_.insert(origins.begin(), origins.end());
      return;
    }
    if (origins.empty())
      origins_.erase(step.name);
    else
      origins_[step.name] = std::move(origins);
  }

  NameSet needs() && { return std::move(needs_); }

 private:
  /// The factors whose codes the value has; empty: it is no copy of one.
  NameSet visit(const Expression& e) {
    if (e.kind == Expression::Kind::kName) {
      const auto found = origins_.find(e.text);
      return found == origins_.end() ? NameSet() : found->second;
    }
    if (e.kind != Expression::Kind::kCall) return {};
    if (++depth_ > kMaxDepth) {
      --depth_;
      return {};
    }
    NameSet origins;
    for (const auto& argument : e.arguments) origins.merge(visit(*argument.value));
    --depth_;
    if (origins.empty() || is_transparent(e)) return origins;
    if (!reads_labels_only(e)) needs_.insert(origins.begin(), origins.end());
    return {};
  }

  std::map<std::string, NameSet, std::less<>> origins_;
  NameSet needs_;
  int depth_ = 0;
};

}  // namespace

NameSet factors_used_by_code(std::span<const NamedExpression> steps, const NameSet& factors) {
  if (factors.empty()) return {};
  Look look(factors);
  for (const auto& step : steps) look.step(step);
  return std::move(look).needs();
}

bool reads_labels_only(const Expression& call) {
  if (call.is_call("factor") || call.is_call("ordered")) {
    const FactorArguments arguments(call);
    return arguments.levels != nullptr;
  }
  return std::ranges::find(kLabelFunctions, call.text) != kLabelFunctions.end();
}

ExpressionPtr factor_without_levels(const Expression& call) {
  if (!makes_factor(call)) return nullptr;
  const FactorArguments arguments(call);
  return arguments.levels ? nullptr : arguments.x;
}

}  // namespace insitu
