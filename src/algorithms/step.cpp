#include "algorithms/step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.hpp"
#include "math/distributions.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// A model that a step leads to may have an AIC larger by so much and the search goes on: dropping
/// a term without columns of its own changes it by rounding (as R's step).
constexpr double kSameCriterion = 1e-7;

std::vector<std::uint32_t> variables_of(const ModelFrame& frame, std::size_t term) {
  auto variables = frame.terms[term].variables;
  std::ranges::sort(variables);
  return variables;
}

/// Whether all variables of `part` are among those of `whole`.
bool contains(const ModelFrame& frame, std::size_t whole, std::size_t part) {
  return std::ranges::includes(variables_of(frame, whole), variables_of(frame, part));
}

bool holds(const StepTerms& model, std::size_t term) {
  return std::ranges::find(model, term) != model.end();
}

class Search {
 public:
  Search(const ModelFrame& frame, const StepScope& scope, const StepControl& control,
         const StepMeasure& measure, const FitModels& fit,
         const std::function<void(const StepRecord&)>& report)
      : frame_(frame),
        scope_(scope),
        control_(control),
        measure_(measure),
        fit_(fit),
        report_(report) {}

  std::vector<StepRecord> run() {
    path_.push_back({"", scope_.first, fit_({scope_.first}).front(), 0, kNaN, kNaN});
    first_dispersion_ = path_.back().fit.dispersion;
    path_.back().criterion = criterion(path_.back().fit);
    require_bound(path_.back());
    if (report_) report_(path_.back());
    seen_.insert(sorted(scope_.first));
    while (!ended_ && path_.size() <= control_.max_steps && step()) {
      if (report_) report_(path_.back());
    }
    return std::move(path_);
  }

 private:
  struct Candidate {
    std::size_t term = 0;
    bool adds = false;
    StepTerms terms;
    StepFit fit;
    double df = 0;     ///< by which the models differ
    double score = 0;  ///< criterion against the current model's, from its dispersion
    double statistic = kNaN, p_value = kNaN;
  };

  static StepTerms sorted(StepTerms terms) {
    std::ranges::sort(terms);
    return terms;
  }

  /// -2 log likelihood up to a constant that all models share.
  double loss(const StepFit& fit, double dispersion) const {
    if (measure_.normal && control_.scale == 0) {
      const double n = fit.observations;
      return n * elementary::log(fit.deviance / n);
    }
    if (measure_.normal) return fit.deviance / control_.scale - fit.observations;
    return fit.deviance / dispersion;
  }

  /// What deviances are divided by where candidates are held against a model.
  double dispersion_of(const StepFit& fit) const {
    if (control_.scale > 0) return control_.scale;
    if (!measure_.normal && !measure_.likelihood) return first_dispersion_;
    return measure_.unit_dispersion ? 1 : fit.dispersion;
  }

  double criterion(const StepFit& fit) const {
    if (measure_.likelihood) return fit.aic + (control_.penalty - 2) * fit.rank;
    // Without a likelihood one dispersion serves all models: that of the first.
    return loss(fit, control_.scale > 0 ? control_.scale : first_dispersion_) +
           control_.penalty * fit.rank;
  }

  void require_bound(const StepRecord& record) const {
    if (control_.by_significance || std::isfinite(record.criterion)) return;
    std::string terms;
    for (const auto t : record.terms) terms += (terms.empty() ? "" : " + ") + frame_.terms[t].label;
    throw DataError("the AIC of the model with the terms " + (terms.empty() ? "1" : terms) +
                    " is not finite, so models cannot be compared: it fits perfectly, or has no "
                    "degrees of freedom left; give fewer terms in scope, or scale");
  }

  /// The statistic of the larger of two models, which differ by `df`.
  void test(Candidate& candidate) const {
    const auto& now = path_.back().fit;
    const auto& smaller = candidate.adds ? now : candidate.fit;
    const auto& larger = candidate.adds ? candidate.fit : now;
    const double gain = std::max(0.0, smaller.deviance - larger.deviance);
    if (!(candidate.df > 0) || control_.test == StepTest::kNone) return;
    if (control_.test == StepTest::kF) {
      const double rest = larger.residual_df();
      candidate.statistic = gain / candidate.df / (larger.deviance / rest);
      candidate.p_value = pf(candidate.statistic, candidate.df, rest, true);
    } else {
      const double dispersion = dispersion_of(now);
      candidate.statistic = std::max(0.0, loss(smaller, dispersion) - loss(larger, dispersion));
      candidate.p_value = pchisq(candidate.statistic, candidate.df, true);
    }
  }

  std::vector<Candidate> candidates(bool adds) const {
    const auto& now = path_.back();
    std::vector<Candidate> list;
    for (const auto term : adds ? addable_terms(frame_, scope_, now.terms)
                                : droppable_terms(frame_, scope_, now.terms)) {
      Candidate candidate{term, adds, now.terms, {}};
      if (adds)
        candidate.terms.push_back(term);
      else
        std::erase(candidate.terms, term);
      list.push_back(std::move(candidate));
    }
    return list;
  }

  void fit(std::vector<Candidate>& list) const {
    if (list.empty()) return;
    const auto& now = path_.back();
    std::vector<StepTerms> models;
    for (const auto& candidate : list) models.push_back(candidate.terms);
    auto fits = fit_(models);
    const double dispersion = dispersion_of(now.fit);
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto& c = list[i];
      c.fit = std::move(fits[i]);
      c.df = std::fabs(c.fit.rank - now.fit.rank);
      c.score = loss(c.fit, dispersion) - loss(now.fit, dispersion) +
                control_.penalty * (c.fit.rank - now.fit.rank);
      test(c);
    }
  }

  bool take(const Candidate& candidate) {
    StepRecord record{(candidate.adds ? "+ " : "- ") + frame_.terms[candidate.term].label,
                      candidate.terms,
                      candidate.fit,
                      criterion(candidate.fit),
                      candidate.statistic,
                      candidate.p_value};
    require_bound(record);
    if (control_.by_significance && !seen_.insert(sorted(candidate.terms)).second)
      return false;  // a circle
    // Candidates of generalized models are put in order by the current model's dispersion: the best
    // of them, whose own AIC may be larger, is where the search ends, as with R's step.
    ended_ =
        !control_.by_significance && record.criterion >= path_.back().criterion + kSameCriterion;
    path_.push_back(std::move(record));
    return true;
  }

  bool step() {
    auto drops = control_.backward ? candidates(false) : std::vector<Candidate>();
    auto adds = control_.forward ? candidates(true) : std::vector<Candidate>();
    const auto dropping = drops.size();
    std::ranges::move(adds, std::back_inserter(drops));
    auto& all = drops;  // fitted together: one reading of the data serves all
    fit(all);
    // What has no column of its own goes first.
    for (auto i = dropping; i-- > 0;)
      if (all[i].df == 0) return take(all[i]);
    std::erase_if(all, [](const Candidate& c) { return c.df == 0; });
    return control_.by_significance ? step_by_significance(all) : step_by_aic(all);
  }

  bool step_by_aic(const std::vector<Candidate>& all) {
    const Candidate* best = nullptr;
    double lowest = 0;  // that of the current model
    for (const auto& candidate : all)
      if (candidate.score < lowest) best = &candidate, lowest = candidate.score;
    return best && take(*best);
  }

  bool step_by_significance(const std::vector<Candidate>& all) {
    const Candidate* weakest = nullptr;
    for (const auto& c : all)
      if (!c.adds && c.p_value > control_.to_drop && (!weakest || c.p_value > weakest->p_value))
        weakest = &c;
    if (weakest) return take(*weakest);
    const Candidate* strongest = nullptr;
    for (const auto& c : all) {
      if (!c.adds || !(c.p_value <= control_.to_add)) continue;
      // Of p values that are both 0 the larger statistic by degree of freedom tells.
      if (!strongest || c.p_value < strongest->p_value ||
          (c.p_value == strongest->p_value &&
           c.statistic / c.df > strongest->statistic / strongest->df))
        strongest = &c;
    }
    return strongest && take(*strongest);
  }

  const ModelFrame& frame_;
  const StepScope& scope_;
  const StepControl& control_;
  const StepMeasure& measure_;
  const FitModels& fit_;
  const std::function<void(const StepRecord&)>& report_;
  std::vector<StepRecord> path_;
  std::set<StepTerms> seen_;
  double first_dispersion_ = 1;
  bool ended_ = false;
};

}  // namespace

StepTerms droppable_terms(const ModelFrame& frame, const StepScope& scope, const StepTerms& model) {
  StepTerms result;
  if (!frame.intercept && model.size() == 1) return result;  // nothing would be left
  for (const auto term : model) {
    if (scope.required[term]) continue;
    const bool inside = std::ranges::any_of(
        model, [&](std::size_t other) { return other != term && contains(frame, other, term); });
    if (!inside) result.push_back(term);
  }
  return result;
}

StepTerms addable_terms(const ModelFrame& frame, const StepScope& scope, const StepTerms& model) {
  StepTerms result;
  const auto missing = [&](std::size_t term) { return scope.allowed[term] && !holds(model, term); };
  for (std::size_t term = 0; term < frame.terms.size(); ++term) {
    if (!missing(term)) continue;
    bool early = false;  // a part of it is not there yet
    for (std::size_t other = 0; other < frame.terms.size(); ++other)
      early |= other != term && missing(other) && contains(frame, term, other);
    if (!early) result.push_back(term);
  }
  return result;
}

std::vector<StepRecord> search_models(const ModelFrame& frame, const StepScope& scope,
                                      const StepControl& control, const StepMeasure& measure,
                                      const FitModels& fit,
                                      const std::function<void(const StepRecord&)>& report) {
  return Search(frame, scope, control, measure, fit, report).run();
}

}  // namespace insitu
