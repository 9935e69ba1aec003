#pragma once
// The matrix that least squares solves, element by element, from the moments of a model.
#include <algorithm>

#include "algorithms/design.hpp"
#include "algorithms/model_moments.hpp"
#include "math/cross_product.hpp"

namespace insitu {

/// Where the columns are counted from. kCentred: all from their means (there is an intercept).
/// kShifted: numeric terms and responses from their means, which the cells of the first term make
/// up for. kRaw: from zero.
enum class Origin { kCentred, kShifted, kRaw };

/// The matrix of weighted products of design columns and responses.
template <class Real>
class Products {
 public:
  struct Column {
    std::size_t dense = DesignColumn::kNone, block = DesignColumn::kNone;
    std::uint32_t cell = 0;
    Real sum{};  ///< over the rows
  };

  Products(const MomentShape& shape, const ModelMoments<Real>& moments)
      : shape_(shape), moments_(moments) {}

  Column column(const DesignColumn& c) const {
    if (c.block == DesignColumn::kNone)
      return {c.dense, c.block, 0, moments_.weight * moments_.mean[c.dense]};
    return {c.dense, c.block, c.cell, moments_.cell_sum(c.block, c.cell)};
  }
  Column response(std::size_t r) const {
    const std::size_t dense = shape_.dense_terms.size() + r;
    return {dense, DesignColumn::kNone, 0, moments_.weight * moments_.mean[dense]};
  }

  Real operator()(const Column& a, const Column& b, Origin origin) const {
    const bool a_dense = a.block == DesignColumn::kNone, b_dense = b.block == DesignColumn::kNone;
    if (a_dense && b_dense) {
      const Real centred =
          moments_.products[packed_index(std::max(a.dense, b.dense), std::min(a.dense, b.dense))];
      return origin == Origin::kRaw ? centred + a.sum * moments_.mean[b.dense] : centred;
    }
    if (a_dense) return (*this)(b, a, origin);
    if (b_dense) {
      const std::size_t skip = shape_.width(a.block) - shape_.dense();
      const Real counted = moments_.sums[a.block].value(a.cell, skip + b.dense);
      return origin == Origin::kRaw ? counted + a.sum * Real(moments_.origin[b.dense])
                                    : counted - a.sum * moments_.mean_above_origin(b.dense);
    }
    Real product{};
    if (a.block != b.block)
      product = moments_.pair_sum(shape_, a.block, a.cell, b.block, b.cell);
    else if (a.cell == b.cell)
      product = shape_.blocks[a.block].numeric ? moments_.sums[a.block].value(a.cell, 1) : a.sum;
    return origin == Origin::kCentred ? product - a.sum * b.sum / moments_.weight : product;
  }

 private:
  const MomentShape& shape_;
  const ModelMoments<Real>& moments_;
};

}  // namespace insitu
