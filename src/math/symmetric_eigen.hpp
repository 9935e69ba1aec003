#pragma once
// Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan
// 2013, section 8.5): as accurate for small eigenvalues of covariances as for large ones, and the
// same bits on every machine. Of the order of 10 p^3 steps: for matrices of up to about 1,000 rows.
#include <cstddef>
#include <vector>

namespace insitu {

struct SymmetricEigen {
  std::vector<double> values;   ///< falling
  std::vector<double> vectors;  ///< p x p, column-major: one vector after the other, length one;
                                ///< the first element that is not tiny is positive
};

/// `matrix`: p x p, symmetric, finite.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::size_t p);

}  // namespace insitu
