// What does a regression cost per row once rows are decoded? One thread, chunks of kRowsPerChunk
// rows from memory, coding included; and how long does solving take by number of columns?
#include "algorithms/lin_mod.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "data/chunk.hpp"
#include "formula/model/formula.hpp"

namespace {

using namespace insitu;

/// A chunk of numbers x0.. and factors f<levels>.., and a response y.
Chunk random_chunk(std::size_t numbers, const std::vector<std::size_t>& levels) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::vector<Field> fields;
  Chunk chunk;
  chunk.rows = kRowsPerChunk;
  const auto number = [&](const std::string& name) {
    fields.emplace_back().name = name;
    std::vector<double> values(chunk.rows);
    for (auto& value : values) value = normal(random);
    chunk.columns.push_back(Column::own(Type::kFloat64, std::move(values)));
  };
  number("y");
  for (std::size_t i = 0; i < numbers; ++i) number("x" + std::to_string(i));
  for (const auto count : levels) {
    auto& field = fields.emplace_back();
    field.name = "f" + std::to_string(count);
    field.type = Type::kFactor;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back("l" + std::to_string(i));
    field.levels = make_levels(names);
    std::vector<std::int32_t> codes(chunk.rows);
    for (auto& code : codes) code = static_cast<std::int32_t>(random() % count);
    chunk.columns.push_back(Column::own(Type::kFactor, std::move(codes), field.levels));
  }
  chunk.schema = std::make_shared<const Schema>(fields);
  return chunk;
}

LinMod model_for(const Chunk& chunk) {
  std::string formula = "y ~ ";
  for (std::size_t i = 1; i < chunk.schema->size(); ++i)
    formula += (i > 1 ? " + " : "") + (*chunk.schema)[i].name;
  LinMod model;
  model.frame = insitu::bind(parse_formula(formula), *chunk.schema);
  return model;
}

void accumulate(benchmark::State& state, std::size_t numbers,
                const std::vector<std::size_t>& levels) {
  const auto chunk = random_chunk(numbers, levels);
  const auto model = model_for(chunk);
  auto sums = model.init();
  for (auto _ : state) model.accumulate(sums, chunk);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * chunk.rows));
}
BENCHMARK_CAPTURE(accumulate, factor_7, 0, {7});
BENCHMARK_CAPTURE(accumulate, factor_7_and_1_number, 1, {7});
BENCHMARK_CAPTURE(accumulate, numbers_20, 20, {});
BENCHMARK_CAPTURE(accumulate, numbers_100, 100, {});
BENCHMARK_CAPTURE(accumulate, factors_20_50_12_and_1_number, 1, {20, 50, 12});
BENCHMARK_CAPTURE(accumulate, factors_784_49, 0, {784, 49});
BENCHMARK_CAPTURE(accumulate, factors_5000_300, 0, {5000, 300});

void coding_alone(benchmark::State& state, std::size_t numbers,
                  const std::vector<std::size_t>& levels) {
  const auto chunk = random_chunk(numbers, levels);
  const auto model = model_for(chunk);
  for (auto _ : state) benchmark::DoNotOptimize(model.frame.rows(chunk));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * chunk.rows));
}
BENCHMARK_CAPTURE(coding_alone, factor_7, 0, {7});
BENCHMARK_CAPTURE(coding_alone, numbers_20, 20, {});
BENCHMARK_CAPTURE(coding_alone, factors_20_50_12_and_1_number, 1, {20, 50, 12});

void solve(benchmark::State& state) {
  const auto chunk = random_chunk(1, {static_cast<std::size_t>(state.range(0)), 12});
  auto model = model_for(chunk);
  auto sums = model.init();
  model.accumulate(sums, chunk);
  for (auto _ : state) benchmark::DoNotOptimize(model.finalize(sums));
}
BENCHMARK(solve)->Arg(7)->Arg(50)->Arg(200)->Arg(833)->Arg(2000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
