#pragma once
// What the sniffed fields of a column are, and whether the first record of a text holds names.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sources/text/dialect.hpp"
#include "sources/text/options.hpp"

namespace insitu {

/// One field of the first record.
struct TextCell {
  std::string text;
  bool quoted = false;
};

/// What a text looks like. A word for a number (inf, NaN) is a text here: such words are names too.
enum class TextKind : std::uint8_t { kEmpty, kMissing, kNumber, kLogical, kDate, kWord };

/// Digits in groups, as dates and times are written: 2012-01-31, 1/2/03, 12:30:00.
bool looks_like_date(std::string_view text);
TextKind text_kind(std::string_view text, const TextOptions&, const TextDialect&);

/// The narrowest type that holds all fields seen, and what a header is judged by.
class ColumnSniffer {
 public:
  /// `first`: the field of the first record, when a header is to be judged.
  void add(std::string_view text, bool quoted, const TextCell* first, const TextOptions&,
           const TextDialect&);

  bool any() const { return any_; }
  Type type(const TextOptions&) const;
  bool numbers() const { return any_ && number_ && !character_; }
  bool logicals() const { return any_ && logical_ && !character_; }
  bool dates() const { return any_ && character_ && dates_; }
  bool bare_numbers() const { return bare_number_; }
  bool holds_first() const { return holds_first_; }
  /// A number of four digits like 2019 would be out of the ordinary among the values.
  bool few_years() const { return years_ * 4 < values_; }

 private:
  std::uint32_t values_ = 0, years_ = 0;
  bool any_ : 1 = false, character_ : 1 = false, logical_ : 1 = false, number_ : 1 = false,
              decimal_ : 1 = false, large_ : 1 = false, huge_ : 1 = false, dates_ : 1 = true,
              bare_number_ : 1 = false, holds_first_ : 1 = false;
};

/// Whether the first record holds names, judged by all sniffed rows behind it (docs/text.md,
/// "Sniffing"). `columns[i]` has seen the rows of field i.
bool looks_like_names(const std::vector<TextCell>& first, const std::vector<ColumnSniffer>& columns,
                      bool has_rows, const TextOptions&, const TextDialect&);

}  // namespace insitu
