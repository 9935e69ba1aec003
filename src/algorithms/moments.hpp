#pragma once
// Count, sum, squares, lowest and highest of weighted values, in a form that adds rows and merges
// without losing digits: sums are taken about a pivot near the mean (shifted data: Chan, Golub &
// LeVeque 1983). For whole numbers the pivot is whole too, so that all sums are exact, in any
// order, up to 2^53.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>

#include "data/column.hpp"

namespace insitu {

struct Moments {
  std::int64_t n = 0;  ///< values of non-zero weight
  double weight = 0;   ///< sum of weights; n without weights
  double pivot = 0;
  double sum = 0;      ///< of w * (x - pivot)
  double squares = 0;  ///< of w * (x - pivot)^2
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  static constexpr auto fields =
      std::tuple{&Moments::n,       &Moments::weight, &Moments::pivot, &Moments::sum,
                 &Moments::squares, &Moments::low,    &Moments::high};

  void merge(const Moments& next);

  double mean() const { return pivot + sum / weight; }  ///< NaN when there is no value
  double total() const;                                 ///< sum of w * x
  /// Sum of w * (x - mean)^2.
  double squared_deviations() const;
};

/// What was left out.
struct MissingValues {
  std::int64_t rows = 0;
  double weight = 0;  ///< sum of their weights
  static constexpr auto fields = std::tuple{&MissingValues::rows, &MissingValues::weight};
};

/// Moments of a column (any type but string and factor). `weights`: one per row, NaN where missing;
/// null: all one. Sums run in eight lanes whatever the width of the machine's vectors, so the bits
/// do not depend on it.
Moments moments_of(const Column& values, const double* weights, MissingValues& missing);

/// Adds each value to the moments of its cell; negative cells are missing. All cells are below the
/// size of `cells`.
void add_by_cell(const Column& values, const double* weights, const std::int32_t* cell,
                 Moments* cells, MissingValues& missing);

}  // namespace insitu
