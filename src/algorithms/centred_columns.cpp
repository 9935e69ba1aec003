#include "algorithms/centred_columns.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/model_products.hpp"

namespace insitu {

std::vector<std::size_t> constant_columns(const Design& design, const std::vector<bool>& aliased) {
  if (design.intercept) return {0};
  std::vector<std::size_t> columns;
  if (design.spans_constant)
    for (std::size_t k = 0; k < design.columns.size(); ++k)
      if (design.columns[k].term == design.columns[design.order.front()].term && !aliased[k])
        columns.push_back(k);
  return columns;
}

void recentre(double* coefficients, const std::vector<double>& from, const std::vector<double>& to,
              const std::vector<std::size_t>& constant) {
  double shift = 0;
  for (std::size_t k = 0; k < from.size(); ++k)
    if (from[k] != to[k]) shift += coefficients[k] * (to[k] - from[k]);
  for (const auto k : constant) coefficients[k] += shift;
}

double relative_change(const std::vector<double>& a, const std::vector<double>& b) {
  double change = 0, size = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    change = std::max(change, std::fabs(a[k] - b[k]));
    size = std::max(size, std::fabs(a[k]));
  }
  return size > 0 ? change / size : change;
}

template <class Real>
std::vector<double> spreads(const Design& design, const MomentShape& shape,
                            const ModelMoments<Real>& moments) {
  const Products<Real> products(shape, moments);
  std::vector<double> scales;
  for (const auto& column : design.columns) {
    double scale = 1;
    if (column.term != DesignColumn::kNone) {
      const auto view = products.column(column);
      if (column.block == DesignColumn::kNone)
        scale = std::sqrt(
            std::max(0.0, to_double(products(view, view, Origin::kCentred) / moments.weight)));
      else if (shape.blocks[column.block].numeric)
        scale = std::sqrt(
            std::max(0.0, to_double(products(view, view, Origin::kRaw) / moments.weight)));
    }
    scales.push_back(scale);
  }
  return scales;
}

template std::vector<double> spreads(const Design&, const MomentShape&,
                                     const ModelMoments<double>&);
template std::vector<double> spreads(const Design&, const MomentShape&,
                                     const ModelMoments<DoubleDouble>&);

}  // namespace insitu
