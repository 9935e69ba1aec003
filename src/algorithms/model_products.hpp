#pragma once
// The matrix that least squares solves, element by element, from the moments of a model.
#include <algorithm>

#include "algorithms/design.hpp"
#include "algorithms/margins.hpp"
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

  /// With `margins`, which must live as long, the sums over cells agree (margins.hpp).
  Products(const MomentShape& shape, const ModelMoments<Real>& moments,
           const Margins<Real>* margins = nullptr)
      : shape_(shape), moments_(moments), margins_(margins) {}

  Column column(const DesignColumn& c) const {
    if (c.block == DesignColumn::kNone)
      return {c.dense, c.block, 0, moments_.weight * moments_.mean(c.dense)};
    return {c.dense, c.block, c.cell, value(c.block, c.cell, 0)};
  }
  Column response(std::size_t r) const {
    const std::size_t dense = shape_.dense_terms.size() + r;
    return {dense, DesignColumn::kNone, 0, moments_.weight * moments_.mean(dense)};
  }

  Real operator()(const Column& a, const Column& b, Origin origin) const {
    const bool a_dense = a.block == DesignColumn::kNone, b_dense = b.block == DesignColumn::kNone;
    if (a_dense && b_dense) {
      const Real centred =
          moments_.products[packed_index(std::max(a.dense, b.dense), std::min(a.dense, b.dense))];
      return origin == Origin::kRaw ? centred + a.sum * moments_.mean(b.dense) : centred;
    }
    if (a_dense) return (*this)(b, a, origin);
    if (b_dense) {
      const std::size_t skip = shape_.width(a.block) - shape_.dense();
      const Real counted = value(a.block, a.cell, skip + b.dense);
      return origin == Origin::kRaw ? counted + a.sum * Real(moments_.origin[b.dense])
                                    : counted - a.sum * moments_.mean_above_origin(b.dense);
    }
    Real product{};
    if (a.block != b.block)
      product = margins_ ? margins_->pair(a.block, a.cell, b.block, b.cell)
                         : moments_.pair_sum(shape_, a.block, a.cell, b.block, b.cell);
    else if (a.cell == b.cell)
      product = shape_.blocks[a.block].numeric ? value(a.block, a.cell, 1) : a.sum;
    return origin == Origin::kCentred ? product - a.sum * b.sum / moments_.weight : product;
  }

 private:
  Real value(std::size_t block, std::uint32_t cell, std::size_t k) const {
    return margins_ ? margins_->value(block, cell, k) : moments_.sums[block].value(cell, k);
  }

  const MomentShape& shape_;
  const ModelMoments<Real>& moments_;
  const Margins<Real>* margins_;
};

}  // namespace insitu
