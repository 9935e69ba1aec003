#include "algorithms/pipeline_levels.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "algorithms/find_levels.hpp"
#include "algorithms/with_levels.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/rows/level_needs.hpp"

namespace insitu {

namespace {

constexpr std::string_view kRowSelection = "rowSelection";
constexpr std::string_view kRowSelectionVariable = ".rxRowSelection";
constexpr std::array<std::string_view, 4> kConstants = {"LETTERS", "letters", "month.abb",
                                                        "month.name"};
/// An expression that is deeper fails when it is evaluated.
constexpr int kMaxDepth = 1000;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<NamedExpression> parsed(const Pipeline& pipeline) {
  std::vector<NamedExpression> steps;
  for (const auto& [name, text] : pipeline.transforms) {
    auto expression = parse_expression(text, named("transforms$" + name));
    if (expression->kind == Expression::Kind::kNull) expression = nullptr;
    steps.push_back({name, std::move(expression)});
  }
  if (!pipeline.row_selection.empty())
    steps.push_back({"", parse_expression(pipeline.row_selection, named(kRowSelection))});
  return steps;
}

/// Columns of the source that are factors and have no levels yet.
NameSet open_factors(const Schema& schema) {
  NameSet names;
  for (const auto& field : schema.fields())
    if (is_factor(field.type) && !field.levels) names.insert(field.name);
  return names;
}

/// Which of them must have their levels before the pipeline runs.
std::vector<std::string> needed_levels(const Schema& schema, const Pipeline& pipeline,
                                       std::span<const ExpressionPtr> later) {
  auto open = open_factors(schema);
  if (open.empty()) return {};
  std::vector<std::string> needed;
  if (pipeline.function)
    for (const auto& name : std::exchange(open, {})) {
      const auto& given = pipeline.function_variables;
      const bool is_given = given.empty() || contains(given, name);
      is_given ? needed.push_back(name) : void(open.insert(name));
    }
  auto steps = parsed(pipeline);
  for (const auto& expression : later) steps.push_back({"", expression});
  for (const auto& name : factors_used_by_code(steps, open)) needed.push_back(name);
  return needed;
}

ExpressionPtr name_expression(std::string name) {
  auto e = std::make_shared<Expression>();
  e->kind = Expression::Kind::kName;
  e->text = std::move(name);
  return e;
}

const std::string kVariable = ".rxFactor";

/// A call of factor() and its like that needs the levels of the rows.
struct OpenCall {
  std::size_t step = 0;
  std::string text;      // of the call
  std::string function;  // its name
  std::string variable;  // the transform that gives its x to the pass
};

/// Gives the calls of factor(x) in a pipeline the levels of the rows.
class RowLevels {
 public:
  RowLevels(const DataSource& source, Pipeline& pipeline)
      : pipeline_(pipeline), columns_(source.schema()->names()), steps_(parsed(pipeline)) {}

  /// Rounds of passes: a call inside another one, or of a variable that another one makes, has its
  /// levels found first.
  void find(const std::shared_ptr<const DataSource>& source, ComputeContext& context,
            RunControl& control) {
    while (prepare()) {
      const auto before = source_of_round(source);
      FindLevels find;
      for (const auto& call : calls_)
        if (!keeps_levels(call, *before->schema()))
          find.levels_of.push_back("as.factor(" + call.variable + ")");
      FoundDomains found;
      if (!find.levels_of.empty()) found = compute(find, *before, context, control);
      for (const auto& call : calls_) settle(call, found);
    }
  }

 private:
  /// The source of x of every call. Calls whose x has another number of values than rows, such as
  /// factor(levels(f)), are settled: it does not depend on the rows.
  std::shared_ptr<const DataSource> source_of_round(
      const std::shared_ptr<const DataSource>& source) {
    try {
      return transformed(source, round_);
    } catch (const InvalidArgument&) {
      transformed(source, pipeline_);  // where it fails too, under the names that the user gave
    }
    std::erase_if(calls_, [&](const OpenCall& call) {
      auto alone = round_;
      std::erase_if(alone.transforms, [&](const auto& transform) {
        return transform.first.starts_with(kVariable) && transform.first != call.variable;
      });
      try {
        transformed(source, std::move(alone));
        return false;
      } catch (const InvalidArgument&) {
        settled_.emplace(call.step, call.text);
        std::erase_if(round_.transforms,
                      [&](const auto& transform) { return transform.first == call.variable; });
        return true;
      }
    });
    return transformed(source, round_);
  }

  /// as.factor(f) of a factor is f.
  static bool keeps_levels(const OpenCall& call, const Schema& schema) {
    return call.function.starts_with("as.") && is_factor(schema.field(call.variable).type);
  }

  /// Whether the value depends on rows.
  bool of_rows(const Expression& x) const {
    return std::ranges::any_of(variables_of(x), [&](const std::string& name) {
      if (contains(columns_, name) || made_.contains(name)) return true;
      return !pipeline_.objects.contains(name) &&
             std::ranges::find(kConstants, name) == kConstants.end();
    });
  }

  /// The innermost calls of an expression that have no levels.
  void collect(const Expression& e, std::size_t step, std::vector<OpenCall>& calls,
               std::vector<ExpressionPtr>& arguments, int depth = 0) const {
    if (e.kind != Expression::Kind::kCall || depth > kMaxDepth) return;
    const auto before = calls.size();
    for (const auto& argument : e.arguments)
      collect(*argument.value, step, calls, arguments, depth + 1);
    if (calls.size() > before) return;
    const auto x = factor_without_levels(e);
    if (!x || !of_rows(*x)) return;
    auto text = deparse(e);
    if (settled_.contains({step, text}) ||
        std::ranges::any_of(calls, [&](const OpenCall& call) { return call.text == text; }))
      return;
    calls.push_back({step, std::move(text), e.text, ""});
    arguments.push_back(x);
  }

  /// Lists the calls whose levels can be found now, and makes the pipeline that gives their x.
  bool prepare() {
    calls_.clear();
    round_ = pipeline_;
    round_.warn = nullptr;  // the pipeline itself says it
    round_.transforms.clear();
    round_.row_selection.clear();
    round_.remove_missings = false;
    made_.clear();
    NameSet waiting;  // variables that are made of what is not known yet
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const auto& [name, expression] = steps_[i];
      if (!expression) {
        if (!waiting.erase(name)) round_.transforms.emplace_back(name, "NULL");
        continue;
      }
      std::vector<OpenCall> calls;
      std::vector<ExpressionPtr> arguments;
      const bool waits = std::ranges::any_of(variables_of(*expression), [&](const auto& variable) {
        return waiting.contains(variable);
      });
      if (!waits) collect(*expression, i, calls, arguments);
      for (std::size_t c = 0; c < calls.size(); ++c) {
        calls[c].variable = kVariable + std::to_string(calls_.size() + 1);
        round_.transforms.emplace_back(calls[c].variable, deparse(*arguments[c]));
        calls_.push_back(std::move(calls[c]));
      }
      if (name.empty()) continue;
      made_.insert(name);
      if (waits || !calls.empty() || name == kRowSelectionVariable) {
        waiting.insert(name);
      } else {
        waiting.erase(name);
        round_.transforms.emplace_back(name, deparse(*expression));
      }
    }
    return !calls_.empty();
  }

  void settle(const OpenCall& call, const FoundDomains& found) {
    const auto levels = found.levels.find("as.factor(" + call.variable + ")");
    if (levels == found.levels.end()) {
      settled_.emplace(call.step, call.text);
      return;
    }
    std::string object;
    do object = ".rxLevels" + std::to_string(++objects_);
    while (contains(columns_, object) || pipeline_.objects.contains(object));
    StringBuilder builder;
    for (const auto& level : levels->second) builder.append(level);
    pipeline_.objects.emplace(object, builder.finish());
    auto& step = steps_[call.step];
    step.expression = with_levels_named(step.expression, call, object);
    auto text = deparse(*step.expression);
    if (step.name.empty())
      pipeline_.row_selection = std::move(text);
    else
      pipeline_.transforms[call.step].second = std::move(text);
  }

  /// The expression in which the call says `levels = object`.
  static ExpressionPtr with_levels_named(const ExpressionPtr& e, const OpenCall& call,
                                         const std::string& object, int depth = 0) {
    if (e->kind != Expression::Kind::kCall || depth > kMaxDepth) return e;
    if (e->text == call.function && deparse(*e) == call.text) {
      auto named = std::make_shared<Expression>(*e);
      if (named->text.starts_with("as.")) named->text.erase(0, 3);
      if (e->text == "as.ordered" || e->text == "as.factor")
        named->arguments = {{"x", factor_without_levels(*e)}};
      std::erase_if(named->arguments, [](const auto& argument) {  // levels = NULL
        return !argument.name.empty() && std::string_view("levels").starts_with(argument.name);
      });
      named->arguments.push_back({"levels", name_expression(object)});
      return named;
    }
    auto copy = std::make_shared<Expression>(*e);
    for (auto& argument : copy->arguments)
      argument.value = with_levels_named(argument.value, call, object, depth + 1);
    return copy;
  }

  Pipeline& pipeline_;
  std::vector<std::string> columns_;
  std::vector<NamedExpression> steps_;
  NameSet made_;
  std::vector<OpenCall> calls_;
  std::set<std::pair<std::size_t, std::string>> settled_;
  Pipeline round_;
  std::size_t objects_ = 0;
};

}  // namespace

std::shared_ptr<const DataSource> transformed_with_levels(std::shared_ptr<const DataSource> source,
                                                          Pipeline pipeline,
                                                          std::span<const ExpressionPtr> later,
                                                          FunctionFactors factors,
                                                          ComputeContext& context,
                                                          RunControl& control) {
  source = with_levels(source, needed_levels(*source->schema(), pipeline, later), context, control);
  if (pipeline.empty()) return source;
  RowLevels(*source, pipeline).find(source, context, control);
  return transformed(std::move(source), std::move(pipeline), factors);
}

LevelLists find_function_levels(std::shared_ptr<const DataSource> source, const Pipeline& pipeline,
                                ComputeContext& context, RunControl& control) {
  auto only_function = pipeline;
  only_function.transforms.clear();
  only_function.row_selection.clear();
  only_function.remove_missings = false;
  source =
      with_levels(source, needed_levels(*source->schema(), only_function, {}), context, control);
  const auto result = transformed(source, std::move(only_function), FunctionFactors::kGrow);
  FindLevels find;
  for (const auto& field : result->schema()->fields())
    if (is_factor(field.type) && field.levels) find.lists_of.push_back(field.name);
  LevelLists found;
  if (find.lists_of.empty()) return found;
  found = compute(find, *result, context, control).levels;
  for (auto& [name, levels] : found)  // a chunk lists those of the test chunk first
    if (levels.empty()) levels = *result->schema()->field(name).levels;
  return found;
}

}  // namespace insitu
