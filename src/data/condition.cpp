#include "data/condition.hpp"

#include <algorithm>

namespace insitu {

bool may_hold(const Condition& condition, const ColumnStatistics& known) {
  using Is = Condition::Is;
  if (condition.is == Is::kMissing) return !(known.nulls == 0 && known.nulls_are_all);
  if (known.nulls && *known.nulls >= known.rows) return false;
  if (condition.is == Is::kPresent || !known.range) return true;
  const double low = known.range->first, high = known.range->second;
  if (!(low <= high)) return true;  // NaN, or bounds that are none
  const auto within = [&](double number) { return low <= number && number <= high; };
  if (condition.is == Is::kAnyOf) return std::ranges::any_of(condition.numbers, within);
  if (condition.numbers.size() != 1) return true;
  const auto number = condition.numbers[0];
  if (number != number) return true;
  switch (condition.is) {
    case Is::kLess:
      return low < number;
    case Is::kAtMost:
      return low <= number;
    case Is::kEqual:
      return within(number);
    case Is::kOther:
      return !(low == number && high == number);
    case Is::kAtLeast:
      return high >= number;
    case Is::kGreater:
      return high > number;
    default:
      return true;
  }
}

}  // namespace insitu
