#include "algorithms/fit_statistics.hpp"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "algorithms/model_products.hpp"
#include "math/distributions.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

template <class Real>
void add_counts(LinearFit& fit, const ModelFrame& frame, const MomentShape& shape,
                const ModelMoments<Real>& moments, const Design& design, const Coding& coding) {
  fit.double_double = std::is_same_v<Real, DoubleDouble>;
  fit.columns = design.columns;
  fit.intercept = design.intercept;
  fit.first_level_dropped = coding.drop_first;
  fit.responses = shape.responses;
  fit.rows = moments.rows;
  fit.missing_rows = moments.missing_rows;
  fit.sum_of_weights = to_double(moments.weight);
  fit.observations =
      frame.frequency_weights ? fit.sum_of_weights : static_cast<double>(moments.weighted_rows);
  const bool constant = design.intercept || coding.cube;
  fit.residual_df = fit.observations - static_cast<double>(fit.rank);
  fit.model_df = static_cast<double>(fit.rank) - (constant ? 1 : 0);
  const Products<Real> products(shape, moments);
  for (const auto& column : design.columns) {
    if (column.term == DesignColumn::kNone) {
      fit.column_means.push_back(1.0);
      fit.empty.push_back(false);
      continue;
    }
    const auto view = products.column(column);
    fit.column_means.push_back(to_double(view.sum / moments.weight));
    fit.empty.push_back(column.block != DesignColumn::kNone &&
                        !(products(view, view, Origin::kRaw) > Real(0)));
  }
  if (coding.cube && !shape.blocks.empty())
    for (std::uint32_t cell = 0; cell < shape.blocks[0].cells; ++cell)
      fit.cell_counts.push_back(to_double(moments.cell_sum(0, cell)));
}

void add_response_statistics(LinearFit& fit, bool constant, std::vector<double> totals) {
  for (std::size_t r = 0; r < totals.size(); ++r) {
    const double total = totals[r], rest = fit.residual_squares[r], n = fit.observations;
    fit.response_variance.push_back(constant ? (n > 1 ? total / (n - 1) : kNaN) : total / n);
    const double variance = fit.residual_df > 0 ? rest / fit.residual_df : kNaN;
    fit.sigma.push_back(std::sqrt(variance));
    const double r2 = 1 - rest / total;
    fit.r_squared.push_back(r2);
    fit.adjusted_r_squared.push_back(1 - (1 - r2) * (n - (constant ? 1 : 0)) / fit.residual_df);
    const double f = fit.model_df > 0 ? (total - rest) / fit.model_df / variance : kNaN;
    fit.f_value.push_back(f);
    fit.f_p_value.push_back(pf(f, fit.model_df, fit.residual_df, true));
  }
  fit.total_squares = std::move(totals);
}

void add_tests(LinearFit& fit, const std::vector<double>& variance) {
  const std::size_t columns = variance.size();
  fit.unscaled_variance = variance;
  fit.std_errors.assign(columns * fit.responses, kNaN);
  fit.t_values = fit.p_values = fit.std_errors;
  for (std::size_t r = 0; r < fit.responses; ++r)
    for (std::size_t k = 0; k < columns; ++k) {
      if (fit.aliased[k]) continue;
      const std::size_t at = r * columns + k;
      fit.std_errors[at] = fit.sigma[r] * std::sqrt(variance[k]);
      fit.t_values[at] = fit.coefficients[at] / fit.std_errors[at];
      fit.p_values[at] = two_sided_t(fit.t_values[at], fit.residual_df);
    }
}

template void add_counts(LinearFit&, const ModelFrame&, const MomentShape&,
                         const ModelMoments<double>&, const Design&, const Coding&);
template void add_counts(LinearFit&, const ModelFrame&, const MomentShape&,
                         const ModelMoments<DoubleDouble>&, const Design&, const Coding&);

}  // namespace insitu
