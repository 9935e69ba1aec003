#pragma once
#include <cstddef>

namespace insitu {

/// Sums over rows have so many partial sums, lane l taking the rows l, l + kLanes, ...: whatever
/// the width of the machine's vectors, the bits are the same.
inline constexpr std::size_t kLanes = 8;

/// The lanes added in the one order that is theirs.
template <class T>
T total_of(const T (&lane)[kLanes]) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

}  // namespace insitu
