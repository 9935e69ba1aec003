#include "algorithms/lin_mod.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "unit/algorithms/coded_rows.hpp"
#include "base/error.hpp"

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
std::vector<double> numbers(const json& items) {
  std::vector<double> result;
  for (const auto& item : items) result.push_back(number(item));
  return result;
}

/// Fits a table in chunks of `chunk_rows` rows, `chunks_per_split` of them per state.
LinearFit fit(LinMod model, const Table& table, std::size_t rows, std::size_t chunk_rows = 1 << 20,
              std::size_t chunks_per_split = 1) {
  for (;;) {
    auto total = model.init();
    std::size_t row = 0;
    do {
      auto state = model.init();
      for (std::size_t c = 0; c < chunks_per_split && (row < rows || row == 0); ++c) {
        const auto end = std::min(rows, row + chunk_rows);
        model.accumulate(state, code_rows(model.frame, table, row, end));
        row = std::max(end, std::size_t{1});
      }
      total.merge(state);
    } while (row < rows);
    if (!model.update(total)) return model.finalize(total);
  }
}

double relative(double ours, double theirs, double scale = 0) {
  if (std::isnan(ours) && std::isnan(theirs)) return 0;
  const double difference = std::fabs(ours - theirs);
  return difference == 0 ? 0 : difference / std::max({std::fabs(theirs), scale, 1e-300});
}

std::vector<std::filesystem::path> golden(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  const auto path = std::filesystem::path(INSITU_SOURCE_DIR) / "tests/golden" / folder;
  if (std::filesystem::exists(path))
    for (const auto& entry : std::filesystem::directory_iterator(path))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> labels_of(const ModelFrame& frame, bool intercept) {
  std::vector<std::string> labels;
  if (intercept) labels.push_back("(Intercept)");
  for (std::size_t t = 0; t < frame.terms.size(); ++t)
    for (const auto& label : frame.labels(t)) labels.push_back(label);
  return labels;
}

TEST(LinModGolden, AgreesWithLm) {
  const auto files = golden("lin_mod");
  if (files.empty()) GTEST_SKIP() << "tests/golden/lin_mod is absent";
  for (const auto& file : files) {
    std::ifstream in(file);
    const auto golden_fit = json::parse(in);
    SCOPED_TRACE(file.filename().string() + ": " + golden_fit["formula"].get<std::string>());
    Table table;
    std::size_t rows = 0;
    for (const auto& [name, column] : golden_fit["data"].items()) {
      auto& out = table[name];
      if (column["type"] == "factor") {
        out.levels = column["levels"].get<std::vector<std::string>>();
        for (const auto& value : column["values"])
          out.values.push_back(value.is_null() ? kNaN
                                               : static_cast<double>(std::find(out.levels.begin(), out.levels.end(),
                                                                               value.get<std::string>()) -
                                                                     out.levels.begin()));
      } else {
        out.values = numbers(column["values"]);
      }
      rows = out.values.size();
    }
    const json options = golden_fit["options"].is_object() ? golden_fit["options"] : json::object();
    const auto formula = golden_fit["formula"].get<std::string>();
    const auto tilde = formula.find('~');
    std::string response = formula.substr(0, tilde);
    response.erase(response.find_last_not_of(' ') + 1);
    bool intercept = true;
    const auto terms = parse_terms(formula.substr(tilde + 1), intercept);
    LinMod model;
    model.frame = make_frame(table, {response}, terms, intercept,
                             options.contains("fweights")   ? options["fweights"].get<std::string>()
                             : options.contains("pweights") ? options["pweights"].get<std::string>()
                                                            : "",
                             options.contains("fweights"));
    model.coding = {options.value("cube", false), options.value("dropFirst", false), options.value("dropMain", true)};
    model.coefficient_covariance = true;
    const auto& expected = golden_fit["expected"];
    for (const std::size_t chunk_rows : {std::size_t{1} << 20, std::size_t{7}}) {
      const auto ours = fit(model, table, rows, chunk_rows, 3);
      SCOPED_TRACE("chunks of " + std::to_string(chunk_rows));
      EXPECT_EQ(labels_of(model.frame, ours.intercept), expected["labels"].get<std::vector<std::string>>());
      const auto compare = [&](const char* name, const std::vector<double>& values, double tolerance) {
        const auto theirs = numbers(expected[name]);
        ASSERT_EQ(values.size(), theirs.size()) << name;
        double scale = 0;
        for (const double v : theirs) scale = std::isnan(v) ? scale : std::max(scale, std::fabs(v));
        for (std::size_t i = 0; i < values.size(); ++i)
          EXPECT_LE(relative(values[i], theirs[i], name == std::string("p") ? 0 : 1e-4 * scale), tolerance)
              << name << " " << expected["labels"][i] << ": " << values[i] << " against " << theirs[i];
      };
      compare("estimate", ours.coefficients, 1e-9);
      compare("std_error", ours.std_errors, 1e-9);
      compare("t", ours.t_values, 1e-9);
      compare("p", ours.p_values, 1e-6);  // a relative error of t of 1e-9 grows with t^2 in the far tail
      const auto one = [&](const char* name, double value, double tolerance = 1e-9) {
        if (expected[name].is_null()) return;  // left open there
        EXPECT_LE(relative(value, number(expected[name])), tolerance) << name << ": " << value << " " << expected[name];
      };
      one("sigma", ours.sigma[0]);
      one("r_squared", ours.r_squared[0]);
      one("adj_r_squared", ours.adjusted_r_squared[0]);
      one("f", ours.f_value[0]);
      one("df_model", ours.model_df);
      one("df_residual", ours.residual_df);
      one("f_p", ours.f_p_value[0], 1e-6);
      one("rss", ours.residual_squares[0]);
      if (expected.contains("condition_number")) one("condition_number", ours.condition_number, 1e-8);
      one("valid", static_cast<double>(ours.rows));
      one("missing", static_cast<double>(ours.missing_rows));
      one("sum_of_weights", ours.sum_of_weights);
      std::vector<double> vcov;  // rows of a lower triangle; a row of one number is written as the number
      if (expected.contains("vcov"))
        for (const auto& row : expected["vcov"])
          for (const double v : row.is_array() ? numbers(row) : std::vector{number(row)}) vcov.push_back(v);
      std::size_t at = 0;
      const std::size_t p = ours.columns.size();
      double largest = 0;
      for (const double v : vcov) largest = std::max(largest, std::fabs(v));
      for (std::size_t i = 0; i < p; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
          if (vcov.empty() || ours.aliased[i] || ours.aliased[j]) continue;
          ASSERT_LT(at, vcov.size());
          EXPECT_LE(relative(ours.unscaled_covariance[i * p + j] * ours.sigma[0] * ours.sigma[0], vcov[at], 1e-3 * largest),
                    1e-9)
              << "vcov " << i << " " << j;
          ++at;
        }
    }
  }
}

TEST(LinModNist, ReachesTheCertifiedDigits) {
  const auto files = golden("nist");
  if (files.empty()) GTEST_SKIP() << "tests/golden/nist is absent";
  for (const auto& file : files) {
    std::ifstream in(file);
    const auto set = json::parse(in);
    if (!set.contains("formula") || !set.contains("data")) continue;
    if (!set["certified"].contains("estimate")) continue;
    SCOPED_TRACE(set["name"].get<std::string>());
    Table table;
    std::size_t rows = 0;
    for (const auto& [name, column] : set["data"].items()) rows = (table[name].values = numbers(column)).size();
    const auto formula = set["formula"].get<std::string>();
    bool intercept = true;
    const auto terms = parse_terms(formula.substr(formula.find('~') + 1), intercept);
    LinMod model;
    model.frame = make_frame(table, {"y"}, terms, intercept);
    const double needed = set["level"] == "lower" ? 9 : 7;
    const auto& certified = set["certified"];
    const auto ours = fit(model, table, rows);
    const auto digits = [](double value, double truth) {
      const double error = truth == 0 ? std::fabs(value) : std::fabs(value - truth) / std::fabs(truth);
      return error == 0 ? 15.0 : std::min(15.0, -std::log10(error));
    };
    double worst = 15, worst_error = 15;
    for (std::size_t i = 0; i < ours.coefficients.size(); ++i) {
      worst = std::min(worst, digits(ours.coefficients[i], number(certified["estimate"][i])));
      worst_error = std::min(worst_error, digits(ours.std_errors[i], number(certified["std_error"][i])));
    }
    const double sd = digits(ours.sigma[0], number(certified["residual_sd"]));
    RecordProperty(set["name"].get<std::string>(), std::to_string(worst));
    std::printf("  %-9s %-8s digits: estimates %4.1f, errors %4.1f, residual sd %4.1f  %s\n",
                set["name"].get<std::string>().c_str(), set["level"].get<std::string>().c_str(), worst, worst_error, sd,
                ours.double_double ? "double-double" : "double");
    EXPECT_GE(worst, needed);
    EXPECT_GE(worst_error, needed);
    EXPECT_GE(sd, needed);
  }
}

}  // namespace
}  // namespace insitu
