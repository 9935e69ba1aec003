#include "algorithms/glm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/centred_columns.hpp"
#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/user_family_means.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "math/cross_product.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Beyond this many columns elimination in double-double takes minutes, so double has to do.
constexpr std::size_t kDoubleDoubleColumns = 1500;
/// Changes of which columns can be told apart; then steps are no longer solved for alone.
constexpr int kMostRestarts = 3;

/// The frame of least squares: without the offset.
ModelFrame design_frame(const ModelFrame& frame) {
  auto design = frame;
  design.responses.resize(1);
  return design;
}

/// The arrays of one piece of rows.
struct Working {
  std::vector<double> eta, mu, slope, variance, deviance;
  std::vector<std::uint8_t> possible;  ///< of a family of a user's
  void resize(std::size_t n) {
    for (auto* each : {&eta, &mu, &slope, &variance, &deviance}) each->resize(n);
  }
};

/// Where iterations start with a family of a user's, whose functions get whole columns.
void start_of_user(const Family& family, const std::vector<double>& y,
                   const std::vector<double>& weights, Working& at,
                   const std::function<std::string(std::size_t)>& what) {
  const std::size_t n = y.size();
  family.starts(y.data(), weights.empty() ? nullptr : weights.data(), at.mu.data(), n);
  family.etas(at.mu.data(), at.eta.data(), n);
  at.possible.resize(n);
  family.possible(at.eta.data(), at.mu.data(), at.possible.data(), n);
  for (std::size_t i = 0; i < n; ++i)
    if (!at.possible[i] && !std::isnan(y[i])) throw DataError(what(i));
}

/// What such a family says of the rows at their linear predictors; none of rows that cannot be.
void values_of_user(const Family& family, const std::vector<double>& y, Working& at) {
  const std::size_t n = y.size();
  family.means(at.eta.data(), at.mu.data(), at.slope.data(), n);
  at.possible.resize(n);
  family.possible(at.eta.data(), at.mu.data(), at.possible.data(), n);
  if (family.own_link())
    check_means(family.user, at.eta.data(), at.mu.data(), at.slope.data(), at.possible.data(), n);
  for (std::size_t i = 0; i < n; ++i)
    if (!at.possible[i]) at.mu[i] = kNaN;
  family.variances(at.mu.data(), at.variance.data(), n);
  family.deviances(y.data(), at.mu.data(), at.deviance.data(), n);
}

/// NaN where there is none.
double eta_of_mean(const Family& family, double mean) {
  double eta = kNaN;
  try {
    family.etas(&mean, &eta, 1);
  } catch (const UserCodeError&) {
  }
  return eta;
}

LinearFit solved(const Glm& analysis, const Glm::State& state, bool double_double,
                 const FitOptions& options) {
  const auto frame = design_frame(analysis.frame);
  const auto shape = analysis.shapes.shape(frame);
  if (double_double) {
    state.precise.check(*shape, true);
    return fit_least_squares(frame, *shape, state.precise, options);
  }
  state.moments.check(*shape, true);
  return fit_least_squares(frame, *shape, state.moments, options);
}

}  // namespace

void GlmSums::merge(const GlmSums& next) {
  const auto add = [](std::int64_t& into, std::int64_t count) {
    if (count < 0 || __builtin_add_overflow(into, count, &into))
      throw DataError("a state counts rows that cannot be");
  };
  add(rows, next.rows);
  add(positive, next.positive);
  add(invalid, next.invalid);
  add(extreme, next.extreme);
  weight += next.weight;
  response += next.response;
  deviance += next.deviance;
  pearson += next.pearson;
  constant += next.constant;
}

Glm::State Glm::init() const {
  check_frame(frame);  // a task's bytes come from outside
  family.validate();
  std::size_t columns = frame.intercept && !coding.cube ? 1 : 0;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) columns += frame.cells(t);
  if (frame.responses.empty() || frame.responses.size() > 2 ||
      (step == Step::kFit && (coefficients.size() != columns || centres.size() != columns)))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  State state;
  state.shape = shapes.shape(design_frame(frame));
  return state;
}

void Glm::check(const State& state) const {
  const auto shape = shapes.shape(design_frame(frame));
  state.moments.check(*shape, true);
  state.precise.check(*shape, true);
  const auto& sums = state.sums;
  if (sums.rows < 0 || sums.positive < 0 || sums.positive > sums.rows || sums.invalid < 0 ||
      sums.invalid > sums.rows || sums.extreme < 0 || sums.extreme > sums.rows)
    throw DataError("the state has counts, cells or weights that cannot be");
  const auto unused = [](const auto& moments) {
    return moments.rows == 0 && moments.missing_rows == 0 && !moments.seen();
  };
  if (double_double ? !unused(state.moments) : !unused(state.precise))
    throw DataError("the state is of another pass of this model");
}

void Glm::accumulate(State& state, const Chunk& chunk) const {
  std::size_t begin = 0;  // of the piece
  for_coded_rows(frame, *state.shape, chunk, [&](ModelRows& rows) {
    accumulate(state, rows, [&](std::size_t i) { return text_of_row(chunk, rows, begin, i); });
    begin += rows_at_once(*state.shape);
  });
}

void Glm::accumulate(State& state, ModelRows& rows,
                     const std::function<std::string(std::size_t)>& row_text) const {
  const std::size_t n = rows.rows;
  std::vector<double> offset;
  if (rows.responses.size() > 1) {
    offset = std::move(rows.responses[1]);
    rows.responses.pop_back();
    rows.response_low.resize(1);
  }
  auto& y = rows.responses[0];
  const auto prior = rows.weights;  // empty: all 1
  auto& sums = state.sums;
  const auto has_weight = [&](std::size_t i) { return prior.empty() || prior[i] > 0; };
  sums.rows += static_cast<std::int64_t>(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!has_weight(i)) continue;
    ++sums.positive;
    if (family.possible_response(y[i]) && (!binary || y[i] == 0 || y[i] == 1)) continue;
    const auto& variable = frame.variables[frame.responses[0]].name;
    const auto where = row_text ? ": it is " + general_text(y[i], 15) + " in row " + row_text(i)
                                : ", not " + general_text(y[i], 15);
    if (binary)
      throw DataError("the dependent variable '" + variable +
                      "' of a logistic regression must be "
                      "0 or 1" +
                      where + " (`rxGlm` with the family binomial takes shares)"_named);
    throw DataError("the dependent variable '" + variable + "' must be " + family.response_range() +
                    " with the family " + family.family_name() + where);
  }
  sums.weight += prior.empty() ? static_cast<double>(n) : lane_sum(prior);
  sums.response += prior.empty() ? lane_sum(y) : lane_sum(y, prior);
  if (constants) {
    DoubleDouble sum;
    for (std::size_t i = 0; i < n; ++i)
      sum += family.likelihood_term(y[i], prior.empty() ? 1 : prior[i], frame.frequency_weights);
    sums.constant += sum;
  }

  if (step != Step::kLinear) {
    rows.response_low.clear();  // the working response takes the response's place
    Working at;
    at.resize(n);
    const bool calls_user = family.calls_user();
    const auto cannot_start = [&](std::size_t i) {
      return "iterations cannot start: with the link " + family.link_name() +
             " there is no linear predictor for the value " + general_text(y[i], 15) + " of '" +
             frame.variables[frame.responses[0]].name +
             "': give `initialValues`, or choose another link"_named;
    };
    if (calls_user)  // its functions do not see rows that count for nothing
      for (std::size_t i = 0; i < n; ++i)
        if (!has_weight(i)) y[i] = kNaN;
    if (step == Step::kStart && calls_user) {
      start_of_user(family, y, frame.frequency_weights ? std::vector<double>() : prior, at,
                    cannot_start);
    } else if (step == Step::kStart) {
      for (std::size_t i = 0; i < n; ++i) {
        const double weight = prior.empty() || frame.frequency_weights ? 1 : prior[i];
        at.eta[i] = has_weight(i) ? family.link.eta(family.start(y[i], weight)) : 1;
        if (!family.link.valid(at.eta[i])) throw DataError(cannot_start(i));
      }
    } else {
      std::size_t column = frame.intercept && !coding.cube ? 1 : 0;
      std::fill(at.eta.begin(), at.eta.end(), column ? coefficients[0] : 0.0);
      for (std::size_t t = 0; t < rows.terms.size(); ++t) {
        const auto& term = rows.terms[t];
        const double* b = coefficients.data() + column;
        const double centre = centres[column];  // of a numeric term; 0 for cells
        column += frame.cells(t);
        const auto* value = term.value.empty() ? nullptr : term.value.data();
        const auto* cell = term.cell.empty() ? nullptr : term.cell.data();
        double* eta = at.eta.data();
        if (cell && value)
          for (std::size_t i = 0; i < n; ++i) eta[i] += b[cell[i]] * (value[i] - centre);
        else if (cell)
          for (std::size_t i = 0; i < n; ++i) eta[i] += b[cell[i]];
        else if (value)
          for (std::size_t i = 0; i < n; ++i) eta[i] += b[0] * (value[i] - centre);
        else
          for (std::size_t i = 0; i < n; ++i) eta[i] += b[0] * (1 - centre);
        for (std::size_t i = 0; i < term.low.size(); ++i) eta[i] += b[0] * term.low[i];
      }
      for (std::size_t i = 0; i < offset.size(); ++i) at.eta[i] += offset[i];
    }
    if (calls_user) {
      for (std::size_t i = 0; i < n; ++i)
        if (!has_weight(i)) at.eta[i] = kNaN;
      values_of_user(family, y, at);
    } else {
      family.link.mu_and_slope(at.eta.data(), at.mu.data(), at.slope.data(), n);
      family.variances(at.mu.data(), at.variance.data(), n);
      family.deviances(y.data(), at.mu.data(), at.deviance.data(), n);
    }
    const bool bounded_above = family.is_binomial();
    const bool bounded_below = bounded_above || (family.variance == Family::Variance::kMu &&
                                                 family.link.kind == Link::Kind::kLog);
    rows.weights.resize(n);
    std::vector<double> pearson(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double weight = prior.empty() ? 1 : prior[i];
      const double mu = at.mu[i], slope = at.slope[i], rest = y[i] - mu;
      const bool counts = weight > 0;
      const bool valid = calls_user ? at.possible[i] != 0
                                    : family.link.valid(at.eta[i]) && family.possible_mean(mu);
      sums.invalid += counts && !valid;
      sums.extreme += counts && valid &&
                      ((bounded_below && mu < kAtBound) || (bounded_above && mu > 1 - kAtBound));
      const double working = weight * (slope * slope / at.variance[i]);
      const bool used = counts && valid && slope != 0 && working > 0 && std::isfinite(working);
      rows.weights[i] = used ? working : 0;
      pearson[i] = counts && valid ? weight * (rest * rest / at.variance[i]) : 0;
      at.deviance[i] = counts && valid ? weight * at.deviance[i] : 0;
      const double error = rest / slope;
      y[i] = !used ? 0 : residual ? error : at.eta[i] - (offset.empty() ? 0 : offset[i]) + error;
    }
    sums.deviance += lane_sum(at.deviance);
    sums.pearson += lane_sum(pearson);
  } else if (prior.empty()) {
    rows.weights.assign(n, 1.0);
  }
  if (double_double)
    state.precise.add(*state.shape, rows);
  else
    state.moments.add(*state.shape, rows);
}

bool Glm::update(const State& state) {
  auto& c = course;
  const auto frame_of_design = design_frame(frame);
  const auto shape = shapes.shape(frame_of_design);
  const auto& sums = state.sums;
  if (sums.positive == 0) require_usable(frame_of_design, *shape, state.moments);
  if (constants) {
    c.constant = to_double(sums.constant);
    constants = false;  // they do not depend on the coefficients
  }
  if (family.is_binomial() && c.record.empty() &&
      (sums.response == DoubleDouble() || sums.response == sums.weight))
    throw DataError("the dependent variable '" + frame.variables[frame.responses[0]].name +
                    "' has only the value " + (sums.response == DoubleDouble() ? "0" : "1") +
                    ": there is nothing to tell apart");
  FitOptions options{.coding = coding, .errors = false};

  if (step == Step::kLinear) {
    options.data_covariance = control.data_covariance;
    c.regression = std::make_shared<const LinearFit>(solved(*this, state, false, options));
    const auto& fit = *c.regression;
    Coding used = coding;
    used.drop_first = fit.first_level_dropped;
    const auto constant = constant_columns(Design(frame_of_design, *shape, used), fit.aliased);
    const double share = to_double(sums.response / sums.weight);
    if (control.start != "linear" || constant.empty() || !(share > 0 && share < 1)) {
      step = Step::kStart;
    } else {
      // The regression of the response, drawn along the logit's tangent at the overall share.
      const double tangent = 1 / (share * (1 - share));
      coefficients = fit.centred_coefficients;
      for (auto& b : coefficients) b = std::isnan(b) ? 0 : b * tangent;
      for (const auto k : constant)
        coefficients[k] += elementary::log(share / (1 - share)) - tangent * share;
      centres = fit.centres;
      step = Step::kFit;
    }
    if (control.start == "values") step = Step::kFit;
    return true;
  }

  const bool at_coefficients = step == Step::kFit;
  const double deviance = to_double(sums.deviance);
  const auto halve = [&] {
    const auto& towards = c.before.empty() ? c.overall_mean : c.before;
    if (towards.empty() || c.halvings >= kMostHalvings) return false;
    draw_halfway(coefficients, towards);
    ++c.halvings;
    return true;
  };
  if (sums.invalid > 0 || !std::isfinite(deviance)) {
    if (at_coefficients && halve()) return true;
    throw DataError(
        "no coefficients have been found at which every row has a possible mean with the family " +
        family.family_name() + " and the link " + family.link_name() +
        ": give other `initialValues`, or choose another link"_named);
  }
  const bool worse = at_coefficients && c.iterations > 0 && c.has_deviance &&
                     is_worse(deviance, c.deviance, control.deviance_tolerance);
  if (worse && halve()) return true;

  const double change =
      at_coefficients && !c.before.empty() ? relative_change(coefficients, c.before) : kNaN;
  c.record.push_back({c.iterations + (at_coefficients ? 1 : 0), deviance, change, c.halvings > 0});
  if (control.report) control.report(c.record.back().iteration, deviance, change);
  c.halvings = 0;
  if (at_coefficients && c.has_deviance) {
    const bool still = has_converged(deviance, c.deviance, control.deviance_tolerance, change,
                                     control.coefficient_tolerance);
    // A halved step is short for another reason than an optimum: two of them that change nothing
    // have come to a bound of the means, or to a ditch of the deviance.
    const bool halved = c.record.back().halved;
    // Nor does a step after which weights next to a bound have made columns depend on each other.
    const bool unsteady = c.restarts > 0 && std::ranges::any_of(c.record, &FitIteration::halved);
    c.converged = still && !halved && !unsteady;
    c.halted = still && (unsteady || (halved && c.halted_step));
    c.halted_step = still && halved;
    const bool ended = c.converged || c.halted || c.iterations >= control.max_iterations;
    // A way on which steps had to be halved may end where the deviance has a ditch: once more, from
    // the model of the mean alone.
    const bool from_mean = !control.try_other_start && !c.overall_mean.empty() &&
                           std::ranges::any_of(c.record, &FitIteration::halved);
    if (ended && !c.converged && (control.try_other_start || from_mean) && !c.other_start) {
      auto record = std::move(c.record);
      auto mean = std::move(c.overall_mean);
      const auto constant = c.constant;
      const auto regression = c.regression;
      c = {};
      c.other_start = true;
      c.record = std::move(record);
      c.constant = constant;
      c.regression = regression;
      residual = double_double = false;
      if (from_mean) {
        c.overall_mean = coefficients = std::move(mean);
        return true;
      }
      control.start = control.start == "linear" ? "family" : "linear";
      step = control.start == "linear" ? Step::kLinear : Step::kStart;
      return true;
    }
    if (ended) return false;
  }

  auto fit = solved(*this, state, double_double, options);
  bool same = c.has_pattern && fit.aliased == c.aliased && fit.empty == c.empty &&
              fit.first_level_dropped == c.drop_first;
  // A step that was halved toward coefficients of other columns leaves some for dropped ones.
  for (std::size_t k = 0; at_coefficients && k < fit.aliased.size(); ++k)
    if (fit.aliased[k] && coefficients[k] != 0) same = false;
  if (residual && !same) {
    // Other columns are dropped than those that the coefficients are of: once more, for all.
    residual = false;
    c.record.pop_back();  // the same coefficients come again
    ++c.restarts;
    return true;
  }
  Coding used = coding;
  used.drop_first = fit.first_level_dropped;
  const Design design(frame_of_design, *shape, used);
  const auto constant = constant_columns(design, fit.aliased);
  if (c.scales.empty())
    c.scales = double_double ? spreads(design, *shape, state.precise)
                             : spreads(design, *shape, state.moments);
  auto solution = fit.centred_coefficients;
  for (auto& b : solution)
    if (std::isnan(b)) b = 0;
  auto next = solution;
  if (residual) {
    recentre(next.data(), fit.centres, centres, constant);
    for (std::size_t k = 0; k < next.size(); ++k) next[k] += coefficients[k];
  } else if (at_coefficients) {
    if (same) {
      recentre(next.data(), fit.centres, centres, constant);
    } else {
      recentre(coefficients.data(), centres, fit.centres, constant);
      centres = fit.centres;
    }
  } else {
    centres = fit.centres;
    // Where the first solution cannot be, it is drawn toward the model of the mean alone.
    const double mean = eta_of_mean(family, to_double(sums.response / sums.weight));
    if (!constant.empty() && std::isfinite(mean)) {
      c.overall_mean.assign(centres.size(), 0.0);
      for (const auto k : constant) c.overall_mean[k] = mean;
    }
  }
  if (at_coefficients) {
    c.before = std::move(coefficients);
    c.kept = std::make_shared<const Kept>(Kept{state, double_double});
    ++c.iterations;
  }
  coefficients = std::move(next);
  c.aliased = fit.aliased;
  c.empty = fit.empty;
  c.drop_first = fit.first_level_dropped;
  c.has_pattern = true;
  c.deviance = deviance;
  c.has_deviance = true;
  if (residual && fit.digits_at_risk && fit.columns.size() <= kDoubleDoubleColumns)
    double_double = true;
  residual = c.restarts < kMostRestarts;
  step = Step::kFit;
  return true;
}

GlmFit Glm::finalize(const State& state) const {
  const auto& c = course;
  const FitOptions options{.coding = coding,
                           .coefficient_covariance = control.coefficient_covariance};
  // Weights, dispersion and condition are those of the last solution, as in R.
  const auto& solution = c.kept ? c.kept->state : state;
  GlmFit result;
  result.linear = solved(*this, solution, c.kept ? c.kept->double_double : double_double, options);
  auto& linear = result.linear;
  const auto frame_of_design = design_frame(frame);
  Coding used = coding;
  used.drop_first = linear.first_level_dropped;
  const auto constant = constant_columns(
      Design(frame_of_design, *shapes.shape(frame_of_design), used), linear.aliased);

  const auto dropped = [&](std::size_t k) { return linear.aliased[k]; };
  const auto counted_from = [&](const std::vector<double>& to) {
    auto values = coefficients;
    recentre(values.data(), centres, to, constant);
    for (std::size_t k = 0; k < values.size(); ++k)
      if (dropped(k)) values[k] = kNaN;
    return values;
  };
  result.centred_coefficients = counted_from(linear.centres);
  result.coefficients = counted_from(std::vector<double>(centres.size(), 0.0));

  result.deviance = to_double(state.sums.deviance);
  result.pearson = to_double(solution.sums.pearson);
  result.sum_of_weights = to_double(state.sums.weight);
  result.observations =
      frame.frequency_weights ? result.sum_of_weights : static_cast<double>(state.sums.positive);
  result.residual_df = result.observations - static_cast<double>(linear.rank);
  if (!family.unit_dispersion())
    result.dispersion = result.residual_df > 0 ? result.pearson / result.residual_df : kNaN;
  for (std::size_t k = 0; k < linear.columns.size(); ++k)
    result.std_errors.push_back(
        dropped(k) ? kNaN : std::sqrt(result.dispersion * linear.unscaled_variance[k]));
  result.aic =
      family.aic_part(result.deviance, c.constant,
                      frame.frequency_weights ? result.sum_of_weights : result.observations,
                      result.sum_of_weights) +
      2 * static_cast<double>(linear.rank);
  result.iterations = c.iterations;
  result.converged = c.converged;
  result.halted = c.halted;
  result.extreme_rows = state.sums.extreme;
  const bool grows = family.is_binomial() || family.link.kind == Link::Kind::kLog;
  if (grows && !c.before.empty() && c.scales.size() == coefficients.size())
    for (std::size_t k = 0; k < coefficients.size(); ++k)
      if (!dropped(k) && linear.columns[k].term != DesignColumn::kNone &&
          std::fabs(coefficients[k] - c.before[k]) * c.scales[k] > kGrowingStep)
        result.separated.push_back(k);
  result.record = c.record;
  if (c.regression) result.regression = *c.regression;
  return result;
}

}  // namespace insitu
