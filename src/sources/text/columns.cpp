#include "sources/text/columns.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/utf8.hpp"
#include "sources/text/levels.hpp"
#include "sources/text/numbers.hpp"

namespace insitu {

namespace {

/// The text of a field, and whether it stands for a missing value.
class FieldReader {
 public:
  explicit FieldReader(const TextMeaning& meaning) : meaning_(meaning) {}

  /// For numbers, dates and logicals: quotes and blanks off; empty and the missing code (quoted or
  /// not) are missing.
  bool present(FieldSpan span, std::string_view& text) {
    text = trim_blanks(unquote(meaning_.dialect, span, scratch_).text);
    return !text.empty() && text != meaning_.missing_value;
  }

  /// For strings and levels: nothing is trimmed; the missing code is missing unless it is quoted.
  /// An empty string is a value, an empty level is missing.
  bool present_string(FieldSpan span, std::string_view& text, std::size_t row, bool is_level) {
    const auto field = unquote(meaning_.dialect, span, scratch_);
    text = field.text;
    if (is_level && text.empty()) return false;
    if (!field.quoted && text == meaning_.missing_value) return false;
    if (!is_ascii(text) && find_invalid_utf8(text) != std::string_view::npos)
      throw BadField{row, std::string(text), "utf-8 text"};
    return true;
  }

 private:
  const TextMeaning& meaning_;
  std::string scratch_;
};

template <class T>
class ValueReader : public TextColumnReader {
 public:
  ValueReader(const TextColumn& column, const TextMeaning& meaning)
      : column_(column), meaning_(meaning), fields_(meaning) {}

  void begin(std::size_t capacity) override {
    values_ = std::shared_ptr<T[]>(new T[capacity]);
    size_ = 0;
  }
  Column finish() override {
    const T* data = values_.get();
    return Column(column_.field.type, size_, data, std::move(values_), column_.field.levels);
  }

 protected:
  const TextColumn& column_;
  const TextMeaning& meaning_;
  FieldReader fields_;
  std::shared_ptr<T[]> values_;
  std::size_t size_ = 0;
};

template <class T>
constexpr const char* number_wanted() {
  if constexpr (std::is_same_v<T, std::int16_t>) return "an integer of 16 bits";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "an unsigned integer of 16 bits";
  if constexpr (std::is_same_v<T, std::int32_t>) return "an integer";
  if constexpr (std::is_same_v<T, std::int64_t>) return "an integer of 64 bits";
  return "a number";
}

template <class T>
bool parse_number(std::string_view text, const TextDialect& dialect, T& value) {
  if constexpr (std::is_same_v<T, float>) {
    return parse_float32(text, dialect, value);
  } else if constexpr (std::is_same_v<T, double>) {
    return parse_float64(text, dialect, value);
  } else {
    std::int64_t whole = 0;
    if (!parse_whole(text, dialect, whole)) {
      // "3.0" and "1e3" are whole numbers too.
      double decimal = 0;
      if (!parse_float64(text, dialect, decimal) || !(std::abs(decimal) < 9007199254740992.0) ||
          decimal != std::floor(decimal))
        return false;
      whole = static_cast<std::int64_t>(decimal);
    }
    value = static_cast<T>(whole);
    return std::in_range<T>(whole) && !is_missing_value(value);
  }
}

/// The common spellings, without blanks, quotes or separators; false for everything else, which is
/// then read the long way.
inline bool parse_plain(FieldSpan span, std::int32_t& value) {
  const char* p = span.begin;
  const bool negative = p < span.end && *p == '-';
  p += negative;
  const auto digits = span.end - p;
  if (digits < 1 || digits > 9) return false;
  std::int32_t number = 0;
  for (; p < span.end; ++p) {
    const auto digit = static_cast<unsigned char>(*p - '0');
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  value = negative ? -number : number;
  return true;
}

constexpr double kPowers10[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

template <class T>
inline bool parse_plain_decimal(FieldSpan span, T& value) {
  const char* p = span.begin;
  const bool negative = p < span.end && *p == '-';
  p += negative;
  if (span.end - p > 16) return false;
  std::uint64_t mantissa = 0;
  const char* const first = p;
  unsigned char digit;
  for (; p < span.end && (digit = static_cast<unsigned char>(*p - '0')) <= 9; ++p)
    mantissa = mantissa * 10 + digit;
  std::ptrdiff_t digits = p - first, scale = 0;
  if (p < span.end && *p == '.') {
    const char* const point = ++p;
    for (; p < span.end && (digit = static_cast<unsigned char>(*p - '0')) <= 9; ++p)
      mantissa = mantissa * 10 + digit;
    scale = p - point;
    digits += scale;
  }
  // At most 15 digits: an exact double, divided by an exact power of ten, is correctly rounded
  // (Clinger 1990).
  if (p != span.end || digits < 1 || digits > 15) return false;
  const double number = static_cast<double>(mantissa) / kPowers10[scale];
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::uint64_t kBelow = (std::uint64_t{1} << 29) - 1, kMiddle = std::uint64_t{1} << 28;
    if ((std::bit_cast<std::uint64_t>(number) & kBelow) == kMiddle)
      return false;  // see parse_float32
  }
  value = static_cast<T>(negative ? -number : number);
  return true;
}

template <class T>
class NumberReader final : public ValueReader<T> {
 public:
  NumberReader(const TextColumn& column, const TextMeaning& meaning)
      : ValueReader<T>(column, meaning) {
    const auto& code = meaning.missing_value;
    const bool code_may_be_number =
        !code.empty() &&
        (static_cast<unsigned char>(code[0] - '0') <= 9 || code[0] == '-' || code[0] == '.');
    plain_ = meaning.dialect.decimal_point == '.' && meaning.dialect.thousands_separator == '\0' &&
             !code_may_be_number && !column.decimal_places;
  }

  void append(const FieldSpan* spans, std::size_t rows) override {
    T* out = this->values_.get() + this->size_;
    for (std::size_t i = 0; i < rows; ++i) {
      if constexpr (std::is_same_v<T, std::int32_t>) {
        if (plain_ && parse_plain(spans[i], out[i])) continue;
      } else if constexpr (std::is_floating_point_v<T>) {
        if (plain_ && parse_plain_decimal(spans[i], out[i])) continue;
      }
      out[i] = read(spans[i], i);
    }
    this->size_ += rows;
  }

 private:
  T read(FieldSpan span, std::size_t row) {
    std::string_view text;
    if (!this->fields_.present(span, text)) return missing_value<T>();
    T value{};
    const auto& dialect = this->meaning_.dialect;
    std::string scaled;
    auto number = text;
    if (this->column_.decimal_places && text.find(dialect.decimal_point) == std::string_view::npos)
      number = scaled = std::string(text) + "e-" + std::to_string(*this->column_.decimal_places);
    if (!parse_number(number, dialect, value))
      throw BadField{row, std::string(text), number_wanted<T>()};
    return value;
  }

  bool plain_;
};

class LogicalReader final : public ValueReader<std::uint8_t> {
 public:
  using ValueReader::ValueReader;

  void append(const FieldSpan* spans, std::size_t rows) override {
    for (std::size_t i = 0; i < rows; ++i) {
      std::string_view text;
      bool value = false;
      double number = 0;
      if (!fields_.present(spans[i], text))
        values_[size_ + i] = missing_value<std::uint8_t>();
      else if (text == "0" || text == "1")
        values_[size_ + i] = text == "1";
      else if (parse_logical(text, value))
        values_[size_ + i] = value;
      else if (parse_float64(text, meaning_.dialect, number) && (number == 0 || number == 1))
        values_[size_ + i] = number == 1;  // 1.00 and 0.00 too
      else
        throw BadField{i, std::string(text),
                       "a logical value (`TRUE`, `FALSE`, T, F, 0 or 1)"_named};
    }
    size_ += rows;
  }
};

class TimeReader final : public ValueReader<double> {
 public:
  using ValueReader::ValueReader;

  void append(const FieldSpan* spans, std::size_t rows) override {
    const bool is_date = column_.field.type == Type::kDate;
    const auto& pattern = is_date ? meaning_.date : meaning_.datetime;
    for (std::size_t i = 0; i < rows; ++i) {
      std::string_view text;
      double& out = values_[size_ + i];
      if (!fields_.present(spans[i], text)) {
        out = missing_value<double>();
        continue;
      }
      if (text != last_text_) {  // dates come in runs
        double value = 0;
        if (!(is_date ? pattern.parse_date(text, value) : pattern.parse_datetime(text, value)))
          throw BadField{
              i, std::string(text),
              (is_date ? "a date of the pattern " : "a time of the pattern ") + pattern.pattern()};
        last_text_ = text;
        last_value_ = value;
      }
      out = last_value_;
    }
    size_ += rows;
  }

 private:
  std::string last_text_;
  double last_value_ = missing_value<double>();
};

class StringReader final : public TextColumnReader {
 public:
  explicit StringReader(const TextMeaning& meaning) : fields_(meaning) {}

  void begin(std::size_t capacity) override { builder_.reserve(capacity, 0); }
  void append(const FieldSpan* spans, std::size_t rows) override {
    for (std::size_t i = 0; i < rows; ++i) {
      std::string_view text;
      if (fields_.present_string(spans[i], text, i, false))
        builder_.append(text);
      else
        builder_.append_missing();
    }
  }
  Column finish() override { return builder_.finish(); }

 private:
  FieldReader fields_;
  StringBuilder builder_;
};

/// A factor whose levels are declared; all else is missing.
class DeclaredFactorReader final : public ValueReader<std::int32_t> {
 public:
  DeclaredFactorReader(const TextColumn& column, const TextMeaning& meaning)
      : ValueReader(column, meaning) {
    for (std::size_t i = 0; i < column.levels.size(); ++i)
      levels_.insert(column.levels[i], column.level_codes[i]);
  }

  void append(const FieldSpan* spans, std::size_t rows) override {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string_view raw(spans[i].begin,
                                 static_cast<std::size_t>(spans[i].end - spans[i].begin));
      if (const auto* known = spellings_.find(raw)) {
        values_[size_ + i] = *known;
        continue;
      }
      const auto code = code_of(spans[i], i);
      spellings_.insert(raw, code);
      values_[size_ + i] = code;
    }
    size_ += rows;
  }

 private:
  std::int32_t code_of(FieldSpan span, std::size_t row) {
    std::string_view text;
    if (column_.factor_index) {
      std::int64_t index = 0;
      if (!fields_.present(span, text)) return kMissingCode;
      if (!parse_whole(text, meaning_.dialect, index))
        throw BadField{row, std::string(text), "the index of a level, from 0"};
      const bool known =
          index >= 0 && index < static_cast<std::int64_t>(column_.level_codes.size());
      return known ? column_.level_codes[static_cast<std::size_t>(index)] : kMissingCode;
    }
    if (!fields_.present_string(span, text, row, true)) return kMissingCode;
    const auto* known = levels_.find(text);
    return known ? *known : kMissingCode;
  }

  SpellingTable levels_, spellings_;
};

/// A factor without declared levels: those of each chunk in the order of their first appearance
/// there.
class FoundFactorReader final : public ValueReader<std::int32_t> {
 public:
  using ValueReader::ValueReader;

  void begin(std::size_t capacity) override {
    ValueReader::begin(capacity);
    ++chunk_;
    present_.clear();
  }

  void append(const FieldSpan* spans, std::size_t rows) override {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string_view raw(spans[i].begin,
                                 static_cast<std::size_t>(spans[i].end - spans[i].begin));
      const auto* known = spellings_.find(raw);
      const auto level = known ? *known : learn(raw, spans[i], i);
      values_[size_ + i] = level < 0 ? kMissingCode : code_in_chunk(level);
    }
    size_ += rows;
  }

  Column finish() override {
    // Chunks mostly hold the same levels in the same order as the chunk before.
    if (!levels_ || present_ != levels_of_) {
      std::vector<std::string> names;
      names.reserve(present_.size());
      for (const auto level : present_)
        names.push_back(known_[static_cast<std::size_t>(level)].name);
      levels_ = make_levels(std::move(names));
      levels_of_ = present_;
    }
    const auto* data = values_.get();
    return Column(column_.field.type, size_, data, std::move(values_), levels_);
  }

 private:
  struct Known {
    std::string name;
    std::uint64_t chunk;  // the last chunk that holds it
    std::int32_t code;    // its code there
  };

  std::int32_t code_in_chunk(std::int32_t level) {
    auto& known = known_[static_cast<std::size_t>(level)];
    if (known.chunk != chunk_) {
      known.chunk = chunk_;
      known.code = static_cast<std::int32_t>(present_.size());
      present_.push_back(level);
    }
    return known.code;
  }

  std::int32_t learn(std::string_view raw, FieldSpan span, std::size_t row) {
    std::string_view text;
    std::int32_t level = kMissingCode;
    if (fields_.present_string(span, text, row, true)) {
      if (const auto* known = by_name_.find(text)) {
        level = *known;
      } else {
        level = static_cast<std::int32_t>(known_.size());
        by_name_.insert(text, level);
        known_.push_back({std::string(text), 0, 0});
      }
    }
    spellings_.insert(raw, level);
    return level;
  }

  SpellingTable spellings_, by_name_;
  std::vector<Known> known_;
  std::uint64_t chunk_ = 0;
  std::vector<std::int32_t> present_, levels_of_;
  Levels levels_;
};

}  // namespace

std::unique_ptr<TextColumnReader> make_text_column_reader(const TextColumn& column,
                                                          const TextMeaning& meaning) {
  switch (column.field.type) {
    case Type::kLogical:
      return std::make_unique<LogicalReader>(column, meaning);
    case Type::kInt16:
      return std::make_unique<NumberReader<std::int16_t>>(column, meaning);
    case Type::kUInt16:
      return std::make_unique<NumberReader<std::uint16_t>>(column, meaning);
    case Type::kInt32:
      return std::make_unique<NumberReader<std::int32_t>>(column, meaning);
    case Type::kInt64:
      return std::make_unique<NumberReader<std::int64_t>>(column, meaning);
    case Type::kFloat32:
      return std::make_unique<NumberReader<float>>(column, meaning);
    case Type::kFloat64:
      return std::make_unique<NumberReader<double>>(column, meaning);
    case Type::kString:
      return std::make_unique<StringReader>(meaning);
    case Type::kDate:
    case Type::kDateTime:
      return std::make_unique<TimeReader>(column, meaning);
    case Type::kFactor:
    case Type::kOrdered:
      break;
  }
  if (column.field.has_levels()) return std::make_unique<DeclaredFactorReader>(column, meaning);
  return std::make_unique<FoundFactorReader>(column, meaning);
}

}  // namespace insitu
