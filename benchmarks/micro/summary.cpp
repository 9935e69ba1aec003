// How long does a summary take over rows that lie in memory? Columns as in the airline sample
// (int32 with missing values, float32, a factor of 7 levels), the number by factor, and ten float64
// columns.
#include "algorithms/summary.hpp"

#include <benchmark/benchmark.h>

#include <random>

#include "analysis/compute_context.hpp"
#include "contexts/local.hpp"
#include "data/frame_source.hpp"

namespace {

using namespace insitu;

FrameSource airline(std::size_t rows) {
  std::mt19937_64 random(1);
  std::vector<std::int32_t> delay(rows), day(rows);
  std::vector<float> time(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    delay[i] = random() % 33 ? static_cast<std::int32_t>(random() % 300) - 60
                             : missing_value<std::int32_t>();
    day[i] = static_cast<std::int32_t>(random() % 7);
    time[i] = static_cast<float>(random() % 1440) / 60;
  }
  std::vector<Field> fields(3);
  fields[0].name = "ArrDelay", fields[0].type = Type::kInt32;
  fields[1].name = "CRSDepTime", fields[1].type = Type::kFloat32;
  fields[2].name = "DayOfWeek", fields[2].type = Type::kFactor;
  fields[2].levels =
      make_levels({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"});
  Chunk chunk;
  chunk.schema = std::make_shared<const Schema>(fields);
  chunk.rows = rows;
  chunk.columns = {Column::own(Type::kInt32, std::move(delay)),
                   Column::own(Type::kFloat32, std::move(time)),
                   Column::own(Type::kFactor, std::move(day), fields[2].levels)};
  return FrameSource(chunk.schema, {chunk});
}

FrameSource numbers(std::size_t rows, int columns) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal(10, 3);
  std::vector<Field> fields;
  Chunk chunk;
  chunk.rows = rows;
  for (int c = 0; c < columns; ++c) {
    std::vector<double> values(rows);
    for (auto& v : values) v = random() % 100 ? normal(random) : missing_value<double>();
    chunk.columns.push_back(Column::own(Type::kFloat64, std::move(values)));
    fields.emplace_back().name = "x" + std::to_string(c);
  }
  chunk.schema = std::make_shared<const Schema>(fields);
  return FrameSource(chunk.schema, {chunk});
}

void summarise(benchmark::State& state, const FrameSource& source, const char* formula) {
  const auto schema = source.schema();
  const Summary summary{insitu::bind(summary_formula(parse_formula(formula), *schema), *schema)};
  LocalContext context(static_cast<int>(state.range(0)));
  RunControl control;
  for (auto _ : state) benchmark::DoNotOptimize(compute(summary, source, context, control));
  state.SetItemsProcessed(state.iterations() * *source.row_count());
}

void airline_columns(benchmark::State& state) {
  static const auto source = airline(600000);
  summarise(state, source, "~ArrDelay + CRSDepTime + DayOfWeek");
}
void airline_by_category(benchmark::State& state) {
  static const auto source = airline(600000);
  summarise(state, source, "~ArrDelay:DayOfWeek");
}
void airline_factor(benchmark::State& state) {
  static const auto source = airline(600000);
  summarise(state, source, "~DayOfWeek");
}
void ten_columns(benchmark::State& state) {
  static const auto source = numbers(2000000, 10);
  summarise(state, source, "~.");
}

BENCHMARK(airline_columns)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(airline_by_category)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(airline_factor)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(ten_columns)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
