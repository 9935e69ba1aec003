#pragma once
// Round numbers that cover a range: breaks of histograms and ticks of axes.
#include <vector>

namespace insitu {

/// Ascending multiples of 1, 2 or 5 times a power of ten, at least two of them, that cover [low,
/// high] with about `intervals` steps: those of R's pretty(). Each is the double nearest to its
/// decimal (0.3, not 3 * 0.1), so that a datum with these digits is equal to it. REQUIRES: finite
/// low <= high whose difference is finite, intervals >= 1.
std::vector<double> pretty(double low, double high, int intervals);

/// The exponent of the largest power of ten that is at most `value`, from -300 to 307. REQUIRES: a
/// finite value above 0.
int power_below(double value);

/// 10^power for such an exponent.
double power_of_ten(int power);

}  // namespace insitu
