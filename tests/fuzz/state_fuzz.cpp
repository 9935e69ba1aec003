// Any bytes as the content of a state: they are refused, or merge and finish without harm.
#include <cmath>

#include "algorithms/binned_sums.hpp"
#include "algorithms/cov_cor.hpp"
#include "algorithms/exact_quantiles.hpp"
#include "algorithms/find_levels.hpp"
#include "algorithms/glm.hpp"
#include "algorithms/kept_moments.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/meat.hpp"
#include "algorithms/multinom.hpp"
#include "algorithms/rank_counts.hpp"
#include "algorithms/roc.hpp"
#include "algorithms/score_groups.hpp"
#include "algorithms/step_glm.hpp"
#include "algorithms/summary.hpp"
#include "analysis/pass.hpp"
#include "base/error.hpp"
#include "fuzz_main.hpp"

namespace insitu {
namespace {

Chunk some_rows() {
  const auto f = make_levels({"a", "b", "c"}), g = make_levels({"u", "v"});
  constexpr std::size_t kRows = 60;
  std::vector<double> y(kRows), x(kRows), w(kRows);
  std::vector<std::int32_t> fs(kRows), gs(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    x[i] = std::sin(static_cast<double>(i));
    y[i] = i % 11 == 3 ? missing_value<double>() : 2 * x[i] + static_cast<double>(i % 7);
    w[i] = static_cast<double>(i % 4);
    fs[i] = static_cast<std::int32_t>(i % 3);
    gs[i] = static_cast<std::int32_t>(i % 5 % 2);
  }
  const auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "y"},
                         {.name = "x"},
                         {.name = "f", .type = Type::kFactor, .levels = f},
                         {.name = "g", .type = Type::kFactor, .levels = g},
                         {.name = "w"}});
  return {schema,
          {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(x)),
           Column::own(Type::kFactor, std::move(fs), f),
           Column::own(Type::kFactor, std::move(gs), g), Column::own(Type::kFloat64, std::move(w))},
          kRows,
          {}};
}

const Chunk& rows() {
  static const Chunk kRows = some_rows();
  return kRows;
}

LinMod lin_mod() {
  LinMod model;
  model.frame = insitu::bind(parse_formula("y ~ x + f:g"), *rows().schema);
  model.coefficient_covariance = true;
  return model;
}
/// Its second pass, in double-double.
LinMod precise_lin_mod() {
  auto model = lin_mod();
  model.double_double = true;
  return model;
}
LinMod weighted_lin_mod() {
  LinMod model;
  model.frame = insitu::bind(parse_formula("y ~ f * g"), *rows().schema, "w");
  return model;
}
KeepMoments moments() {
  return {.frame = insitu::bind(parse_formula("y ~ x + f:g"), *rows().schema, "w")};
}
KeptMoments kept() {
  auto analysis = moments();
  auto state = analysis.init();
  analysis.accumulate(state, rows());
  return {.frame = analysis.frame, .runs = {{state.sums, std::nullopt}}};
}
/// At coefficients: moments of working residuals.
Glm glm() {
  Glm model;
  model.frame = insitu::bind(parse_formula("(y > 1) ~ x + f"), *rows().schema, "w");
  model.family = Family::parse("binomial");
  model.step = Glm::Step::kFit;
  model.coefficients = {0.1, 0.5, 0, 0, 0};
  model.centres = {0, 0.1, 0, 0, 0};
  model.residual = true;
  return model;
}
/// At coefficients: a block of moments for each pair of classes.
Multinom multinom() {
  Multinom model;
  model.frame = insitu::bind(parse_formula("N(f) ~ x + g"), *rows().schema, "w");
  model.classes =
      static_cast<std::uint32_t>(model.frame.variables[model.frame.responses[0]].levels.size());
  auto state = model.init();
  model.accumulate(state, rows());
  model.update(state);
  return model;
}
/// Robust and clustered covariances of a model whose coefficients are whatever they are.
Meat meat(bool clustered) {
  LinMod analysis = lin_mod();
  auto state = analysis.init();
  analysis.accumulate(state, rows());
  Meat meat;
  meat.model = make_linear_model(analysis.frame, analysis.finalize(state), false, "");
  if (clustered) meat.clusters = insitu::bind(parse_formula("~ f + g"), *rows().schema);
  meat.leverage = clustered ? 0 : 2;
  meat.adjust = clustered;
  return meat;
}
Summary summary() {
  return {.frame = insitu::bind(summary_formula(parse_formula("~ y + f:g + x:f"), *rows().schema),
                                *rows().schema)};
}
/// A factor has as many columns as levels.
CovCor cov_cor() {
  CovCor analysis;
  analysis.frame = insitu::bind(parse_formula("~ x + y + f"), *rows().schema, "w");
  return analysis;
}
/// After their first pass, which finds the ends of the values.
template <class A>
A second_pass(A analysis) {
  auto state = analysis.init();
  analysis.accumulate(state, rows());
  (void)analysis.update(state);
  return analysis;
}
BinnedSums binned_sums() {
  return second_pass(BinnedSums{.variable = "x", .other = "y", .weights = "w"});
}
ExactQuantiles exact_quantiles() {
  auto analysis = ExactQuantiles::of("x", {0.1, 0.5, 0.9});
  analysis.weights = "w";
  return second_pass(std::move(analysis));
}
Roc roc() { return second_pass(Roc{.actual = "g", .scores = {"x", "y"}, .breaks = 20}); }
RankCounts rank_counts() { return {.actual = "g", .scores = {"x", "y"}}; }
ScoreGroups score_groups() { return {.actual = "g", .scores = {"x"}, .edges = {{-0.5, 0, 0.5}}}; }
/// Two sub-models in their first pass.
GlmCandidates candidates() {
  Glm all;
  all.frame = insitu::bind(parse_formula("(y > 1) ~ x + f"), *rows().schema, "w");
  all.family = Family::parse("binomial");
  return glm_candidates(all, {{0}, {0, 1}});
}
FindLevels find_levels() { return {.levels_of = {"f"}, .ranges_of = {"x"}}; }

template <Analysis A>
Bytes good_content(const A& analysis) {
  const PassOf<A> pass(analysis);
  const auto state = pass.start();
  state->accumulate(rows());
  return Bytes(unseal(A::name, state->save()));
}

template <Analysis A>
void read_state(A analysis, std::string_view sealed) {
  try {
    const PassOf<A> pass(analysis);
    const auto foreign = pass.start();
    foreign->load(sealed);
    (void)foreign->save();
    const auto left = pass.start(), right = pass.start();
    left->accumulate(rows());
    right->accumulate(rows());
    left->merge(*foreign);
    foreign->merge(*right);
    if constexpr (IterativeAnalysis<A>) (void)analysis.update(PassOf<A>::state(*left));
    (void)analysis.finalize(PassOf<A>::state(*left));
    (void)analysis.finalize(PassOf<A>::state(*foreign));
  } catch (const Error&) {
  }
}

/// What users keep: loaded, added to itself and to good ones, and fitted from, or refused.
void read_kept(std::string_view content) {
  try {
    const auto foreign = KeptMoments::load(seal(KeptMoments::kKind, content));
    (void)foreign.save();
    const auto own = kept();
    for (const auto& all : {combined(own, foreign), combined(foreign, own), foreign}) {
      const auto sub = sub_model(all, parse_formula("y ~ x + g:f"));
      (void)fit_moments(sub.frame, {}, sub.moments, nullptr);
    }
  } catch (const Error&) {
  }
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  return {
      .seeds = {'\0' + good_content(lin_mod()), '\1' + good_content(summary()),
                '\2' + good_content(find_levels()), '\3' + seal("lin_mod", good_content(lin_mod())),
                '\4' + good_content(precise_lin_mod()), '\5' + good_content(weighted_lin_mod()),
                '\6' + good_content(glm()), '\7' + good_content(multinom()),
                '\10' + good_content(moments()), '\11' + insitu::save(kept()),
                '\12' + good_content(meat(false)), '\13' + good_content(meat(true)),
                '\14' + good_content(cov_cor()), '\15' + good_content(binned_sums()),
                '\16' + good_content(exact_quantiles()), '\17' + good_content(roc()),
                '\20' + good_content(rank_counts()), '\21' + good_content(score_groups()),
                '\22' + good_content(candidates())},
      .tokens = {}};
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  if (size == 0) return 0;
  static const auto kLinMod = lin_mod();
  static const auto kPrecise = precise_lin_mod();
  static const auto kWeighted = weighted_lin_mod();
  static const auto kGlm = glm();
  static const auto kMoments = moments();
  static const auto kMultinom = multinom();
  static const auto kMeat = meat(false);
  static const auto kClusters = meat(true);
  static const auto kSummary = summary();
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 19) {
    case 0:
      read_state(kLinMod, seal(LinMod::name, content));
      break;
    case 1:
      read_state(kSummary, seal(Summary::name, content));
      break;
    case 2:
      read_state(find_levels(), seal(FindLevels::name, content));
      break;
    case 3:
      read_state(kLinMod, content);
      break;
    case 4:
      read_state(kPrecise, seal(LinMod::name, content));
      break;
    case 6:
      read_state(kGlm, seal(Glm::name, content));
      break;
    case 7:
      read_state(kMultinom, seal(Multinom::name, content));
      break;
    case 8:
      read_state(kMoments, seal(KeepMoments::name, content));
      break;
    case 9:
      read_kept(content);
      break;
    case 10:
      read_state(kMeat, seal(Meat::name, content));
      break;
    case 11:
      read_state(kClusters, seal(Meat::name, content));
      break;
    case 12:
      read_state(cov_cor(), seal(CovCor::name, content));
      break;
    case 13:
      read_state(binned_sums(), seal(BinnedSums::name, content));
      break;
    case 14:
      read_state(exact_quantiles(), seal(ExactQuantiles::name, content));
      break;
    case 15:
      read_state(roc(), seal(Roc::name, content));
      break;
    case 16:
      read_state(rank_counts(), seal(RankCounts::name, content));
      break;
    case 17:
      read_state(score_groups(), seal(ScoreGroups::name, content));
      break;
    case 18:
      read_state(candidates(), seal(GlmCandidates::name, content));
      break;
    default:
      read_state(kWeighted, seal(LinMod::name, content));
  }
  return 0;
}
