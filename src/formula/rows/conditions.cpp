#include "formula/rows/conditions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace insitu {

namespace {

using Is = Condition::Is;

/// Calls that say the same of a row whatever stands in others, and do not fail by a value.
bool is_of_single_rows(const Expression& call) {
  static constexpr std::array<std::string_view, 17> kKnown = {
      "&",  "|", "!", "(", "==", "!=",    "<",    "<=", ">",
      ">=", "+", "-", "*", "/",  "is.na", "%in%", "c"};
  return std::ranges::find(kKnown, call.text) != kKnown.end() || call.text == "as.Date";
}

/// Whether what the expression says of a row depends on that row alone. A chain of operators is a
/// deep tree, so it is walked by a list.
bool is_plain(const Expression& selection, const Schema& schema, const ObjectMap& objects) {
  struct Node {
    const Expression* expression;
    bool in_table;  // of %in%, where a vector of any length stands
  };
  std::vector<Node> nodes{{&selection, false}};
  while (!nodes.empty()) {
    const auto [expression, in_table] = nodes.back();
    nodes.pop_back();
    if (expression->kind == Expression::Kind::kNull) return false;
    if (expression->kind == Expression::Kind::kName) {
      if (schema.find(expression->text) && !in_table) continue;
      const auto object = objects.find(expression->text);
      // A longer one is recycled along the rows of a chunk.
      if (schema.find(expression->text) || object == objects.end() ||
          (!in_table && object->second.size() != 1))
        return false;
    }
    if (expression->kind != Expression::Kind::kCall) continue;
    const auto& arguments = expression->arguments;
    if (!is_of_single_rows(*expression) || (expression->text == "c" && !in_table)) return false;
    if (expression->text == "as.Date" &&
        (arguments.size() != 1 || arguments[0].value->kind != Expression::Kind::kString))
      return false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].name.empty() || !arguments[i].value) return false;
      nodes.push_back(
          {arguments[i].value.get(), in_table || (expression->text == "%in%" && i == 1)});
    }
  }
  return true;
}

const Expression& without_brackets(const Expression& expression) {
  const auto* inner = &expression;
  while (inner->is_call("(") && inner->arguments.size() == 1)
    inner = inner->arguments[0].value.get();
  return *inner;
}

bool is_column(const Expression& expression, const Schema& schema) {
  return expression.kind == Expression::Kind::kName && schema.find(expression.text).has_value();
}

bool is_instant(Type type) { return type == Type::kDate || type == Type::kDateTime; }

/// The numbers of a constant that columns of a type are compared with as numbers; nothing for any
/// other constant.
std::optional<std::vector<double>> numbers_of(const Expression& given, Type type,
                                              const ObjectMap& objects) {
  const auto& constant = without_brackets(given);
  switch (constant.kind) {
    case Expression::Kind::kNumber:
      if (!constant.text.empty() && constant.text != "pi") return std::nullopt;
      return std::vector{constant.number};
    case Expression::Kind::kInteger:
    case Expression::Kind::kLogical:
      return std::vector{constant.number};
    case Expression::Kind::kName: {
      const auto object = objects.find(constant.text);
      if (object == objects.end()) return std::nullopt;
      const auto& column = object->second;
      if (!is_numeric(column.type()) || (is_instant(column.type()) && column.type() != type))
        return std::nullopt;
      std::vector<double> numbers;
      for (std::size_t i = 0; i < column.size(); ++i) {
        numbers.push_back(column.number_at(i));
        if (numbers.back() != numbers.back()) return std::nullopt;
      }
      return numbers;
    }
    case Expression::Kind::kCall: {
      if (constant.is_call("-") && constant.arguments.size() == 1) {
        auto numbers = numbers_of(*constant.arguments[0].value, type, objects);
        if (numbers)
          for (auto& number : *numbers) number = -number;
        return numbers;
      }
      if (constant.is_call("as.Date") && type == Type::kDate) {
        static const auto kNothing = std::make_shared<const Schema>(std::vector<Field>{});
        const auto date = evaluate(constant, Chunk{kNothing, {}, 1, {}}, {}, "rowSelection");
        if (date.type() != Type::kDate || date.size() != 1) return std::nullopt;
        const auto days = date.number_at(0);
        return days == days ? std::optional(std::vector{days}) : std::nullopt;
      }
      if (constant.is_call("c")) {
        std::vector<double> all;
        for (const auto& argument : constant.arguments) {
          const auto numbers = numbers_of(*argument.value, type, objects);
          if (!numbers) return std::nullopt;
          all.insert(all.end(), numbers->begin(), numbers->end());
        }
        return all;
      }
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

struct Comparison {
  std::string_view name;
  Is is, mirrored;
};
constexpr Comparison kComparisons[] = {
    {"<", Is::kLess, Is::kGreater},    {"<=", Is::kAtMost, Is::kAtLeast},
    {"==", Is::kEqual, Is::kEqual},    {"!=", Is::kOther, Is::kOther},
    {">=", Is::kAtLeast, Is::kAtMost}, {">", Is::kGreater, Is::kLess},
};

std::optional<Condition> condition_of(const Expression& part, const Schema& schema,
                                      const ObjectMap& objects) {
  if (part.kind != Expression::Kind::kCall || part.arguments.empty()) return std::nullopt;
  const auto& first = without_brackets(*part.arguments[0].value);
  if (part.is_call("is.na") && is_column(first, schema))
    return Condition{first.text, Is::kMissing, {}};
  if (part.is_call("!")) {
    if (first.is_call("is.na") && first.arguments.size() == 1)
      if (const auto& column = without_brackets(*first.arguments[0].value);
          is_column(column, schema))
        return Condition{column.text, Is::kPresent, {}};
    return std::nullopt;
  }
  if (part.arguments.size() != 2) return std::nullopt;
  const auto& second = without_brackets(*part.arguments[1].value);
  const bool mirrored = is_column(second, schema);
  const auto& column = mirrored ? second : first;
  const auto& constant = mirrored ? first : second;
  if (!is_column(column, schema) || is_column(constant, schema)) return std::nullopt;
  const auto type = schema.field(column.text).type;
  if (!is_numeric(type)) return std::nullopt;
  const auto numbers = numbers_of(constant, type, objects);
  if (!numbers) return std::nullopt;
  if (part.is_call("%in%"))
    return mirrored || is_instant(type)
               ? std::nullopt
               : std::optional(Condition{column.text, Is::kAnyOf, *numbers});
  const auto known = std::ranges::find(kComparisons, part.text, &Comparison::name);
  if (known == std::end(kComparisons) || numbers->size() != 1) return std::nullopt;
  return Condition{column.text, mirrored ? known->mirrored : known->is, *numbers};
}

}  // namespace

std::vector<Condition> conditions_of(const Expression& selection, const Schema& schema,
                                     const ObjectMap& objects) {
  std::vector<Condition> conditions;
  if (!is_plain(selection, schema, objects)) return conditions;
  std::vector<const Expression*> parts{&selection};
  while (!parts.empty()) {
    const auto& part = without_brackets(*parts.back());
    parts.pop_back();
    if (part.is_call("&") && part.arguments.size() == 2)
      for (const auto& argument : part.arguments) parts.push_back(argument.value.get());
    else if (auto found = condition_of(part, schema, objects))
      conditions.push_back(std::move(*found));
  }
  return conditions;
}

}  // namespace insitu
