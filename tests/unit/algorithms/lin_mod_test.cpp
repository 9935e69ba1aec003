#include "algorithms/lin_mod.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>

#include "algorithms/absorbed_fit.hpp"
#include "analysis/pass.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
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
          out.values.push_back(
              value.is_null() ? kNaN
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
    model.coding = {options.value("cube", false), options.value("dropFirst", false),
                    options.value("dropMain", true)};
    model.coefficient_covariance = true;
    const auto& expected = golden_fit["expected"];
    for (const std::size_t chunk_rows : {std::size_t{1} << 20, std::size_t{7}}) {
      const auto ours = fit(model, table, rows, chunk_rows, 3);
      SCOPED_TRACE("chunks of " + std::to_string(chunk_rows));
      EXPECT_EQ(labels_of(model.frame, ours.intercept),
                expected["labels"].get<std::vector<std::string>>());
      const auto compare = [&](const char* name, const std::vector<double>& values,
                               double tolerance) {
        const auto theirs = numbers(expected[name]);
        ASSERT_EQ(values.size(), theirs.size()) << name;
        double scale = 0;
        for (const double v : theirs) scale = std::isnan(v) ? scale : std::max(scale, std::fabs(v));
        for (std::size_t i = 0; i < values.size(); ++i)
          EXPECT_LE(relative(values[i], theirs[i], name == std::string("p") ? 0 : 1e-4 * scale),
                    tolerance)
              << name << " " << expected["labels"][i] << ": " << values[i] << " against "
              << theirs[i];
      };
      compare("estimate", ours.coefficients, 1e-9);
      compare("std_error", ours.std_errors, 1e-9);
      compare("t", ours.t_values, 1e-9);
      compare("p", ours.p_values,
              1e-6);  // a relative error of t of 1e-9 grows with t^2 in the far tail
      const auto one = [&](const char* name, double value, double tolerance = 1e-9) {
        if (expected[name].is_null()) return;  // left open there
        EXPECT_LE(relative(value, number(expected[name])), tolerance)
            << name << ": " << value << " " << expected[name];
      };
      one("sigma", ours.sigma[0]);
      one("r_squared", ours.r_squared[0]);
      one("adj_r_squared", ours.adjusted_r_squared[0]);
      one("f", ours.f_value[0]);
      one("df_model", ours.model_df);
      one("df_residual", ours.residual_df);
      one("f_p", ours.f_p_value[0], 1e-6);
      one("rss", ours.residual_squares[0]);
      if (expected.contains("condition_number"))
        one("condition_number", ours.condition_number, 1e-8);
      one("valid", static_cast<double>(ours.rows));
      one("missing", static_cast<double>(ours.missing_rows));
      one("sum_of_weights", ours.sum_of_weights);
      std::vector<double>
          vcov;  // rows of a lower triangle; a row of one number is written as the number
      if (expected.contains("vcov"))
        for (const auto& row : expected["vcov"])
          for (const double v : row.is_array() ? numbers(row) : std::vector{number(row)})
            vcov.push_back(v);
      std::size_t at = 0;
      const std::size_t p = ours.columns.size();
      double largest = 0;
      for (const double v : vcov) largest = std::max(largest, std::fabs(v));
      for (std::size_t i = 0; i < p; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
          if (vcov.empty() || ours.aliased[i] || ours.aliased[j]) continue;
          ASSERT_LT(at, vcov.size());
          EXPECT_LE(relative(ours.unscaled_covariance[i * p + j] * ours.sigma[0] * ours.sigma[0],
                             vcov[at], 1e-3 * largest),
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
    for (const auto& [name, column] : set["data"].items())
      rows = (table[name].values = numbers(column)).size();
    const auto formula = set["formula"].get<std::string>();
    bool intercept = true;
    const auto terms = parse_terms(formula.substr(formula.find('~') + 1), intercept);
    LinMod model;
    model.frame = make_frame(table, {"y"}, terms, intercept);
    const double needed = set["level"] == "lower" ? 9 : 7;
    const auto& certified = set["certified"];
    const auto ours = fit(model, table, rows);
    const auto digits = [](double value, double truth) {
      const double error =
          truth == 0 ? std::fabs(value) : std::fabs(value - truth) / std::fabs(truth);
      return error == 0 ? 15.0 : std::min(15.0, -std::log10(error));
    };
    double worst = 15, worst_error = 15;
    for (std::size_t i = 0; i < ours.coefficients.size(); ++i) {
      worst = std::min(worst, digits(ours.coefficients[i], number(certified["estimate"][i])));
      worst_error =
          std::min(worst_error, digits(ours.std_errors[i], number(certified["std_error"][i])));
    }
    const double sd = digits(ours.sigma[0], number(certified["residual_sd"]));
    RecordProperty(set["name"].get<std::string>(), std::to_string(worst));
    std::printf("  %-9s %-8s digits: estimates %4.1f, errors %4.1f, residual sd %4.1f  %s\n",
                set["name"].get<std::string>().c_str(), set["level"].get<std::string>().c_str(),
                worst, worst_error, sd, ours.double_double ? "double-double" : "double");
    EXPECT_GE(worst, needed);
    EXPECT_GE(worst_error, needed);
    EXPECT_GE(sd, needed);
  }
}

/// Random rows of every kind of column.
Table random_table(std::size_t rows, unsigned seed, std::size_t many_levels = 40) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Table table;
  const auto factor = [&](const char* name, std::size_t levels) {
    for (std::size_t i = 0; i < levels; ++i) table[name].levels.push_back("l" + std::to_string(i));
    for (std::size_t i = 0; i < rows; ++i)
      table[name].values.push_back(static_cast<double>(random() % levels));
  };
  factor("f", 5);
  factor("g", 3);
  factor("h", many_levels);
  for (const char* name : {"x", "z", "u", "y", "y2"})
    for (std::size_t i = 0; i < rows; ++i) table[name].values.push_back(100 + 10 * normal(random));
  for (std::size_t i = 0; i < rows; ++i) {
    table["w"].values.push_back(static_cast<double>(random() % 4));
    auto& y = table["y"].values[i];
    y += 0.5 * table["x"].values[i] + table["f"].values[i] -
         table["g"].values[i] * table["z"].values[i] * 0.1;
    if (random() % 20 == 0) table["x"].values[i] = kNaN;
  }
  return table;
}

LinMod model_of(const Table& table, const std::string& right, const std::string& weights = "") {
  LinMod model;
  bool intercept = true;
  const auto terms = parse_terms(right, intercept);
  model.frame = make_frame(table, {"y"}, terms, intercept, weights);
  return model;
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

void expect_same(const LinearFit& a, const LinearFit& b, double tolerance) {
  ASSERT_EQ(a.coefficients.size(), b.coefficients.size());
  EXPECT_EQ(a.aliased, b.aliased);
  for (std::size_t k = 0; k < a.coefficients.size(); ++k) {
    if (tolerance == 0) {
      EXPECT_TRUE(same_bits(a.coefficients[k], b.coefficients[k])) << k;
      EXPECT_TRUE(same_bits(a.std_errors[k], b.std_errors[k])) << k;
    } else {
      // A coefficient near zero has no relative precision; its standard error says what its digits
      // are worth.
      EXPECT_LE(relative(a.coefficients[k], b.coefficients[k], b.std_errors[k]), tolerance) << k;
      EXPECT_LE(relative(a.std_errors[k], b.std_errors[k]), tolerance) << k;
    }
  }
  for (std::size_t r = 0; r < a.responses; ++r)
    EXPECT_LE(relative(a.residual_squares[r], b.residual_squares[r]), tolerance);
}

constexpr const char* kModels[] = {"x",           "x + z + u", "f",         "f + x",
                                   "f * g + x",   "f - 1",     "x:f + z:g", "f + x:f + z:f:g",
                                   "h + f:g + x", "h:f + z:h", "x - 1",     "x:z + g + h - 1"};

TEST(LinModLaws, MergingAnEmptyStateChangesNothing) {
  const auto table = random_table(300, 1);
  for (const auto* right : kModels) {
    SCOPED_TRACE(right);
    const auto model = model_of(table, right, "w");
    auto state = model.init();
    model.accumulate(state, code_rows(model.frame, table, 0, 300));
    auto left = model.init();
    left.merge(state);
    auto both = state;
    both.merge(model.init());
    EXPECT_EQ(save(left), save(state));
    EXPECT_EQ(save(both), save(state));
    // Rows that are all missing count, and change nothing else.
    auto counted = state;
    ModelRows missing;
    missing.terms.resize(model.frame.terms.size());
    missing.responses.resize(1);
    missing.missing_rows = 3;
    model.accumulate(counted, missing);
    EXPECT_EQ(counted.moments.missing_rows, state.moments.missing_rows + 3);
    expect_same(model.finalize(counted), model.finalize(state), 0);
  }
}

TEST(LinModLaws, SavedStatesAndAnalysesComeBack) {
  const auto table = random_table(200, 2);
  for (const bool precise : {false, true})
    for (const auto* right : kModels) {
      SCOPED_TRACE(right);
      auto model = model_of(table, right);
      model.double_double = precise;
      const auto again = load<LinMod>(save(model));
      auto state = again.init();
      again.accumulate(state, code_rows(model.frame, table, 0, 200));
      auto loaded = again.init();
      load_into(loaded, save(state));
      EXPECT_EQ(save(loaded), save(state));
      expect_same(again.finalize(loaded), model.finalize(state), 0);
    }
}

TEST(LinModLaws, DamagedStatesAreRefused) {
  const auto table = random_table(100, 3);
  const auto model = model_of(table, "f * g + x");
  auto state = model.init();
  model.accumulate(state, code_rows(model.frame, table, 0, 100));
  auto short_state = state;
  short_state.moments.sums[0] = CellTable<double>(2, short_state.moments.sums[0].width());
  EXPECT_THROW(model.finalize(short_state), DataError);
  auto target = state;
  EXPECT_THROW(target.merge(short_state), DataError);
  const auto other = model_of(table, "f + x");
  auto foreign = other.init();
  other.accumulate(foreign, code_rows(other.frame, table, 0, 100));
  EXPECT_THROW(target.merge(foreign), DataError);
  EXPECT_THROW(model.finalize(foreign), DataError);
}

TEST(LinModLaws, D18AStateThatCannotBeIsRefused) {
  const auto table = random_table(300, 3);
  using State = LinMod::State;
  const auto refused = [&](const LinMod& model, auto&& change) {
    const PassOf<LinMod> pass(model);
    auto state = model.init();
    model.accumulate(state, code_rows(model.frame, table, 0, 300));
    pass.start()->load(seal(LinMod::name, save(state)));  // as it is, it is sound
    change(state);
    EXPECT_THROW(pass.start()->load(seal(LinMod::name, save(state))), DataError);
  };
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const auto model = model_of(table, "f * g + x");
  refused(model, [](State& s) { s.moments.rows = -1; });
  refused(model, [](State& s) { s.moments.rows = kMost; });
  refused(model, [](State& s) { s.moments.missing_rows = kMost; });
  refused(model, [](State& s) { s.moments.weighted_rows = s.moments.rows + 1; });
  refused(model, [](State& s) { s.moments.weight = -1; });
  refused(model, [](State& s) { s.moments.weight = std::numeric_limits<double>::quiet_NaN(); });
  refused(model, [](State& s) { s.moments.origin.clear(); });
  refused(model, [](State& s) { s.moments.origin.push_back(0); });
  refused(model, [](State& s) { s.moments.offset.pop_back(); });
  refused(model, [](State& s) { s.moments.products.push_back(0); });
  refused(model,
          [](State& s) { s.moments.sums[0] = CellTable<double>(s.moments.sums[0].cells(), 1); });
  refused(model,
          [](State& s) { s.moments.sums[0] = CellTable<double>(2, s.moments.sums[0].width()); });
  refused(model, [](State& s) { s.moments.sums.pop_back(); });
  refused(model, [](State& s) { s.moments.pairs.pop_back(); });
  refused(model, [](State& s) { s.moments.pairs[0].keys.push_back(0); });
  refused(model, [](State& s) { std::swap(s.precise.rows, s.moments.rows); });
  refused(model, [](State& s) { s.precise.missing_rows = 3; });
  auto precise = model;
  precise.double_double = true;
  refused(precise, [](State& s) { s.precise.rows = -1; });
  refused(precise, [](State& s) { s.precise.offset.pop_back(); });
  refused(precise, [](State& s) { s.moments.rows = 3; });
}

TEST(LinModLaws, D18CellsOfASparseTableAreThoseOfTheModel) {
  const auto chunk = [] {
    constexpr std::int32_t kRows = 4000, kLevels = 2000;
    std::vector<std::string> names;
    for (std::int32_t i = 0; i < kLevels; ++i) names.push_back("l" + std::to_string(i));
    const auto levels = make_levels(names);
    std::vector<std::int32_t> f, g;
    std::vector<double> y;
    for (std::int32_t i = 0; i < kRows; ++i) {
      f.push_back(i % kLevels), g.push_back(i * 7 % kLevels), y.push_back(i % 13);
    }
    const auto schema = std::make_shared<const Schema>(
        std::vector<Field>{{.name = "y"},
                           {.name = "f", .type = Type::kFactor, .levels = levels},
                           {.name = "g", .type = Type::kFactor, .levels = levels}});
    return Chunk{schema,
                 {Column::own(Type::kFloat64, std::move(y)),
                  Column::own(Type::kFactor, std::move(f), levels),
                  Column::own(Type::kFactor, std::move(g), levels)},
                 static_cast<std::size_t>(kRows),
                 {}};
  }();
  LinMod model;
  model.frame = insitu::bind(parse_formula("y ~ f + g"), *chunk.schema);
  const PassOf<LinMod> pass(model);
  auto state = model.init();
  model.accumulate(state, chunk);
  pass.start()->load(seal(LinMod::name, save(state)));
  ASSERT_FALSE(state.moments.pairs.empty());
  const auto& keys = state.moments.pairs[0].keys;
  ASSERT_GT(keys.size(), 2u);
  const auto refused = [&](auto&& change) {
    auto changed = state;
    change(changed.moments.pairs[0]);
    EXPECT_THROW(pass.start()->load(seal(LinMod::name, save(changed))), DataError);
  };
  refused([](auto& pair) { std::swap(pair.keys[0], pair.keys[1]); });
  refused([](auto& pair) { pair.keys[1] = pair.keys[0]; });
  refused([](auto& pair) { pair.keys.back() = std::uint64_t{2000} * 2000; });
  refused([](auto& pair) { pair.values.pop_back(); });
}

TEST(LinModLaws, SplitsDoNotChangeTheAnswer) {
  const std::size_t rows = 1000;
  const auto table = random_table(rows, 4);
  for (const auto* weights : {"", "w"})
    for (const auto* right : kModels) {
      SCOPED_TRACE(std::string(right) + " weights " + weights);
      const auto model = model_of(table, right, weights);
      const auto whole = fit(model, table, rows);
      for (const std::size_t chunk : {1, 13, 256, 500})
        for (const std::size_t per_split : {1, 4})
          expect_same(fit(model, table, rows, chunk, per_split), whole, 1e-9);
    }
}

TEST(LinModLaws, DoubleDoubleAgreesWithDouble) {
  const auto table = random_table(500, 5);
  for (const auto* right : kModels) {
    SCOPED_TRACE(right);
    auto model = model_of(table, right, "w");
    const auto plain = fit(model, table, 500, 100, 2);
    model.double_double = true;
    const auto precise = fit(model, table, 500, 100, 2);
    EXPECT_TRUE(precise.double_double);
    expect_same(plain, precise, 1e-10);
  }
}

TEST(LinMod, SparsePairTablesAgreeWithDenseOnes) {
  // h has so many levels that h : f is kept sparsely; the same rows with the levels merged two by
  // two are dense.
  const std::size_t rows = 4000;
  auto table = random_table(rows, 6, 120000);
  ASSERT_TRUE(MomentShape(model_of(table, "h + f").frame).pairs[0].sparse);
  for (auto& value : table["h"].values) value = std::floor(value / 3000);  // forty levels in use
  auto dense = table;
  dense["h"].levels.resize(40);
  const auto wide = model_of(table, "h + f + x"), narrow = model_of(dense, "h + f + x");
  ASSERT_FALSE(MomentShape(narrow.frame).pairs[0].sparse);
  for (const std::size_t chunk : {100, 5000}) {
    auto state = wide.init(), small = narrow.init();
    for (std::size_t row = 0; row < rows; row += chunk) {
      auto a = wide.init(), b = narrow.init();
      wide.accumulate(a, code_rows(wide.frame, table, row, std::min(rows, row + chunk)));
      narrow.accumulate(b, code_rows(narrow.frame, dense, row, std::min(rows, row + chunk)));
      state.merge(a);
      small.merge(b);
    }
    const MomentShape wide_shape(wide.frame), small_shape(narrow.frame);
    for (std::uint32_t h = 0; h < 40; ++h)
      for (std::uint32_t f = 0; f < 5; ++f)
        EXPECT_EQ(state.moments.pair_sum(wide_shape, 1, f, 0, h),
                  small.moments.pair_sum(small_shape, 0, h, 1, f));
  }
}

TEST(LinMod, SeveralResponsesAreFittedAsOneByOne) {
  const auto table = random_table(400, 7);
  for (const auto* right : kModels) {
    SCOPED_TRACE(right);
    bool intercept = true;
    const auto terms = parse_terms(right, intercept);
    LinMod both;
    both.frame = make_frame(table, {"y", "y2"}, terms, intercept);
    const auto together = fit(both, table, 400);
    const std::size_t p = together.columns.size();
    for (std::size_t r = 0; r < 2; ++r) {
      LinMod single;
      single.frame = make_frame(table, {r ? "y2" : "y"}, terms, intercept);
      const auto alone = fit(single, table, 400);
      for (std::size_t k = 0; k < p; ++k)
        EXPECT_LE(relative(together.coefficients[r * p + k], alone.coefficients[k]), 1e-10);
      EXPECT_LE(relative(together.sigma[r], alone.sigma[0]), 1e-10);
      EXPECT_LE(relative(together.f_value[r], alone.f_value[0]), 1e-10);
    }
  }
}

TEST(LinMod, FrequencyWeightsRepeatRows) {
  const auto table = random_table(300, 8);
  Table repeated = table;
  for (auto& [name, column] : repeated) {
    column.values.clear();
    for (std::size_t i = 0; i < 300; ++i)
      for (int k = 0; k < static_cast<int>(table.at("w").values[i]); ++k)
        column.values.push_back(table.at(name).values[i]);
  }
  auto model = model_of(table, "f + x + z", "w");
  model.frame.frequency_weights = true;
  const auto weighted = fit(model, table, 300);
  const auto plain = fit(model_of(repeated, "f + x + z"), repeated, repeated["y"].values.size());
  expect_same(weighted, plain, 1e-10);
  EXPECT_EQ(weighted.residual_df, plain.residual_df);
  EXPECT_LE(relative(weighted.sigma[0], plain.sigma[0]), 1e-10);
}

TEST(LinMod, NoRowsIsAnErrorThatSaysWhy) {
  const auto table = random_table(10, 9);
  const auto model = model_of(table, "x");
  const auto message = [&](const LinMod::State& state) {
    try {
      model.finalize(state);
    } catch (const DataError& error) {
      return in_words_of_r(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message(model.init()).find("no rows to fit"), std::string::npos);
  auto missing = table;
  for (auto& value : missing["x"].values) value = kNaN;
  auto state = model.init();
  model.accumulate(state, code_rows(model.frame, missing, 0, 10));
  EXPECT_NE(message(state).find("all 10 rows have a missing value"), std::string::npos);
  auto infinite = table;
  infinite["x"].values[3] = INFINITY;
  auto other = model.init();
  model.accumulate(other, code_rows(model.frame, infinite, 0, 10));
  EXPECT_NE(message(other).find("infinite"), std::string::npos);
  EXPECT_NE(message(other).find(": x"), std::string::npos);
}

TEST(LinMod, WeightsOfZeroAreNoRows) {
  auto table = random_table(50, 10);
  auto model = model_of(table, "z", "w");
  for (auto& w : table["w"].values) w = 0;
  EXPECT_THROW(fit(model, table, 50), DataError);
  table["w"].values[7] = 2;
  const auto one = fit(model, table, 50);
  EXPECT_EQ(one.observations, 1);
  EXPECT_EQ(one.rank, 1u);
}

TEST(LinMod, OneRowGivesTheInterceptAndNoErrors) {
  const auto table = random_table(1, 11);
  const auto one = fit(model_of(table, "z + f"), table, 1);
  EXPECT_EQ(one.rank, 1u);
  EXPECT_DOUBLE_EQ(one.coefficients[0], table.at("y").values[0]);
  EXPECT_TRUE(std::isnan(one.std_errors[0]));
  EXPECT_TRUE(one.aliased[1]);
  EXPECT_EQ(one.residual_df, 0);
}

TEST(LinMod, ConstantColumnsAreDropped) {
  auto table = random_table(500, 12);
  for (const double value : {0.0, 1.0, 0.1, 1e10, -7.3e-5}) {
    for (auto& x : table["u"].values) x = value;
    const auto result = fit(model_of(table, "u + z"), table, 500, 37, 2);
    EXPECT_TRUE(result.aliased[1]) << value;
    EXPECT_FALSE(result.aliased[2]) << value;
    const auto slopes =
        fit(model_of(table, "f + u:f"), table, 500, 37, 2);  // multiples of the cells of f
    EXPECT_EQ(slopes.rank, 5u) << value;
    EXPECT_EQ(fit(model_of(table, "u - 1"), table, 500).rank, value == 0 ? 0u : 1u);
  }
}

TEST(LinMod, ConstantResponseHasNoVarianceToExplain) {
  auto table = random_table(100, 13);
  for (auto& y : table["y"].values) y = 0.1;
  const auto result = fit(model_of(table, "z + f"), table, 100);
  EXPECT_NEAR(result.coefficients[0], 0.1, 1e-15);
  EXPECT_NEAR(result.coefficients[1], 0, 1e-15);
  EXPECT_EQ(result.residual_squares[0], 0);
  EXPECT_FALSE(result.double_double);
}

TEST(LinMod, ExactlyDependentNumbersAreDroppedAfterASecondLook) {
  auto table = random_table(200, 14);
  for (std::size_t i = 0; i < 200; ++i)
    table["u"].values[i] = table["z"].values[i] + table["y2"].values[i];
  const auto result = fit(model_of(table, "z + y2 + u"), table, 200);
  EXPECT_TRUE(result.double_double);
  EXPECT_TRUE(result.aliased[3]);
  EXPECT_EQ(result.rank, 3u);
  // A difference of 1e-6 of its size is kept, and its coefficient right.
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < 200; ++i) {
    table["u"].values[i] = table["z"].values[i] * (1 + 1e-6 * normal(random));
    table["y"].values[i] = 3 * table["z"].values[i] - 2 * table["u"].values[i];
  }
  const auto close = fit(model_of(table, "z + u"), table, 200);
  EXPECT_TRUE(close.double_double);
  EXPECT_FALSE(close.aliased[2]);
  EXPECT_NEAR(close.coefficients[1], 3, 1e-8);
  EXPECT_NEAR(close.coefficients[2], -2, 1e-8);
}

TEST(LinMod, EmptyCellsAndReferenceLevels) {
  auto table = random_table(300, 15);
  // The last level of f has no rows: all factors leave out their first level.
  for (auto& f : table["f"].values) f = f == 4 ? 0 : f;
  const auto first = fit(model_of(table, "f + g"), table, 300);
  EXPECT_TRUE(first.first_level_dropped);
  EXPECT_EQ(first.aliased,
            (std::vector<bool>{false, true, false, false, false, true, true, false, false}));
  EXPECT_TRUE(first.empty[5]);
  // A level in the middle without rows is dropped; the reference stays the last.
  for (auto& f : table["f"].values) f = f == 2 ? 4 : f;
  const auto middle = fit(model_of(table, "f + g"), table, 300);
  EXPECT_FALSE(middle.first_level_dropped);
  EXPECT_EQ(middle.aliased,
            (std::vector<bool>{false, false, false, true, false, true, false, false, true}));
}

TEST(LinMod, CubeKeepsAllCellsOfItsTermAndTheirMeans) {
  const auto table = random_table(500, 16);
  auto model = model_of(table, "f");
  model.coding.cube = true;
  const auto cube = fit(model, table, 500, 64, 2);
  std::vector<double> sum(5), count(5);
  for (std::size_t i = 0; i < 500; ++i) {
    sum[static_cast<std::size_t>(table.at("f").values[i])] += table.at("y").values[i];
    count[static_cast<std::size_t>(table.at("f").values[i])] += 1;
  }
  EXPECT_FALSE(cube.intercept);
  EXPECT_EQ(cube.cell_counts, count);
  EXPECT_EQ(cube.condition_number, 1);
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(cube.coefficients[k], sum[k] / count[k], 1e-10);
    EXPECT_NEAR(cube.std_errors[k], cube.sigma[0] / std::sqrt(count[k]), 1e-10);
  }
  const auto plain = fit(model_of(table, "f"), table, 500);
  EXPECT_NEAR(cube.r_squared[0], plain.r_squared[0], 1e-12);
  EXPECT_NEAR(cube.f_value[0], plain.f_value[0], 1e-9);
}

TEST(LinMod, TermsThatEarlierOnesSpanAreDroppedWithoutARetry) {
  const auto table = random_table(300, 17);
  auto model = model_of(table, "f:g + f + g");
  auto as_written = fit(model, table, 300);
  EXPECT_FALSE(as_written.first_level_dropped);
  EXPECT_EQ(as_written.rank, 15u);
  for (std::size_t k = 16; k < 24; ++k) EXPECT_TRUE(as_written.aliased[k]) << k;
  model.coding.drop_main = false;  // main effects first
  const auto main_first = fit(model, table, 300);
  EXPECT_EQ(main_first.rank, 15u);
  for (std::size_t k = 16; k < 20; ++k) EXPECT_FALSE(main_first.aliased[k]) << k;
  EXPECT_LE(relative(main_first.residual_squares[0], as_written.residual_squares[0]), 1e-10);
}

TEST(LinMod, AbsorbingTheLargestFactorGivesTheSameAnswer) {
  const std::size_t rows = 2000;
  const auto table = random_table(rows, 18, 60);
  for (const auto* weights : {"", "w"})
    for (const bool drop_first : {false, true})
      for (const auto* right :
           {"h", "h + x", "x + f + h", "f + h + x:f + z", "h + f:g + x - 1", "z + g + h + x:z"}) {
        SCOPED_TRACE(std::string(right) + " " + weights);
        auto model = model_of(table, right, weights);
        model.coding.drop_first = drop_first;
        auto state = model.init();
        model.accumulate(state, code_rows(model.frame, table, 0, rows));
        const auto dense = model.finalize(state);
        const FitOptions options{.coding = model.coding};
        const auto absorbed =
            fit_absorbing_a_factor(model.frame, *state.shape, state.moments, options);
        expect_same(absorbed, dense, 1e-9);
        EXPECT_EQ(absorbed.rank, dense.rank);
        EXPECT_LE(relative(absorbed.f_value[0], dense.f_value[0]), 1e-9);
        for (std::size_t k = 0; k < dense.columns.size(); ++k) {
          EXPECT_EQ(absorbed.centres[k], dense.centres[k]);
          EXPECT_LE(relative(absorbed.centred_coefficients[k], dense.centred_coefficients[k],
                             dense.std_errors[k]),
                    1e-9);
        }
      }
  auto cube = model_of(table, "h + x + f");
  cube.coding.cube = true;
  auto state = cube.init();
  cube.accumulate(state, code_rows(cube.frame, table, 0, rows));
  const auto dense = cube.finalize(state);
  const auto absorbed =
      fit_absorbing_a_factor(cube.frame, *state.shape, state.moments, {.coding = cube.coding});
  expect_same(absorbed, dense, 1e-9);
  EXPECT_EQ(absorbed.cell_counts, dense.cell_counts);
  EXPECT_LE(relative(absorbed.condition_number, dense.condition_number), 1e-9);
}

TEST(LinMod, AHundredThousandLevels) {
  const std::size_t rows = 300000;
  const auto table = random_table(rows, 19, 100000);
  const auto model = model_of(table, "x + h");
  const auto result = fit(model, table, rows, 32768, 2);
  EXPECT_GT(result.rank, 90000u);
  EXPECT_NEAR(result.coefficients[1], 0.5, 0.01);
  EXPECT_GT(result.std_errors[1], 0);
  EXPECT_TRUE(std::isnan(result.condition_number));
}

}  // namespace
}  // namespace insitu
