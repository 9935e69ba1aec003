#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/model/categorical.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

namespace {

constexpr double kMostLevels = 5e6;
constexpr const char* kOutsideLevel = "other";  // the extra level of F(x, exclude = FALSE)

std::string printed_name(const Expression& e) {
  return e.kind == Expression::Kind::kName ? e.text : deparse(e);
}

/// The expression without parentheses and I() around it.
const Expression* bare(const Expression* e) {
  while ((e->is_call("(") || e->is_call("I")) && e->arguments.size() == 1)
    e = e->arguments[0].value.get();
  return e;
}

std::string count_text(double value) { return std::to_string(static_cast<long long>(value)); }

/// F(x, low, high, exclude) with its arguments matched.
struct RangeCall {
  const Expression* x = nullptr;
  std::optional<double> low, high;
  bool exclude = true;
  bool has_arguments = false;
};

double constant_number(const Expression& e, const std::string& what) {
  const bool negative = e.is_call("-") && e.arguments.size() == 1;
  const auto& inner = negative ? *e.arguments[0].value : e;
  if (inner.kind != Expression::Kind::kNumber && inner.kind != Expression::Kind::kInteger)
    throw InvalidArgument("formula: " + what + " must be a number: " + deparse(e));
  return negative ? -inner.number : inner.number;
}

RangeCall match_range(const Expression& call) {
  static constexpr const char* kNames[] = {"x", "low", "high", "exclude"};
  const Expression* matched[4] = {};
  for (const auto& argument : call.arguments) {
    if (argument.name.empty()) continue;
    const auto* it = std::ranges::find(kNames, argument.name);
    if (it == std::end(kNames))
      throw InvalidArgument("formula: F() has no argument '" + argument.name +
                            "'; it takes x, low, high, exclude: " + deparse(call));
    matched[it - kNames] = argument.value.get();
  }
  std::size_t next = 0;
  for (const auto& argument : call.arguments) {
    if (!argument.name.empty()) continue;
    while (next < 4 && matched[next]) ++next;
    if (next == 4)
      throw InvalidArgument("formula: F() takes x, low, high, exclude: " + deparse(call));
    matched[next] = argument.value.get();
  }
  if (!matched[0]) throw InvalidArgument("formula: F() needs a variable: " + deparse(call));
  RangeCall range;
  range.x = bare(matched[0]);
  range.has_arguments = matched[1] || matched[2] || matched[3];
  if (matched[1] && matched[1]->kind != Expression::Kind::kNull)
    range.low = constant_number(*matched[1], "low of F()");
  if (matched[2] && matched[2]->kind != Expression::Kind::kNull)
    range.high = constant_number(*matched[2], "high of F()");
  if (matched[3]) {
    if (matched[3]->kind != Expression::Kind::kLogical)
      throw InvalidArgument("formula: exclude of F() must be `TRUE` or `FALSE`: "_named +
                            deparse(call));
    range.exclude = matched[3]->number != 0;
  }
  return range;
}

/// The field of a column, or of what an expression yields.
Field field_of(const Expression& e, const Schema& schema) {
  if (e.is_call("offset"))  // rxGlm takes it out before
    throw InvalidArgument("formula: offset() belongs to `rxGlm`, as a term of its own: "_named +
                          deparse(e));
  if (e.kind == Expression::Kind::kName) return schema.field(e.text);
  return result_field(e, schema, nullptr, deparse(e));
}

/// Binds the variables of one formula.
class Binder {
 public:
  Binder(const Schema& schema, const FoundDomains& found) : schema_(schema), found_(found) {}

  /// Position of the variable, added when it is new.
  std::uint32_t variable(const Expression& e, ModelFrame& frame) {
    auto bound = bind_variable(e);
    for (std::uint32_t i = 0; i < frame.variables.size(); ++i)
      if (frame.variables[i].label == bound.label) return i;
    frame.variables.push_back(std::move(bound));
    return static_cast<std::uint32_t>(frame.variables.size() - 1);
  }

 private:
  ModelVariable bind_variable(const Expression& written) {
    const auto& e = *bare(&written);
    ModelVariable variable;
    variable.name = printed_name(written);
    variable.label = printed_name(written);
    if (e.is_call("F")) return bind_range(e, std::move(variable));
    if (e.is_call("N")) return bind_codes(e, std::move(variable));
    const auto field = read(e, variable);
    if (!is_categorical(field.type)) return variable;
    variable.categorical = true;
    variable.levels = levels_of(e, field);
    return variable;
  }

  Field read(const Expression& e, ModelVariable& variable) {
    if (e.kind == Expression::Kind::kName) variable.column = e.text;
    variable.expression = deparse(e);
    return field_of(e, schema_);
  }

  std::vector<std::string> levels_of(const Expression& e, const Field& field) const {
    if (field.levels) return *field.levels;
    const auto found = found_.levels.find(deparse(e));
    if (found != found_.levels.end()) return found->second;
    throw InvalidArgument(
        "the levels of variable '" + printed_name(e) +
        "' are not known; declare them in `colInfo` or import the data with it as a factor"_named);
  }

  ModelVariable bind_range(const Expression& call, ModelVariable variable) {
    const auto range = match_range(call);
    const auto& x = *range.x;
    const auto field = read(x, variable);
    if (field.type == Type::kString)
      throw InvalidArgument("formula: F() needs a number, a logical or a factor, but '" +
                            printed_name(x) + "' is character");
    variable.name = "F_" + printed_name(x);
    variable.categorical = true;
    variable.exclude = range.exclude;
    auto low = range.low, high = range.high;
    if (is_factor(field.type)) {
      const auto levels = levels_of(x, field);
      const double first = low.value_or(1),
                   last = high.value_or(static_cast<double>(levels.size()));
      if (range.has_arguments) append_range(variable, first, last);
      if (first < 1 || last > static_cast<double>(levels.size()) || last < first)
        throw InvalidArgument("formula: low and high of F() on the factor '" + printed_name(x) +
                              "' are positions among its " + std::to_string(levels.size()) +
                              " levels, not " + exact_text(first) + " to " + exact_text(last));
      variable.levels.assign(levels.begin() + (static_cast<std::ptrdiff_t>(first) - 1),
                             levels.begin() + static_cast<std::ptrdiff_t>(last));
      variable.restricted = variable.levels.size() < levels.size();
    } else {
      if (field.type == Type::kLogical) low = low.value_or(0), high = high.value_or(1);
      if (!low || !high) {
        const auto found = found_.ranges.find(deparse(x));
        if (x.kind == Expression::Kind::kName && field.low && field.high)
          low = low.value_or(*field.low), high = high.value_or(*field.high);
        else if (found != found_.ranges.end())
          low = low.value_or(found->second.first), high = high.value_or(found->second.second);
        else
          throw InvalidArgument("formula: the range of F(" + printed_name(x) +
                                ") is not known; give low and high, as in F(" + printed_name(x) +
                                ", low = 0, high = 10)");
      }
      if (!std::isfinite(*low) || !std::isfinite(*high) || std::abs(*low) > 1e15 ||
          std::abs(*high) > 1e15 || *high < *low)
        throw InvalidArgument("formula: F(" + printed_name(x) + ") cannot make levels from " +
                              exact_text(*low) + " to " + exact_text(*high));
      variable.from_range = true;
      variable.low = std::floor(*low);
      variable.high = std::floor(*high);
      if (variable.high - variable.low + 1 > kMostLevels)
        throw InvalidArgument("formula: F(" + printed_name(x) + ") would have " +
                              count_text(variable.high - variable.low + 1) +
                              " levels, more than 5000000; give a narrower low and high");
      if (range.has_arguments) append_range(variable, variable.low, variable.high);
      for (double level = variable.low; level <= variable.high; ++level)
        variable.levels.push_back(count_text(level));
    }
    if (!variable.exclude) variable.levels.emplace_back(kOutsideLevel);
    return variable;
  }

  static void append_range(ModelVariable& variable, double low, double high) {
    variable.name +=
        "_" + count_text(low) + "_" + count_text(high) + (variable.exclude ? "_T" : "_F");
  }

  ModelVariable bind_codes(const Expression& call, ModelVariable variable) {
    if (call.arguments.size() != 1)
      throw InvalidArgument("formula: N() takes one variable: " + deparse(call));
    const auto& x = *bare(call.arguments[0].value.get());
    const auto field = read(x, variable);
    if (field.type == Type::kString)
      throw InvalidArgument("formula: N() needs a factor or a number, but '" + printed_name(x) +
                            "' is character");
    if (!is_factor(field.type)) return variable;
    variable.level_codes = true;
    variable.levels = levels_of(x, field);
    return variable;
  }

  const Schema& schema_;
  const FoundDomains& found_;
};

}  // namespace

UnknownDomains unknown_domains(const Formula& formula, const Schema& schema) {
  UnknownDomains unknown;
  const auto add = [](std::vector<std::string>& to, std::string text) {
    if (std::ranges::find(to, text) == to.end()) to.push_back(std::move(text));
  };
  const auto levels = [&](const Expression& e) {
    const auto field = field_of(e, schema);
    if (is_categorical(field.type) && !field.levels) add(unknown.levels, deparse(e));
  };
  const auto look = [&](const Expression& written) {
    const auto& e = *bare(&written);
    if (e.is_call("F")) {
      const auto range = match_range(e);
      const auto field = field_of(*range.x, schema);
      if (is_factor(field.type)) return levels(*range.x);
      const bool stored = range.x->kind == Expression::Kind::kName && field.low && field.high;
      if (field.type != Type::kLogical && field.type != Type::kString &&
          !(range.low && range.high) && !stored)
        add(unknown.ranges, deparse(*range.x));
    } else if (e.is_call("N") && e.arguments.size() == 1) {
      const auto& x = *bare(e.arguments[0].value.get());
      if (is_factor(field_of(x, schema).type)) levels(x);
    } else {
      levels(e);
    }
  };
  for (const auto& response : formula.responses)
    if (bare(response.get())->is_call("N")) look(*response);
  for (const auto& term : formula.terms)
    for (const auto& factor : term.factors) look(*factor);
  return unknown;
}

ModelFrame bind(const Formula& formula, const Schema& schema, const std::string& pweights,
                const std::string& fweights, const FoundDomains& found) {
  if (formula.all_variables)
    throw InvalidArgument(
        "formula: '.' is only understood by `rxSummary`; name the variables"_named);
  if (!pweights.empty() && !fweights.empty())
    throw InvalidArgument("pweights and fweights exclude each other: '" + pweights + "' and '" +
                          fweights + "'");
  ModelFrame frame;
  frame.formula = deparse(formula);
  frame.intercept = formula.intercept;
  frame.frequency_weights = !fweights.empty();
  frame.weights = frame.frequency_weights ? fweights : pweights;
  if (!frame.weights.empty() && is_categorical(schema.field(frame.weights).type))
    throw InvalidArgument("weights must be numbers, but variable '" + frame.weights + "' is " +
                          std::string(type_name(schema.field(frame.weights).type)));
  Binder binder(schema, found);
  for (const auto& response : formula.responses) {
    const auto& e = *bare(response.get());
    if (e.is_call("F"))
      throw InvalidArgument("formula: the response must be a number: " + deparse(e));
    if (!e.is_call("N") && is_categorical(field_of(e, schema).type))
      throw InvalidArgument("formula: the response must be a number, but '" + printed_name(e) +
                            "' is " + std::string(type_name(field_of(e, schema).type)));
    frame.responses.push_back(binder.variable(*response, frame));
  }
  for (const auto& term : formula.terms) {
    ModelTerm bound;
    bound.label = "";
    double cells = 1;
    for (const auto& factor : term.factors) {
      const auto index = binder.variable(*factor, frame);
      bound.variables.push_back(index);
      bound.label += (bound.label.empty() ? "" : ":") + frame.variables[index].label;
      if (frame.variables[index].categorical)
        cells *= static_cast<double>(frame.variables[index].levels.size());
    }
    if (cells > kMostCells)
      throw InvalidArgument("formula: the term " + bound.label + " has " + count_text(cells) +
                            " combinations of levels, more than " + count_text(kMostCells));
    frame.terms.push_back(std::move(bound));
  }
  return frame;
}

}  // namespace insitu
