#include "laws/analyses.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>

#include "algorithms/find_levels.hpp"
#include "algorithms/glm.hpp"
#include "algorithms/keep_moments.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"
#include "algorithms/written_rows.hpp"
#include "base/error.hpp"
#include "contexts/local.hpp"
#include "laws/sources.hpp"
#include "math/vector_width.hpp"
#include "methods/methods.hpp"
#include "shaping/key_counts.hpp"

namespace insitu::laws {

namespace {

void put(Outcome& outcome, const std::vector<double>& values, bool close = true) {
  outcome.exact += insitu::save(values);
  if (close) outcome.close.insert(outcome.close.end(), values.begin(), values.end());
}
void put(Outcome& outcome, double value, bool close = true) {
  put(outcome, std::vector{value}, close);
}

Outcome outcome_of(const LinearFit& fit) {
  Outcome outcome;
  for (const auto* values :
       {&fit.coefficients, &fit.std_errors, &fit.residual_squares, &fit.total_squares, &fit.sigma,
        &fit.r_squared, &fit.column_means, &fit.unscaled_covariance, &fit.cell_counts})
    put(outcome, *values);
  for (const auto* values : {&fit.t_values, &fit.p_values, &fit.f_value, &fit.f_p_value})
    put(outcome, *values, false);
  put(outcome, static_cast<double>(fit.rows));
  put(outcome, static_cast<double>(fit.rank));
  put(outcome, fit.condition_number, false);
  return outcome;
}

Outcome outcome_of(const SummaryResult& result) {
  Outcome outcome;
  const auto statistics = [&](const Statistics& s) {
    put(outcome,
        std::vector<double>{s.mean, s.std_dev, s.low, s.high, s.sum, static_cast<double>(s.valid),
                            static_cast<double>(s.missing), s.weight, s.missing_weight});
  };
  put(outcome, static_cast<double>(result.rows));
  for (const auto& term : result.terms) {
    statistics(term.all);
    for (const auto& cell : term.cells) statistics(cell);
    put(outcome, term.counts);
  }
  return outcome;
}

Outcome outcome_of(const GlmFit& fit) {
  auto outcome = outcome_of(fit.linear);
  put(outcome, fit.coefficients);
  put(outcome, fit.std_errors);
  put(outcome, std::vector<double>{fit.deviance, fit.dispersion, fit.aic, fit.residual_df,
                                   static_cast<double>(fit.iterations)});
  return outcome;
}

Outcome outcome_of(const MomentsOfRun& run) {
  Outcome outcome;
  const auto& total = run.sums.total;
  std::vector<double> means;
  for (std::size_t j = 0; j < total.origin.size(); ++j) means.push_back(total.mean(j));
  put(outcome, means);
  put(outcome, total.products);
  put(outcome, std::vector{total.weight, static_cast<double>(total.rows)});
  outcome.exact += insitu::save(run);
  return outcome;
}

Outcome outcome_of(const FoundDomains& found) {
  Outcome outcome;
  outcome.exact = insitu::save(found.levels);
  for (const auto& [name, range] : found.ranges)
    put(outcome, std::vector<double>{range.first, range.second});
  return outcome;
}

Outcome outcome_of(const GroupCounts& groups) {
  Outcome outcome;
  outcome.exact = insitu::save(groups.keys());
  put(outcome, std::vector<double>(groups.rows().begin(), groups.rows().end()));
  return outcome;
}

/// Where blocks begin is known only of rows whose numbers are.
Outcome outcome_of(const CountedRows& counted) {
  Outcome outcome;
  outcome.exact = insitu::save(counted.kept) + insitu::save(counted.levels);
  put(outcome, static_cast<double>(counted.rows()));
  return outcome;
}

/// `make` describes the analysis for the columns of a source.
template <Analysis A>
AnalysisUnderTest entry(std::string name, std::function<A(const Schema&)> make) {
  return {std::move(name),
          [make](const SourcePtr& source, ComputeContext& context, RunControl& control) {
            return outcome_of(compute(make(*source->schema()), *source, context, control));
          },
          [make](const SourcePtr& source) {
            return std::make_unique<PassOf<A>>(make(*source->schema()));
          }};
}

AnalysisUnderTest lin_mod(const std::string& formula, const std::string& pweights = "",
                          const std::string& fweights = "", Coding coding = {}) {
  return entry<LinMod>("lin_mod " + formula + " " + pweights + fweights, [=](const Schema& schema) {
    LinMod model;
    model.frame = insitu::bind(parse_formula(formula), schema, pweights, fweights);
    model.coding = coding;
    model.coefficient_covariance = true;
    return model;
  });
}

/// What is kept, places of runs included, is the same to the bit in every context.
AnalysisUnderTest moments(const std::string& formula, const std::string& pweights = "",
                          bool precise = false) {
  return entry<KeepMoments>("moments " + formula, [=](const Schema& schema) {
    return KeepMoments{.frame = insitu::bind(parse_formula(formula), schema, pweights),
                       .wants_precise = precise};
  });
}

/// A second response is the offset.
AnalysisUnderTest glm(const std::string& formula, const std::string& family,
                      const std::string& pweights = "", bool linear_start = false) {
  return entry<Glm>("glm " + formula + " " + family + " " + pweights, [=](const Schema& schema) {
    Glm model;
    model.frame = insitu::bind(parse_formula(formula), schema, pweights);
    model.family = Family::parse(family);
    model.constants = true;
    model.control.coefficient_covariance = true;
    if (!linear_start) return model;
    model.control.start = "linear";
    model.step = Glm::Step::kLinear;
    return model;
  });
}

/// Runs passes here and keeps the last one.
class RecordingContext final : public ComputeContext {
 public:
  std::string name() const override { return context_.name(); }
  Capabilities capabilities() const override { return context_.capabilities(); }
  std::unique_ptr<Accumulator> run(const Pass& pass, const DataSource& data,
                                   RunControl& control) override {
    last = make_pass(pass.recipe());
    return context_.run(pass, data, control);
  }
  void read(const DataSource& data, const ReadOptions& options,
            const std::function<void(const Chunk&)>& consume, RunControl& control) override {
    context_.read(data, options, consume, control);
  }
  std::unique_ptr<Pass> last;

 private:
  LocalContext context_{1};
};

/// A method as its requests reach it: everything that the reply holds.
AnalysisUnderTest of_method(const char* op, const nlohmann::json& request) {
  const auto run = [op, request](const SourcePtr& source, ComputeContext& context,
                                 RunControl& control) {
    nlohmann::ordered_json reply;
    std::vector<NumericArray> arrays;
    ReplyWriter writer(reply, arrays);
    Scope scope(source, context, control);
    method_of_op(op)->run(Options(request), scope, writer);
    Outcome outcome;
    for (const auto& array : arrays) put(outcome, array.values);
    outcome.exact += reply.dump();
    return outcome;
  };
  return {op + request.dump(), run,
          [run](const SourcePtr& source) {
            RecordingContext context;
            RunControl control;
            run(source, context, control);
            return std::move(context.last);
          },
          false};
}

AnalysisUnderTest summary(const std::string& formula, bool by_term,
                          const std::string& pweights = "") {
  return entry<Summary>("summary " + formula + " " + pweights, [=](const Schema& schema) {
    return Summary{
        .frame = insitu::bind(summary_formula(parse_formula(formula), schema), schema, pweights),
        .by_term = by_term};
  });
}

}  // namespace

// What takes other ways than small models do: a second pass in double-double; a factor that is
// absorbed, with a sparse table of pairs; cells of which a split touches few.
constexpr const char* kDigitsAtRisk = "y ~ x + pow(x + 100000, 2)";
constexpr const char* kAbsorbed = "y ~ F(x * 16, -4800, 11200) + F(n, 0, 39)";
constexpr const char* kManyCells = "~ y:F(x * 80, -24000, 56000)";

namespace {

/// What takes many passes or large states: see `meets`.
AnalysisUnderTest of_one_source(AnalysisUnderTest analysis) {
  analysis.of_all_sources = false;
  return analysis;
}

}  // namespace

const std::vector<AnalysisUnderTest>& analyses() {
  static const std::vector<AnalysisUnderTest> kAnalyses = {
      summary("~ y + x + n + f", true),
      summary("~ y:f + f:g", false, "w"),
      lin_mod("y ~ x + n"),
      lin_mod("y ~ f + x + f:g", "w"),
      lin_mod("cbind(y, n) ~ f * x", "", "k", {.drop_first = true}),
      lin_mod("y ~ f:g", "", "", {.cube = true}),
      of_method("cov_cor", {{"formula", "~ y + x + n + f + x:g"}, {"pweights", "w"}}),
      of_method("cov_cor", {{"formula", "~ f + y"}, {"type", "SSCP"}, {"fweights", "k"}}),
      moments("cbind(y, n) ~ f + x + f:g", "w"),
      moments("~ y + x:f", "", true),
      of_method("lin_mod", {{"formula", "y ~ f + x"}, {"keepMoments", true}}),
      of_method("cov_cor", {{"formula", "~ f + g"}}),
      of_method("lin_mod",
                {{"formula", "y ~ x"},
                 {"pweights", "w"},
                 {"variableSelection", "scope = ~ x + n + f * g, keepStepCoefs = TRUE"}}),
      of_method("logit",
                {{"formula", "(y > 0) ~ f + x"},
                 {"maxIterations", 2},
                 {"variableSelection", "backward, scope = list(lower = ~ f, upper = ~ .)"}}),
      of_method("roc", {{"actualVarName", "b"}, {"predVarNames", {"y", "x"}}}),
      of_method("roc", {{"actualVarName", "b"}, {"predVarNames", {"y", "n"}}, {"exact", true}}),
      of_method("quantile", {{"varName", "n"}, {"fweights", "k"}}),
      of_method("quantile", {{"varName", "y"}, {"maxIntegerBins", 997}, {"pweights", "w"}}),
      of_method("quantile", {{"varName", "y"}, {"exact", true}}),
      of_method("lorenz", {{"orderVarName", "x"}, {"valueVarName", "w"}, {"fweights", "k"}}),
      of_method("lift", {{"actualVarName", "b"}, {"predVarNames", {"y", "x"}}}),
      of_method("calibration", {{"actualVarName", "b"},
                                {"predVarNames", {"b"}},
                                {"numBreaks", 4},
                                {"strategy", "uniform"}}),
      of_method("histogram", {{"formula", "~ y | f + F(b)"}}),
      of_method("histogram", {{"formula", "~ n | g"}, {"fweights", "k"}, {"histType", "Percent"}}),
      of_method("histogram", {{"formula", "~ y"},
                              {"pweights", "w"},
                              {"numBreaks", 7},
                              {"startVal", -1},
                              {"endVal", 2}}),
      of_method("histogram", {{"formula", "~ f | g"}}),
      of_method("pca", {{"formula", "~ x + n + f"}, {"cor", true}}),
      of_method("elastic_net", {{"formula", "y ~ x + n + f"}, {"alpha", 0.5}, {"numLambda", 9}}),
      of_method("ridge_reg", {{"formula", "y ~ x + n + f"}, {"lambda", {0.1, 2}}}),
      of_one_source(glm("(y > 0) ~ x + f", "binomial", "", true)),
      of_one_source(glm("cbind(abs(y), x / 1000) ~ f + x:g", "Gamma(log)", "w")),
      of_one_source(glm("abs(y) ~ x + f", "negative.binomial(2)", "w")),
      of_method("multinom_logit", {{"formula", "f ~ x + g"}, {"fweights", "k"}}),
      of_method("lin_mod", {{"formula", "y ~ f + x + f:g"}, {"robust", "HC3"}, {"covCoef", true}}),
      of_method("lin_mod", {{"formula", "y ~ x + n"}, {"cluster", {"n", "k"}}, {"pweights", "w"}}),
      of_method("glm", {{"formula", "abs(y) ~ x + offset(n / 100)"},
                        {"family", "Gamma(log)"},
                        {"cluster", "~ n"},
                        {"fweights", "k"}}),
      lin_mod(kDigitsAtRisk),
      of_one_source(lin_mod(kAbsorbed, "w")),
      of_one_source(summary(kManyCells, true)),
      entry<KeyCounts>("key_counts",
                       [](const Schema&) {
                         return KeyCounts{{"f", "n"}};
                       }),
      entry<WrittenRows>("written_rows",
                         [](const Schema& schema) {
                           WrittenRows counting{.columns = schema.names(),
                                                .lists_of = {},
                                                .complete = true,
                                                .borders = {1, 7'000, 70'000},
                                                .splits = 20'000};
                           for (const auto& field : schema.fields())
                             if (is_factor(field.type)) counting.lists_of.push_back(field.name);
                           return counting;
                         }),
      entry<FindLevels>("find_levels",
                        [](const Schema&) {
                          return FindLevels{.levels_of = {"f", "g"}, .ranges_of = {"n", "y"}};
                        }),
  };
  return kAnalyses;
}

bool meets(const AnalysisUnderTest& analysis, const std::string& source) {
  const char* all = std::getenv("INSITU_TEST_ALL");  // empty in the normal run
  return analysis.of_all_sources || source == "RxXdfData" || (all && *all);
}

namespace {

std::unique_ptr<Accumulator> loaded(const Pass& pass, std::string_view sealed) {
  auto state = pass.start();
  state->load(sealed);
  return state;
}

/// The state of rows [begin, end).
std::unique_ptr<Accumulator> state_of(const Pass& pass, const Chunk& all, std::size_t begin,
                                      std::size_t end) {
  auto state = pass.start();
  if (begin < end) state->accumulate(slice(all, begin, end - begin));
  return state;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  double scale = 0;  // a number that is 0 but for rounding is compared with its neighbours
  for (const auto value : a)
    if (std::isfinite(value)) scale = std::max(scale, std::min(std::abs(value), 1.0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isinf(a[i])) {
      EXPECT_TRUE((std::isnan(a[i]) && std::isnan(b[i])) || a[i] == b[i]) << i;
    } else {
      EXPECT_LE(std::abs(a[i] - b[i]), tolerance * std::max(std::abs(a[i]), scale))
          << i << ": " << a[i] << ", " << b[i];
    }
  }
}

TEST(Analyses, SomeTakeTheRarerWays) {
  const auto data = rows(3000);
  const auto model_of = [&](const char* formula) {
    return LinMod{.frame = insitu::bind(parse_formula(formula), *data.schema)};
  };
  LocalContext context(1);
  RunControl control;
  const auto source = in_splits_of(data, 1000);
  EXPECT_TRUE(compute(model_of(kDigitsAtRisk), *source, context, control).double_double);
  const auto absorbed = model_of(kAbsorbed);
  EXPECT_TRUE(MomentShape(absorbed.frame).pairs.at(0).sparse);
  EXPECT_GT(absorbed.frame.cells(0), kDenseColumns);
  const Summary summary{
      .frame =
          insitu::bind(summary_formula(parse_formula(kManyCells), *data.schema), *data.schema)};
  auto state = summary.init();
  summary.accumulate(state, data);
  EXPECT_FALSE(state.terms.at(0).cells.dense());
}

TEST(Analyses, TheBitsDoNotDependOnTheWidthOfVectors) {
  const auto source = in_splits_of(rows(20000), 3001);
  LocalContext context(2);
  for (const auto& analysis : analyses()) {
    SCOPED_TRACE(analysis.name);
    Bytes expected;
    for (const auto width : kVectorWidths) {
      const VectorWidthLimit limit(width);
      RunControl control;
      const auto found = analysis.fit(source, context, control).exact;
      if (expected.empty()) expected = found;
      EXPECT_EQ(found, expected);
    }
  }
}

TEST(Analyses, TheEmptyStateChangesNothingOnEitherSide) {
  const auto data = rows(3000);
  const auto source = in_splits_of(data, 3000);
  for (const auto& analysis : analyses()) {
    SCOPED_TRACE(analysis.name);
    const auto pass = analysis.pass(source);
    const auto expected = state_of(*pass, data, 0, 3000)->save();
    auto right = state_of(*pass, data, 0, 3000);
    right->merge(*pass->start());
    EXPECT_EQ(right->save(), expected);
    auto left = pass->start();
    left->merge(*state_of(*pass, data, 0, 3000));
    EXPECT_EQ(left->save(), expected);
    auto none = pass->start();
    none->merge(*pass->start());
    EXPECT_EQ(none->save(), pass->start()->save());
  }
}

TEST(Analyses, LoadIsTheInverseOfSaveAndAsGoodAsTheStateItself) {
  const auto data = rows(3000);
  const auto source = in_splits_of(data, 3000);
  for (const auto& analysis : analyses()) {
    SCOPED_TRACE(analysis.name);
    const auto pass = analysis.pass(source);
    for (const std::size_t end : {0u, 1u, 1500u}) {
      const auto state = state_of(*pass, data, 0, end);
      const auto copy = loaded(*pass, state->save());
      EXPECT_EQ(copy->save(), state->save());
      // Going on with a copy is going on with the original, whichever side it stands on.
      const auto next = state_of(*pass, data, 1500, 3000);
      state->merge(*next);
      copy->merge(*loaded(*pass, next->save()));
      EXPECT_EQ(copy->save(), state->save());
      state->accumulate(slice(data, 100, 50));
      copy->accumulate(slice(data, 100, 50));
      EXPECT_EQ(copy->save(), state->save());
    }
  }
}

TEST(Analyses, APassRebuiltFromItsRecipeComputesTheSame) {
  const auto data = rows(3000);
  const auto source = in_splits_of(data, 3000);
  for (const auto& analysis : analyses()) {
    SCOPED_TRACE(analysis.name);
    const auto pass = analysis.pass(source);
    const auto rebuilt = make_pass(pass->recipe());
    EXPECT_EQ(rebuilt->variables(), pass->variables());
    EXPECT_EQ(rebuilt->recipe().options, pass->recipe().options);
    EXPECT_EQ(state_of(*rebuilt, data, 0, 3000)->save(), state_of(*pass, data, 0, 3000)->save());
  }
}

TEST(Analyses, AnswersHardlyDependOnTheSplits) {
  const auto data = rows(20000);
  LocalContext context(1);
  for (const auto& analysis : analyses()) {
    SCOPED_TRACE(analysis.name);
    RunControl control;
    const auto whole = analysis.fit(in_splits_of(data, 20000), context, control);
    EXPECT_FALSE(whole.close.empty());
    for (const std::uint64_t split_rows : {1u, 7u, 999u, 10000u}) {
      const bool slow = analysis.name.starts_with("lin_mod") || analysis.name.ends_with('}');
      if (split_rows == 1 && slow) continue;  // covered by 7
      expect_close(whole.close,
                   analysis.fit(in_splits_of(data, split_rows), context, control).close, 1e-9);
    }
  }
}

TEST(Analyses, DamagedStatesAreRefused) {
  const auto data = rows(500);
  const auto source = in_splits_of(data, 500);
  std::mt19937 random(7);
  for (const auto& analysis : analyses()) {
    SCOPED_TRACE(analysis.name);
    const auto pass = analysis.pass(source);
    const auto sealed = state_of(*pass, data, 0, 500)->save();
    for (int round = 0; round < 100; ++round) {
      auto damaged = sealed;
      if (round % 2) {
        damaged.resize(random() % sealed.size());
      } else {
        damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
      }
      EXPECT_THROW(loaded(*pass, damaged), DataError);
    }
  }
}

TEST(Analyses, EveryRegisteredOneObeysTheLaws) {
  const auto source = in_splits_of(rows(10), 10);
  for (const auto& name : analysis_names()) {
    bool covered = false;
    for (const auto& analysis : analyses())
      covered = covered || analysis.pass(source)->recipe().name == name;
    EXPECT_TRUE(covered) << name << " has no line in tests/laws/analyses.cpp";
  }
}

}  // namespace
}  // namespace insitu::laws
