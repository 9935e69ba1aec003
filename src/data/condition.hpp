#pragma once
// Simple statements about rows that are wanted, and whether statistics of a piece of the data rule
// all of its rows out.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace insitu {

/// True of a row by the value of one column, as the engine reads it: numbers, logicals (0 and 1),
/// dates in days and times in seconds; of other columns only whether it is missing. A missing value
/// fulfils kMissing alone.
struct Condition {
  enum class Is : std::uint8_t {
    kLess,
    kAtMost,
    kEqual,
    kOther,
    kAtLeast,
    kGreater,
    kAnyOf,
    kMissing,
    kPresent,
  };
  std::string column;
  Is is = Is::kEqual;
  std::vector<double> numbers;  ///< one; any number for kAnyOf; none for kMissing and kPresent
};

/// What is known of a column in a piece of the data.
struct ColumnStatistics {
  std::int64_t rows = 0;
  /// Values that are marked as missing. Others may be missing as well (NaN).
  std::optional<std::int64_t> nulls;
  /// All values that are not missing lie in it.
  std::optional<std::pair<double, double>> range;
  /// A value that is not marked as missing is not missing.
  bool nulls_are_all = false;
};

/// False: no row can fulfil the condition. When in doubt, true.
bool may_hold(const Condition&, const ColumnStatistics&);

}  // namespace insitu
