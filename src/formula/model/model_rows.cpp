#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/model/categorical.hpp"
#include "formula/model/model_frame.hpp"
#include "math/any_nan.hpp"

namespace insitu {

namespace {

constexpr std::int32_t kUnknownCode = -2;

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
    if constexpr (std::is_same_v<T, double>) return any_nan(column.values<T>());
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

/// What rounding 64-bit whole numbers to doubles takes away; nothing where it takes none.
void lows_of(const Column& column, const std::vector<std::uint32_t>& row_list, std::size_t rows,
             std::vector<double>& out) {
  out.clear();
  if (column.type() != Type::kInt64) return;
  constexpr std::int64_t kWhole = std::int64_t{1} << 53;  // doubles up to it are all there
  const auto* values = column.values<std::int64_t>().data();
  const auto at = [&](std::size_t i) { return values[row_list.empty() ? i : row_list[i]]; };
  bool large = false;
  for (std::size_t i = 0; i < rows; ++i) large |= at(i) > kWhole || at(i) < -kWhole;
  if (!large) return;
  out.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto value = at(i);
    // A double beyond 2^53 is even; 2^63, to which the highest are rounded, is no int64, its half
    // is.
    const auto half = static_cast<std::int64_t>(static_cast<double>(value) / 2);
    const bool exact = value <= kWhole && value >= -kWhole;
    out[i] = exact ? 0 : static_cast<double>((value - half) - half);
  }
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

void ModelRows::TermRows::count_from(double from) {
  for (auto& each : value) each -= from;
  for (std::size_t i = 0; i < low.size(); ++i) value[i] += low[i];
  low.clear();
}

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
                      row_text(chunk, i) + ": " + exact_text(w));
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
    out.low.clear();
    for (const auto index : terms[t].variables) {
      if (by_variable[index].categorical) continue;
      if (!has_value) out.value.resize(result.rows);
      if (result.rows) numbers_of(by_variable[index].values, list, has_value, out.value);
      has_value = true;
      if (terms[t].variables.size() == 1)
        lows_of(by_variable[index].values, list, result.rows, out.low);
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
  result.response_low.resize(result.responses.size());
  result.weights.clear();
  if (!with_responses) return;
  for (std::size_t r = 0; r < responses.size(); ++r) {
    auto& out = result.responses[r];
    out.resize(result.rows);
    if (result.rows) numbers_of(by_variable[responses[r]].values, list, false, out);
    lows_of(by_variable[responses[r]].values, list, result.rows, result.response_low[r]);
  }
  if (list.empty() && result.missing_rows == 0) {
    result.weights = std::move(all_weights);
  } else if (!all_weights.empty()) {
    result.weights.resize(result.rows);
    for (std::size_t i = 0; i < result.rows; ++i) result.weights[i] = all_weights[list[i]];
  }
}

}  // namespace insitu
