#pragma once
// Symmetric elimination in the order of the columns: A = L D L', unit lower triangular L. A column
// that is, up to a tolerance, a combination of the kept columns before it is aliased: it is left
// out, the later ones stay (as lm in R). Right-looking by panels; Golub & Van Loan (2013),
// section 4.1. For double and double-double. Bits do not depend on the vector width.
#include <cstddef>
#include <vector>

#include "math/double_double.hpp"

namespace insitu {

/// A square matrix, row after row, rows padded to a multiple of 8. Symmetric ones are stored in the
/// lower triangle; what lies above is scratch.
template <class Real>
class SquareMatrix {
 public:
  SquareMatrix() = default;
  explicit SquareMatrix(std::size_t size)
      : size_(size), stride_((size + 7) / 8 * 8), values_(size * stride_) {}

  std::size_t size() const { return size_; }
  std::size_t stride() const { return stride_; }
  Real* row(std::size_t i) { return values_.data() + i * stride_; }
  const Real* row(std::size_t i) const { return values_.data() + i * stride_; }
  Real& operator()(std::size_t i, std::size_t j) { return values_[i * stride_ + j]; }
  const Real& operator()(std::size_t i, std::size_t j) const { return values_[i * stride_ + j]; }
  bool empty() const { return size_ == 0; }

 private:
  std::size_t size_ = 0, stride_ = 0;
  std::vector<Real> values_;
};

template <class Real>
struct Elimination {
  /// Rows and columns [0, pivots.size()): L below the diagonal (columns of aliased ones are zero).
  /// Rows beyond: L of the rows that were carried along; their square block: what is left of it
  /// (the Schur complement).
  SquareMatrix<Real> lower;
  std::vector<Real> pivots;  ///< D; 0 where aliased
  std::vector<bool> aliased;
  std::vector<double>
      relative_pivots;  ///< pivot / scale of its column: 1 - R^2 on the columns before it

  std::size_t columns() const { return pivots.size(); }
  std::size_t rank() const;
};

/// Eliminates the first `columns` columns. Column k is aliased when its pivot is not above
/// tolerance * scales[k]. REQUIRES: scales.size() == columns <= matrix.size().
template <class Real>
Elimination<Real> eliminate(SquareMatrix<Real> matrix, std::size_t columns,
                            const std::vector<Real>& scales, double tolerance);

/// The solution b of A b = c for the right-hand side that was carried along as row columns() +
/// `row`; 0 where aliased.
template <class Real>
std::vector<Real> solve_carried(const Elimination<Real>&, std::size_t row);

/// Solves A b = c for the kept columns; 0 where aliased.
template <class Real>
std::vector<Real> solve(const Elimination<Real>&, std::vector<Real> c);

/// The inverse of L, lower triangular with unit diagonal; rows and columns of aliased ones are
/// zero.
template <class Real>
SquareMatrix<Real> inverse_of_lower(const Elimination<Real>&);

/// Diagonal of the inverse of A (kept columns; 0 where aliased), from inverse_of_lower.
template <class Real>
std::vector<Real> inverse_diagonal(const Elimination<Real>&,
                                   const SquareMatrix<Real>& lower_inverse);

/// The inverse of A, both triangles; zero where aliased.
template <class Real>
SquareMatrix<Real> inverse(const Elimination<Real>&, const SquareMatrix<Real>& lower_inverse);

}  // namespace insitu
