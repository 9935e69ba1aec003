#include "algorithms/predict.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "algorithms/lin_mod.hpp"
#include "algorithms/linear_model.hpp"
#include "base/error.hpp"
#include "data/frame_source.hpp"
#include "formula/model/formula.hpp"

namespace insitu {
namespace {

using nlohmann::json;
using SourcePtr = std::shared_ptr<const DataSource>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number(const json& item) {
  if (item.is_null()) return kNaN;
  return item.is_number() ? item.get<double>()
                          : std::strtod(item.get<std::string>().c_str(), nullptr);
}

struct ColumnData {
  std::string name;
  std::vector<double> values;       // numbers or codes; NaN: missing
  std::vector<std::string> levels;  // of a factor
};

/// A source of the given columns, stored in pieces of `piece` rows.
SourcePtr source_of(const std::vector<ColumnData>& data, std::size_t piece = 1000) {
  std::vector<Field> fields;
  const std::size_t rows = data.front().values.size();
  for (const auto& column : data) {
    Field field;
    field.name = column.name;
    if (!column.levels.empty()) {
      field.type = Type::kFactor;
      field.levels = make_levels(column.levels);
    }
    fields.push_back(field);
  }
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  std::vector<Chunk> chunks;
  for (std::size_t begin = 0; begin < rows; begin += piece) {
    Chunk chunk;
    chunk.schema = schema;
    chunk.rows = std::min(piece, rows - begin);
    chunk.from.first_row = static_cast<std::int64_t>(begin);
    for (std::size_t c = 0; c < data.size(); ++c) {
      const auto first = data[c].values.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::vector<double> part(first, first + static_cast<std::ptrdiff_t>(chunk.rows));
      if (data[c].levels.empty()) {
        chunk.columns.push_back(Column::own(Type::kFloat64, part));
      } else {
        std::vector<std::int32_t> codes;
        for (const double v : part)
          codes.push_back(std::isnan(v) ? kMissingCode : static_cast<std::int32_t>(v));
        chunk.columns.push_back(Column::own(Type::kFactor, std::move(codes), (*schema)[c].levels));
      }
    }
    chunks.push_back(std::move(chunk));
  }
  return std::make_shared<FrameSource>(schema, std::move(chunks));
}

LinearFit fit(LinMod analysis, const DataSource& source) {
  for (;;) {
    auto total = analysis.init();
    for (const auto& split : source.splits()) {
      auto state = analysis.init();
      const auto reader = source.open(split, {.columns = analysis.variables()});
      while (const auto chunk = reader->next()) analysis.accumulate(state, *chunk);
      total.merge(state);
    }
    if (!analysis.update(total)) return analysis.finalize(total);
  }
}

std::shared_ptr<const Model> model_of(const std::string& formula, const DataSource& source,
                                      Coding coding = {}, bool covariance = true,
                                      const std::string& pweights = "",
                                      const std::string& fweights = "") {
  LinMod analysis;
  analysis.frame = insitu::bind(parse_formula(formula), *source.schema(), pweights, fweights);
  analysis.coding = coding;
  analysis.coefficient_covariance = covariance;
  const auto result = fit(analysis, source);
  // By way of its bytes, as it comes back to predict.
  return load_model(make_linear_model(analysis.frame, result, coding.cube, "").save());
}

std::map<std::string, std::vector<double>> read(
    const DataSource& source, std::optional<std::vector<std::string>> columns = {}) {
  std::map<std::string, std::vector<double>> result;
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, {.columns = columns});
    while (const auto chunk = reader->next())
      for (std::size_t c = 0; c < chunk->columns.size(); ++c) {
        auto& out = result[(*chunk->schema)[c].name];
        for (std::size_t i = 0; i < chunk->rows; ++i) out.push_back(chunk->columns[c].number_at(i));
      }
  }
  return result;
}

PredictOptions all_columns(bool prediction_interval = false) {
  PredictOptions columns;
  columns.prediction_names = {"pred"};
  columns.residuals = columns.std_errors = true;
  columns.residual_names = {"resid"};
  columns.std_error_names = {"se"};
  columns.interval_names = {"lower", "upper"};
  columns.interval = prediction_interval ? "prediction" : "confidence";
  return columns;
}

std::vector<ColumnData> random_data(std::size_t rows, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<ColumnData> data = {{"y", {}, {}}, {"x", {}, {}}, {"f", {}, {"a", "b", "c"}}};
  for (std::size_t i = 0; i < rows; ++i) {
    const double f = static_cast<double>(random() % 3), x = normal(random);
    data[0].values.push_back(2 + x + f + 0.1 * normal(random));
    data[1].values.push_back(x);
    data[2].values.push_back(f);
  }
  return data;
}

TEST(PredictGolden, AgreesWithPredictLm) {
  const auto folder = std::filesystem::path(INSITU_SOURCE_DIR) / "tests/golden/lin_mod";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "tests/golden/lin_mod is absent";
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    const auto golden = json::parse(in);
    if (!golden["expected"].contains("predictions")) continue;
    SCOPED_TRACE(entry.path().filename().string());
    const json options = golden["options"].is_object() ? golden["options"] : json::object();
    std::vector<ColumnData> data;
    for (const auto& [name, column] : golden["data"].items()) {
      auto& out = data.emplace_back();
      out.name = name;
      if (column["type"] == "factor") out.levels = column["levels"].get<std::vector<std::string>>();
      for (const auto& value : column["values"])
        out.values.push_back(
            out.levels.empty() ? number(value)
            : value.is_null()
                ? kNaN
                : static_cast<double>(std::find(out.levels.begin(), out.levels.end(), value) -
                                      out.levels.begin()));
    }
    const auto source = source_of(data);
    const Coding coding{options.value("cube", false), options.value("dropFirst", false),
                        options.value("dropMain", true)};
    const auto model = model_of(golden["formula"], *source, coding, !coding.cube,
                                options.value("pweights", std::string()),
                                options.value("fweights", std::string()));
    const auto& expected = golden["expected"]["predictions"];
    const auto compare = [&](const std::vector<double>& ours, const char* key) {
      for (std::size_t i = 0; i < expected["rows"].size(); ++i) {
        const auto row = expected["rows"][i].get<std::size_t>() - 1;
        const double theirs = number(expected[key][i]);
        EXPECT_NEAR(ours[row], theirs, 1e-9 * std::fabs(theirs)) << key << " row " << row + 1;
        ++compared;
      }
    };
    auto columns = all_columns();
    if (coding.cube) {
      columns.std_errors = false;
      columns.interval = "none";
    }
    const auto rows = read(*predicted(source, model, columns).source);
    compare(rows.at("pred"), "pred");
    if (coding.cube) continue;
    compare(rows.at("se"), "std_error");
    compare(rows.at("lower"), "confidence_lower");
    compare(rows.at("upper"), "confidence_upper");
    const auto wide = read(*predicted(source, model, all_columns(true)).source);
    compare(wide.at("lower"), "prediction_lower");
    compare(wide.at("upper"), "prediction_upper");
  }
  EXPECT_GT(compared, 100);
}

TEST(Predict, MissingPredictorsGiveMissingPredictions) {
  auto data = random_data(100, 1);
  const auto model = model_of("y ~ x + f", *source_of(data));
  data[1].values[3] = kNaN;
  data[2].values[5] = kNaN;
  data[0].values[7] = kNaN;
  const auto rows = read(*predicted(source_of(data, 7), model, all_columns()).source);
  for (const auto* name : {"pred", "resid", "se", "lower", "upper"}) {
    EXPECT_TRUE(std::isnan(rows.at(name)[3])) << name;
    EXPECT_TRUE(std::isnan(rows.at(name)[5])) << name;
    EXPECT_TRUE(std::isnan(rows.at(name)[7]))
        << name;  // residuals are asked for, so the response counts
    EXPECT_FALSE(std::isnan(rows.at(name)[8])) << name;
  }
  PredictOptions only;
  only.prediction_names = {"pred"};
  EXPECT_FALSE(std::isnan(read(*predicted(source_of(data), model, only).source).at("pred")[7]));
}

TEST(Predict, TheResponseIsNeededForResidualsOnly) {
  auto data = random_data(50, 2);
  const auto model = model_of("y ~ x + f", *source_of(data));
  data.erase(data.begin());
  const auto source = source_of(data);
  PredictOptions only;
  only.prediction_names = {"pred"};
  EXPECT_EQ(read(*predicted(source, model, only).source).at("pred").size(), 50u);
  EXPECT_THROW(predicted(source, model, all_columns()), InvalidArgument);
}

TEST(Predict, LevelsAreMatchedByName) {
  auto data = random_data(60, 3);
  const auto source = source_of(data);
  const auto model = model_of("y ~ x + f", *source);
  PredictOptions columns;
  columns.prediction_names = {"pred"};
  const auto before = read(*predicted(source, model, columns).source).at("pred");
  data[2].levels = {"c", "a", "b"};
  for (auto& code : data[2].values) code = code == 2 ? 0 : code + 1;
  EXPECT_EQ(read(*predicted(source_of(data), model, columns).source).at("pred"), before);
  data[2].levels = {"c", "a", "new"};
  EXPECT_THROW(read(*predicted(source_of(data), model, columns).source), InvalidArgument);
  columns.check_levels = false;
  const auto rows = read(*predicted(source_of(data), model, columns).source).at("pred");
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(std::isnan(rows[i]), data[2].values[i] == 2) << i;
}

TEST(Predict, NothingIsSaidOfLevelsWithoutRows) {
  auto data = random_data(60, 4);
  for (auto& code : data[2].values) code = code == 1 ? 0 : code;
  const auto model = model_of("y ~ x + f", *source_of(data));
  data[2].values[0] = 1;
  const auto rows = read(*predicted(source_of(data), model, all_columns()).source);
  for (const auto* name : {"pred", "se", "lower", "upper"})
    EXPECT_TRUE(std::isnan(rows.at(name)[0])) << name;
  EXPECT_FALSE(std::isnan(rows.at("pred")[1]));
}

TEST(Predict, ChunksWithoutRowsHaveAllColumns) {
  const auto data = random_data(60, 4);
  const auto model = model_of("y ~ x + f", *source_of(data));
  const auto predictor = model->predictor(all_columns());
  Chunk chunk{source_of(data)->schema(), {}, 0, {}};
  for (const auto& field : chunk.schema->fields())
    chunk.columns.emplace_back(field.type, 0, nullptr, nullptr, field.levels);
  EXPECT_EQ(predictor->predict(chunk).size(), predictor->outputs().size());
}

TEST(Predict, ReadsOnlyWhatIsAskedFor) {
  const auto data = random_data(20, 5);
  const auto source = source_of(data);
  const auto added = predicted(source, model_of("y ~ x", *source), all_columns()).source;
  EXPECT_EQ(added->schema()->names(),
            (std::vector<std::string>{"y", "x", "f", "pred", "resid", "se", "lower", "upper"}));
  const auto rows = read(*added, std::vector<std::string>{"resid", "f"});
  EXPECT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows.at("f"), data[2].values);
}

TEST(Predict, AColumnOfTheSameNameGivesWay) {
  const auto data = random_data(20, 6);
  const auto source = source_of(data);
  PredictOptions columns;
  columns.prediction_names = {"x"};
  const auto added = predicted(source, model_of("y ~ x", *source), columns).source;
  EXPECT_EQ(added->schema()->names(), (std::vector<std::string>{"y", "f", "x"}));
  EXPECT_NE(read(*added).at("x"), data[1].values);
}

TEST(Predict, RecipesComeBack) {
  const auto data = random_data(70000, 7);
  const auto source = source_of(data);
  const auto added = predicted(source, model_of("y ~ x + f", *source), all_columns(true)).source;
  const auto recipe = json::parse(added->recipe().options);
  EXPECT_EQ(added->recipe().name, "predicted");
  const auto again = predicted_from_json(recipe, [&](const json&) { return source; });
  EXPECT_EQ(read(*again), read(*added));
  auto damaged = recipe;
  damaged["model"] = "AAAA";
  EXPECT_THROW(predicted_from_json(damaged, [&](const json&) { return source; }), DataError);
  EXPECT_THROW(predicted_from_json(json::object(), [&](const json&) { return source; }), DataError);
}

TEST(Predict, WhatCannotBeComputedIsRefusedBeforeReading) {
  const auto source = source_of(random_data(50, 8));
  EXPECT_THROW(predicted(source, model_of("y ~ x", *source, {}, false), all_columns()),
               InvalidArgument);
  EXPECT_THROW(predicted(source, model_of("cbind(y, x) ~ f", *source, {}, false), PredictOptions{}),
               InvalidArgument);
  auto same = all_columns();
  same.interval_names = {"upper", "upper"};
  EXPECT_THROW(predicted(source, model_of("y ~ x", *source), same), InvalidArgument);
  auto wide = all_columns();
  wide.confidence = 1.5;
  EXPECT_THROW(predicted(source, model_of("y ~ x", *source), wide), InvalidArgument);
}

TEST(LinearModel, DamagedBytesAreRefused) {
  const auto source = source_of(random_data(50, 9));
  const auto model = model_of("y ~ x + f", *source);
  const auto bytes = model->save();
  EXPECT_EQ(LinearModel::load(bytes).save(), bytes);
  for (std::size_t length = 0; length < bytes.size(); length += 7)
    EXPECT_THROW(LinearModel::load(std::string_view(bytes).substr(0, length)), DataError);
  for (std::size_t at = 0; at < bytes.size(); at += 5) {
    auto flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    EXPECT_THROW(LinearModel::load(flipped), DataError) << at;
  }
  // Intact seals around contradictions.
  const auto intact = LinearModel::load(bytes);
  auto wrong = intact;
  wrong.coefficients.pop_back();
  EXPECT_THROW(LinearModel::load(wrong.save()), DataError);
  wrong = intact;
  wrong.frame.terms[0].variables[0] = 99;
  EXPECT_THROW(LinearModel::load(wrong.save()), DataError);
  wrong = intact;
  wrong.version = 7;
  EXPECT_THROW(LinearModel::load(wrong.save()), DataError);
}

}  // namespace
}  // namespace insitu
