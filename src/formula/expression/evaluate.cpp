#include "formula/expression/evaluate.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_set>

#include "base/named.hpp"
#include "base/suggest.hpp"
#include "formula/expression/portable_parameters.hpp"
#include "formula/expression/value.hpp"

namespace insitu {

const FunctionTable& functions() {
  static const FunctionTable table = [] {
    FunctionTable functions;
    add_operators(functions);
    add_math_functions(functions);
    for (auto& [name, function] : functions) function.by_row = name != "&&" && name != "||";
    add_vector_functions(functions);
    add_conversions(functions);
    add_string_functions(functions);
    add_pattern_functions(functions);
    add_date_functions(functions);
    add_factor_functions(functions);
    add_script_functions(functions);
    return functions;
  }();
  return table;
}

namespace {

constexpr int kMaxDepth = 1000;  // of the tree, so that the walk fits any thread's stack

constexpr std::array<std::string_view, 6> kChunkVariables = {".rxStartRow",     ".rxChunkNum",
                                                             ".rxNumRows",      ".rxIsTestChunk",
                                                             ".rxReadFileName", ".rxIsPrediction"};

std::string shortened(const std::string& text) {
  if (text.size() <= 60) return text;
  auto end = std::size_t{57};
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

class Walker {
 public:
  explicit Walker(const Environment& env) : env_(env) {}

  Value value(const Expression& e) {
    using Expr = Expression::Kind;
    switch (e.kind) {
      case Expr::kNumber:
        if (std::int64_t whole = 0;
            !e.text.empty() &&
            std::from_chars(e.text.data(), e.text.data() + e.text.size(), whole).ec == std::errc{})
          return make_value(Shape{}, Type::kInt64, std::vector<std::int64_t>{whole});
        return constant_number(e.number);
      case Expr::kInteger:
        return constant_integer(static_cast<std::int32_t>(e.number));
      case Expr::kString:
        return constant_text(e.text);
      case Expr::kLogical:
        return constant_logical(e.number != 0);
      case Expr::kNull:
        return null_value();
      case Expr::kMissing:
        return missing(e.text);
      case Expr::kName:
        return named(e.text);
      case Expr::kCall:
        break;
    }
    if (++depth_ > kMaxDepth)
      throw InvalidArgument(std::string(env_.what) + ": the expression is deeper than " +
                            std::to_string(kMaxDepth) +
                            " operations; split it over several transforms");
    auto result = call(e);
    --depth_;
    return result;
  }

 private:
  static Value missing(const std::string& text) {
    if (text == "NA_integer_") return constant_integer(missing_value<std::int32_t>());
    if (text == "NA_real_") return constant_number(missing_value<double>());
    if (text == "NA_character_") {
      StringBuilder builder;
      builder.append_missing();
      return make_strings({}, std::move(builder));
    }
    return make_value(Shape{}, Type::kLogical,
                      std::vector<std::uint8_t>{missing_value<std::uint8_t>()});
  }

  Value named(const std::string& name) {
    Value value;
    if (const auto at = env_.chunk.schema->find(name)) {
      value.column = env_.chunk.columns[*at];
      value.per_row = true;
      const auto& field = (*env_.chunk.schema)[*at];
      value.levels_fixed = field.has_levels();
      value.time_zone = field.time_zone;
      return value;
    }
    if (env_.scope.objects) {
      const auto found = env_.scope.objects->find(name);
      if (found != env_.scope.objects->end()) {
        value.column = found->second;
        return value;
      }
    }
    const auto& scope = env_.scope;
    const auto whole = [](std::int64_t number) {
      return number <= std::numeric_limits<std::int32_t>::max()
                 ? constant_integer(static_cast<std::int32_t>(number))
                 : constant_number(static_cast<double>(number));
    };
    if (name == ".rxStartRow") return whole(scope.start_row);
    if (name == ".rxChunkNum") return whole(scope.chunk_number);
    if (name == ".rxNumRows") {
      value = whole(static_cast<std::int64_t>(env_.chunk.rows));
      value.row_shaped = true;
      return value;
    }
    if (name == ".rxIsTestChunk") return constant_logical(scope.test_chunk);
    if (name == ".rxIsPrediction") return constant_logical(scope.prediction);
    if (name == ".rxReadFileName") return constant_text(scope.file_name);
    if (name == "LETTERS" || name == "letters") {
      StringBuilder builder;
      for (char c = name[0] == 'L' ? 'A' : 'a'; builder.size() < 26; ++c)
        builder.append(std::string_view(&c, 1));
      return make_strings({}, std::move(builder));
    }
    if (name == "month.name" || name == "month.abb") {
      static constexpr std::array<std::string_view, 12> kMonths = {
          "January", "February", "March",     "April",   "May",      "June",
          "July",    "August",   "September", "October", "November", "December"};
      StringBuilder builder;
      for (const auto month : kMonths)
        builder.append(name == "month.abb" ? month.substr(0, 3) : month);
      return make_strings({}, std::move(builder));
    }
    auto candidates = env_.chunk.schema->names();
    if (scope.objects)
      for (const auto& [object, column] : *scope.objects) candidates.push_back(object);
    candidates.insert(candidates.end(), kChunkVariables.begin(), kChunkVariables.end());
    throw InvalidArgument(std::string(env_.what) + ": variable not found: " + name +
                          did_you_mean(name, candidates));
  }

  /// rep(0, length(x)), numeric(length(x)): as many as there are rows, whatever their number.
  bool counts_rows(const Expression& caller, const Expression& argument) {
    static constexpr std::array<std::string_view, 6> kFill = {"rep",     "rep_len", "numeric",
                                                              "integer", "logical", "character"};
    return std::find(kFill.begin(), kFill.end(), caller.text) != kFill.end() &&
           argument.is_call("length") && argument.arguments.size() == 1 &&
           value(*argument.arguments[0].value).per_row;
  }

  Value call(const Expression& e) {
    if (e.text == "(" && e.arguments.size() == 1) return value(*e.arguments[0].value);
    FunctionCall call(env_, e.text);
    call.expression = &e;
    if (e.text == "$") return component(call, e);
    if (e.text == "[" || e.text == "[[") {
      const auto base = value(*e.arguments[0].value);
      const auto index = value(*e.arguments[1].value);
      return index_value(call, base, index, e.text == "[[");
    }
    const auto& table = functions();
    const auto found = table.find(e.text);
    if (found == table.end()) unknown_function(e);
    const auto& function = found->second;
    if ((e.text == "rowSums" || e.text == "rowMeans") && !e.arguments.empty() &&
        (e.arguments[0].value->is_call("cbind") || e.arguments[0].value->is_call("data.frame"))) {
      // The columns of a table that lives for this row alone.
      Expression flat = e;
      flat.arguments = e.arguments[0].value->arguments;
      for (auto& argument : flat.arguments) argument.name.clear();
      flat.arguments.insert(flat.arguments.end(), e.arguments.begin() + 1, e.arguments.end());
      match(call, function, flat);
    } else {
      match(call, function, e);
    }
    return function.run(call);
  }

  Value component(const FunctionCall& call, const Expression& e) {
    const auto& object = *e.arguments[0].value;
    if (object.is_call("strptime")) {
      const auto time = value(object);
      return time_component(call, time, e.arguments[1].value->text);
    }
    if (!object.is_call("as.POSIXlt") || object.arguments.empty())
      call.fail(
          "only the parts of a time have names in the portable subset, as in as.POSIXlt(x)$year");
    auto time = object.arguments[0].value;
    // The other arguments of as.POSIXlt (format, tz) mean the same to as.POSIXct.
    Expression convert = object;
    convert.text = "as.POSIXct";
    const auto converted = value(convert);
    return time_component(call, converted, e.arguments[1].value->text);
  }

  [[noreturn]] void unknown_function(const Expression& e) const {
    if (e.text == "~")
      throw InvalidArgument(std::string(env_.what) + ": a formula has no value: " +
                            shortened(deparse(e)) + "; ! is the operator that negates");
    for (const auto* method : {".isna", ".isnull", ".notna", ".notnull"})
      if (e.text.ends_with(method))
        throw InvalidArgument(std::string(env_.what) + ": " + e.text +
                              "() is not in the portable subset; write is.na(x) or !is.na(x)");
    if (e.text == "C")
      throw InvalidArgument(
          std::string(env_.what) +
          ": C() is not needed: a factor is coded by itself; factor(x) or, in a "
          "formula, F(x) makes one of " +
          (e.arguments.empty() ? "x" : shortened(deparse(*e.arguments[0].value))));
    if (e.text.find(".str.") != std::string::npos || e.text.find(".dt.") != std::string::npos)
      throw InvalidArgument(std::string(env_.what) +
                            ": methods of Python are not in the portable "
                            "subset: " +
                            e.text +
                            "(); write a function of R, as in toupper(x), "
                            "substr(x, 1, 3), grepl(\"a\", x), format(x, \"%Y\")");
    if (e.text == "cbind" || e.text == "data.frame" || e.text == "list")
      throw InvalidArgument(
          std::string(env_.what) + ": " + e.text +
          "() makes a table, and an expression gives one column; rowSums(cbind(x, "
          "y)) and rowMeans(cbind(x, y)) are known");
    std::vector<std::string> names;
    for (const auto& [name, function] : functions()) names.push_back(name);
    std::sort(names.begin(), names.end());
    throw InvalidArgument(std::string(env_.what) + ": function not in the portable subset: " +
                          e.text + "; use `transformFunc`"_named + did_you_mean(e.text, names));
  }

  /// R's matching: exact names, then unique beginnings of names (for parameters before "..."), then
  /// positions.
  void match(FunctionCall& call, const Function& function, const Expression& e) {
    const auto& parameters = function.parameters;
    call.parameters = parameters;
    call.values.resize(parameters.size());
    const auto dots = static_cast<std::size_t>(
        std::find(parameters.begin(), parameters.end(), "...") - parameters.begin());
    std::vector<std::size_t> target(e.arguments.size(), parameters.size());
    std::vector<bool> taken(parameters.size());
    const auto take = [&](std::size_t argument, std::size_t parameter) {
      if (taken[parameter]) call.fail("argument is given twice: " + parameters[parameter]);
      taken[parameter] = true;
      target[argument] = parameter;
    };
    for (std::size_t i = 0; i < e.arguments.size(); ++i) {
      if (e.arguments[i].name.empty()) continue;
      for (std::size_t j = 0; j < parameters.size(); ++j)
        if (j != dots && parameters[j] == e.arguments[i].name) take(i, j);
    }
    for (std::size_t i = 0; i < e.arguments.size(); ++i) {
      const auto& name = e.arguments[i].name;
      if (name.empty() || target[i] != parameters.size()) continue;
      for (std::size_t j = 0; j < dots; ++j)
        if (!taken[j] && parameters[j].starts_with(name)) {
          take(i, j);
          break;
        }
      if (target[i] == parameters.size() && dots == parameters.size())
        call.fail("unknown argument: " + name + did_you_mean(name, parameters));
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < e.arguments.size(); ++i) {
      const auto& argument = e.arguments[i];
      if (target[i] == parameters.size() && argument.name.empty()) {
        while (next < dots && taken[next]) ++next;
        if (next < dots) {
          take(i, next);
        } else if (dots == parameters.size()) {
          call.fail("takes " + std::to_string(parameters.size()) + " arguments, not " +
                    std::to_string(e.arguments.size()));
        }
      }
      auto argument_value =
          counts_rows(e, *argument.value) ? named(".rxNumRows") : value(*argument.value);
      if (argument_value.difference_unit == kOpenUnit && !function.open_units)
        call.fail_open_unit();
      if (target[i] < parameters.size())
        call.values[target[i]] = std::move(argument_value);
      else
        call.rest.emplace_back(argument.name, std::move(argument_value));
    }
  }

  const Environment& env_;
  int depth_ = 0;
};

/// A scalar as a column of `rows` items.
Column expanded(const Column& scalar, std::size_t rows) {
  const std::vector<std::uint32_t> first(rows, 0);
  return scalar.take(first);
}

/// One row in which every value is missing: what types come out does not depend on the values.
Chunk missing_row(const Schema& schema, const Chunk* like = nullptr) {
  Chunk chunk;
  chunk.schema = std::shared_ptr<const Schema>(std::shared_ptr<void>(), &schema);
  chunk.rows = 1;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto& field = schema[i];
    if (field.type == Type::kString) {
      StringBuilder builder;
      builder.append_missing();
      chunk.columns.push_back(builder.finish());
    } else if (is_factor(field.type)) {
      auto levels = like ? like->columns[i].levels() : field.levels;
      if (!levels) levels = make_levels({});
      chunk.columns.push_back(
          Column::own(field.type, std::vector<std::int32_t>{kMissingCode}, std::move(levels)));
    } else {
      chunk.columns.push_back(dispatch(field.type, [&]<class T>(T*) {
        return Column::own(field.type, std::vector<T>{missing_value<T>()});
      }));
    }
  }
  return chunk;
}

Value checked_value(const Expression& expression, const Environment& env) {
  auto value = Walker(env).value(expression);
  if (value.null)
    throw InvalidArgument(std::string(env.what) + ": the expression gives NULL, not values");
  if (value.difference_unit == kOpenUnit) FunctionCall(env, "-").fail_open_unit();
  const bool fits =
      value.per_row || value.size() == 1 || (value.row_shaped && value.size() == env.chunk.rows);
  if (!fits)
    throw InvalidArgument(std::string(env.what) + ": the expression gives " +
                          std::to_string(value.size()) +
                          " values, not one per row: " + shortened(deparse(expression)));
  return value;
}

bool mentions(const Expression& expression, std::initializer_list<std::string_view> wanted) {
  for (const auto& name : variables_of(expression))
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) return true;
  return false;
}

/// Rows of a piece: the values between two operations stay in the nearest caches.
constexpr std::size_t kPieceRows = 2048;

/// Whether each row's value comes from the numbers of that row alone, in columns of the chunk:
/// their positions are added to `columns`, its operations to `calls`.
bool by_row(const Expression& e, const Chunk& chunk, std::vector<std::size_t>& columns, int& calls,
            int depth = 0) {
  using Expr = Expression::Kind;
  switch (e.kind) {
    case Expr::kNumber:
      return e.text.empty();
    case Expr::kInteger:
    case Expr::kLogical:
      return true;
    case Expr::kName: {
      const auto at = chunk.schema->find(e.text);
      if (!at) return false;
      const auto type = chunk.columns[*at].type();
      if (type != Type::kFloat64 && type != Type::kFloat32 && type != Type::kInt32 &&
          type != Type::kInt16 && type != Type::kUInt16 && type != Type::kLogical)
        return false;
      if (std::find(columns.begin(), columns.end(), *at) == columns.end()) columns.push_back(*at);
      return true;
    }
    case Expr::kCall:
      break;
    default:
      return false;
  }
  ++calls;
  const bool bracket = e.text == "(" && e.arguments.size() == 1;
  const auto found = functions().find(e.text);
  if (depth > kMaxDepth || !(bracket || (found != functions().end() && found->second.by_row)))
    return false;
  return std::all_of(e.arguments.begin(), e.arguments.end(), [&](const auto& argument) {
    return by_row(*argument.value, chunk, columns, calls, depth + 1);
  });
}

/// The value of an expression that is by_row, piece by piece; nothing where it is a constant.
std::optional<Column> in_pieces(const Expression& expression, const Chunk& chunk,
                                const std::vector<std::size_t>& columns,
                                const EvaluationScope& scope, std::string_view what) {
  std::vector<Field> fields;
  for (const auto at : columns) fields.push_back((*chunk.schema)[at]);
  Chunk piece;
  piece.schema = std::make_shared<const Schema>(std::move(fields));
  piece.columns.resize(columns.size());
  const auto next = [&](std::size_t begin) {
    piece.rows = std::min(kPieceRows, chunk.rows - begin);
    for (std::size_t i = 0; i < columns.size(); ++i)
      piece.columns[i] = chunk.columns[columns[i]].slice(begin, piece.rows);
    return checked_value(expression, {piece, scope, what});
  };
  auto value = next(0);
  if (!value.per_row) return std::nullopt;
  const auto type = value.column.type();
  return dispatch(type, [&]<class T>(T*) {
    std::vector<T> all;
    all.reserve(chunk.rows);
    for (;;) {
      const auto items = value.column.values<T>();
      all.insert(all.end(), items.begin(), items.end());
      if (all.size() == chunk.rows) break;
      value = next(all.size());
    }
    return Column::own(type, std::move(all));
  });
}

}  // namespace

Column evaluate(const Expression& expression, const Chunk& chunk, const EvaluationScope& scope,
                std::string_view what) {
  if (chunk.rows > kPieceRows) {
    std::vector<std::size_t> columns;
    int calls = 0;  // one alone leaves nothing between operations
    if (by_row(expression, chunk, columns, calls) && calls > 1 && !columns.empty())
      if (auto column = in_pieces(expression, chunk, columns, scope, what)) return *column;
  }
  if (chunk.rows == 0) {  // types and levels as ever, no rows
    const auto one = missing_row(*chunk.schema, &chunk);
    return checked_value(expression, {one, scope, what}).column.slice(0, 0);
  }
  const auto value = checked_value(expression, {chunk, scope, what});
  if (value.size() == chunk.rows) return value.column;
  return expanded(value.column, chunk.rows);
}

Field result_field(const Expression& expression, const Schema& schema, const ObjectMap* objects,
                   std::string_view name, const std::function<void(const std::string&)>& warn) {
  EvaluationScope scope;
  scope.warn = warn;
  scope.objects = objects;
  const auto one = missing_row(schema);
  const auto value = checked_value(expression, {one, scope, name});
  Field field;
  if (expression.kind == Expression::Kind::kName && value.per_row)
    field = schema.field(expression.text);
  field.name = name;
  field.type = value.column.type();
  if (is_factor(field.type)) field.levels = value.levels_fixed ? value.column.levels() : nullptr;
  field.time_zone = value.time_zone;
  return field;
}

bool is_chunk_variable(std::string_view name) {
  return std::find(kChunkVariables.begin(), kChunkVariables.end(), name) != kChunkVariables.end();
}

bool is_constant_name(std::string_view name) {
  return is_chunk_variable(name) || name == "LETTERS" || name == "letters" ||
         name == "month.name" || name == "month.abb";
}

bool needs_row_position(const Expression& expression) {
  return mentions(expression, {".rxStartRow", ".rxChunkNum"});
}

bool names_file(const Expression& expression) { return mentions(expression, {".rxReadFileName"}); }

std::vector<std::string> portable_functions() {
  std::vector<std::string> names{"(", "[", "[["};  // of the language rather than of the table
  for (const auto& [name, function] : functions()) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> portable_parameters(const std::string& function) {
  const auto found = functions().find(function);
  if (found == functions().end())
    throw InvalidArgument("function not in the portable subset: " + function +
                          did_you_mean(function, portable_functions()));
  return found->second.parameters;
}

}  // namespace insitu
