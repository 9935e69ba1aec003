#include "algorithms/glm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "unit/algorithms/coded_rows.hpp"

namespace insitu {
namespace {

using nlohmann::json;
using testing_models::code_rows;
using testing_models::make_frame;
using testing_models::parse_terms;
using testing_models::Table;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number(const json& item) {
  if (item.is_null()) return kNaN;
  if (item.is_number()) return item.get<double>();
  return std::strtod(item.get<std::string>().c_str(), nullptr);
}

GlmFit fit(Glm model, const Table& table, std::size_t rows, std::size_t chunk_rows = 64) {
  for (;;) {
    auto total = model.init();
    for (std::size_t row = 0; row < rows; row += chunk_rows) {
      auto state = model.init();
      auto coded = code_rows(model.frame, table, row, std::min(rows, row + chunk_rows));
      model.accumulate(state, coded);
      model.check(state);
      total.merge(state);
    }
    if (!model.update(total)) return model.finalize(total);
  }
}

/// "fa" for f=a, "fa:gu", "x:fa": as R labels them.
std::vector<std::string> r_labels(const ModelFrame& frame, bool intercept) {
  std::vector<std::string> labels;
  if (intercept) labels.push_back("(Intercept)");
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    for (const auto& label : frame.labels(t, true)) labels.push_back(label);
  return labels;
}

TEST(GlmGolden, AgreesWithGlm) {
  const auto folder = std::filesystem::path(INSITU_SOURCE_DIR) / "tests/golden/glm";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    std::ifstream in(entry.path());
    const auto golden = json::parse(in);
    const std::string formula = golden["formula"];
    SCOPED_TRACE(entry.path().filename().string() + ": " + formula);
    Table table;
    std::size_t rows = 0;
    for (const auto& [name, column] : golden["data"].items()) {
      auto& out = table[name];
      if (column["type"] == "factor") out.levels = column["levels"].get<std::vector<std::string>>();
      for (const auto& value : column["values"])
        out.values.push_back(
            value.is_null() ? kNaN
            : out.levels.empty()
                ? number(value)
                : static_cast<double>(
                      std::find(out.levels.begin(), out.levels.end(), value.get<std::string>()) -
                      out.levels.begin()));
      rows = out.values.size();
    }
    const auto tilde = formula.find('~');
    bool intercept = true;
    auto terms = parse_terms(formula.substr(tilde + 1), intercept);
    std::vector<std::string> responses{formula.substr(0, tilde - 1)};
    if (!golden["offset"].is_null()) responses.push_back(golden["offset"]);
    Glm model;
    model.frame =
        make_frame(table, responses, terms, intercept,
                   golden["weights"].is_null() ? "" : golden["weights"], golden["frequency"]);
    model.family = Family::parse(golden["family"]);
    model.coding.drop_first = true;
    model.constants = true;
    const auto usual = fit(model, table, rows);
    model.control.deviance_tolerance = 1e-14;
    model.control.coefficient_tolerance = 1e-13;
    model.control.max_iterations = 100;
    const auto found = fit(model, table, rows);

    const auto& expected = golden["expected"];
    const auto labels = r_labels(model.frame, intercept);
    ASSERT_EQ(labels.size(), found.coefficients.size());
    std::size_t compared = 0;
    for (std::size_t k = 0; k < expected["labels"].size(); ++k) {
      const auto at = std::find(labels.begin(), labels.end(), expected["labels"][k]);
      ASSERT_NE(at, labels.end()) << expected["labels"][k];
      const auto i = static_cast<std::size_t>(at - labels.begin());
      const double theirs = number(expected["estimate"][k]),
                   error = number(expected["std_error"][k]);
      EXPECT_EQ(std::isnan(theirs), std::isnan(found.coefficients[i])) << *at;
      if (std::isnan(theirs)) continue;
      ++compared;
      EXPECT_NEAR(found.coefficients[i], theirs, 1e-8 * std::max(std::fabs(theirs), error)) << *at;
      EXPECT_NEAR(found.std_errors[i], error, 1e-8 * error) << *at;
    }
    EXPECT_EQ(compared, found.linear.rank);
    const double deviance = number(expected["deviance"]);
    EXPECT_NEAR(found.deviance, deviance, 1e-10 * deviance);
    // R takes the weights of the last solution and the residuals after it.
    EXPECT_NEAR(found.dispersion, number(expected["dispersion"]),
                5e-8 * number(expected["dispersion"]));
    EXPECT_EQ(found.residual_df, number(expected["df_residual"]));
    const double aic = number(expected["aic"]);
    // R rounds successes and trials to whole numbers; with shares there is nothing to compare.
    if (!std::isnan(aic)) EXPECT_NEAR(found.aic, aic, 1e-9 * std::fabs(aic));
    EXPECT_TRUE(usual.converged);
    // R counts the start as an iteration.
    EXPECT_NEAR(static_cast<double>(usual.iterations) + 1, number(expected["iterations"]), 1);
  }
  EXPECT_GT(files, 25u);
}

Table binary_table(const std::vector<double>& y) {
  Table table;
  table["y"].values = y;
  for (std::size_t i = 0; i < y.size(); ++i) table["x"].values.push_back(static_cast<double>(i));
  return table;
}

Glm logit(const Table& table) {
  Glm model;
  model.frame = make_frame(table, {"y"}, {{"x"}});
  model.family = Family::parse("binomial");
  model.binary = true;
  return model;
}

TEST(Glm, SeparatedDataGiveFiniteNumbersAndTheNameOfWhatSeparates) {
  const auto table = binary_table({0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
  const auto found = fit(logit(table), table, 10);
  ASSERT_EQ(found.separated, std::vector<std::size_t>{1});
  for (const double b : found.coefficients) EXPECT_TRUE(std::isfinite(b));
  EXPECT_LT(found.deviance, 1e-6);
}

TEST(Glm, OverlappingDataAreNotCalledSeparated) {
  const auto table = binary_table({0, 0, 1, 0, 1, 0, 1, 1, 0, 1});
  const auto found = fit(logit(table), table, 10);
  EXPECT_TRUE(found.separated.empty());
  EXPECT_TRUE(found.converged);
}

TEST(Glm, StartsMeetAtOneAnswer) {
  const auto table = binary_table({0, 0, 1, 0, 1, 0, 1, 1, 0, 1});
  auto model = logit(table);
  model.control.deviance_tolerance = 1e-14;
  const auto near_responses = fit(model, table, 10);
  model.control.start = "linear";
  model.step = Glm::Step::kLinear;
  const auto linear = fit(model, table, 10);
  model.control.start = "values";
  model.step = Glm::Step::kFit;
  model.coefficients = {0.1, 0.2};
  model.centres = {0, 0};
  const auto values = fit(model, table, 10);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(linear.coefficients[k], near_responses.coefficients[k], 1e-10);
    EXPECT_NEAR(values.coefficients[k], near_responses.coefficients[k], 1e-10);
  }
}

TEST(Glm, BadResponsesAreNamed) {
  const auto error_of = [](const std::string& family, const std::vector<double>& y, bool binary) {
    const auto table = binary_table(y);
    auto model = logit(table);
    model.family = Family::parse(family);
    model.binary = binary;
    try {
      (void)fit(model, table, y.size());
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(error_of("binomial", {0, 1, 0.5}, true).find("must be 0 or 1, not 0.5"),
            std::string::npos);
  EXPECT_NE(error_of("binomial", {0, 1, 2}, false).find("from 0 to 1"), std::string::npos);
  EXPECT_NE(error_of("poisson", {0, 1, -2}, false).find("from 0 on"), std::string::npos);
  EXPECT_NE(error_of("Gamma", {3, 1, 0}, false).find("above 0"), std::string::npos);
  EXPECT_NE(error_of("binomial", {1, 1, 1}, true).find("has only the value 1"), std::string::npos);
  EXPECT_NE(error_of("gaussian(log)", {1, -1, 1}, false).find("iterations cannot start"),
            std::string::npos);
}

TEST(Glm, StatesOfOtherModelsAreRefused) {
  const auto table = binary_table({0, 1, 0, 1, 1});
  const auto model = logit(table);
  auto state = model.init();
  auto rows = code_rows(model.frame, table, 0, 5);
  model.accumulate(state, rows);
  model.check(state);
  auto wrong = state;
  wrong.sums.positive = 9;
  EXPECT_THROW(model.check(wrong), DataError);
  wrong = state;
  wrong.moments.offset.pop_back();
  EXPECT_THROW(model.check(wrong), DataError);
}

}  // namespace
}  // namespace insitu
