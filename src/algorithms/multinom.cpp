#include "algorithms/multinom.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/centred_columns.hpp"
#include "algorithms/coded_rows.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/model_products.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "math/cross_product.hpp"
#include "math/elementary.hpp"
#include "math/elimination.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t columns_of(const ModelFrame& frame) {
  std::size_t columns = frame.intercept ? 1 : 0;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) columns += frame.cells(t);
  return columns;
}

/// The information and, carried as its last row, the score at the coefficients; of kept columns,
/// one class after the other.
SquareMatrix<double> information(const Multinom& model, const MomentShape& shape,
                                 const LinearFit& linear, const std::vector<std::size_t>& kept,
                                 const std::vector<ModelMoments<double>>& blocks) {
  const std::size_t classes = model.classes - 1, columns = kept.size();
  SquareMatrix<double> matrix(columns * classes + 1);
  for (std::size_t a = 0; a < classes; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      const auto& moments = blocks[packed_index(a, b)];
      if (!moments.seen()) continue;  // no row may be of both classes
      const Margins<double> margins(model.frame, shape, moments);
      const Products<double> products(shape, moments, &margins);
      using View = Products<double>::Column;
      const auto is_constant = [&](std::size_t k) {
        return linear.columns[k].term == DesignColumn::kNone;
      };
      std::vector<View> views(columns);
      for (std::size_t i = 0; i < columns; ++i)
        if (!is_constant(kept[i])) views[i] = products.column(linear.columns[kept[i]]);
      const auto response = products.response(0);
      const double sign = a == b ? 1 : -1;
      for (std::size_t i = 0; i < columns; ++i) {
        const bool constant_i = is_constant(kept[i]);
        for (std::size_t j = 0; j < columns; ++j) {
          if (a == b && j > i) break;
          const bool constant_j = is_constant(kept[j]);
          const double value = constant_i && constant_j ? moments.weight
                               : constant_i             ? views[j].sum
                               : constant_j             ? views[i].sum
                                            : products(views[i], views[j], Origin::kRaw);
          matrix(a * columns + i, b * columns + j) = sign * value;
        }
        if (a == b)
          matrix(classes * columns, a * columns + i) =
              constant_i ? response.sum : products(views[i], response, Origin::kRaw);
      }
    }
  return matrix;
}

Elimination<double> eliminated(SquareMatrix<double> matrix) {
  const auto size = matrix.size() - 1;
  std::vector<double> scales(size);
  for (std::size_t k = 0; k < size; ++k) scales[k] = matrix(k, k);
  return eliminate(std::move(matrix), size, scales, kAliasTolerance);
}

void require_first_pass(const LinearFit* linear) {
  if (!linear) throw DataError("the first pass of the model is missing");
}

std::vector<std::size_t> kept_columns(const LinearFit& linear) {
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < linear.columns.size(); ++k)
    if (!linear.aliased[k]) kept.push_back(k);
  return kept;
}

Design design_of(const Multinom& model, const MomentShape& shape, const LinearFit& linear) {
  return {model.frame, shape, Coding{.drop_first = linear.first_level_dropped}};
}

}  // namespace

void Multinom::State::merge(const State& next) {
  if (class_weights.size() != next.class_weights.size() || blocks.size() != next.blocks.size())
    throw DataError("the states are of different models");
  for (std::size_t c = 0; c < class_weights.size(); ++c) class_weights[c] += next.class_weights[c];
  if (next.extreme < 0 || __builtin_add_overflow(extreme, next.extreme, &extreme))
    throw DataError("a state counts rows that cannot be");
  deviance += next.deviance;
  for (std::size_t b = 0; b < blocks.size(); ++b) blocks[b].merge(next.blocks[b]);
}

Multinom::State Multinom::init() const {
  check_frame(frame);  // a task's bytes come from outside
  const auto columns = columns_of(frame);
  if (frame.responses.size() != 1 || classes < 2 ||
      columns * std::size_t{classes - 1} > kMultinomCoefficients ||
      (at_coefficients &&
       (coefficients.size() != columns * (classes - 1) || centres.size() != columns)))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  State state;
  state.shape = shapes.shape(frame);
  state.class_weights.resize(classes);
  state.blocks.resize(at_coefficients ? packed_size(classes - 1) : 1);
  return state;
}

void Multinom::check(const State& state) const {
  const auto shape = shapes.shape(frame);
  if (state.class_weights.size() != classes || state.extreme < 0 ||
      state.blocks.size() != (at_coefficients ? packed_size(classes - 1) : 1))
    throw DataError("the state is of another pass of this model");
  for (const auto& block : state.blocks) block.check(*shape, true);
}

void Multinom::accumulate(State& state, const Chunk& chunk) const {
  const std::size_t others = classes - 1;
  std::vector<std::vector<double>> eta(others), p(classes), rest(classes);
  std::vector<double> prior, sum, most, log_sum;
  for_coded_rows(frame, *state.shape, chunk, [&](ModelRows& rows) {
    const std::size_t n = rows.rows;
    auto& y = rows.responses[0];
    prior = rows.weights;
    if (prior.empty()) prior.assign(n, 1.0);
    std::vector<std::uint32_t> of(n);
    std::vector<double> weights(classes);
    for (std::size_t i = 0; i < n; ++i) {
      if (!(y[i] >= 0 && y[i] < classes))
        throw DataError("the data hold a class that the model does not know");
      of[i] = static_cast<std::uint32_t>(y[i]);
      weights[of[i]] += prior[i];
    }
    for (std::size_t c = 0; c < classes; ++c) state.class_weights[c] += weights[c];
    if (!at_coefficients) {
      rows.weights = prior;
      state.blocks[0].add(*state.shape, rows);
      return;
    }

    const std::size_t columns = centres.size();
    std::size_t column = frame.intercept ? 1 : 0;
    for (std::size_t a = 0; a < others; ++a)
      eta[a].assign(n, column ? coefficients[a * columns] : 0.0);
    for (std::size_t t = 0; t < rows.terms.size(); ++t) {
      auto& term = rows.terms[t];
      const auto* cell = term.cell.empty() ? nullptr : term.cell.data();
      if (!cell && !term.value.empty()) term.count_from(centres[column]);
      const auto* value = term.value.empty() ? nullptr : term.value.data();
      for (std::size_t a = 0; a < others; ++a) {
        const double* b = coefficients.data() + a * columns + column;
        double* out = eta[a].data();
        for (std::size_t i = 0; i < n; ++i)
          out[i] += (cell ? b[cell[i]] : b[0]) * (value ? value[i] : 1.0);
      }
      column += frame.cells(t);
    }

    // Odds from the largest one, so that none overflows; what the other classes have is summed and
    // not subtracted from 1.
    most.assign(n, 0.0);
    for (std::size_t a = 0; a < others; ++a)
      for (std::size_t i = 0; i < n; ++i) most[i] = std::max(most[i], eta[a][i]);
    for (std::size_t c = 0; c < classes; ++c) {
      p[c].resize(n);
      for (std::size_t i = 0; i < n; ++i) p[c][i] = (c ? eta[c - 1][i] : 0.0) - most[i];
      elementary::exp(p[c].data(), p[c].data(), n);
    }
    for (std::size_t c = 0; c < classes; ++c) rest[c].assign(n, 0.0);
    sum.assign(n, 0.0);
    for (std::size_t c = 0; c < classes; ++c)
      for (std::size_t i = 0; i < n; ++i) {
        rest[c][i] = sum[i];
        sum[i] += p[c][i];
      }
    std::vector<double> after(n, 0.0);
    for (std::size_t c = classes; c-- > 0;)
      for (std::size_t i = 0; i < n; ++i) {
        rest[c][i] = (rest[c][i] + after[i]) / sum[i];
        after[i] += p[c][i];
        p[c][i] /= sum[i];
      }
    log_sum.resize(n);
    elementary::log(sum.data(), log_sum.data(), n);
    std::vector<double> deviance(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double own = of[i] ? eta[of[i] - 1][i] : 0.0;
      deviance[i] = prior[i] > 0 ? 2 * prior[i] * (log_sum[i] - (own - most[i])) : 0.0;
      if (prior[i] > 0)
        for (std::size_t c = 0; c < classes; ++c)
          if (rest[c][i] < kAtBound) {
            ++state.extreme;
            break;
          }
    }
    state.deviance += lane_sum(deviance);

    rows.weights.resize(n);
    for (std::size_t a = 1; a <= others; ++a)
      for (std::size_t b = 1; b <= a; ++b) {
        for (std::size_t i = 0; i < n; ++i) {
          const double spread = a == b ? p[a][i] * rest[a][i] : p[a][i] * p[b][i];
          const double weight = prior[i] > 0 ? prior[i] * spread : 0;
          const bool used = weight > 0 && std::isfinite(weight);
          rows.weights[i] = used ? weight : 0;
          y[i] = used && a == b ? (of[i] == a ? rest[a][i] : -p[a][i]) / spread : 0;
        }
        state.blocks[packed_index(a - 1, b - 1)].add(*state.shape, rows);
      }
  });
}

bool Multinom::update(const State& state) {
  auto& c = course;
  const auto shape = shapes.shape(frame);
  const std::size_t others = classes - 1;
  if (!at_coefficients) {
    require_usable(frame, *shape, state.blocks[0]);
    const FitOptions options{.coding = {.drop_first = drop_first}, .errors = false};
    c.linear = std::make_shared<const LinearFit>(
        fit_least_squares(frame, *shape, state.blocks[0], options));
    const auto design = design_of(*this, *shape, *c.linear);
    c.scales = spreads(design, *shape, state.blocks[0]);
    DoubleDouble total;
    for (const auto& weight : state.class_weights) total += weight;
    const double all = to_double(total);
    std::vector<double> logs;
    for (std::size_t k = 0; k < classes; ++k) {
      const double weight = to_double(state.class_weights[k]);
      if (!(weight > 0))
        throw DataError("no row has the level '" + frame.variables[frame.responses[0]].levels[k] +
                        "' of the dependent variable '" + frame.variables[frame.responses[0]].name +
                        "': give the levels that there are with `colInfo`, or join it with "
                        "another one"_named);
      logs.push_back(elementary::log(weight / all));
      c.null_deviance -= 2 * weight * logs.back();
    }
    centres = c.linear->centres;
    coefficients.assign(centres.size() * others, 0.0);
    for (const auto k : constant_columns(design, c.linear->aliased))
      for (std::size_t a = 0; a < others; ++a)
        coefficients[a * centres.size() + k] = logs[a + 1] - logs[0];
    at_coefficients = true;
    return true;
  }

  require_first_pass(c.linear.get());
  const double deviance = to_double(state.deviance);
  const auto halve = [&] {
    if (c.before.empty() || c.halvings >= kMostHalvings) return false;
    draw_halfway(coefficients, c.before);
    ++c.halvings;
    return true;
  };
  const bool worse = !c.before.empty() && is_worse(deviance, c.deviance, deviance_tolerance);
  if (!std::isfinite(deviance) || worse) {
    if (halve()) return true;
    if (!std::isfinite(deviance))
      throw DataError("the values of the independent variables are too large");
  }
  const double change = c.before.empty() ? kNaN : relative_change(coefficients, c.before);
  c.record.push_back({c.iterations, deviance, change, c.halvings > 0});
  if (report) report(c.iterations, deviance, change);
  c.halvings = 0;
  c.converged = !c.before.empty() && has_converged(deviance, c.deviance, deviance_tolerance, change,
                                                   coefficient_tolerance);
  c.deviance = deviance;
  if (c.converged || c.iterations >= max_iterations) return false;

  const auto kept = kept_columns(*c.linear);
  const auto elimination = eliminated(information(*this, *shape, *c.linear, kept, state.blocks));
  const auto step = solve_carried(elimination, 0);
  c.before = coefficients;
  for (std::size_t a = 0; a < others; ++a)
    for (std::size_t i = 0; i < kept.size(); ++i)
      coefficients[a * centres.size() + kept[i]] += step[a * kept.size() + i];
  ++c.iterations;
  return true;
}

MultinomFit Multinom::finalize(const State& state) const {
  const auto& c = course;
  require_first_pass(c.linear.get());
  const auto shape = shapes.shape(frame);
  const std::size_t others = classes - 1, columns = centres.size();
  MultinomFit result;
  result.linear = *c.linear;
  const auto& linear = result.linear;
  const auto kept = kept_columns(linear);
  const auto constant = constant_columns(design_of(*this, *shape, linear), linear.aliased);

  // The covariance of the coefficients for values counted from the centres, then from zero.
  const auto elimination = eliminated(information(*this, *shape, linear, kept, state.blocks));
  const auto inverted = inverse(elimination, inverse_of_lower(elimination));
  const std::size_t all = columns * others;
  auto& covariance = result.covariance;
  covariance.assign(all * all, 0.0);
  std::vector<bool> known(all, false);
  for (std::size_t u = 0; u < kept.size() * others; ++u) {
    const std::size_t at_u = u / kept.size() * columns + kept[u % kept.size()];
    known[at_u] = !elimination.aliased[u];
    for (std::size_t v = 0; v < kept.size() * others; ++v)
      covariance[at_u * all + v / kept.size() * columns + kept[v % kept.size()]] = inverted(u, v);
  }
  const auto shift = [&](std::size_t stride, std::size_t step) {
    for (std::size_t other = 0; other < all; ++other)
      for (std::size_t a = 0; a < others; ++a) {
        double sum = 0;
        for (std::size_t k = 0; k < columns; ++k)
          sum += centres[k] * covariance[(a * columns + k) * stride + other * step];
        for (const auto k : constant) covariance[(a * columns + k) * stride + other * step] -= sum;
      }
  };
  shift(all, 1);
  shift(1, all);
  for (std::size_t u = 0; u < all; ++u)
    for (std::size_t v = 0; v < all; ++v)
      if (!known[u] || !known[v]) covariance[u * all + v] = kNaN;

  result.coefficients = result.centred_coefficients = coefficients;
  const std::vector<double> zero(columns, 0.0);
  for (std::size_t a = 0; a < others; ++a)
    recentre(result.coefficients.data() + a * columns, centres, zero, constant);
  for (std::size_t u = 0; u < all; ++u) {
    if (linear.aliased[u % columns]) result.coefficients[u] = kNaN;
    result.std_errors.push_back(known[u] ? std::sqrt(covariance[u * all + u]) : kNaN);
  }
  for (const auto& weight : state.class_weights) result.class_weights.push_back(to_double(weight));
  result.deviance = c.deviance;
  result.null_deviance = c.null_deviance;
  result.sum_of_weights = linear.sum_of_weights;
  result.observations = linear.observations;
  result.iterations = c.iterations;
  result.converged = c.converged;
  result.extreme_rows = state.extreme;
  if (!c.before.empty())
    for (std::size_t u = 0; u < all; ++u)
      if (linear.columns[u % columns].term != DesignColumn::kNone &&
          std::fabs(coefficients[u] - c.before[u]) * c.scales[u % columns] > kGrowingStep)
        result.separated.push_back(u);
  result.record = c.record;
  return result;
}

}  // namespace insitu
