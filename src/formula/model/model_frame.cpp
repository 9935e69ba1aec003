#include "formula/model/model_frame.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "formula/expression/evaluate.hpp"

namespace insitu {

namespace {

constexpr std::int32_t kUnknownCode = -2;
constexpr double kMostLevels = 5e6;
constexpr double kMostCells = 100e6;
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

std::string number_text(double value) {
  Expression e;
  e.kind = Expression::Kind::kNumber;
  e.number = value;
  return deparse(e);
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

bool is_categorical(Type type) { return is_factor(type) || type == Type::kString; }

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
                              " levels, not " + number_text(first) + " to " + number_text(last));
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
                              number_text(*low) + " to " + number_text(*high));
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

/// Where a row of a chunk is in the data, for messages.
std::string row_text(const Chunk& chunk, std::size_t row) {
  if (chunk.from.first_row < 0) return std::to_string(row + 1) + " of a chunk";
  return std::to_string(chunk.from.first_row + static_cast<std::int64_t>(row) + 1);
}

struct CodeRange {
  std::int32_t low = 0, high = -1;
};

CodeRange code_range(const std::int32_t* codes, std::size_t rows) {
  std::int32_t low = 0, high = -1;
  for (std::size_t i = 0; i < rows; ++i) {
    low = codes[i] < low ? codes[i] : low;
    high = codes[i] > high ? codes[i] : high;
  }
  return {low, high};
}

bool any_missing(const Column& column) {
  return dispatch(column.type(), [&]<class T>(T*) {
    std::uint32_t missing = 0;
    for (const T value : column.values<T>())
      missing |= static_cast<std::uint32_t>(is_missing_value(value));
    return missing != 0;
  });
}

/// The numbers of the wanted rows (all when `row_list` is empty); combine(out[j], value) or plain
/// assignment.
void numbers_of(const Column& column, const std::vector<std::uint32_t>& row_list, bool multiply,
                std::vector<double>& out) {
  dispatch(column.type(), [&]<class T>(T*) {
    const auto* values = column.values<T>().data();
    auto* to = out.data();
    const auto rows = out.size();
    if (row_list.empty()) {
      if (multiply) {
        for (std::size_t i = 0; i < rows; ++i) to[i] *= static_cast<double>(values[i]);
      } else {
        for (std::size_t i = 0; i < rows; ++i) to[i] = static_cast<double>(values[i]);
      }
    } else {
      const auto* list = row_list.data();
      if (multiply) {
        for (std::size_t i = 0; i < rows; ++i) to[i] *= static_cast<double>(values[list[i]]);
      } else {
        for (std::size_t i = 0; i < rows; ++i) to[i] = static_cast<double>(values[list[i]]);
      }
    }
  });
}

/// Codes of F() over numbers: floor(x) - low, outside the range -1 or the extra level.
void range_codes(const ModelVariable& variable, const Column& column,
                 std::vector<std::int32_t>& codes) {
  const double low = variable.low, span = variable.high - variable.low;
  const std::int32_t outside = variable.exclude ? -1 : static_cast<std::int32_t>(span) + 1;
  codes.resize(column.size());
  dispatch(column.type(), [&]<class T>(T*) {
    const auto values = column.values<T>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double position = std::floor(static_cast<double>(values[i])) - low;
      const bool inside = position >= 0 && position <= span;
      const auto code = inside ? static_cast<std::int32_t>(position) : outside;
      codes[i] = is_missing_value(values[i]) ? -1 : code;
    }
  });
}

/// What a formula computes is missing where it is not finite: log(0) counts as missing.
Column without_infinities(Column column) {
  if (column.type() != Type::kFloat64) return column;
  const auto values = column.values<double>();
  const auto is_infinite = [](double x) { return x - x != 0 && x == x; };
  if (std::ranges::none_of(values, is_infinite)) return column;
  std::vector<double> finite(values.begin(), values.end());
  for (auto& x : finite) x = is_infinite(x) ? missing_value<double>() : x;
  return Column::own(Type::kFloat64, std::move(finite));
}

/// Levels that values of the data may have: all but the extra one for those outside.
std::size_t known_levels(const ModelVariable& model) {
  const std::size_t extra = model.restricted && !model.exclude ? 1 : 0;
  return model.levels.size() > extra ? model.levels.size() - extra : 0;
}

/// The code of a level that is not among the known ones.
std::int32_t code_of_others(const ModelVariable& model) {
  if (!model.restricted) return kUnknownCode;
  return model.exclude ? -1 : static_cast<std::int32_t>(known_levels(model));
}

Column column_of(const ModelVariable& variable, const Chunk& chunk) {
  if (!variable.column.empty()) return chunk.column(variable.column);
  EvaluationScope scope;
  if (chunk.from.first_row >= 0) scope.start_row = chunk.from.first_row + 1;
  return without_infinities(evaluate(*parse_expression(variable.expression, "formula"), chunk,
                                     scope, "formula term " + variable.label));
}

}  // namespace

std::shared_ptr<const LevelMapCache::Map> LevelMapCache::map(std::size_t variable,
                                                             const ModelVariable& model,
                                                             const Levels& levels) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = maps_.find(variable);
    if (found != maps_.end() && found->second->levels == levels) return found->second;
  }
  auto map = std::make_shared<Map>();
  map->levels = levels;
  const auto& theirs = *levels;
  const auto known = known_levels(model);
  map->identity =
      theirs.size() <= known && std::equal(theirs.begin(), theirs.end(), model.levels.begin());
  if (!map->identity) {
    const auto positions = dictionary(variable, model);
    const auto other = code_of_others(model);
    map->to_model.reserve(theirs.size());
    for (const auto& level : theirs) {
      const auto position = positions->find(level);
      map->to_model.push_back(position == positions->end() ? other : position->second);
    }
  }
  const std::lock_guard lock(mutex_);
  maps_[variable] = map;
  return map;
}

std::shared_ptr<const LevelMapCache::Dictionary> LevelMapCache::dictionary(
    std::size_t variable, const ModelVariable& model) const {
  const std::lock_guard lock(mutex_);
  auto& found = dictionaries_[variable];
  if (!found) {
    auto dictionary = std::make_shared<Dictionary>();
    const auto known = known_levels(model);
    dictionary->reserve(known);
    for (std::size_t i = 0; i < known; ++i)
      dictionary->emplace(model.levels[i], static_cast<std::int32_t>(i));
    found = std::move(dictionary);
  }
  return found;
}

void leave_out_missing(const VariableRows& variable, std::size_t rows, std::uint8_t* complete) {
  if (variable.categorical) {
    for (std::size_t i = 0; i < rows; ++i)
      complete[i] &= static_cast<std::uint8_t>(variable.codes[i] >= 0);
    return;
  }
  dispatch(variable.values.type(), [&]<class T>(T*) {
    const auto* values = variable.values.values<T>().data();
    for (std::size_t i = 0; i < rows; ++i)
      complete[i] &= static_cast<std::uint8_t>(!is_missing_value(values[i]));
  });
}

VariableRows ModelFrame::variable_rows(std::size_t index, const Chunk& chunk,
                                       UnknownLevels unknown) const {
  const auto& variable = variables[index];
  VariableRows result;
  auto column = column_of(variable, chunk);
  const auto rows = column.size();
  const bool by_name = (variable.categorical && !variable.from_range) || variable.level_codes;
  if (!by_name && is_categorical(column.type()))
    throw InvalidArgument("variable '" + variable.label + "' is " +
                          std::string(type_name(column.type())) +
                          " in these data, but a number in the model");
  if (by_name && !is_categorical(column.type()))
    throw InvalidArgument("variable '" + variable.label + "' is " +
                          std::string(type_name(column.type())) +
                          " in these data, but a factor in the model");
  if (!variable.categorical && !variable.level_codes) {
    result.has_missing = any_missing(column);
    result.values = std::move(column);
    return result;
  }
  result.categorical = true;
  if (variable.from_range) {
    range_codes(variable, column, result.own_codes);
    result.codes = result.own_codes.data();
    result.has_missing = code_range(result.codes, rows).low < 0;
    return result;
  }
  if (column.type() == Type::kString) {
    // Strings are looked up by themselves; runs of the same string are looked up once.
    const auto positions = level_maps.dictionary(index, variable);
    const auto other = code_of_others(variable);
    result.own_codes.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (!column.string_valid(i)) {
        result.own_codes[i] = -1;
        continue;
      }
      const auto text = column.string_at(i);
      if (i > 0 && result.own_codes[i - 1] >= 0 && column.string_at(i - 1) == text) {
        result.own_codes[i] = result.own_codes[i - 1];
        continue;
      }
      const auto position = positions->find(text);
      result.own_codes[i] = position == positions->end() ? other : position->second;
    }
    result.codes = result.own_codes.data();
  } else {
    if (!column.levels())
      throw InvalidArgument("variable '" + variable.label + "' is a factor without levels");
    const auto codes = column.values<std::int32_t>();
    const auto range = code_range(codes.data(), rows);
    if (range.high >= 0 && static_cast<std::size_t>(range.high) >= column.levels()->size())
      throw DataError("variable '" + variable.label + "' holds the code " +
                      std::to_string(range.high) + " but has only " +
                      std::to_string(column.levels()->size()) + " levels");
    const auto map = level_maps.map(index, variable, column.levels());
    if (map->identity) {
      result.codes = codes.data();
      result.has_missing = range.low < 0;
    } else {
      result.own_codes.resize(rows);
      const auto* to_model = map->to_model.data();
      for (std::size_t i = 0; i < rows; ++i)
        result.own_codes[i] = codes[i] < 0 ? -1 : to_model[codes[i]];
      result.codes = result.own_codes.data();
    }
  }
  if (!result.own_codes.empty()) {
    const auto low = code_range(result.codes, rows).low;
    result.has_missing = low < 0;
    if (low == kUnknownCode && unknown == UnknownLevels::kError) {
      const auto row = static_cast<std::size_t>(std::ranges::find(result.own_codes, kUnknownCode) -
                                                result.own_codes.begin());
      const auto level =
          column.type() == Type::kString
              ? std::string(column.string_at(row))
              : (*column.levels())[static_cast<std::size_t>(column.values<std::int32_t>()[row])];
      throw InvalidArgument("variable '" + variable.label + "' has the level '" + level +
                            "', which the model does not know" +
                            did_you_mean(level, variable.levels) + " (row " + row_text(chunk, row) +
                            ")");
    }
  } else {
    // The column keeps the codes alive.
    result.values = std::move(column);
  }
  if (variable.level_codes) {
    std::vector<double> numbers(rows);
    for (std::size_t i = 0; i < rows; ++i)
      numbers[i] =
          result.codes[i] < 0 ? missing_value<double>() : static_cast<double>(result.codes[i]);
    result.values = Column::own(Type::kFloat64, std::move(numbers));
    result.categorical = false;
    result.codes = nullptr;
    result.own_codes.clear();
  }
  return result;
}

std::vector<double> ModelFrame::weight_rows(const Chunk& chunk) const {
  std::vector<double> result;
  if (weights.empty()) return result;
  const auto& column = chunk.column(weights);
  if (is_categorical(column.type()))
    throw InvalidArgument("weights must be numbers, but variable '" + weights + "' is " +
                          std::string(type_name(column.type())));
  result.resize(column.size());
  column.numbers(result.data());
  bool bad = false;
  for (const double w : result) bad |= w < 0 || w > std::numeric_limits<double>::max();
  if (frequency_weights)
    for (const double w : result) bad |= w == w && w != std::floor(w);
  if (!bad) return result;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double w = result[i];
    const char* what = w < 0                                               ? "negative"
                       : w > std::numeric_limits<double>::max()            ? "infinite"
                       : frequency_weights && w == w && w != std::floor(w) ? "not a whole number"
                                                                           : nullptr;
    if (what)
      throw DataError("weights must be " +
                      std::string(frequency_weights ? "whole numbers" : "numbers") +
                      " from 0 on, but variable '" + weights + "' is " + what + " in row " +
                      row_text(chunk, i) + ": " + number_text(w));
  }
  return result;
}

const std::int32_t* ModelFrame::cell_rows(std::size_t term,
                                          const std::vector<VariableRows>& by_variable,
                                          std::size_t rows, std::vector<std::int32_t>& own) const {
  const std::int32_t* cell = nullptr;
  std::int32_t stride = 1;
  for (const auto index : terms[term].variables) {
    const auto& variable = by_variable[index];
    if (!variable.categorical) continue;
    const auto* codes = variable.codes;
    if (!cell) {
      cell = codes;
    } else {
      const auto* before = cell;
      own.resize(rows);
      auto* out = own.data();
      for (std::size_t i = 0; i < rows; ++i) {
        const auto sum = before[i] + stride * codes[i];
        out[i] = (before[i] | codes[i]) < 0 ? -1 : sum;
      }
      cell = out;
    }
    stride *= static_cast<std::int32_t>(variables[index].levels.size());
  }
  return cell;
}

ModelRows ModelFrame::rows(const Chunk& chunk, bool with_responses, UnknownLevels unknown) const {
  ModelRows result;
  rows_into(result, chunk, with_responses, unknown);
  return result;
}

void ModelFrame::rows_into(ModelRows& result, const Chunk& chunk, bool with_responses,
                           UnknownLevels unknown) const {
  const auto n = chunk.rows;
  std::vector<bool> wanted(variables.size(), false);
  for (const auto& term : terms)
    for (const auto index : term.variables) wanted[index] = true;
  if (with_responses)
    for (const auto index : responses) wanted[index] = true;
  std::vector<VariableRows> by_variable(variables.size());
  bool has_missing = false;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!wanted[i]) continue;
    by_variable[i] = variable_rows(i, chunk, unknown);
    has_missing |= by_variable[i].has_missing;
  }
  auto all_weights = with_responses ? weight_rows(chunk) : std::vector<double>();
  std::uint32_t missing_weights = 0;
  for (const double w : all_weights) missing_weights |= static_cast<std::uint32_t>(w != w);
  result.rows = n;
  result.missing_rows = 0;
  result.row_in_chunk.clear();
  if (has_missing || missing_weights) {
    std::vector<std::uint8_t> complete(n, 1);
    for (const auto& variable : by_variable)
      if (variable.has_missing) leave_out_missing(variable, n, complete.data());
    if (missing_weights)
      for (std::size_t i = 0; i < n; ++i)
        complete[i] &= static_cast<std::uint8_t>(all_weights[i] == all_weights[i]);
    result.row_in_chunk.resize(n);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      result.row_in_chunk[count] = static_cast<std::uint32_t>(i);
      count += complete[i];
    }
    result.row_in_chunk.resize(count);
    result.rows = count;
    result.missing_rows = static_cast<std::int64_t>(n - count);
  }
  const auto& list = result.row_in_chunk;
  std::vector<std::int32_t> own;
  result.terms.resize(terms.size());
  for (std::size_t t = 0; t < terms.size(); ++t) {
    auto& out = result.terms[t];
    out.cells = cells(t);
    bool has_value = false, has_cell = false;
    for (const auto index : terms[t].variables) {
      if (by_variable[index].categorical) continue;
      if (!has_value) out.value.resize(result.rows);
      if (result.rows) numbers_of(by_variable[index].values, list, has_value, out.value);
      has_value = true;
    }
    if (!has_value) out.value.clear();
    if (const auto* cell = cell_rows(t, by_variable, n, own)) {
      has_cell = true;
      if (list.empty()) {
        out.cell.assign(cell, cell + result.rows);
      } else {
        out.cell.resize(result.rows);
        for (std::size_t i = 0; i < result.rows; ++i) out.cell[i] = cell[list[i]];
      }
    }
    if (!has_cell) out.cell.clear();
  }
  result.responses.resize(with_responses ? responses.size() : 0);
  result.weights.clear();
  if (!with_responses) return;
  for (std::size_t r = 0; r < responses.size(); ++r) {
    auto& out = result.responses[r];
    out.resize(result.rows);
    if (result.rows) numbers_of(by_variable[responses[r]].values, list, false, out);
  }
  if (list.empty() && result.missing_rows == 0) {
    result.weights = std::move(all_weights);
  } else if (!all_weights.empty()) {
    result.weights.resize(result.rows);
    for (std::size_t i = 0; i < result.rows; ++i) result.weights[i] = all_weights[list[i]];
  }
}

void ModelFrame::validate() const {
  const auto require = [](bool holds) {
    if (!holds) throw DataError("the bytes of a model contradict themselves");
  };
  for (const auto& variable : variables) {
    require(!(variable.categorical && variable.level_codes));
    if (!variable.from_range) continue;
    const double count = variable.high - variable.low + 1 + (variable.exclude ? 0 : 1);
    require(variable.categorical && static_cast<double>(variable.levels.size()) == count);
  }
  for (const auto index : responses)
    require(index < variables.size() && !variables[index].categorical);
  for (const auto& term : terms) {
    double count = 1;
    require(!term.variables.empty());
    for (const auto index : term.variables) {
      require(index < variables.size());
      if (variables[index].categorical)
        count *= static_cast<double>(variables[index].levels.size());
    }
    require(count <= kMostCells);
  }
}

std::vector<std::string> ModelFrame::source_columns(bool with_responses) const {
  validate();
  std::vector<std::string> columns;
  const auto add = [&](std::string name) {
    if (std::ranges::find(columns, name) == columns.end()) columns.push_back(std::move(name));
  };
  std::vector<bool> wanted(variables.size(), false);
  for (const auto& term : terms)
    for (const auto index : term.variables) wanted[index] = true;
  if (with_responses)
    for (const auto index : responses) wanted[index] = true;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!wanted[i]) continue;
    if (!variables[i].column.empty()) {
      add(variables[i].column);
    } else {
      for (auto& name : variables_of(*parse_expression(variables[i].expression, "formula")))
        add(std::move(name));
    }
  }
  if (with_responses && !weights.empty()) add(weights);
  return columns;
}

std::uint32_t ModelFrame::cells(std::size_t term) const {
  std::uint32_t cells = 1;
  for (const auto index : terms[term].variables)
    if (variables[index].categorical)
      cells *= static_cast<std::uint32_t>(variables[index].levels.size());
  return cells;
}

std::vector<std::string> ModelFrame::labels(std::size_t term, bool r_style) const {
  const auto& members = terms[term].variables;
  std::string numbers;
  std::vector<std::uint32_t> factors;
  for (const auto index : members) {
    if (variables[index].categorical)
      factors.push_back(index);
    else
      numbers += (numbers.empty() ? "" : ":") + variables[index].name;
  }
  if (factors.empty()) return {numbers};
  std::vector<std::string> labels;
  const auto count = cells(term);
  labels.reserve(count);
  for (std::uint32_t cell = 0; cell < count; ++cell) {
    std::string label;
    auto rest = cell;
    if (r_style) {
      for (const auto index : members) {
        const auto& variable = variables[index];
        label += (label.empty() ? "" : ":") + variable.name;
        if (!variable.categorical) continue;
        label += variable.levels[rest % variable.levels.size()];
        rest /= static_cast<std::uint32_t>(variable.levels.size());
      }
    } else {
      for (const auto index : factors) {
        const auto& variable = variables[index];
        label += (label.empty() ? "" : ", ") + variable.name + "=" +
                 variable.levels[rest % variable.levels.size()];
        rest /= static_cast<std::uint32_t>(variable.levels.size());
      }
      if (!numbers.empty()) label = numbers + " for " + label;
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

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
