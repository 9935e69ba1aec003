#pragma once
// A small analysis for tests whose bits show the order of every operation: weighted sums that lose
// digits.
#include <cmath>
#include <stdexcept>

#include "analysis/analysis.hpp"
#include "base/error.hpp"

namespace insitu::testing {

struct Moments {
  static constexpr std::string_view name = "test_moments";

  struct State {
    std::int64_t rows = 0;
    double sum = 0, squares = 0;
    std::string order;  // the splits, as they were merged
    std::vector<double> ballast;
    static constexpr auto fields =
        std::tuple{&State::rows, &State::sum, &State::squares, &State::order, &State::ballast};

    void merge(const State& next) {
      rows += next.rows;
      sum = 1.0000000001 * sum + next.sum;  // not associative on purpose
      squares += next.squares;
      if (!next.order.empty()) order = order.empty() ? next.order : "(" + order + next.order + ")";
      for (std::size_t i = 0; i < ballast.size(); ++i) ballast[i] += next.ballast[i];
    }
  };

  std::string variable = "x";
  double shift = 0;  // changes from pass to pass
  int passes = 1;
  std::uint64_t ballast = 0;
  static constexpr auto fields =
      std::tuple{&Moments::variable, &Moments::shift, &Moments::passes, &Moments::ballast};

  std::vector<std::string> variables() const { return {variable}; }
  State init() const { return {.ballast = std::vector<double>(ballast)}; }
  void accumulate(State& state, const Chunk& chunk) const {
    std::vector<double> x(chunk.rows);
    chunk.column(variable).numbers(x.data());
    double sum = 0, squares = 0;
    for (const auto value : x) {
      if (std::isnan(value)) continue;
      sum += value - shift;
      squares += (value - shift) * (value - shift);
    }
    state.rows += static_cast<std::int64_t>(chunk.rows);
    state.sum += sum;
    state.squares += squares;
    if (chunk.from.chunk_in_split == 0) state.order += "." + std::to_string(chunk.from.split);
    for (auto& each : state.ballast) each += sum;
  }
  bool update(const State& state) {
    if (--passes <= 0) return false;
    shift += state.sum / static_cast<double>(state.rows + 1);
    return true;
  }
  State finalize(const State& state) const { return state; }
};

}  // namespace insitu::testing
