#include "math/elimination.hpp"

#include <algorithm>
#include <utility>

#include "math/vector_width.hpp"

namespace insitu {

namespace {

constexpr std::size_t kPanel = 48;
constexpr std::size_t kRowGroup = 4;
constexpr std::size_t kWidth = 8;

// out[r][j] -= sum over k of factors[r][k] * rows[k][j], for kRowGroup rows and j in [begin, end);
// end - begin is a multiple of kWidth. Each element's sum runs over k in order, so columns may be
// worked on side by side.
template <class Real>
INSITU_INLINE_BODY void subtract_products(Real* const* out, const Real (*factors)[kRowGroup],
                                          const Real* rows, std::size_t row_stride,
                                          std::size_t count, std::size_t begin, std::size_t end) {
  for (std::size_t j = begin; j < end; j += kWidth) {
    Real sum[kRowGroup][kWidth] = {};
    for (std::size_t k = 0; k < count; ++k) {
      const Real* source = rows + k * row_stride + j;
      for (std::size_t r = 0; r < kRowGroup; ++r)
        for (std::size_t lane = 0; lane < kWidth; ++lane)
          sum[r][lane] += factors[k][r] * source[lane];
    }
    for (std::size_t r = 0; r < kRowGroup; ++r)
      for (std::size_t lane = 0; lane < kWidth; ++lane) out[r][j + lane] -= sum[r][lane];
  }
}

// In vectors: two per row, so that eight chains hide the latency of an addition.
INSITU_INLINE_BODY void subtract_products_wide(double* const* out,
                                               const double (*factors)[kRowGroup],
                                               const double* rows, std::size_t row_stride,
                                               std::size_t count, std::size_t begin,
                                               std::size_t end) {
  typedef double Wide __attribute__((vector_size(kWidth * sizeof(double)), aligned(8), may_alias));
  std::size_t j = begin;
  for (; j + 2 * kWidth <= end; j += 2 * kWidth) {
    Wide sum[kRowGroup][2] = {};
    for (std::size_t k = 0; k < count; ++k) {
      const double* source = rows + k * row_stride + j;
      const Wide b0 = *reinterpret_cast<const Wide*>(source),
                 b1 = *reinterpret_cast<const Wide*>(source + kWidth);
      for (std::size_t r = 0; r < kRowGroup; ++r) {
        sum[r][0] += factors[k][r] * b0;
        sum[r][1] += factors[k][r] * b1;
      }
    }
    for (std::size_t r = 0; r < kRowGroup; ++r) {
      *reinterpret_cast<Wide*>(out[r] + j) -= sum[r][0];
      *reinterpret_cast<Wide*>(out[r] + j + kWidth) -= sum[r][1];
    }
  }
  subtract_products<double>(out, factors, rows, row_stride, count, j, end);
}

INSITU_TARGET_512 void subtract_products_512(double* const* out, const double (*factors)[kRowGroup],
                                             const double* rows, std::size_t row_stride,
                                             std::size_t count, std::size_t begin,
                                             std::size_t end) {
  subtract_products_wide(out, factors, rows, row_stride, count, begin, end);
}
INSITU_TARGET_256 void subtract_products_256(double* const* out, const double (*factors)[kRowGroup],
                                             const double* rows, std::size_t row_stride,
                                             std::size_t count, std::size_t begin,
                                             std::size_t end) {
  subtract_products<double>(out, factors, rows, row_stride, count, begin, end);
}

void subtract(double* const* out, const double (*factors)[kRowGroup], const double* rows,
              std::size_t row_stride, std::size_t count, std::size_t begin, std::size_t end) {
  switch (vector_width()) {
    case VectorWidth::k512:
      return subtract_products_512(out, factors, rows, row_stride, count, begin, end);
    case VectorWidth::k256:
      return subtract_products_256(out, factors, rows, row_stride, count, begin, end);
    case VectorWidth::kBaseline:
      break;
  }
  subtract_products<double>(out, factors, rows, row_stride, count, begin, end);
}
void subtract(DoubleDouble* const* out, const DoubleDouble (*factors)[kRowGroup],
              const DoubleDouble* rows, std::size_t row_stride, std::size_t count,
              std::size_t begin, std::size_t end) {
  subtract_products<DoubleDouble>(out, factors, rows, row_stride, count, begin, end);
}

constexpr std::size_t round_up(std::size_t n) { return (n + kWidth - 1) / kWidth * kWidth; }

/// matrix[i][j] -= sum over k of left[k][i] * right[k][j] for i in [first, size), j in [first
/// rounded down, i]. `left` and `right` have a row of `stride` values per k.
template <class Real>
void subtract_outer(SquareMatrix<Real>& matrix, std::size_t first, const std::vector<Real>& left,
                    const std::vector<Real>& right, std::size_t count) {
  const std::size_t stride = matrix.stride(), begin = first / kWidth * kWidth;
  std::vector<Real> spare(stride);
  std::vector<Real> factors_storage(count * kRowGroup);
  auto* factors = reinterpret_cast<Real(*)[kRowGroup]>(factors_storage.data());
  for (std::size_t i = first; i < matrix.size(); i += kRowGroup) {
    Real* out[kRowGroup];
    for (std::size_t r = 0; r < kRowGroup; ++r) {
      const bool inside = i + r < matrix.size();
      out[r] = inside ? matrix.row(i + r) : spare.data();
      for (std::size_t k = 0; k < count; ++k)
        factors[k][r] = inside ? left[k * stride + i + r] : Real(0);
    }
    const std::size_t end = round_up(std::min(i + kRowGroup, matrix.size()));
    subtract(out, factors, right.data(), stride, count, begin, end);
  }
}

}  // namespace

template <class Real>
std::size_t Elimination<Real>::rank() const {
  return static_cast<std::size_t>(std::count(aliased.begin(), aliased.end(), false));
}

template <class Real>
Elimination<Real> eliminate(SquareMatrix<Real> a, std::size_t columns,
                            const std::vector<Real>& scales, double tolerance) {
  Elimination<Real> result;
  result.pivots.resize(columns);
  result.aliased.resize(columns);
  result.relative_pivots.resize(columns);
  const std::size_t size = a.size(), stride = a.stride();
  std::vector<Real> left, right;  // of a panel, transposed: L D and L
  for (std::size_t panel = 0; panel < columns; panel += kPanel) {
    const std::size_t end = std::min(panel + kPanel, columns);
    for (std::size_t k = panel; k < end; ++k) {
      const Real* row_k = a.row(k);
      Real scaled[kPanel];  // L D of row k within the panel
      for (std::size_t j = panel; j < k; ++j) scaled[j - panel] = row_k[j] * result.pivots[j];
      for (std::size_t i = k; i < size; ++i) {
        Real* row = a.row(i);
        Real sum{};
        for (std::size_t j = panel; j < k; ++j) sum += row[j] * scaled[j - panel];
        row[k] -= sum;
      }
      const Real pivot = a(k, k);
      const Real scale = scales[k];
      result.relative_pivots[k] = scale > Real(0) ? to_double(pivot / scale) : 0;
      const bool kept = pivot > Real(tolerance) * scale && pivot > Real(0);
      result.aliased[k] = !kept;
      result.pivots[k] = kept ? pivot : Real(0);
      for (std::size_t i = k + 1; i < size; ++i) a(i, k) = kept ? a(i, k) / pivot : Real(0);
    }
    if (end == size) break;
    const std::size_t count = end - panel;
    left.assign(count * stride, Real(0));
    right.assign(count * stride, Real(0));
    for (std::size_t i = end; i < size; ++i)
      for (std::size_t k = 0; k < count; ++k) {
        right[k * stride + i] = a(i, panel + k);
        left[k * stride + i] = a(i, panel + k) * result.pivots[panel + k];
      }
    // Columns before `end` of the group that straddles it have zeros in `right`, so they stay as
    // they are.
    subtract_outer(a, end, left, right, count);
  }
  result.lower = std::move(a);
  return result;
}

template <class Real>
std::vector<Real> solve_carried(const Elimination<Real>& e, std::size_t row) {
  const std::size_t p = e.columns();
  const Real* carried = e.lower.row(p + row);
  std::vector<Real> b(carried, carried + p);
  for (std::size_t i = p; i-- > 0;) {
    if (e.aliased[i]) continue;
    const Real* l = e.lower.row(i);
    for (std::size_t k = 0; k < i; ++k) b[k] -= l[k] * b[i];
  }
  for (std::size_t k = 0; k < p; ++k)
    if (e.aliased[k]) b[k] = Real(0);
  return b;
}

template <class Real>
std::vector<Real> solve(const Elimination<Real>& e, std::vector<Real> c) {
  const std::size_t p = e.columns();
  for (std::size_t i = 0; i < p; ++i) {
    if (e.aliased[i]) {
      c[i] = Real(0);
      continue;
    }
    const Real* l = e.lower.row(i);
    Real sum{};
    for (std::size_t k = 0; k < i; ++k) sum += l[k] * c[k];
    c[i] -= sum;
  }
  for (std::size_t i = 0; i < p; ++i)
    if (!e.aliased[i]) c[i] /= e.pivots[i];
  for (std::size_t i = p; i-- > 0;) {
    if (e.aliased[i]) continue;
    const Real* l = e.lower.row(i);
    for (std::size_t k = 0; k < i; ++k) c[k] -= l[k] * c[i];
  }
  for (std::size_t k = 0; k < p; ++k)
    if (e.aliased[k]) c[k] = Real(0);
  return c;
}

template <class Real>
SquareMatrix<Real> inverse_of_lower(const Elimination<Real>& e) {
  const std::size_t p = e.columns();
  SquareMatrix<Real> inverse(p);
  const std::size_t stride = inverse.stride();
  std::vector<Real> spare(stride), factors_storage;
  for (std::size_t first = 0; first < p; first += kRowGroup) {
    const std::size_t count = std::min(kRowGroup, p - first);
    Real* out[kRowGroup];
    for (std::size_t r = 0; r < kRowGroup; ++r)
      out[r] = r < count ? inverse.row(first + r) : spare.data();
    // Rows before the group, then the group's own triangle.
    factors_storage.assign(first * kRowGroup, Real(0));
    auto* factors = reinterpret_cast<Real(*)[kRowGroup]>(factors_storage.data());
    for (std::size_t r = 0; r < count; ++r)
      if (!e.aliased[first + r])
        for (std::size_t k = 0; k < first; ++k) factors[k][r] = e.lower(first + r, k);
    for (std::size_t begin = 0; begin < first; begin += kPanel) {
      const std::size_t rows = std::min(kPanel, first - begin);
      subtract(out, factors + begin, inverse.row(begin), stride, rows, 0, round_up(begin + rows));
    }
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t i = first + r;
      if (e.aliased[i]) continue;
      out[r][i] = Real(1);
      for (std::size_t k = first; k < i; ++k) {
        const Real l = e.lower(i, k);
        const Real* row = inverse.row(k);
        for (std::size_t j = 0; j <= k; ++j) out[r][j] -= l * row[j];
      }
    }
  }
  return inverse;
}

template <class Real>
std::vector<Real> inverse_diagonal(const Elimination<Real>& e,
                                   const SquareMatrix<Real>& lower_inverse) {
  const std::size_t p = e.columns();
  std::vector<Real> diagonal(p);
  for (std::size_t k = 0; k < p; ++k) {
    if (e.aliased[k]) continue;
    const Real* row = lower_inverse.row(k);
    for (std::size_t j = 0; j <= k; ++j) diagonal[j] += row[j] * row[j] / e.pivots[k];
  }
  return diagonal;
}

template <class Real>
SquareMatrix<Real> inverse(const Elimination<Real>& e, const SquareMatrix<Real>& lower_inverse) {
  const std::size_t p = e.columns();
  SquareMatrix<Real> result(p);
  const std::size_t stride = result.stride();
  std::vector<Real> left, right;
  for (std::size_t begin = 0; begin < p; begin += kPanel) {
    const std::size_t end = std::min(begin + kPanel, p), count = end - begin;
    left.assign(count * stride, Real(0));
    right.assign(count * stride, Real(0));
    for (std::size_t k = begin; k < end; ++k) {
      if (e.aliased[k]) continue;
      const Real* row = lower_inverse.row(k);
      for (std::size_t j = 0; j <= k; ++j) {
        right[(k - begin) * stride + j] = row[j];
        left[(k - begin) * stride + j] = -(row[j] / e.pivots[k]);
      }
    }
    subtract_outer(result, 0, left, right, count);
  }
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j < i; ++j) result(j, i) = result(i, j);
  return result;
}

#define INSITU_ELIMINATION(Real)                                                                  \
  template struct Elimination<Real>;                                                              \
  template Elimination<Real> eliminate(SquareMatrix<Real>, std::size_t, const std::vector<Real>&, \
                                       double);                                                   \
  template std::vector<Real> solve_carried(const Elimination<Real>&, std::size_t);                \
  template std::vector<Real> solve(const Elimination<Real>&, std::vector<Real>);                  \
  template SquareMatrix<Real> inverse_of_lower(const Elimination<Real>&);                         \
  template std::vector<Real> inverse_diagonal(const Elimination<Real>&,                           \
                                              const SquareMatrix<Real>&);                         \
  template SquareMatrix<Real> inverse(const Elimination<Real>&, const SquareMatrix<Real>&);
INSITU_ELIMINATION(double)
INSITU_ELIMINATION(DoubleDouble)
#undef INSITU_ELIMINATION

}  // namespace insitu
