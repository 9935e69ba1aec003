#pragma once
// What the tail of an ORC file says beyond what Arrow's adapter tells: the calendar of its dates,
// who wrote it, the range of its times, decimals without declared places. And the calendar written.
#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insitu::arrow_plugin {

struct OrcTail {
  enum class Calendar { kUnknown = 0, kJulianGregorian = 1, kProlepticGregorian = 2 };
  struct Column {
    bool decimal_without_places = false;  ///< of Hive 0.11: every value has its own
    /// The least and the greatest value of times (milliseconds since 1970) and whole numbers, where
    /// the file says so.
    std::optional<std::int64_t> least, greatest;
  };

  Calendar calendar = Calendar::kUnknown;
  std::int64_t writer = 0;      ///< 0: Java; 1: C++, and so on
  std::vector<Column> columns;  ///< top-level ones, in order

  /// Days are those of the calendar that had no 1582-10-15 to 24: the old one of Java. Writers in
  /// Java used it before the footer named the calendar; others count days as they are.
  bool julian() const {
    return calendar == Calendar::kJulianGregorian ||
           (calendar == Calendar::kUnknown && writer == 0);
  }
};

/// `tail`: the FileTail message of the format, as Arrow gives it.
arrow::Result<OrcTail> read_orc_tail(std::string_view tail);

/// Writes into the footer of a finished file that its days are those of the proleptic Gregorian
/// calendar, which Arrow's writer leaves out; readers in Java would take them for Julian ones.
arrow::Status note_proleptic_calendar(const std::string& path);

}  // namespace insitu::arrow_plugin
