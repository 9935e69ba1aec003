// How long does it take to read columns of an .xdf file, and to write them? Rows are airline-like:
// a delay with missing values, a departure time and a day of the week; one block, so that only
// columns and splits run side by side.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "data/native_file.hpp"
#include "filesystems/native.hpp"
#include "sources/xdf/sink.hpp"
#include "sources/xdf/source.hpp"

namespace {

using namespace insitu;

constexpr std::size_t kRows = 600000;

Chunk airline_rows() {
  std::vector<std::int32_t> delay(kRows), day(kRows);
  std::vector<float> time(kRows);
  std::uint64_t state = 1;
  const auto next = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;  // Knuth, MMIX
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  };
  for (std::size_t i = 0; i < kRows; ++i) {
    delay[i] = next() < 0.03 ? missing_value<std::int32_t>()
                             : static_cast<std::int32_t>(-20 - 25 * std::log(next())) - 10;
    time[i] = static_cast<float>(std::floor(5 + 18 * next()) + std::floor(12 * next()) / 12);
    day[i] = static_cast<std::int32_t>(i * 7 / kRows);
  }
  Field a, b, c;
  a.name = "ArrDelay", a.type = Type::kInt32;
  b.name = "CRSDepTime", b.type = Type::kFloat32;
  c.name = "DayOfWeek", c.type = Type::kFactor;
  c.levels =
      make_levels({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"});
  const auto schema = std::make_shared<const Schema>(std::vector<Field>{a, b, c});
  return {schema,
          {Column::own(Type::kInt32, delay), Column::own(Type::kFloat32, time),
           Column::own(Type::kFactor, day, c.levels)},
          kRows,
          {}};
}

std::string file_name() {
  return (std::filesystem::temp_directory_path() /
          ("insitu-bench-" + std::to_string(::getpid()) + ".xdf"))
      .string();
}

void write_file(const Chunk& rows, std::int64_t rows_per_block) {
  XdfWriteOptions options;
  options.sink.overwrite = true;
  options.sink.rows_per_block = rows_per_block;
  const auto sink = open_xdf_sink(file_name(), rows.schema, options);
  for (std::size_t begin = 0; begin < rows.rows; begin += kRowsPerChunk)
    sink->write(slice(rows, begin, std::min(kRowsPerChunk, rows.rows - begin)));
  sink->finish();
}

void read(benchmark::State& state) {
  write_file(airline_rows(), state.range(1));
  const auto files = native_file_system();
  const ReadOptions options{.columns = std::vector<std::string>{"ArrDelay", "DayOfWeek"}};
  for (auto _ : state) {
    const XdfSource source({{"type", "RxXdfData"}, {"file", file_name()}}, files);
    const auto splits = source.splits();
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < state.range(0); ++t)
      threads.emplace_back([&] {
        for (std::size_t i; (i = next++) < splits.size();) {
          const auto reader = source.open(splits[i], options);
          while (const auto chunk = reader->next())
            benchmark::DoNotOptimize(chunk->columns[0].data());
        }
      });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
  std::filesystem::remove(file_name());
}
BENCHMARK(read)
    ->ArgNames({"threads", "rows_per_block"})
    ->ArgsProduct({{1, 2}, {600000, 100000}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void write(benchmark::State& state) {
  const auto rows = airline_rows();
  for (auto _ : state) write_file(rows, 500000);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
  std::filesystem::remove(file_name());
}
BENCHMARK(write)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
