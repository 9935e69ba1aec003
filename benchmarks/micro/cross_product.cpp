// How fast are weighted cross products of dense columns? Rows per second by number of columns;
// tiles in the nearest cache.
#include "math/cross_product.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

namespace {

using namespace insitu;

void tile_products(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0));
  std::vector<double> tile(columns * kTileRows);
  for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = static_cast<double>(i % 97) - 48;
  std::vector<double> packed(packed_size(columns));
  for (auto _ : state) {
    add_tile_products(tile.data(), tile.data(), columns, kTileRows, packed.data());
    benchmark::DoNotOptimize(packed.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kTileRows));
  state.counters["flops"] = benchmark::Counter(
      static_cast<double>(state.iterations() * kTileRows * columns * (columns + 1)),
      benchmark::Counter::kIsRate);
}
BENCHMARK(tile_products)->Arg(1)->Arg(2)->Arg(5)->Arg(10)->Arg(21)->Arg(50)->Arg(100)->Arg(200);

void tile_products_double_double(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0));
  std::vector<double> high(columns * kTileRows, 1.5), low(columns * kTileRows, 1e-17);
  std::vector<DoubleDouble> packed(packed_size(columns));
  const DoubleDoubleTile tile{high.data(), low.data()};
  for (auto _ : state) {
    add_tile_products(tile, tile, columns, kTileRows, packed.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kTileRows));
}
BENCHMARK(tile_products_double_double)->Arg(2)->Arg(10)->Arg(21);

}  // namespace

BENCHMARK_MAIN();
