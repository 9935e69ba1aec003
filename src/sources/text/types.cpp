#include "sources/text/types.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "sources/text/numbers.hpp"

namespace insitu {

namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); }
bool has_letter(std::string_view text) { return std::any_of(text.begin(), text.end(), is_letter); }

bool is_missing_word(std::string_view text) {
  for (const std::string_view word :
       {"NA", "N/A", "n/a", "null", "NULL", "Null", "none", "None", "nan", "NaN", "?", "-", "."})
    if (text == word) return true;
  return false;
}

/// A whole number that may be a year, and so the name of a column.
bool is_year(std::string_view text) {
  return text.size() == 4 && std::all_of(text.begin(), text.end(), is_digit) &&
         (text[0] == '1' || text[0] == '2');
}

bool is_whole(std::string_view text) {
  return text.find_first_not_of("+-0123456789") == std::string_view::npos;
}

}  // namespace

bool looks_like_date(std::string_view text) {
  if (text.size() < 5 || text.size() > 40 || !is_digit(text[0])) return false;
  int groups = 0, marks = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      groups += i == 0 || !is_digit(text[i - 1]);
      continue;
    }
    const bool between = i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if ((text[i] == '-' || text[i] == '/' || text[i] == ':' || text[i] == '.') && between)
      marks += text[i] != '.' ? 2 : 1;
    else if (text[i] != 'T' && text[i] != 'Z' && text[i] != ' ' && text[i] != '+')
      return false;
  }
  return groups >= 2 && marks >= 2;
}

TextKind text_kind(std::string_view text, const TextOptions& options, const TextDialect& dialect) {
  text = trim_blanks(text);
  if (text.empty()) return TextKind::kEmpty;
  if (text == options.missing_value || is_missing_word(text)) return TextKind::kMissing;
  bool logical = false;
  double number = 0;
  if (parse_logical(text, logical)) return TextKind::kLogical;
  if (has_digit(text) && parse_float64(text, dialect, number)) return TextKind::kNumber;
  return looks_like_date(text) ? TextKind::kDate : TextKind::kWord;
}

void ColumnSniffer::add(std::string_view text, bool quoted, const TextCell* first,
                        const TextOptions& options, const TextDialect& dialect) {
  const auto trimmed = trim_blanks(text);
  if (first && !holds_first_ && trimmed == trim_blanks(first->text)) holds_first_ = true;
  if (trimmed.empty() || trimmed == options.missing_value) return;
  any_ = true;
  ++values_;
  years_ += is_year(trimmed);
  if (character_ && !dates_) return;
  bool logical = false;
  if (parse_logical(trimmed, logical)) {
    logical_ = true;
    dates_ = false;
  } else {
    std::int64_t whole = 0;
    double value = 0;
    if (parse_whole(trimmed, dialect, whole)) {
      number_ = true;
      bare_number_ |= !quoted;
      // The smallest code of each type means missing in memory.
      if (whole <= std::numeric_limits<std::int32_t>::min() ||
          whole > std::numeric_limits<std::int32_t>::max())
        large_ = true;
      if (whole == std::numeric_limits<std::int64_t>::min()) huge_ = true;
      dates_ = false;
    } else if (parse_float64(trimmed, dialect, value)) {
      number_ = true;
      bare_number_ |= !quoted;
      (is_whole(trimmed) ? huge_ : decimal_) = true;
      dates_ = false;
    } else {
      character_ = true;
      if (dates_ && !looks_like_date(trimmed)) dates_ = false;
    }
  }
  if (logical_ && number_) character_ = true;
}

Type ColumnSniffer::type(const TextOptions& options) const {
  const auto text = options.strings_as_factors ? Type::kFactor : Type::kString;
  if (!any_) return options.missing_type == Type::kString ? text : options.missing_type;
  if (character_) return text;
  if (logical_) return Type::kLogical;
  if (decimal_) return options.decimal_type;
  if (huge_) return text;  // no number type keeps all digits
  return large_ ? Type::kInt64 : Type::kInt32;
}

bool looks_like_names(const std::vector<TextCell>& first, const std::vector<ColumnSniffer>& columns,
                      bool has_rows, const TextOptions& options, const TextDialect& dialect) {
  // Names that the caller gives are evidence.
  std::unordered_set<std::string_view> given;
  bool numbered = true;
  for (const auto& info : options.columns) {
    if (info.name.empty() || info.index) continue;
    given.insert(info.name);
    numbered &= info.name.size() > 1 && info.name[0] == 'V' && is_whole(info.name.substr(1));
  }
  for (const auto& cell : first)
    if (given.contains(trim_blanks(cell.text))) return true;
  if (!given.empty() && numbered) return false;

  std::unordered_set<std::string_view> distinct;
  bool contrast = false, like_data = false, against = false, any_word = false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto text = trim_blanks(first[i].text);
    const auto kind = text_kind(text, options, dialect);
    const auto* column = i < columns.size() ? &columns[i] : nullptr;
    const bool known = has_rows && column && column->any();
    const bool numbers = known && column->numbers(), logicals = known && column->logicals(),
               dates = known && column->dates();
    const bool typed = numbers || logicals || dates;
    if (kind != TextKind::kEmpty) against |= !distinct.insert(text).second;
    switch (kind) {
      case TextKind::kEmpty:
        // Row names have no name, and a delimiter at the end of the line names nothing.
        against |= i > 0 && i + 1 < first.size();
        break;
      case TextKind::kNumber:
        if (first[i].quoted && numbers && column->bare_numbers())
          contrast = true;
        else if (numbers && is_year(text) && column->few_years())
          break;  // may be the name of a year's values: other fields decide
        else if (dates || (logicals && text != "0" && text != "1"))
          contrast = true;
        else if (typed || !has_rows)
          like_data = true;
        else
          against |= known && !is_year(text);
        break;
      case TextKind::kLogical:
        contrast |= numbers || dates;
        like_data |= logicals;
        break;
      case TextKind::kDate:
        contrast |= numbers || logicals;
        like_data |= dates;
        break;
      case TextKind::kMissing:
        // A word for a missing number is a name only where other columns say so: "unem,inf,nan".
        against |= known && !typed;
        break;
      case TextKind::kWord:
        any_word = true;
        if (typed)
          contrast |= has_letter(text) || first[i].quoted;
        else
          against |= known && column->holds_first();
        break;
    }
  }
  if (contrast) return true;
  return !like_data && !against && any_word;
}

}  // namespace insitu
