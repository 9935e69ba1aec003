// How fast is delimited text read? 600,000 rows of three columns as in airline data: an integer
// with missing values, a decimal, a quoted factor (about 12 MB), and twenty numeric columns of
// which all, three or none are wanted.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "filesystems/native.hpp"
#include "sources/text/source.hpp"

namespace insitu {
namespace {

constexpr int kRows = 600000;

std::string temporary(const char* name) {
  return (std::filesystem::temp_directory_path() / name).string();
}

std::string airline_file() {
  static const std::string path = [] {
    const auto file = temporary("insitu_bench_airline.csv");
    const char* const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                "Friday", "Saturday", "Sunday"};
    std::mt19937 random(1);
    std::ofstream out(file, std::ios::binary);
    out << "\"ArrDelay\",\"CRSDepTime\",\"DayOfWeek\"\n";
    char line[64];
    for (int row = 0; row < kRows; ++row) {
      const double hours = static_cast<double>(random() % 1440) / 60;
      if (random() % 34 == 0)
        std::snprintf(line, sizeof line, "M,%f,\"%s\"\n", hours, days[row / 90000 % 7]);
      else
        std::snprintf(line, sizeof line, "%d,%f,\"%s\"\n", static_cast<int>(random() % 120) - 30,
                      hours, days[row / 90000 % 7]);
      out << line;
    }
    return file;
  }();
  return path;
}

std::string wide_file() {
  static const std::string path = [] {
    const auto file = temporary("insitu_bench_wide.csv");
    std::mt19937 random(1);
    std::ofstream out(file, std::ios::binary);
    for (int c = 0; c < 20; ++c) out << (c ? "," : "") << "x" << c;
    out << "\n";
    char value[32];
    for (int row = 0; row < 100000; ++row)
      for (int c = 0; c < 20; ++c) {
        std::snprintf(value, sizeof value, "%.6g%c", static_cast<double>(random()) / 1e6,
                      c < 19 ? ',' : '\n');
        out << value;
      }
    return file;
  }();
  return path;
}

std::shared_ptr<const DataSource> airline() {
  return make_text_source({{"type", "RxTextData"},
                           {"file", airline_file()},
                           {"stringsAsFactors", true},
                           {"missingValueString", "M"}},
                          native_file_system());
}

std::size_t read_all(const DataSource& source, const std::vector<Split>& splits,
                     std::size_t threads, const ReadOptions& options = {}) {
  std::atomic<std::size_t> next{0}, rows{0};
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < splits.size();) {
      const auto reader = source.open(splits[i], options);
      while (const auto chunk = reader->next()) rows += chunk->rows;
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  others.clear();
  return rows;
}

void count(benchmark::State& state, const std::string& file, std::size_t rows) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(std::filesystem::file_size(file)));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}

void BM_Sniff(benchmark::State& state) {
  airline_file();
  for (auto _ : state) benchmark::DoNotOptimize(airline());
}
BENCHMARK(BM_Sniff)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Splits(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    const auto source = airline();
    state.ResumeTiming();
    benchmark::DoNotOptimize(source->splits());
  }
}
BENCHMARK(BM_Splits)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Parse(benchmark::State& state) {
  const auto source = airline();
  const auto splits = source->splits();
  for (auto _ : state)
    if (read_all(*source, splits, static_cast<std::size_t>(state.range(0))) != kRows)
      state.SkipWithError("rows are lost");
  count(state, airline_file(), kRows);
}
BENCHMARK(BM_Parse)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Sniffing, splits and parsing: what a user waits for.
void BM_Whole(benchmark::State& state) {
  airline_file();
  for (auto _ : state) {
    const auto source = airline();
    if (read_all(*source, source->splits(), 2) != kRows) state.SkipWithError("rows are lost");
  }
  count(state, airline_file(), kRows);
}
BENCHMARK(BM_Whole)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Wide(benchmark::State& state) {
  const auto source =
      make_text_source({{"type", "RxTextData"}, {"file", wide_file()}}, native_file_system());
  const auto splits = source->splits();
  ReadOptions options;
  std::vector<std::string> wanted;
  for (int c = 0; c < state.range(0); ++c)
    wanted.push_back("x" + std::to_string(c * 20 / static_cast<int>(state.range(0))));
  options.columns = wanted;
  for (auto _ : state) benchmark::DoNotOptimize(read_all(*source, splits, 2, options));
  count(state, wide_file(), 100000);
}
BENCHMARK(BM_Wide)->Arg(20)->Arg(3)->Arg(0)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace insitu

BENCHMARK_MAIN();
