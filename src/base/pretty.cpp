#include "base/pretty.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace insitu {

namespace {

constexpr int kLowestPower = -300, kHighestPower = 307;

/// A whole number times 10^power, rounded once where both are exact.
double scaled(double whole, int power) {
  constexpr int kExact = 22;  // 10^22 is the last power of ten that is a double
  const auto ten_to = [](int exponent) {
    double value = 1;
    for (; exponent > 0; --exponent) value *= 10;
    return value;
  };
  if (power >= 0) return whole * ten_to(power);
  if (power >= -kExact) return whole / ten_to(-power);
  return whole / ten_to(kExact) / ten_to(-power - kExact);
}

/// The unit of a step near `cell`: digit * 10^power.
struct Unit {
  int digit = 1, power = 0;
  double at(double multiple) const { return scaled(multiple * digit, power); }
};

Unit unit_of(double cell) {
  const int power = power_below(cell);
  // As R: the larger unit where it is not much farther from the cell than the smaller one.
  constexpr double kBias = 1.5, kBias5 = 0.5 + 1.5 * kBias;
  const double base = scaled(1, power);
  if (!(2 * base - cell < kBias * (cell - base))) return {1, power};
  if (!(5 * base - cell < kBias5 * (cell - 2 * base))) return {2, power};
  if (!(10 * base - cell < kBias * (cell - 5 * base)) || power == kHighestPower) return {5, power};
  return {1, power + 1};
}

}  // namespace

int power_below(double value) {
  // 0.30103: of 2 to the base of 10; the loops put right what it misses.
  int power = static_cast<int>(std::floor(std::ilogb(value) * 0.30103));
  power = std::clamp(power, kLowestPower, kHighestPower);
  while (power < kHighestPower && scaled(1, power + 1) <= value) ++power;
  while (power > kLowestPower && scaled(1, power) > value) --power;
  return power;
}

double power_of_ten(int power) { return scaled(1, std::clamp(power, kLowestPower, kHighestPower)); }

std::vector<double> pretty(double low, double high, int intervals) {
  const double range = high - low, size = std::max(std::abs(low), std::abs(high));
  const bool small =
      size == 0 || range < size * intervals * 3.9 * std::numeric_limits<double>::epsilon();
  double cell = range / intervals;
  if (small) {
    cell = size == 0 ? 1 : size > 10 ? 9 + size / 10 : size;
    cell *= 0.75;
  }
  const auto unit = unit_of(cell);
  double first = std::floor(low / unit.at(1) + 1e-7);
  double last = std::ceil(high / unit.at(1) - 1e-7);
  while (unit.at(first) > low) --first;
  while (unit.at(last) < high) ++last;
  if (last <= first) last = first + 1;
  std::vector<double> numbers;
  for (double k = first; k <= last; ++k) numbers.push_back(unit.at(k) + 0.0);
  return numbers;
}

}  // namespace insitu
