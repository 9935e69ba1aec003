#include "algorithms/linear_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "algorithms/absorbed_fit.hpp"
#include "algorithms/fit_statistics.hpp"
#include "algorithms/model_products.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "math/cross_product.hpp"
#include "math/elimination.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Up to this many columns the inverse is formed for the condition number; beyond, its norm is
/// estimated.
constexpr std::size_t kExactConditionColumns = 1500;
/// Deviations of a column from its mean, or residuals, that are this small a share of the square
/// about zero (root: 1e-6) put digits at risk: means, of pieces of rows that are merged, too, are
/// rounded at their own size.
constexpr double kDigitsAtRiskFar = 1e-12;

double absolute(double x) { return std::fabs(x); }
double absolute(DoubleDouble x) { return std::fabs(to_double(x)); }

/// One fit with one coding.
template <class Real>
class Fit {
 public:
  Fit(const ModelFrame& frame, const MomentShape& shape, const ModelMoments<Real>& moments,
      const FitOptions& options)
      : frame_(frame),
        shape_(shape),
        moments_(moments),
        options_(options),
        design_(frame, shape, options.coding),
        margins_(frame, shape, moments),
        products_(shape, moments, &margins_) {
    origin_ = design_.intercept        ? Origin::kCentred
              : design_.spans_constant ? Origin::kShifted
                                       : Origin::kRaw;
  }

  bool singular() const { return singular_; }

  void eliminate_columns() {
    const double constant = std::is_same_v<Real, double> ? 1e-14 : kConstantColumn;
    for (const auto position : design_.order) {
      const auto& column = design_.columns[position];
      if (column.redundant || column.term == DesignColumn::kNone) continue;
      const auto view = products_.column(column);
      const Real square = products_(view, view, origin_), raw = products_(view, view, Origin::kRaw);
      if (column.block != DesignColumn::kNone && !(raw > Real(0))) continue;  // a cell without rows
      const double limit = column.block == DesignColumn::kNone ? kConstantColumn : constant;
      if (!(square > Real(limit) * raw)) {
        singular_ = true;
        if (numeric(column) && column.block != DesignColumn::kNone) fit_.digits_at_risk = true;
        continue;
      }
      if (column.block == DesignColumn::kNone && far(square, raw)) fit_.digits_at_risk = true;
      active_.push_back(position);
      views_.push_back(view);
      scales_.push_back(square);
      raw_.push_back(raw);
    }
    const std::size_t p = active_.size(), responses = shape_.responses;
    SquareMatrix<Real> matrix(p + responses);
    std::vector<typename Products<Real>::Column> all = views_;
    for (std::size_t r = 0; r < responses; ++r) all.push_back(products_.response(r));
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j) matrix(i, j) = products_(all[i], all[j], origin_);
    std::vector<Real> totals;
    for (std::size_t r = 0; r < responses; ++r) totals.push_back(matrix(p + r, p + r));
    e_ = eliminate(std::move(matrix), p, scales_,
                   std::is_same_v<Real, double> ? kAliasTolerance : kAliasToleranceDoubleDouble);
    for (std::size_t k = 0; k < p; ++k) {
      if (e_.aliased[k]) singular_ = true;
      const double left = e_.relative_pivots[k];
      if (!numeric(design_.columns[active_[k]])) {
        // Cells that come after columns counted from zero lose what those have of the constant.
        // (One that is dropped is so by counts, which are exact.)
        const double limit = origin_ == Origin::kRaw ? kDigitsAtRiskColumn : kDigitsAtRiskSlope;
        if (!e_.aliased[k] && left < limit) fit_.digits_at_risk = true;
        continue;
      }
      // Slopes by factor are counted from zero, so their distance from it costs digits, too.
      const double of_raw = block_column(k) ? left * to_double(scales_[k] / raw_[k]) : 1;
      if (left < kDigitsAtRiskColumn || of_raw < kDigitsAtRiskSlope) fit_.digits_at_risk = true;
    }
    for (std::size_t r = 0; r < responses; ++r) {
      const double total = to_double(totals[r]), rest = to_double(e_.lower(p + r, p + r));
      const double square =
          to_double(moments_.weight * moments_.mean(shape_.dense_terms.size() + r) *
                    moments_.mean(shape_.dense_terms.size() + r));
      const bool constant_response = !(total > kConstantColumn * square);
      if (!constant_response && far(Real(rest), Real(square))) fit_.digits_at_risk = true;
      // What the rest is a difference of: the total, and slopes by factor that are counted from
      // zero.
      double parts = total;
      const auto b = solve_carried(e_, r);
      for (std::size_t k = 0; k < p; ++k)
        if (block_column(k) && !e_.aliased[k])
          parts = std::max(parts, to_double(b[k] * b[k] * raw_[k]));
      if (!constant_response && rest < kDigitsAtRiskResidual * parts) fit_.digits_at_risk = true;
      fit_.residual_squares.push_back(constant_response ? 0.0 : std::max(0.0, rest));
    }
  }

  LinearFit result() {
    const std::size_t columns = design_.columns.size(), responses = shape_.responses,
                      p = active_.size();
    fit_.aliased.assign(columns, true);
    for (std::size_t k = 0; k < p; ++k) fit_.aliased[active_[k]] = e_.aliased[k];
    if (design_.intercept) fit_.aliased[0] = false;
    fit_.rank = e_.rank() + (design_.intercept ? 1 : 0);
    add_counts(fit_, frame_, shape_, moments_, design_, options_.coding);
    const bool constant = design_.intercept || options_.coding.cube;

    coefficients();
    std::vector<double> totals;
    for (std::size_t r = 0; r < responses; ++r) {
      const auto y = products_.response(r);
      totals.push_back(to_double(products_(y, y, constant ? Origin::kCentred : Origin::kRaw)));
      fit_.response_mean.push_back(to_double(moments_.mean(y.dense)));
    }
    add_response_statistics(fit_, constant, std::move(totals));
    if (options_.errors) errors();
    if (options_.data_covariance) data_covariance();
    return std::move(fit_);
  }

 private:
  bool far(Real deviations, Real raw) const {
    return origin_ != Origin::kRaw && deviations < Real(kDigitsAtRiskFar) * raw;
  }
  bool block_column(std::size_t k) const { return views_[k].block != DesignColumn::kNone; }
  bool numeric(const DesignColumn& column) const {
    return column.block == DesignColumn::kNone || shape_.blocks[column.block].numeric;
  }
  /// Whether column k is a cell of the first term, whose cells add up to the constant.
  bool carries_constant(std::size_t k) const {
    return origin_ == Origin::kShifted && views_[k].block == 0 && !e_.aliased[k];
  }

  /// What the constant is made up of: means of the columns as they were counted from them.
  std::vector<Real> means() const {
    std::vector<Real> m(active_.size());
    for (std::size_t k = 0; k < m.size(); ++k) {
      const bool counted =
          origin_ == Origin::kCentred || (origin_ == Origin::kShifted && !block_column(k));
      if (counted && !e_.aliased[k]) m[k] = views_[k].sum / moments_.weight;
    }
    return m;
  }

  void coefficients() {
    const std::size_t columns = design_.columns.size(), p = active_.size();
    fit_.coefficients.assign(columns * shape_.responses, kNaN);
    fit_.centred_coefficients = fit_.coefficients;
    fit_.centres.assign(columns, 0.0);
    const auto m = means();
    std::vector<Real> above(p);  // means above the centres, which are rounded at their own size
    for (std::size_t k = 0; k < p; ++k)
      if (!block_column(k)) {
        auto& centre = fit_.centres[active_[k]];
        centre = to_double(m[k]);
        if (centre != 0) above[k] = moments_.mean_above(views_[k].dense, centre);
      }
    for (std::size_t r = 0; r < shape_.responses; ++r) {
      auto b = solve_carried(e_, r);
      Real constant =
          origin_ == Origin::kRaw ? Real(0) : moments_.mean(shape_.dense_terms.size() + r);
      for (std::size_t k = 0; k < p; ++k) constant -= b[k] * m[k];
      Real centred =
          origin_ == Origin::kRaw ? Real(0) : moments_.mean(shape_.dense_terms.size() + r);
      for (std::size_t k = 0; k < p; ++k) centred -= b[k] * (block_column(k) ? m[k] : above[k]);
      double* out = fit_.coefficients.data() + r * columns;
      if (design_.intercept) out[0] = to_double(constant);
      for (std::size_t k = 0; k < p; ++k)
        if (!e_.aliased[k])
          out[active_[k]] = to_double(carries_constant(k) ? b[k] + constant : b[k]);
      double* centred_out = fit_.centred_coefficients.data() + r * columns;
      std::copy(out, out + columns, centred_out);
      if (design_.intercept) centred_out[0] = to_double(centred);
      for (std::size_t k = 0; k < p; ++k)
        if (carries_constant(k)) centred_out[active_[k]] = to_double(b[k] + centred);
    }
  }

  void errors() {
    const std::size_t columns = design_.columns.size(), p = active_.size();
    const auto lower_inverse = inverse_of_lower(e_);
    const auto diagonal = inverse_diagonal(e_, lower_inverse);
    // u = V m: covariance of the columns with what the constant takes from them.
    const auto m = means();
    const auto u = solve(e_, m);
    Real mu{};
    for (std::size_t k = 0; k < p; ++k) mu += m[k] * u[k];
    std::vector<double> variance(columns, kNaN);
    if (design_.intercept) variance[0] = to_double(Real(1) / moments_.weight + mu);
    for (std::size_t k = 0; k < p; ++k)
      if (!e_.aliased[k])
        variance[active_[k]] =
            to_double(carries_constant(k) ? diagonal[k] - u[k] - u[k] + mu : diagonal[k]);
    add_tests(fit_, variance);
    const bool small = p <= kExactConditionColumns;
    SquareMatrix<Real> full;
    if (small || options_.coefficient_covariance) full = inverse(e_, lower_inverse);
    if (options_.coefficient_covariance) {
      fit_.unscaled_covariance = covariance(full, u, mu);
      auto cells = m;  // what the constant takes from cells alone
      for (std::size_t k = 0; k < p; ++k)
        if (!block_column(k)) cells[k] = Real(0);
      const auto v = solve(e_, cells);
      Real cells_mu{};
      for (std::size_t k = 0; k < p; ++k) cells_mu += cells[k] * v[k];
      fit_.centred_covariance = covariance(full, v, cells_mu);
    }
    condition(full, m);
  }

  /// Of the coefficients, where the constant takes from the columns what `u` and `mu` say.
  std::vector<double> covariance(const SquareMatrix<Real>& full, const std::vector<Real>& u,
                                 Real mu) const {
    const std::size_t columns = design_.columns.size(), p = active_.size();
    std::vector<double> result(columns * columns, kNaN);
    const auto set = [&](std::size_t i, std::size_t j, Real value) {
      result[i * columns + j] = result[j * columns + i] = to_double(value);
    };
    if (design_.intercept) set(0, 0, Real(1) / moments_.weight + mu);
    for (std::size_t i = 0; i < p; ++i) {
      if (e_.aliased[i]) continue;
      if (design_.intercept) set(0, active_[i], -u[i]);
      for (std::size_t j = 0; j <= i; ++j) {
        if (e_.aliased[j]) continue;
        Real value = full(i, j);
        if (carries_constant(i)) value -= u[j];
        if (carries_constant(j)) value -= u[i];
        if (carries_constant(i) && carries_constant(j)) value += mu;
        set(active_[i], active_[j], value);
      }
    }
    return result;
  }

  /// The 1-norm condition number: of the correlations of the kept columns, with an intercept; of
  /// what the cells of the first term leave of the other columns' products, unscaled, for a cube;
  /// else of the products scaled to unit diagonal.
  void condition(const SquareMatrix<Real>& full, const std::vector<Real>& m) {
    std::vector<std::size_t> kept;
    for (std::size_t k = 0; k < active_.size(); ++k)
      if (!e_.aliased[k] && !(options_.coding.cube && views_[k].block == 0)) kept.push_back(k);
    fit_.condition_number = 1;
    if (kept.size() < 2) return;
    const bool scaled = !options_.coding.cube;
    const Origin origin = origin_ == Origin::kShifted ? Origin::kRaw : origin_;
    std::vector<double> root(active_.size(), 0.0);
    for (const auto k : kept)
      root[k] = scaled ? std::sqrt(to_double(products_(views_[k], views_[k], origin))) : 1.0;
    std::vector<double> column_sum(active_.size(), 0.0);
    for (std::size_t i = 0; i < kept.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        const auto a = kept[i], b = kept[j];
        const double value =
            scaled ? absolute(products_(views_[a], views_[b], origin)) / root[a] / root[b]
                   : absolute(left_by_first_term(a, b));
        column_sum[a] += value;
        if (a != b) column_sum[b] += value;
      }
    const double norm = *std::max_element(column_sum.begin(), column_sum.end());
    fit_.condition_number = norm * (full.empty() ? estimated_inverse_norm(kept, root, m)
                                                 : inverse_norm(full, kept, root, m));
  }

  /// Element of the Schur complement of the first term's cells.
  Real left_by_first_term(std::size_t a, std::size_t b) const {
    Real sum{};
    for (std::size_t k = 0; k <= std::min(a, b); ++k) {
      if (e_.aliased[k] || views_[k].block == 0) continue;
      const Real la = k == a ? Real(1) : e_.lower(a, k), lb = k == b ? Real(1) : e_.lower(b, k);
      sum += la * e_.pivots[k] * lb;
    }
    return sum;
  }

  double inverse_norm(const SquareMatrix<Real>& full, const std::vector<std::size_t>& kept,
                      const std::vector<double>& root, const std::vector<Real>& m) const {
    const bool transform = origin_ == Origin::kShifted && !options_.coding.cube;
    std::vector<Real> u;
    Real mu{};
    if (transform) {
      u = solve(e_, m);
      for (std::size_t k = 0; k < m.size(); ++k) mu += m[k] * u[k];
    }
    double norm = 0;
    for (const auto a : kept) {
      double sum = 0;
      for (const auto b : kept) {
        Real value = full(a, b);
        if (transform && carries_constant(a)) value -= u[b];
        if (transform && carries_constant(b)) value -= u[a];
        if (transform && carries_constant(a) && carries_constant(b)) value += mu;
        sum += absolute(value) * root[a] * root[b];
      }
      norm = std::max(norm, sum);
    }
    return norm;
  }

  /// Higham (1988), "FORTRAN codes for estimating the one-norm of a real or complex matrix",
  /// algorithm 2.4.
  double estimated_inverse_norm(const std::vector<std::size_t>& kept,
                                const std::vector<double>& root, const std::vector<Real>& m) const {
    const bool transform = origin_ == Origin::kShifted && !options_.coding.cube;
    const std::size_t p = active_.size();
    const auto apply = [&](const std::vector<double>& x) {
      std::vector<Real> c(p);
      for (const auto k : kept) c[k] = Real(x[k] * root[k]);
      if (transform) {
        Real cells{};
        for (std::size_t k = 0; k < p; ++k)
          if (carries_constant(k)) cells += c[k];
        for (std::size_t k = 0; k < p; ++k) c[k] -= m[k] * cells;
      }
      c = solve(e_, std::move(c));
      if (transform) {
        Real constant{};
        for (std::size_t k = 0; k < p; ++k) constant += m[k] * c[k];
        for (std::size_t k = 0; k < p; ++k)
          if (carries_constant(k)) c[k] -= constant;
      }
      std::vector<double> y(p, 0.0);
      for (const auto k : kept) y[k] = to_double(c[k]) * root[k];
      return y;
    };
    std::vector<double> x(p, 0.0);
    for (const auto k : kept) x[k] = 1.0 / static_cast<double>(kept.size());
    double estimate = 0;
    for (int iteration = 0; iteration < 5; ++iteration) {
      const auto y = apply(x);
      double norm = 0, product = 0;
      std::vector<double> sign(p, 0.0);
      for (const auto k : kept) {
        norm += std::fabs(y[k]);
        sign[k] = y[k] >= 0 ? 1.0 : -1.0;
      }
      if (norm <= estimate) break;
      estimate = norm;
      const auto z = apply(sign);
      std::size_t largest = kept.front();
      for (const auto k : kept) {
        product += z[k] * x[k];
        if (std::fabs(z[k]) > std::fabs(z[largest])) largest = k;
      }
      if (std::fabs(z[largest]) <= product) break;
      std::fill(x.begin(), x.end(), 0.0);
      x[largest] = 1;
    }
    return estimate;
  }

  void data_covariance() {
    const std::size_t skip = design_.intercept ? 1 : 0, size = design_.columns.size() - skip;
    const double n = fit_.observations;
    // Frequency weights repeat rows; probability weights keep their scale (n / (n - 1) of the
    // weighted mean square).
    const double divisor =
        frame_.frequency_weights ? fit_.sum_of_weights - 1 : fit_.sum_of_weights * (n - 1) / n;
    std::vector<typename Products<Real>::Column> views;
    for (std::size_t k = skip; k < design_.columns.size(); ++k)
      views.push_back(products_.column(design_.columns[k]));
    fit_.data_covariance.resize(size * size);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        fit_.data_covariance[i * size + j] = fit_.data_covariance[j * size + i] =
            to_double(products_(views[i], views[j], Origin::kCentred)) / divisor;
  }

  const ModelFrame& frame_;
  const MomentShape& shape_;
  const ModelMoments<Real>& moments_;
  const FitOptions& options_;
  Design design_;
  Margins<Real> margins_;
  Products<Real> products_;
  Origin origin_;
  std::vector<std::size_t> active_;  ///< columns that are eliminated, in order
  std::vector<typename Products<Real>::Column> views_;
  std::vector<Real> scales_, raw_;
  Elimination<Real> e_;
  bool singular_ = false;
  LinearFit fit_;
};

}  // namespace

template <class Real>
void require_usable(const ModelFrame& frame, const MomentShape& shape,
                    const ModelMoments<Real>& moments) {
  if (!moments.seen()) {
    const auto missing = std::to_string(moments.missing_rows);
    if (moments.rows > 0) throw DataError("all weights are zero: " + frame.weights);
    if (moments.missing_rows > 0)
      throw DataError("no complete rows to fit: all " + missing +
                      " rows have a missing value in a variable of " + frame.formula);
    throw DataError(
        "no rows to fit: the data, or what `rowSelection` leaves of them, are empty ("_named +
        frame.formula + ")");
  }
  for (std::size_t j = 0; j < shape.dense(); ++j) {
    if (std::isfinite(to_double(moments.mean(j))) &&
        std::isfinite(to_double(moments.products[packed_index(j, j)])))
      continue;
    const auto name = j < shape.dense_terms.size()
                          ? frame.terms[shape.dense_terms[j]].label
                          : frame.variables[frame.responses[j - shape.dense_terms.size()]].name;
    throw DataError(
        "values are infinite or too large for their squares to be summed (remove such rows with "
        "`rowSelection`): "_named +
        name);
  }
  if (!std::isfinite(to_double(moments.weight)))
    throw DataError("weights are infinite: " + frame.weights);
}

template <class Real>
LinearFit fit_least_squares(const ModelFrame& frame, const MomentShape& shape,
                            const ModelMoments<Real>& moments, const FitOptions& options) {
  require_usable(frame, shape, moments);
  FitOptions used = options;
  const Design design(frame, shape, options.coding);
  const auto needed =
      static_cast<std::size_t>(std::count_if(design.columns.begin(), design.columns.end(),
                                             [](const DesignColumn& c) { return !c.redundant; }));
  if (!used.coding.drop_first && last_level_empty(frame, shape, moments))
    used.coding.drop_first = true;
  if (needed > kDenseColumns) return fit_absorbing_a_factor(frame, shape, moments, used);
  Fit<Real> fit(frame, shape, moments, used);
  fit.eliminate_columns();
  if (!fit.singular() || used.coding.drop_first || shape.blocks.empty()) return fit.result();
  used.coding.drop_first = true;
  Fit<Real> again(frame, shape, moments, used);
  again.eliminate_columns();
  return again.result();
}

template LinearFit fit_least_squares(const ModelFrame&, const MomentShape&,
                                     const ModelMoments<double>&, const FitOptions&);
template LinearFit fit_least_squares(const ModelFrame&, const MomentShape&,
                                     const ModelMoments<DoubleDouble>&, const FitOptions&);

template void require_usable(const ModelFrame&, const MomentShape&, const ModelMoments<double>&);
template void require_usable(const ModelFrame&, const MomentShape&,
                             const ModelMoments<DoubleDouble>&);

}  // namespace insitu
