#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>

#include "math/elementary.hpp"

namespace insitu {

/// `x` to the power of one exponent, `n` values with the bits of elementary::pow. `x` and `out` may
/// be the same array.
inline void pow_of_all(const double* x, double exponent, double* out, std::size_t n) {
  double exponents[1024];
  std::fill(std::begin(exponents), std::end(exponents), exponent);
  for (std::size_t begin = 0; begin < n; begin += std::size(exponents))
    elementary::pow(x + begin, exponents, out + begin, std::min(std::size(exponents), n - begin));
}

}  // namespace insitu
