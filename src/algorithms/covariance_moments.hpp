#pragma once
// A stored covariance as moments: what a matrix of rxCovCor, its means and its number of rows say
// of the rows is all that models of its columns need.
#include <cstdint>
#include <string>
#include <vector>

#include "algorithms/kept_moments.hpp"

namespace insitu {

/// p columns, each of which counts as a number: a factor's have names such as "f=a".
struct StoredCovariance {
  std::string type;                     ///< "Cov", "Cor" or "SSCP"
  std::vector<std::string> names;       ///< p; with SSCP the constant in front
  std::vector<double> matrix;           ///< p x p
  std::vector<double> std_devs, means;  ///< p
  std::int64_t rows = 0, missing_rows = 0;
  double sum_of_weights = 0;       ///< used with weights
  std::string weights;             ///< name of their variable; "": none
  bool frequency_weights = false;  ///< else probability weights
};

/// Moments of a formula of all columns. Rows of probability weight zero count as rows: the matrix
/// does not tell how many they are. Products from a matrix about zero ("SSCP") lose the digits that
/// means have in common. Throws DataError for parts that do not fit each other.
KeptMoments moments_of(const StoredCovariance&);

}  // namespace insitu
