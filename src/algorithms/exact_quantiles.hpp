#pragma once
// Exact order statistics of a variable in memory that does not depend on the rows: every pass
// counts the values in 65,536 cells of the ranges that hold what is wanted, and narrows each range
// to one cell. Doubles have 64 bits, so four passes find every one exactly.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/analysis.hpp"

namespace insitu {

/// Values whose bits, in the order of numbers, begin alike.
struct QuantileRange {
  std::uint64_t prefix = 0;    ///< the bits in front
  std::int64_t bits = 0;       ///< how many of them; a multiple of 16
  std::vector<double> counts;  ///< weights of the cells by the next 16 bits; empty: no rows
  std::uint64_t lowest = ~std::uint64_t{0}, highest = 0;  ///< of the values there
  static constexpr auto fields =
      std::tuple{&QuantileRange::prefix, &QuantileRange::bits, &QuantileRange::counts,
                 &QuantileRange::lowest, &QuantileRange::highest};
};

/// A wanted quantile and how far it has been narrowed.
struct WantedQuantile {
  double probability = 0;
  std::uint64_t prefix = 0;
  std::int64_t bits = 0;
  double below = 0;  ///< weight of the values below the range
  bool found = false;
  double value = 0;
  static constexpr auto fields =
      std::tuple{&WantedQuantile::probability, &WantedQuantile::prefix, &WantedQuantile::bits,
                 &WantedQuantile::below,       &WantedQuantile::found,  &WantedQuantile::value};
};

struct QuantileValues {
  std::vector<double> values;  ///< one for each probability; NaN without rows
  std::int64_t rows = 0, missing_rows = 0;
  double weight = 0;
};

/// The smallest value at which the distribution function reaches the probability (type 1 of
/// Hyndman and Fan, with R's tolerance of 4 units for products that are rounded). Rows with a
/// missing value in any of the columns, or of weight 0, take no part.
struct ExactQuantiles {
  static constexpr std::string_view name = "exact_quantiles";
  static constexpr std::string_view meaning = "counts that narrow the quantiles, 16 bits a pass";

  struct State {
    std::vector<QuantileRange> ranges;
    std::int64_t rows = 0, missing_rows = 0;
    double weight = 0, lowest_weight = 0;
    static constexpr auto fields = std::tuple{&State::ranges, &State::rows, &State::missing_rows,
                                              &State::weight, &State::lowest_weight};
    void merge(const State& next);
  };

  std::string variable;             ///< numbers
  std::vector<std::string> needed;  ///< other columns that must be there in a row
  std::string weights;              ///< "": every row counts once
  std::vector<WantedQuantile> wanted;
  static constexpr auto fields = std::tuple{&ExactQuantiles::variable, &ExactQuantiles::needed,
                                            &ExactQuantiles::weights, &ExactQuantiles::wanted};

  static ExactQuantiles of(std::string variable, const std::vector<double>& probabilities);

  std::vector<std::string> variables() const;
  State init() const;
  /// Throws DataError for a state of other ranges.
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  /// True until all are found. Throws DataError for negative weights.
  bool update(const State&);
  /// REQUIRES: `update` has said that all are found.
  QuantileValues finalize(const State&) const;
};

}  // namespace insitu
