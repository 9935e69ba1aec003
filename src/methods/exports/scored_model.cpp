#include "methods/exports/scored_model.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/glm_model.hpp"
#include "algorithms/multinom_model.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

[[noreturn]] void refuse(const Notation& notation, const std::string& variable,
                         const std::string& why) {
  throw Unsupported("the term '" + variable + "' cannot be written in " + notation.language() +
                    ": " + why);
}

/// Writes one variable's expression.
class Translator {
 public:
  Translator(const ScoredModel& model, const std::string& variable, const Notation& notation)
      : model_(model), variable_(variable), notation_(notation) {}

  /// `known`: how many of the transforms come before this place.
  std::string write(const Expression& e, std::size_t known) const {
    const Level level(depth_);
    if (depth_ > kDeepest) refuse(notation_, variable_, "it is nested too deeply");
    switch (e.kind) {
      case Expression::Kind::kNumber:
      case Expression::Kind::kInteger:
      case Expression::Kind::kLogical:
        return notation_.number(e.number);
      case Expression::Kind::kName:
        return name(e.text, known);
      case Expression::Kind::kCall:
        return call(e, known);
      default:
        refuse(notation_, variable_, "it has the constant " + deparse(e));
    }
  }

  std::string name(const std::string& name, std::size_t known) const {
    for (std::size_t i = known; i-- > 0;)
      if (model_.transforms[i].first == name)
        return write(*parse_expression(model_.transforms[i].second, "transforms"), i);
    if (const auto object = model_.objects.find(name); object != model_.objects.end())
      return notation_.number(object->second);
    return notation_.column(name);
  }

 private:
  static constexpr int kDeepest = 200;
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  struct Level {
    explicit Level(int& d) : depth(d) { ++depth; }
    ~Level() { --depth; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    int& depth;
  };

  std::string call(const Expression& e, std::size_t known) const {
    if (e.arguments.size() == 1 && (e.text == "(" || e.text == "I") && e.arguments[0].value)
      return write(*e.arguments[0].value, known);
    std::vector<std::string> arguments;
    std::vector<std::optional<double>> fixed;
    for (const auto& argument : e.arguments) {
      if (!argument.name.empty() || !argument.value)
        refuse(notation_, variable_, "there is no counterpart of " + deparse(e));
      arguments.push_back(write(*argument.value, known));
      // What is written twice in one place, a hundred levels deep, has no end.
      if (arguments.back().size() > kLongest)
        refuse(notation_, variable_, "it is longer than a megabyte");
      fixed.push_back(argument.value->kind == Expression::Kind::kNumber ||
                              argument.value->kind == Expression::Kind::kInteger
                          ? std::optional(argument.value->number)
                          : std::nullopt);
    }
    if (auto text = notation_.call(e.text, arguments, fixed)) return *text;
    refuse(notation_, variable_, "there is no counterpart of " + deparse(e));
  }

  const ScoredModel& model_;
  const std::string& variable_;
  const Notation& notation_;
  mutable int depth_ = 0;
};

bool is_transformed(const ScoredModel& model, const std::string& column) {
  return std::ranges::any_of(model.transforms,
                             [&](const auto& each) { return each.first == column; });
}

}  // namespace

std::vector<std::uint32_t> ScoredModel::inputs() const {
  std::vector<std::uint32_t> all;
  const auto add = [&](std::uint32_t v) {
    if (std::ranges::find(all, v) == all.end()) all.push_back(v);
  };
  for (const auto& term : linear.frame.terms)
    for (const auto v : term.variables) add(v);
  if (offset) add(*offset);
  return all;
}

std::optional<double> ScoredModel::coefficient(std::size_t column) const {
  switch (linear.columns[column]) {
    case LinearModel::ColumnState::kKept:
      return linear.coefficients[column];
    case LinearModel::ColumnState::kDropped:
      return 0.0;
    case LinearModel::ColumnState::kEmpty:
      break;
  }
  return std::nullopt;
}

ScoredModel ScoredModel::of_class(std::size_t position) const {
  auto model = *this;
  model.classes.clear();
  model.further.clear();
  if (position > 1) {
    const auto columns = static_cast<std::ptrdiff_t>(linear.columns.size());
    const auto begin = further.begin() + static_cast<std::ptrdiff_t>(position - 2) * columns;
    model.linear.coefficients.assign(begin, begin + columns);
  }
  return model;
}

std::vector<std::size_t> ScoredModel::offsets() const {
  std::vector<std::size_t> all;
  std::size_t at = linear.intercept ? 1 : 0;
  for (std::size_t t = 0; t < linear.frame.terms.size(); ++t) {
    all.push_back(at);
    at += linear.frame.cells(t);
  }
  return all;
}

ScoredModel scored_model(std::string_view sealed) {
  ScoredModel model;
  const auto kind = sealed_kind(sealed);
  if (kind == LinearModel::kKind) {
    model.linear = LinearModel::load(sealed);
  } else if (kind == GlmModel::kKind) {
    auto glm = GlmModel::load(sealed);
    model.linear = std::move(glm.linear);
    model.family = glm.whole_family();
    if (model.family->own_link())
      throw Unsupported("a model with a link of a user's ('" + model.family->link_name() +
                        "', a function of " + model.family->user.language_name() +
                        ") cannot be exported: its means are known to that language alone");
    if (glm.has_offset) model.offset = glm.offset;
  } else if (kind == MultinomModel::kKind) {
    auto multinom = MultinomModel::load(sealed);
    model.classes = multinom.classes();
    model.linear = std::move(multinom.linear);
    model.further = std::move(multinom.further);
  } else {
    throw Unsupported("a model of kind '" + kind +
                      "' cannot be exported: linear, logistic, generalized linear and multinomial "
                      "models can");
  }
  if (model.linear.responses() != 1)
    throw Unsupported("a model of " + std::to_string(model.linear.responses()) +
                      " responses cannot be exported: fit them one by one");
  model.linear.frame.validate();
  for (const auto v : model.inputs())
    if (model.variable(v).categorical && model.variable(v).levels.empty())
      throw Unsupported("the term '" + model.variable(v).label +
                        "' cannot be exported: it has no levels");
  return model;
}

std::string number_of(const ScoredModel& model, const ModelVariable& variable,
                      const Notation& notation) {
  if (model.has_function)
    refuse(notation, variable.label,
           "the model was fitted with a function, which may have made it; fit with transforms");
  const Translator translator(model, variable.label, notation);
  if (!variable.column.empty()) return translator.name(variable.column, model.transforms.size());
  return translator.write(*parse_expression(variable.expression, "formula"),
                          model.transforms.size());
}

const std::string& text_column_of(const ScoredModel& model, const ModelVariable& variable,
                                  const Notation& notation) {
  if (model.has_function)
    refuse(notation, variable.label,
           "the model was fitted with a function, which may have made it; fit with transforms");
  if (variable.column.empty())
    refuse(notation, variable.label, "its levels are made by " + variable.expression);
  if (is_transformed(model, variable.column))
    refuse(notation, variable.label, "its levels are made by a transform");
  return variable.column;
}

std::vector<InputColumn> input_columns(const ScoredModel& model, const Notation& notation) {
  std::vector<InputColumn> all;
  const auto add = [&](const std::string& name, bool text, const std::string& label) {
    const auto found = std::ranges::find(all, name, &InputColumn::name);
    if (found == all.end())
      all.push_back({name, text});
    else if (found->text != text)
      refuse(notation, label, "the column '" + name + "' is used as text and as a number");
  };
  // A notation that only listens which columns are read.
  struct Listener final : Notation {
    mutable std::vector<std::string> names;
    const Notation& of;
    explicit Listener(const Notation& notation) : of(notation) {}
    const char* language() const override { return of.language(); }
    std::string number(double) const override { return "0"; }
    std::string column(const std::string& name) const override {
      names.push_back(name);
      return "0";
    }
    std::optional<std::string> call(
        const std::string& function, const std::vector<std::string>& arguments,
        const std::vector<std::optional<double>>& fixed) const override {
      return of.call(function, arguments, fixed);
    }
  };
  for (const auto v : model.inputs()) {
    const auto& variable = model.variable(v);
    if ((variable.categorical && !variable.from_range) || variable.level_codes) {
      add(text_column_of(model, variable, notation), true, variable.label);
      continue;
    }
    const Listener listener(notation);
    (void)number_of(model, variable, listener);
    for (const auto& name : listener.names) add(name, false, variable.label);
  }
  return all;
}

std::string exponent_text(double value) {
  auto text = shortest_text(std::fabs(value));
  if (text.find('e') == std::string::npos) text += "e0";
  return std::signbit(value) ? "(-" + text + ")" : text;
}

}  // namespace insitu
