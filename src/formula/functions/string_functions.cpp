// Strings by characters (UTF-8), joining and formatting.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/number_text.hpp"
#include "formula/expression/map_texts.hpp"
#include "formula/expression/text.hpp"
#include "formula/expression/whole_numbers.hpp"

namespace insitu {

namespace {

Value upper_case(const FunctionCall& call) { return map_texts(call[0], to_upper); }
Value lower_case(const FunctionCall& call) { return map_texts(call[0], to_lower); }

Value trimmed(const FunctionCall& call) {  // x, which, whitespace
  const auto which = call.text(1, "both");
  const bool left = which == "both" || which == "left", right = which == "both" || which == "right";
  if (!left && !right)
    call.fail("which must be \"both\", \"left\" or \"right\", not \"" + which + "\"");
  if (call.has(2))
    call.fail("the argument whitespace is not in the portable subset; use sub() with a pattern");
  return map_texts(call[0], [&](std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (left && !text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (right && !text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
  });
}

Value pasted(const FunctionCall& call, const std::string& separator, std::size_t collapse_at) {
  std::vector<const Value*> operands;
  for (const auto& [name, value] : call.rest)
    if (!value.null && (value.per_row || value.size() > 0)) operands.push_back(&value);
  if (operands.empty()) {
    StringBuilder builder;
    if (call.has(collapse_at)) builder.append("");
    return make_strings({}, std::move(builder));
  }
  const auto shape = call.shape(operands);
  if (call.has(collapse_at) && shape.per_row)
    call.fail("with collapse joins all rows, and an expression sees only its own row");
  std::vector<Texts> texts;
  for (const auto* operand : operands) texts.emplace_back(*operand);
  StringBuilder builder;
  builder.reserve(shape.size, 16 * shape.size);
  std::string joined, all;
  const auto between = call.text(collapse_at, "");
  for (std::size_t i = 0; i < shape.size; ++i) {
    joined.clear();
    for (std::size_t j = 0; j < texts.size(); ++j) {
      if (j > 0) joined += separator;
      joined += texts[j][i % texts[j].size()].value_or("NA");
    }
    if (call.has(collapse_at))
      all += (i > 0 ? between : "") + joined;
    else
      builder.append(joined);
  }
  if (call.has(collapse_at)) return constant_text(all);
  return make_strings(shape, std::move(builder));
}

Value paste(const FunctionCall& call) { return pasted(call, call.text(1, " "), 2); }
Value paste0(const FunctionCall& call) { return pasted(call, "", 1); }

/// Clamped to what counts characters; nothing if missing.
std::optional<std::int64_t> character_position(double x) {
  if (x != x) return std::nullopt;
  return static_cast<std::int64_t>(std::trunc(std::min(std::max(x, -1e15), 1e15)));
}

Value part_of(const FunctionCall& call, double last_otherwise) {  // x, first, last
  const auto& x = call[0];
  const auto first = call.numeric(1);
  const auto last = call.has(2) ? call.numeric(2) : constant_number(last_otherwise);
  const auto shape = call.shape({&x, &first, &last});
  const Texts texts(x);
  const auto a = doubles(first), b = doubles(last);
  StringBuilder builder;
  builder.reserve(shape.size, 4 * shape.size);
  for (std::size_t i = 0; i < shape.size; ++i) {
    const auto text = texts[i % texts.size()];
    const auto begin = character_position(a.recycled(i)), end = character_position(b.recycled(i));
    text&& begin&& end ? builder.append(characters(*text, *begin, *end)) : builder.append_missing();
  }
  return make_strings(shape, std::move(builder));
}

Value substr(const FunctionCall& call) {
  if (!call.has(2)) call.fail("argument is missing: stop");
  return part_of(call, 0);
}
Value substring(const FunctionCall& call) { return part_of(call, 1000000); }

Value lengths(const FunctionCall& call) {  // x, type
  const auto& x = call[0];
  const auto type = call.text(1, "chars");
  const bool bytes = type == "bytes";
  if (!bytes && type != "chars" && type != "width")
    call.fail("type must be \"chars\" or \"bytes\", not \"" + type + "\"");
  if (x.is_factor()) call.fail("needs strings, not a factor; as.character(f) gives its labels");
  const Texts texts(x);
  std::vector<std::int32_t> out(x.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto text = texts[i];
    // A missing string has no length; anything else missing is written "NA".
    out[i] = text ? static_cast<std::int32_t>(bytes ? text->size() : character_count(*text))
             : x.kind() == Kind::kString && type != "width" ? missing_value<std::int32_t>()
                                                            : 2;
  }
  return make_value(shape_of(x), Type::kInt32, std::move(out));
}

template <bool AtEnd>
Value begins_or_ends(const FunctionCall& call) {
  const auto& x = call[0];
  const auto& part = call[1];
  if (x.kind() != Kind::kString || part.kind() != Kind::kString)
    call.fail("needs strings; as.character() makes them");
  const auto shape = call.shape({&x, &part});
  const Texts a(x), b(part);
  std::vector<std::uint8_t> out(shape.size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto text = a[i % a.size()], wanted = b[i % b.size()];
    out[i] = !text || !wanted ? 0xff
             : AtEnd          ? text->ends_with(*wanted)
                              : text->starts_with(*wanted);
  }
  return make_value(shape, Type::kLogical, std::move(out));
}

Value translated(const FunctionCall& call) {  // old, new, x
  const auto from = call.text(0, ""), to = call.text(1, "");
  std::unordered_map<std::uint32_t, std::uint32_t> table;
  if (character_count(from) > character_count(to)) call.fail("old has more characters than new");
  for (std::size_t i = 0, j = 0; i < from.size();) {
    const auto old = next_character(from, i);
    table[old] = next_character(to, j);
  }
  return map_texts(call[2], [&](std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
      const auto begin = i;
      const auto code = next_character(text, i);
      const auto found = table.find(code);
      if (found == table.end())
        out += text.substr(begin, i - begin);
      else
        append_character(out, found->second);
    }
    return out;
  });
}

Value string_to_integer(const FunctionCall& call) {  // x, base
  const auto& x = call[0];
  const auto base = static_cast<int>(call.number(1, 10));
  if (base != 0 && (base < 2 || base > 36))
    call.fail("base must be 2 to 36, not " + std::to_string(base));
  const Texts texts(x);
  std::vector<std::int32_t> out(x.size(), missing_value<std::int32_t>());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto text = texts[i];
    if (!text || text->empty() || text->size() > 64) continue;
    const std::string copy(*text);
    char* end = nullptr;
    const long long value = std::strtoll(copy.c_str(), &end, base);
    if (end == copy.c_str() + copy.size() && value >= -2147483647 && value <= 2147483647)
      out[i] = static_cast<std::int32_t>(value);
  }
  return make_value(shape_of(x), Type::kInt32, std::move(out));
}

// sprintf
// -------------------------------------------------------------------------------------------------------------

/// One conversion of a format, or the text between two.
struct Piece {
  std::string text;     // literal; or flags for a conversion
  char conversion = 0;  // 0: literal
  int width = 0, precision = -1;
  std::size_t argument = 0;
};

std::string padded(std::string_view text, int width, bool left) {
  const auto length = static_cast<int>(character_count(text));
  const std::string space(static_cast<std::size_t>(std::max(0, width - length)), ' ');
  return left ? std::string(text) + space : space + std::string(text);
}

std::vector<Piece> parse_format(const FunctionCall& call, const std::string& format,
                                std::size_t arguments) {
  std::vector<Piece> pieces;
  std::string literal;
  std::size_t next = 0;
  const auto flush = [&] {
    if (!literal.empty()) pieces.push_back({std::move(literal)});
    literal.clear();
  };
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      literal += format[i];
      continue;
    }
    if (++i == format.size()) call.fail("the format ends in '%'; write %% for a percent sign");
    if (format[i] == '%') {
      literal += '%';
      continue;
    }
    flush();
    Piece piece;
    const auto number = [&] {
      int value = 0;
      for (; i < format.size() && format[i] >= '0' && format[i] <= '9'; ++i)
        value = std::min(100000, value * 10 + (format[i] - '0'));
      return value;
    };
    // %2$s: the second argument.
    const auto begin = i;
    const int position = number();
    bool numbered = false;
    if (position > 0 && i < format.size() && format[i] == '$') {
      ++i;
      numbered = true;
    } else {
      i = begin;
    }
    for (; i < format.size() && std::string_view("-+ 0#").find(format[i]) != std::string_view::npos;
         ++i)
      if (piece.text.find(format[i]) == std::string::npos) piece.text += format[i];
    piece.width = number();
    if (i < format.size() && format[i] == '.') {
      ++i;
      piece.precision = number();
    }
    if (i == format.size()) call.fail("the format ends inside a conversion: " + format);
    piece.conversion = format[i];
    if (std::string_view("dioxXfeEgGs").find(piece.conversion) == std::string_view::npos)
      call.fail(std::string("conversion not in the portable subset: %") + piece.conversion +
                " (d, i, o, x, X, f, e, E, g, G, s are)");
    if (piece.width > 1000 || piece.precision > 1000)
      call.fail("a width or precision may be at most 1000");
    piece.argument = numbered ? static_cast<std::size_t>(position - 1) : next++;
    if (piece.argument >= arguments)
      call.fail("the format asks for more values than there are: " + format);
    pieces.push_back(std::move(piece));
  }
  flush();
  return pieces;
}

bool has_flag(const Piece& piece, char flag) { return piece.text.find(flag) != std::string::npos; }

bool is_whole_conversion(char c) {
  return std::string_view("dioxX").find(c) != std::string_view::npos;
}

/// A sign and digits, filled to the width as C's printf does.
std::string filled(const Piece& piece, bool negative, const std::string& digits, bool zeros) {
  std::string sign = negative ? "-" : has_flag(piece, '+') ? "+" : has_flag(piece, ' ') ? " " : "";
  const auto length = sign.size() + digits.size(), width = static_cast<std::size_t>(piece.width);
  const std::size_t rest = width > length ? width - length : 0;
  if (has_flag(piece, '-')) return sign + digits + std::string(rest, ' ');
  if (zeros && has_flag(piece, '0')) return sign + std::string(rest, '0') + digits;
  return std::string(rest, ' ') + sign + digits;
}

/// C's %d, %i, %o, %x, %X.
std::string print_whole(const Piece& piece, std::int64_t value) {
  const bool decimal = piece.conversion == 'd' || piece.conversion == 'i';
  const bool negative = decimal && value < 0;
  auto magnitude = static_cast<std::uint64_t>(value);
  if (negative) magnitude = 0 - magnitude;
  if (!decimal && value < 0 && value >= std::numeric_limits<std::int32_t>::min())
    magnitude &= 0xffffffff;  // R's integers have 32 bits
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude,
                                 decimal                   ? 10
                                 : piece.conversion == 'o' ? 8
                                                           : 16)
                       .ptr;
  std::string digits(buffer.data(), end);
  if (piece.conversion == 'X') std::ranges::transform(digits, digits.begin(), ascii_upper);
  if (piece.precision == 0 && value == 0) digits.clear();
  if (piece.precision > static_cast<int>(digits.size()))
    digits.insert(0, static_cast<std::size_t>(piece.precision) - digits.size(), '0');
  if (has_flag(piece, '#') && value != 0) {
    if (piece.conversion == 'o' && digits[0] != '0') digits.insert(0, "0");
    if (piece.conversion == 'x' || piece.conversion == 'X')
      digits.insert(0, piece.conversion == 'x' ? "0x" : "0X");
  }
  Piece unsigned_piece = piece;
  if (!decimal) std::erase_if(unsigned_piece.text, [](char c) { return c == '+' || c == ' '; });
  return filled(unsigned_piece, negative, digits, piece.precision < 0);
}

/// C's %f, %e, %E, %g, %G; infinite values as R writes them.
std::string print_number(const Piece& piece, double value) {
  if (!std::isfinite(value)) {
    std::string text = value > 0 ? (has_flag(piece, '+') ? "+Inf" : "Inf") : "-Inf";
    return padded(text, piece.width, has_flag(piece, '-'));
  }
  const double magnitude = std::fabs(value);
  int precision = piece.precision < 0 ? 6 : piece.precision;
  const bool keeps_point = has_flag(piece, '#');
  std::string digits;
  switch (ascii_lower(piece.conversion)) {
    case 'f':
      digits = fixed_text(magnitude, precision);
      break;
    case 'e':
      digits = scientific_text(magnitude, precision);
      break;
    default:
      precision = std::max(precision, 1);
      if (!keeps_point) {
        digits = general_text(magnitude, precision);
        break;
      }
      digits = scientific_text(magnitude, precision - 1);
      const auto exponent = number_of_text(std::string_view(digits).substr(digits.find('e') + 1));
      if (exponent && *exponent >= -4 && *exponent < precision)
        digits = fixed_text(magnitude, precision - 1 - static_cast<int>(*exponent));
  }
  if (keeps_point && digits.find('.') == std::string::npos)
    digits.insert(std::min(digits.find('e'), digits.size()), ".");
  if (piece.conversion == 'E' || piece.conversion == 'G')
    std::ranges::transform(digits, digits.begin(), ascii_upper);
  return filled(piece, std::signbit(value), digits, true);
}

/// 1234567 as 1,234,567: the mark between every three digits before the point.
std::string with_marks(std::string number, const std::string& mark) {
  if (mark.empty()) return number;
  const auto begin = number.find_first_of("0123456789");
  if (begin == std::string::npos) return number;
  auto end = number.find_first_not_of("0123456789", begin);
  if (end == std::string::npos) end = number.size();
  for (auto at = static_cast<std::ptrdiff_t>(end) - 3; at > static_cast<std::ptrdiff_t>(begin);
       at -= 3)
    number.insert(static_cast<std::size_t>(at), mark);
  return number;
}

Value formatted(const FunctionCall& call) {
  const auto& format = call[0];
  if (format.per_row || format.kind() != Kind::kString || format.size() != 1 ||
      format.column.is_missing(0))
    call.fail("the format must be one constant string");
  std::vector<const Value*> operands;
  for (const auto& [name, value] : call.rest) {
    if (value.null) call.fail("a value is NULL");
    operands.push_back(&value);
  }
  const auto pieces = parse_format(call, std::string(format.column.string_at(0)), operands.size());
  auto with_format = operands;
  with_format.push_back(&format);
  const auto shape = call.shape(with_format);
  struct Operand {
    std::optional<Items<double>> numbers;
    std::optional<Items<std::int64_t>> wide;
    std::optional<Texts> texts;
  };
  std::vector<Operand> items(operands.size());
  for (const auto& piece : pieces) {
    if (!piece.conversion) continue;
    const auto& value = *operands[piece.argument];
    auto& item = items[piece.argument];
    if (piece.conversion == 's') {
      if (!item.texts) item.texts.emplace(value);
      continue;
    }
    const auto kind = value.kind();
    if (kind == Kind::kString || kind == Kind::kDate || kind == Kind::kDateTime)
      call.fail(std::string("%") + piece.conversion + " needs numbers, not " +
                std::string(kind_name(kind)) + "; use %s");
    if (!item.numbers) item.numbers.emplace(doubles(value));
    if (is_wide(value)) item.wide.emplace(whole_numbers(value));
  }
  StringBuilder builder;
  builder.reserve(shape.size, 16 * shape.size);
  std::string line;
  for (std::size_t i = 0; i < shape.size; ++i) {
    line.clear();
    for (const auto& piece : pieces) {
      if (!piece.conversion) {
        line += piece.text;
        continue;
      }
      const bool left = piece.text.find('-') != std::string::npos;
      auto& item = items[piece.argument];
      if (piece.conversion == 's') {
        auto text = (*item.texts)[i % item.texts->size()].value_or("NA");
        if (piece.precision >= 0) text = characters(text, 1, piece.precision);
        line += padded(text, piece.width, left);
        continue;
      }
      const double number = item.numbers->recycled(i);
      if (number != number) {
        line += padded("NA", piece.width, left);
        continue;
      }
      if (!is_whole_conversion(piece.conversion)) {
        line += print_number(piece, number);
        continue;
      }
      if (!item.wide && (number != std::trunc(number) || std::fabs(number) > 2147483647))
        call.fail(std::string("%") + piece.conversion + " needs whole numbers, not " +
                  number_text(number) + "; use %f, %g or as.integer()");
      line += print_whole(piece,
                          item.wide ? item.wide->recycled(i) : static_cast<std::int64_t>(number));
    }
    builder.append(line);
  }
  return make_strings(shape, std::move(builder));
}

Value format_c(const FunctionCall& call) {  // x, digits, width, format, flag, mode
  const auto& x = call[0];
  Piece piece;
  piece.width = static_cast<int>(std::min(std::max(call.number(2, 0), -1000.0), 1000.0));
  piece.text = call.text(4, "");
  if (piece.width < 0) piece.width = -piece.width, piece.text += '-';
  for (const char c : piece.text)
    if (std::string_view("-+ 0#").find(c) == std::string_view::npos)
      call.fail("flag not in the portable subset: " + piece.text);
  if (piece.text.size() > 8) call.fail("flag is too long: " + piece.text);
  const bool text = x.kind() == Kind::kString || x.is_factor();
  const bool whole = x.kind() == Kind::kInteger || x.kind() == Kind::kLogical;
  const auto format = call.text(3, text ? "s" : whole ? "d" : "g");
  if (format.size() != 1 || std::string_view("dfeEgGs").find(format[0]) == std::string_view::npos)
    call.fail("format must be \"d\", \"f\", \"e\", \"E\", \"g\", \"G\" or \"s\", not \"" + format +
              "\"");
  if (text != (format == "s"))
    call.fail(text ? "strings need format = \"s\"" : "numbers cannot have format = \"s\"");
  piece.conversion = format[0];
  piece.precision = call.has(1) ? static_cast<int>(std::min(call.number(1, 4), 50.0))
                    : text || whole || format == "d" ? -1
                                                     : 4;
  const auto mark = call.text(6, "");
  if (call.has(1) && !call.has(2) && !text)
    piece.width = std::max(0, piece.precision + 1);  // R leaves room for the digits
  const bool left = piece.text.find('-') != std::string::npos;
  if (text || x.kind() == Kind::kDate || x.kind() == Kind::kDateTime) {
    const auto width = piece.width;
    const Texts texts(x);
    StringBuilder builder;
    for (std::size_t i = 0; i < x.size(); ++i)
      builder.append(padded(texts[i].value_or("NA"), width, left));
    return make_strings(shape_of(x), std::move(builder));
  }
  if (piece.conversion == 'd') piece.precision = -1;
  const auto numbers = doubles(x);
  std::optional<Items<std::int64_t>> wide;
  if (is_wide(x)) wide.emplace(whole_numbers(x));
  // Marks come between the digits before blanks fill the width on the left, but after zeros or
  // blanks on the right have filled it.
  const bool marks_first = !mark.empty() && !left && !has_flag(piece, '0');
  const auto print = [&](std::size_t i, double number) {
    Piece plain = piece;
    if (marks_first) plain.width = 0;
    std::string out;
    if (plain.conversion == 'd' && wide) {
      out = print_whole(plain, wide->data()[i]);
    } else if (plain.conversion == 'd') {
      plain.conversion = 'f', plain.precision = 0;
      out = print_number(plain, std::trunc(number));
    } else {
      out = print_number(plain, number);
    }
    out = with_marks(std::move(out), mark);
    return marks_first ? padded(out, piece.width, left) : out;
  };
  StringBuilder builder;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double number = numbers.data()[i];
    builder.append(number != number ? padded("NA", piece.width, left) : print(i, number));
  }
  return make_strings(shape_of(x), std::move(builder));
}

}  // namespace

void add_string_functions(FunctionTable& table) {
  table["toupper"] = {{"x"}, upper_case};
  table["tolower"] = {{"x"}, lower_case};
  table["trimws"] = {{"x", "which", "whitespace"}, trimmed};
  table["paste"] = {{"...", "sep", "collapse"}, paste};
  table["paste0"] = {{"...", "collapse"}, paste0};
  table["substr"] = {{"x", "start", "stop"}, substr};
  table["substring"] = {{"text", "first", "last"}, substring};
  table["nchar"] = {{"x", "type"}, lengths};
  table["startsWith"] = {{"x", "prefix"}, begins_or_ends<false>};
  table["endsWith"] = {{"x", "suffix"}, begins_or_ends<true>};
  table["chartr"] = {{"old", "new", "x"}, translated};
  table["strtoi"] = {{"x", "base"}, string_to_integer};
  table["sprintf"] = {{"fmt", "..."}, formatted};
  table["formatC"] = {{"x", "digits", "width", "format", "flag", "mode", "big.mark"}, format_c};
}

}  // namespace insitu
