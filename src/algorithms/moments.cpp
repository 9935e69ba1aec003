#include "algorithms/moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "math/lanes.hpp"
#include "math/vector_width.hpp"

// Vector types as arguments of inlined functions only.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace insitu {

namespace {

template <class T, int kItems>
struct VectorOf {
  typedef T type __attribute__((vector_size(kItems * sizeof(T))));
};
template <class T, int kItems>
using Vector = typename VectorOf<T, kItems>::type;

/// Eight partial results each; lane l takes the values l, l + 8, l + 16, ... of a column.
struct LaneSums {
  std::int64_t n[kLanes] = {}, missing[kLanes] = {};
  double sum[kLanes] = {}, squares[kLanes] = {}, weight[kLanes] = {}, missing_weight[kLanes] = {};
  double low[kLanes], high[kLanes];
  LaneSums() {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      low[lane] = std::numeric_limits<double>::infinity(), high[lane] = -low[lane];
  }
};

/// kItems values of a column as doubles, with a mask of those that are there.
template <class T, int kItems>
[[gnu::always_inline]] inline Vector<double, kItems> load(const T* values,
                                                          Vector<std::int64_t, kItems>& valid) {
  Vector<T, kItems> raw;
  std::memcpy(&raw, values, sizeof raw);
  if constexpr (std::is_same_v<T, std::int64_t>) {
    valid = raw != missing_value<T>();
    return __builtin_convertvector(raw, Vector<double, kItems>);
  } else if constexpr (std::is_floating_point_v<T>) {
    const auto x = __builtin_convertvector(raw, Vector<double, kItems>);
    valid = x == x;
    return x;
  } else {  // every value of these types is a double
    const auto whole = __builtin_convertvector(raw, Vector<std::int32_t, kItems>);
    const auto x = __builtin_convertvector(whole, Vector<double, kItems>);
    valid = x != static_cast<double>(missing_value<T>());
    return x;
  }
}

/// value - pivot, rounded once: whole numbers of 64 bits are more than a double holds. The pivot is
/// whole; the high and low halves are subtracted exactly.
double above_pivot(std::int64_t value, std::int64_t pivot) {
  const auto high = (value >> 32) - (pivot >> 32);
  const auto low = (value & 0xffffffff) - (pivot & 0xffffffff);
  return static_cast<double>(high) * 0x1p32 + static_cast<double>(low);
}

template <class D, class M>
[[gnu::always_inline]] inline D keep(const D& x, const M& mask) {
  return reinterpret_cast<D>(reinterpret_cast<M>(x) & mask);
}

/// Adds `blocks` times eight values, in vectors of kItems.
template <class T, bool kWeighted, int kItems>
[[gnu::always_inline]] inline void add_lanes(const T* values, const double* weights,
                                             std::size_t blocks, double pivot, LaneSums& out) {
  using D = Vector<double, kItems>;
  using M = Vector<std::int64_t, kItems>;
  constexpr int kParts = static_cast<int>(kLanes) / kItems;
  M n[kParts], missing[kParts];
  D sum[kParts], squares[kParts], weight[kParts], missing_weight[kParts], low[kParts], high[kParts];
  const auto move = [](auto& to, const auto& from) { std::memcpy(&to, &from, sizeof to); };
  move(n, out.n), move(missing, out.missing), move(sum, out.sum), move(squares, out.squares);
  move(weight, out.weight), move(missing_weight, out.missing_weight), move(low, out.low),
      move(high, out.high);
  for (std::size_t block = 0; block < blocks; ++block) {
#pragma GCC unroll 4
    for (int k = 0; k < kParts; ++k) {
      const auto at = block * kLanes + static_cast<std::size_t>(k * kItems);
      M valid;
      const D x = load<T, kItems>(values + at, valid);
      [[maybe_unused]] D w;
      if constexpr (kWeighted) {
        std::memcpy(&w, weights + at, sizeof w);
        const M has_weight = w == w;
        missing[k] -= ~(valid & has_weight);
        missing_weight[k] += keep(w, has_weight & ~valid);
        valid &= has_weight & (w != 0.0);
      }
      D d;
      if constexpr (std::is_same_v<T, std::int64_t>) {
        Vector<std::int64_t, kItems> raw;
        std::memcpy(&raw, values + at, sizeof raw);
        const auto whole = static_cast<std::int64_t>(pivot);
        const auto high_half = (raw >> 32) - (whole >> 32);
        const auto low_half = (raw & 0xffffffff) - (whole & 0xffffffff);
        d = keep(
            __builtin_convertvector(high_half, D) * 0x1p32 + __builtin_convertvector(low_half, D),
            valid);
      } else {
        d = keep(x - pivot, valid);
      }
      if constexpr (kWeighted) {
        w = keep(w, valid);
        weight[k] += w;
        sum[k] += w * d;
        squares[k] += w * d * d;
      } else {
        sum[k] += d;
        squares[k] += d * d;
      }
      n[k] -= valid;
      if constexpr (std::is_floating_point_v<T> && !kWeighted) {  // comparisons with NaN are false
        low[k] = x < low[k] ? x : low[k];
        high[k] = x > high[k] ? x : high[k];
      } else {
        low[k] = ((x < low[k]) & valid) ? x : low[k];
        high[k] = ((x > high[k]) & valid) ? x : high[k];
      }
    }
  }
  move(out.n, n), move(out.missing, missing), move(out.sum, sum), move(out.squares, squares);
  move(out.weight, weight), move(out.missing_weight, missing_weight), move(out.low, low),
      move(out.high, high);
}

using Kernel = void (*)(const void*, const double*, std::size_t, double, LaneSums&);

// The same operations in registers of 16 or 32 bytes: no fused multiply-add, the same bits. (Wider
// ones gained nothing.)
template <class T, bool kWeighted>
void add_lanes_16(const void* values, const double* weights, std::size_t blocks, double pivot,
                  LaneSums& out) {
  add_lanes<T, kWeighted, 2>(static_cast<const T*>(values), weights, blocks, pivot, out);
}
#if defined(__x86_64__)
template <class T, bool kWeighted>
[[gnu::target("avx2")]] void add_lanes_32(const void* values, const double* weights,
                                          std::size_t blocks, double pivot, LaneSums& out) {
  add_lanes<T, kWeighted, 4>(static_cast<const T*>(values), weights, blocks, pivot, out);
}
#endif

template <class T, bool kWeighted>
Kernel kernel() {
#if defined(__x86_64__)
  if (vector_width() != VectorWidth::kBaseline) return add_lanes_32<T, kWeighted>;
#endif
  return add_lanes_16<T, kWeighted>;
}

/// A number near the mean: of up to 16 values spread over the column, else the first one that is
/// there. Rows of weight zero do not count.
template <class T>
double choose_pivot(std::span<const T> values, const double* weights) {
  const auto counts = [&](std::size_t i) {
    return !is_missing_value(values[i]) && (!weights || weights[i] > 0);
  };
  double sum = 0;
  int count = 0;
  const auto step = values.size() / 16 + 1;
  for (std::size_t i = 0; i < values.size(); i += step)
    if (counts(i)) sum += static_cast<double>(values[i]), ++count;
  for (std::size_t i = 0; i < values.size() && count == 0; ++i)
    if (counts(i)) sum = static_cast<double>(values[i]), count = 1;
  if (count == 0) return 0;
  const double pivot = sum / count;
  if (!std::isfinite(pivot)) return 0;
  if constexpr (!std::is_integral_v<T>) return pivot;
  // The largest double below 2^63: it must be an int64, too.
  return std::min(std::nearbyint(pivot), 0x1.fffffffffffffp62);
}

template <class T>
Moments column_moments(std::span<const T> values, const double* weights, MissingValues& missing) {
  const double pivot = choose_pivot(values, weights);
  LaneSums sums;
  const auto add = weights ? kernel<T, true>() : kernel<T, false>();
  const auto blocks = values.size() / kLanes, rest = values.size() % kLanes;
  if (blocks) add(values.data(), weights, blocks, pivot, sums);
  std::size_t padding = 0;
  if (rest) {
    T last[kLanes];
    double last_weights[kLanes] = {};
    for (auto& value : last) value = missing_value<T>();
    std::memcpy(last, values.data() + blocks * kLanes, rest * sizeof(T));
    if (weights) std::memcpy(last_weights, weights + blocks * kLanes, rest * sizeof(double));
    add(last, last_weights, 1, pivot, sums);
    padding = kLanes - rest;
  }
  Moments result;
  result.n = total_of(sums.n);
  result.pivot = pivot;
  result.sum = total_of(sums.sum);
  result.squares = total_of(sums.squares);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    result.low = sums.low[lane] < result.low ? sums.low[lane] : result.low;
    result.high = sums.high[lane] > result.high ? sums.high[lane] : result.high;
  }
  if (weights) {
    result.weight = total_of(sums.weight);
    missing.rows += total_of(sums.missing) - static_cast<std::int64_t>(padding);
    missing.weight += total_of(sums.missing_weight);
  } else {
    result.weight = static_cast<double>(result.n);
    missing.rows += static_cast<std::int64_t>(values.size()) - result.n;
  }
  return result;
}

template <class T, bool kWeighted>
void scatter(std::span<const T> values, const double* weights, const std::int32_t* cell,
             Moments* cells, MissingValues& missing) {
  std::int64_t missing_rows = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    [[maybe_unused]] double w = 1;
    if constexpr (kWeighted) w = weights[i];
    if (cell[i] < 0 || is_missing_value(values[i]) || (kWeighted && w != w)) {
      ++missing_rows;
      if constexpr (kWeighted) missing.weight += w == w ? w : 0;
      continue;
    }
    if constexpr (kWeighted)
      if (w == 0) continue;
    auto& m = cells[cell[i]];
    const auto x = static_cast<double>(values[i]);
    double d;
    if constexpr (std::is_same_v<T, std::int64_t>) {
      if (m.n == 0) m.pivot = std::min(x, 0x1.fffffffffffffp62);
      d = above_pivot(values[i], static_cast<std::int64_t>(m.pivot));
    } else {
      if (m.n == 0) m.pivot = std::isfinite(x) ? x : 0;
      d = x - m.pivot;
    }
    ++m.n;
    if constexpr (kWeighted) {
      m.weight += w;
      m.sum += w * d;
      m.squares += w * d * d;
    } else {
      m.weight += 1;
      m.sum += d;
      m.squares += d * d;
    }
    m.low = x < m.low ? x : m.low;
    m.high = x > m.high ? x : m.high;
  }
  missing.rows += missing_rows;
}

bool is_whole(double x) { return std::floor(x) == x; }

}  // namespace

void Moments::merge(const Moments& next) {
  if (next.n == 0) return;
  if (n == 0) {
    *this = next;
    return;
  }
  const Moments a = *this, b = next;
  n = a.n + b.n;
  weight = a.weight + b.weight;
  low = b.low < a.low ? b.low : a.low;
  high = b.high > a.high ? b.high : a.high;
  if (!std::isfinite(a.sum) || !std::isfinite(b.sum)) {  // infinities among the values
    pivot = 0;
    sum = a.sum + b.sum;
    squares = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  // Mean of all, from a's pivot.
  const double offset =
      a.sum / a.weight +
      ((b.pivot - a.pivot) + (b.sum / b.weight - a.sum / a.weight)) * (b.weight / weight);
  if (is_whole(a.pivot) && is_whole(b.pivot) && is_whole(a.sum) && is_whole(b.sum)) {
    pivot = std::nearbyint(a.pivot + offset);
    const double from_a = a.pivot - pivot, from_b = b.pivot - pivot;
    sum = (a.sum + a.weight * from_a) + (b.sum + b.weight * from_b);
    squares = (a.squares + from_a * (2 * a.sum + a.weight * from_a)) +
              (b.squares + from_b * (2 * b.sum + b.weight * from_b));
    return;
  }
  const double delta = (b.pivot - a.pivot) + (b.sum / b.weight - a.sum / a.weight);
  const double deviations = (a.squared_deviations() + b.squared_deviations()) +
                            delta * delta * (a.weight * (b.weight / weight));
  pivot = a.pivot + offset;
  sum = weight * (offset - (pivot - a.pivot));  // what rounding the pivot lost
  squares = deviations + sum * (sum / weight);
}

double Moments::total() const {
  const double product = weight * pivot;
  const double rounding = std::fma(weight, pivot, -product);
  return product + (sum + rounding);
}

double Moments::squared_deviations() const {
  if (!std::isfinite(sum))
    return std::numeric_limits<double>::quiet_NaN();  // infinities among the values
  if (!std::isfinite(squares)) return squares;
  const double deviations = squares - sum * (sum / weight);
  return deviations > 0 ? deviations : 0;
}

Moments moments_of(const Column& values, const double* weights, MissingValues& missing) {
  return dispatch(values.type(), [&]<class T>(T*) {
    return column_moments<T>(values.values<T>(), weights, missing);
  });
}

void add_by_cell(const Column& values, const double* weights, const std::int32_t* cell,
                 Moments* cells, MissingValues& missing) {
  dispatch(values.type(), [&]<class T>(T*) {
    if (weights)
      scatter<T, true>(values.values<T>(), weights, cell, cells, missing);
    else
      scatter<T, false>(values.values<T>(), nullptr, cell, cells, missing);
  });
}

}  // namespace insitu
