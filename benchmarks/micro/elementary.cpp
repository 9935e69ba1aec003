// What does an elementary function cost per number, over arrays, beside the C library's one by one?
// The counter `of_libm` is the ratio of the two, measured one after the other.
#include "math/elementary.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

namespace {

using namespace insitu;
constexpr std::size_t kCount = 4096;  // in and out fit the nearest cache

/// Seconds that `run` takes, the best of several.
template <class F>
double best_of(F&& run) {
  double best = 1e9;
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    for (int k = 0; k < 20; ++k) {
      run();
      benchmark::ClobberMemory();
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / 20);
  }
  return best;
}

template <class Ours, class Theirs>
void compare(benchmark::State& state, Ours&& ours, Theirs&& theirs) {
  for (auto _ : state) {
    ours();
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kCount));
  const double libm = best_of(theirs);
  state.counters["libm_ns"] = 1e9 * libm / kCount;
  state.counters["of_libm"] = best_of(ours) / libm;
}

std::vector<double> numbers(double low, double high) {
  std::vector<double> x(kCount);
  for (std::size_t i = 0; i < kCount; ++i)  // in no order
    x[i] = low + (high - low) * static_cast<double>(i * 2654435761 % 65536) / 65536;
  return x;
}

#define INSITU_COMPARE(name, low, high)                                    \
  void name(benchmark::State& state) {                                     \
    const auto x = numbers(low, high);                                     \
    std::vector<double> y(kCount);                                         \
    compare(                                                               \
        state, [&] { elementary::name(x.data(), y.data(), kCount); },      \
        [&] {                                                              \
          for (std::size_t i = 0; i < kCount; ++i) y[i] = std::name(x[i]); \
        });                                                                \
  }                                                                        \
  BENCHMARK(name)

#define INSITU_COMPARE_2(name, low, high, other_low, other_high)                 \
  void name(benchmark::State& state) {                                           \
    const auto a = numbers(low, high), b = numbers(other_low, other_high);       \
    std::vector<double> y(kCount);                                               \
    compare(                                                                     \
        state, [&] { elementary::name(a.data(), b.data(), y.data(), kCount); },  \
        [&] {                                                                    \
          for (std::size_t i = 0; i < kCount; ++i) y[i] = std::name(a[i], b[i]); \
        });                                                                      \
  }                                                                              \
  BENCHMARK(name)

INSITU_COMPARE(exp, -50, 50);
INSITU_COMPARE(expm1, -2, 2);
INSITU_COMPARE(log, 0.01, 100);
INSITU_COMPARE(log1p, -0.5, 10);
INSITU_COMPARE(log2, 0.01, 100);
INSITU_COMPARE(log10, 0.01, 100);
INSITU_COMPARE_2(pow, 0.01, 100, -20, 20);
INSITU_COMPARE(sin, -10, 10);
INSITU_COMPARE(cos, -10, 10);
INSITU_COMPARE(tan, -10, 10);
INSITU_COMPARE(asin, -1, 1);
INSITU_COMPARE(acos, -1, 1);
INSITU_COMPARE(atan, -5, 5);
INSITU_COMPARE_2(atan2, -1, 1, 1, -2);
INSITU_COMPARE(sinh, -5, 5);
INSITU_COMPARE(cosh, -5, 5);
INSITU_COMPARE(tanh, -5, 5);
INSITU_COMPARE(asinh, -5, 5);
INSITU_COMPARE(acosh, 1, 5);
INSITU_COMPARE(atanh, -1, 1);
INSITU_COMPARE(cbrt, -100, 100);
INSITU_COMPARE(erf, -3, 3);
INSITU_COMPARE(erfc, -3, 10);
INSITU_COMPARE(lgamma, 0.5, 20);
INSITU_COMPARE(tgamma, 0.5, 20);

}  // namespace

BENCHMARK_MAIN();
