#pragma once
// Model frames and coded rows made by hand, so that tests of regressions need no parser: a table of
// columns and terms as lists of names; "x^3" is a power.
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "formula/model/model_frame.hpp"

namespace insitu::testing_models {

struct TableColumn {
  std::vector<std::string> levels;  ///< empty: numeric
  std::vector<double> values;       ///< numbers or codes; NaN: missing
};
using Table = std::map<std::string, TableColumn>;

struct CodedModel {
  ModelFrame frame;
  ModelRows rows;
};

inline double table_value(const Table& table, const std::string& name, std::size_t row) {
  const auto hat = name.find('^');
  if (hat == std::string::npos) return table.at(name).values[row];
  return std::pow(table.at(name.substr(0, hat)).values[row], std::stod(name.substr(hat + 1)));
}

/// Rows [begin, end) of the table coded for the terms.
inline ModelRows code_rows(const ModelFrame& frame, const Table& table, std::size_t begin,
                           std::size_t end) {
  ModelRows rows;
  rows.terms.resize(frame.terms.size());
  rows.responses.resize(frame.responses.size());
  for (std::size_t t = 0; t < frame.terms.size(); ++t) rows.terms[t].cells = frame.cells(t);
  for (std::size_t row = begin; row < end; ++row) {
    bool complete = frame.weights.empty() || !std::isnan(table.at(frame.weights).values[row]);
    for (const auto& variable : frame.variables)
      complete &= !std::isnan(table_value(table, variable.expression, row));
    if (!complete) {
      ++rows.missing_rows;
      continue;
    }
    ++rows.rows;
    rows.row_in_chunk.push_back(static_cast<std::uint32_t>(row - begin));
    for (std::size_t t = 0; t < frame.terms.size(); ++t) {
      std::int32_t cell = 0, stride = 1;
      double value = 1;
      bool categorical = false, numeric = false;
      for (const auto v : frame.terms[t].variables) {
        const auto& variable = frame.variables[v];
        const double x = table_value(table, variable.expression, row);
        if (variable.categorical) {
          cell += stride * static_cast<std::int32_t>(x);
          stride *= static_cast<std::int32_t>(variable.levels.size());
          categorical = true;
        } else {
          value *= x;
          numeric = true;
        }
      }
      if (categorical) rows.terms[t].cell.push_back(cell);
      if (numeric) rows.terms[t].value.push_back(value);
    }
    for (std::size_t r = 0; r < frame.responses.size(); ++r)
      rows.responses[r].push_back(
          table_value(table, frame.variables[frame.responses[r]].expression, row));
    if (!frame.weights.empty()) rows.weights.push_back(table.at(frame.weights).values[row]);
  }
  return rows;
}

inline ModelFrame make_frame(const Table& table, const std::vector<std::string>& responses,
                             const std::vector<std::vector<std::string>>& terms,
                             bool intercept = true, const std::string& weights = "",
                             bool frequency = false) {
  ModelFrame frame;
  const auto variable = [&](const std::string& name) {
    for (std::uint32_t i = 0; i < frame.variables.size(); ++i)
      if (frame.variables[i].expression == name) return i;
    ModelVariable v;
    v.name = v.expression = name;
    const auto column = table.find(name);
    if (column != table.end()) v.levels = column->second.levels;
    v.categorical = !v.levels.empty();
    frame.variables.push_back(v);
    return static_cast<std::uint32_t>(frame.variables.size() - 1);
  };
  for (const auto& name : responses) frame.responses.push_back(variable(name));
  for (const auto& names : terms) {
    ModelTerm term;
    for (const auto& name : names) {
      term.label += (term.label.empty() ? "" : ":") + name;
      term.variables.push_back(variable(name));
    }
    frame.terms.push_back(term);
  }
  frame.formula = "y ~ ...";
  frame.intercept = intercept;
  frame.weights = weights;
  frame.frequency_weights = frequency;
  return frame;
}

/// "f * g + x - 1" as terms; only +, :, *, "- 1", pow(x, k).
inline std::vector<std::vector<std::string>> parse_terms(std::string text, bool& intercept) {
  std::string clean;
  for (const char c : text)
    if (c != ' ') clean += c;
  intercept = true;
  for (const std::string minus : {"-1", "+0"})
    if (const auto at = clean.find(minus); at != std::string::npos) {
      intercept = false;
      clean.erase(at, 2);
    }
  for (std::size_t at; (at = clean.find("pow(")) != std::string::npos;) {
    const auto comma = clean.find(',', at), close = clean.find(')', at);
    clean = clean.substr(0, at) + clean.substr(at + 4, comma - at - 4) + "^" +
            clean.substr(comma + 1, close - comma - 1) + clean.substr(close + 1);
  }
  std::vector<std::vector<std::string>> terms;
  const auto add = [&](const std::vector<std::string>& term) {
    for (const auto& other : terms)
      if (other == term) return;
    terms.push_back(term);
  };
  const auto split = [](const std::string& s, char by) {
    std::vector<std::string> parts(1);
    for (const char c : s) {
      if (c == by)
        parts.emplace_back();
      else
        parts.back() += c;
    }
    return parts;
  };
  for (const auto& sum : split(clean, '+')) {
    const auto factors = split(sum, '*');
    const std::size_t subsets = std::size_t{1} << factors.size();
    for (std::size_t size = 1; size <= factors.size(); ++size)
      for (std::size_t mask = 1; mask < subsets; ++mask) {
        if (static_cast<std::size_t>(__builtin_popcountll(mask)) != size) continue;
        std::vector<std::string> term;
        for (std::size_t i = 0; i < factors.size(); ++i)
          if (mask >> i & 1)
            for (const auto& name : split(factors[i], ':')) term.push_back(name);
        add(term);
      }
  }
  return terms;
}

}  // namespace insitu::testing_models
