#pragma once
// Dates and times from text, by the pattern language of readDateFormat and readPOSIXctFormat
// (docs/text.md).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// The float64 nearest to `whole` seconds and `nanoseconds`, within that second.
double seconds_of_text(std::int64_t whole, std::int64_t nanoseconds);

/// A compiled pattern. Immutable; safe to use from several threads.
class TimePattern {
 public:
  /// Throws InvalidArgument naming `argument` for a pattern that cannot be understood.
  TimePattern(const std::string& argument, const std::string& pattern, int century_cutoff);

  /// Days since 1970-01-01. False when the text does not fit the pattern or is no date. NaN when it
  /// names none (every part of the pattern is optional).
  bool parse_date(std::string_view text, double& days) const;
  /// Seconds since 1970-01-01 00:00:00 UTC.
  bool parse_datetime(std::string_view text, double& seconds) const;

  const std::string& pattern() const { return pattern_; }

 private:
  enum class Kind { kLiteral, kBlank, kDirective, kSkip, kOptional };
  struct Item {
    Kind kind;
    char letter = 0;  // of a literal or a directive
    int count = 1;    // of %Nc
    std::vector<Item> inner;
  };
  struct Parts;
  struct Matcher;

  std::vector<Item> compile(std::string_view& rest, bool nested) const;
  bool match(std::string_view text, Parts& parts) const;
  [[noreturn]] void fail(const std::string& why) const;

  std::string argument_, pattern_;
  int century_cutoff_;
  std::vector<Item> items_;
};

}  // namespace insitu
