#pragma once
// What fitting asks of the means that a user's link gives; predictions take them as they are.
#include <cstddef>
#include <cstdint>

#include "algorithms/user_family.hpp"

namespace insitu {

/// Means and slopes of the rows that are possible must be numbers: NaN is a step to be halved only
/// where the family says that the linear predictor cannot be. Throws UserCodeError that names
/// function, family and value.
void check_means(const UserFamily&, const double* eta, const double* mu, const double* slope,
                 const std::uint8_t* possible, std::size_t n);

}  // namespace insitu
