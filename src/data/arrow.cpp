#include "data/arrow.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "base/error.hpp"

namespace insitu {

namespace {

// --- What a format string says
// ------------------------------------------------------------------------------------

/// How values lie in the array; what they become is `Layout::type`.
enum class Storage {
  kNull,
  kBits,
  kInt8,
  kUInt8,
  kInt16,
  kUInt16,
  kInt32,
  kUInt32,
  kInt64,
  kUInt64,
  kFloat16,
  kFloat32,
  kFloat64,
  kDecimal,
  kString32,
  kString64,
  kStringView
};

struct Layout {
  Storage storage = Storage::kNull;
  Type type = Type::kLogical;
  std::int64_t per_unit = 1;  ///< dates, times: stored ticks per day or second
  int decimal_scale = 0;
  int decimal_bytes = 16;
  std::string time_zone;
};

bool is_string(Storage s) {
  return s == Storage::kString32 || s == Storage::kString64 || s == Storage::kStringView;
}

std::string name_of(const ArrowSchema& schema) { return schema.name ? schema.name : ""; }

[[noreturn]] void no_counterpart(const ArrowSchema& schema) {
  throw DataError("column '" + name_of(schema) +
                  "' has an Arrow type that has no counterpart here: '" +
                  std::string(schema.format) +
                  "'; convert it to a number, string, date, time or dictionary first");
}

int whole_number(std::string_view text, const ArrowSchema& schema) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) no_counterpart(schema);
  return value;
}

Layout decimal_layout(std::string_view parameters, const ArrowSchema& schema) {
  const auto comma = parameters.find(',');
  if (comma == parameters.npos) no_counterpart(schema);
  auto scale = parameters.substr(comma + 1);
  int bits = 128;
  if (const auto second = scale.find(','); second != scale.npos) {
    bits = whole_number(scale.substr(second + 1), schema);
    scale = scale.substr(0, second);
  }
  if (bits != 32 && bits != 64 && bits != 128 && bits != 256) no_counterpart(schema);
  return {.storage = Storage::kDecimal,
          .type = Type::kFloat64,
          .decimal_scale = whole_number(scale, schema),
          .decimal_bytes = bits / 8};
}

/// Of the values themselves: for a dictionary-encoded column, of its indices.
Layout layout_of(const ArrowSchema& schema) {
  if (!schema.format) throw DataError("column '" + name_of(schema) + "' has no Arrow format");
  const std::string_view format = schema.format;
  if (format.size() == 1) {
    switch (format[0]) {
      case 'n':
        return {Storage::kNull, Type::kLogical};
      case 'b':
        return {Storage::kBits, Type::kLogical};
      case 'c':
        return {Storage::kInt8, Type::kInt16};
      case 'C':
        return {Storage::kUInt8, Type::kInt16};
      case 's':
        return {Storage::kInt16, Type::kInt16};
      case 'S':
        return {Storage::kUInt16, Type::kUInt16};
      case 'i':
        return {Storage::kInt32, Type::kInt32};
      case 'I':
        return {Storage::kUInt32, Type::kInt64};
      case 'l':
        return {Storage::kInt64, Type::kInt64};
      case 'L':
        return {Storage::kUInt64, Type::kFloat64};
      case 'e':
        return {Storage::kFloat16, Type::kFloat32};
      case 'f':
        return {Storage::kFloat32, Type::kFloat32};
      case 'g':
        return {Storage::kFloat64, Type::kFloat64};
      case 'u':
        return {Storage::kString32, Type::kString};
      case 'U':
        return {Storage::kString64, Type::kString};
      default:
        no_counterpart(schema);
    }
  }
  if (format == "vu") return {Storage::kStringView, Type::kString};
  if (format == "tdD") return {Storage::kInt32, Type::kDate, 1};
  if (format == "tdm") return {Storage::kInt64, Type::kDate, 86400000};
  if (format.starts_with("d:")) return decimal_layout(format.substr(2), schema);
  if (format.size() >= 4 && format.starts_with("ts") && format[3] == ':') {
    const std::string_view units = "smun";
    const auto unit = units.find(format[2]);
    if (unit == units.npos) no_counterpart(schema);
    constexpr std::array<std::int64_t, 4> kPerSecond = {1, 1000, 1000000, 1000000000};
    return {.storage = Storage::kInt64,
            .type = Type::kDateTime,
            .per_unit = kPerSecond[unit],
            .time_zone = std::string(format.substr(4))};
  }
  no_counterpart(schema);
}

bool is_index(Storage s) { return s >= Storage::kInt8 && s <= Storage::kUInt64; }

// --- Metadata: count, then length-prefixed keys and values; the format carries no total size
// ------------------------

void read_metadata(const char* at, Field& field) {
  if (!at) return;
  const auto number = [&] {
    std::int32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  };
  const auto text = [&]() -> std::string_view {
    const auto size = number();
    if (size < 0) throw DataError("column '" + field.name + "' has damaged Arrow metadata");
    return {std::exchange(at, at + size), static_cast<std::size_t>(size)};
  };
  const auto bound = [&](std::string_view value) -> std::optional<double> {
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return parsed;
  };
  for (auto count = number(); count > 0; --count) {
    const auto key = text(), value = text();
    if (key == "insitu.low") field.low = bound(value);
    if (key == "insitu.high") field.high = bound(value);
    if (key == "insitu.description") field.description = value;
  }
}

std::string metadata_of(const Field& field) {
  std::string body;
  std::int32_t count = 0;
  const auto put = [](std::string& to, std::string_view text) {
    const auto size = static_cast<std::int32_t>(text.size());
    to.append(reinterpret_cast<const char*>(&size), sizeof size);
    to += text;
  };
  const auto pair = [&](std::string_view key, std::string_view value) {
    ++count, put(body, key), put(body, value);
  };
  const auto number = [](double value) {
    std::array<char, 32> buffer;
    return std::string(buffer.data(),
                       std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
  };
  if (field.low) pair("insitu.low", number(*field.low));
  if (field.high) pair("insitu.high", number(*field.high));
  if (!field.description.empty()) pair("insitu.description", field.description);
  if (count == 0) return {};
  return std::string(reinterpret_cast<const char*>(&count), sizeof count) + body;
}

// --- Import
// -------------------------------------------------------------------------------------------------------

bool bit(const std::uint8_t* bits, std::size_t i) { return bits[i >> 3] >> (i & 7) & 1; }

/// One child of a record batch, looked at from row `begin` for `rows` rows; checks what can be
/// checked of it.
struct ArrayView {
  const ArrowArray& array;
  const std::string& name;
  std::size_t offset = 0;  ///< position of the first row in the buffers
  std::size_t rows = 0;
  const std::uint8_t* validity = nullptr;  ///< null: none missing
  const std::uint8_t* parent_validity = nullptr;
  std::size_t parent_offset = 0;

  ArrayView(const ArrowArray& a, const std::string& column, std::uint64_t begin, std::size_t count,
            bool has_validity)
      : array(a), name(column), rows(count) {
    if (a.length < 0 || a.offset < 0 || a.n_buffers < 0 ||
        a.offset > std::numeric_limits<std::int64_t>::max() / 2 ||
        begin + count > static_cast<std::uint64_t>(a.length))
      fail("its length, offset or number of buffers is out of range");
    offset = static_cast<std::size_t>(a.offset) + begin;
    if (!has_validity) return;
    if (a.n_buffers < 1 || !a.buffers) fail("its buffers are missing");
    if (a.null_count == 0 || !a.buffers[0]) return;
    const auto* bits = static_cast<const std::uint8_t*>(a.buffers[0]);
    for (std::size_t i = 0; i < rows && !validity; ++i)
      if (!bit(bits, offset + i)) validity = bits;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw DataError("the Arrow array of column '" + name + "' is damaged: " + what);
  }
  /// Buffer `i`, which must be there unless there are no rows.
  const void* buffer(std::int64_t i) const {
    if (i >= array.n_buffers || !array.buffers) fail("its buffers are missing");
    if (!array.buffers[i] && rows > 0) fail("its buffers are missing");
    return array.buffers[i];
  }
  bool missing(std::size_t i) const {
    return (validity && !bit(validity, offset + i)) ||
           (parent_validity && !bit(parent_validity, parent_offset + i));
  }
  bool may_miss() const { return validity || parent_validity; }
};

template <class In, class Out, class F>
Column converted(const ArrayView& view, Type type, F&& convert) {
  const auto* in = static_cast<const In*>(view.buffer(1));
  std::vector<Out> out(view.rows);
  for (std::size_t i = 0; i < view.rows; ++i)
    out[i] = view.missing(i) ? missing_value<Out>() : convert(in[view.offset + i]);
  return Column::own(type, std::move(out));
}

template <class T>
Column shared_or_marked(const ArrayView& view, Type type,
                        const std::shared_ptr<const void>& owner) {
  if (view.may_miss()) return converted<T, T>(view, type, [](T value) { return value; });
  const auto* in = static_cast<const T*>(view.buffer(1));
  return Column(type, view.rows, in ? in + view.offset : nullptr, owner);
}

float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const float magnitude =
      exponent == 31  ? (mantissa ? missing_value<float>() : std::numeric_limits<float>::infinity())
      : exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                      : std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  return half >> 15 ? -magnitude : magnitude;
}

/// A two's complement integer of 4, 8, 16 or 32 bytes over 10^scale, correctly rounded.
double from_decimal(const unsigned char* bytes, int size, int scale) {
  std::array<std::uint32_t, 8> limbs{};
  std::memcpy(limbs.data(), bytes, static_cast<std::size_t>(size));
  const auto count = static_cast<std::size_t>(size) / 4;
  const bool negative = limbs[count - 1] >> 31;
  if (negative) {
    std::uint64_t carry = 1;
    for (std::size_t i = 0; i < count; ++i) {
      carry += static_cast<std::uint32_t>(~limbs[i]);
      limbs[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  std::array<char, 112> text;  // 78 digits, sign and exponent
  auto* begin = text.data() + 96;
  auto* const end = begin;
  for (bool more = true; more;) {
    std::uint64_t rest = 0;
    more = false;
    for (auto i = count; i-- > 0;) {
      rest = rest << 32 | limbs[i];
      limbs[i] = static_cast<std::uint32_t>(rest / 10);
      rest %= 10;
      more = more || limbs[i] != 0;
    }
    *--begin = static_cast<char>('0' + rest);
  }
  if (negative) *--begin = '-';
  *end = 'e';
  const auto last =
      std::to_chars(end + 1, text.data() + text.size(), -static_cast<long>(scale)).ptr;
  double value = 0;
  if (std::from_chars(begin, last, value).ec == std::errc::result_out_of_range)
    value = scale > 0 ? 0.0 : std::numeric_limits<double>::infinity() * (negative ? -1 : 1);
  return value;
}

Column decimals(const ArrayView& view, const Layout& layout) {
  const auto* in = static_cast<const unsigned char*>(view.buffer(1));
  const auto width = static_cast<std::size_t>(layout.decimal_bytes);
  std::vector<double> out(view.rows);
  for (std::size_t i = 0; i < view.rows; ++i)
    out[i] = view.missing(i) ? missing_value<double>()
                             : from_decimal(in + (view.offset + i) * width, layout.decimal_bytes,
                                            layout.decimal_scale);
  return Column::own(Type::kFloat64, std::move(out));
}

/// Whole units and the rest apart: nanoseconds since 1970 have more digits than a double.
double ticks(std::int64_t value, std::int64_t per_unit) {
  return static_cast<double>(value / per_unit) +
         static_cast<double>(value % per_unit) / static_cast<double>(per_unit);
}

Column logicals(const ArrayView& view) {
  const auto* bits = static_cast<const std::uint8_t*>(view.buffer(1));
  std::vector<std::uint8_t> out(view.rows);
  for (std::size_t i = 0; i < view.rows; ++i)
    out[i] = view.missing(i) ? missing_value<std::uint8_t>() : bit(bits, view.offset + i);
  return Column::own(Type::kLogical, std::move(out));
}

template <class Offset>
const Offset* checked_offsets(const ArrayView& view) {
  static constexpr Offset kNone[1] = {0};
  const auto* all = static_cast<const Offset*>(view.buffer(1));
  if (!all) return kNone;
  const auto* offsets = all + view.offset;
  if (offsets[0] < 0) view.fail("a string begins before its buffer");
  for (std::size_t i = 0; i < view.rows; ++i)
    if (offsets[i + 1] < offsets[i]) view.fail("a string ends before it begins");
  if (offsets[view.rows] > offsets[0] && !view.buffer(2)) view.fail("its buffers are missing");
  return offsets;
}

template <class Offset>
Column copied_strings(const ArrayView& view, const Offset* offsets, const char* bytes) {
  StringBuilder builder;
  builder.reserve(view.rows, static_cast<std::size_t>(offsets[view.rows] - offsets[0]));
  for (std::size_t i = 0; i < view.rows; ++i)
    view.missing(i) ? builder.append_missing()
                    : builder.append({bytes + offsets[i],
                                      static_cast<std::size_t>(offsets[i + 1] - offsets[i])});
  return builder.finish();
}

Column strings32(const ArrayView& view, const std::shared_ptr<const void>& owner) {
  const auto* offsets = checked_offsets<std::int32_t>(view);
  const auto* bytes =
      static_cast<const char*>(view.array.n_buffers > 2 ? view.array.buffers[2] : nullptr);
  if (!bytes) bytes = "";
  if (view.parent_validity) return copied_strings(view, offsets, bytes);
  return Column::strings(view.rows, offsets, bytes, view.validity, view.offset, owner);
}

Column strings64(const ArrayView& view, const std::shared_ptr<const void>& owner) {
  const auto* offsets = checked_offsets<std::int64_t>(view);
  const auto* bytes =
      static_cast<const char*>(view.array.n_buffers > 2 ? view.array.buffers[2] : nullptr);
  if (!bytes) bytes = "";
  const auto first = offsets[0];
  if (offsets[view.rows] - first > std::numeric_limits<std::int32_t>::max())
    throw DataError("strings of column '" + view.name + "' pass 2 GiB within " +
                    std::to_string(view.rows) + " rows; pass the data in smaller batches");
  if (view.parent_validity) return copied_strings(view, offsets, bytes);
  struct Owner {
    std::shared_ptr<const void> array;
    std::vector<std::int32_t> offsets;
  };
  auto shared = std::make_shared<Owner>(Owner{owner, std::vector<std::int32_t>(view.rows + 1)});
  for (std::size_t i = 0; i <= view.rows; ++i)
    shared->offsets[i] = static_cast<std::int32_t>(offsets[i] - first);
  return Column::strings(view.rows, shared->offsets.data(), bytes + first, view.validity,
                         view.offset, shared);
}

/// Arrow's string views: 16 bytes each, the text itself when it has at most 12 bytes, else a place
/// in a buffer.
Column string_views(const ArrayView& view) {
  const auto* views = static_cast<const unsigned char*>(view.buffer(1));
  if (view.array.n_buffers < 3) view.fail("its buffers are missing");
  const auto buffers = view.array.n_buffers - 3;
  const auto* sizes =
      static_cast<const std::int64_t*>(view.array.buffers[view.array.n_buffers - 1]);
  StringBuilder builder;
  builder.reserve(view.rows, view.rows * 8);
  for (std::size_t i = 0; i < view.rows; ++i) {
    if (view.missing(i)) {
      builder.append_missing();
      continue;
    }
    const auto* at = views + (view.offset + i) * 16;
    std::array<std::int32_t, 4> parts{};
    std::memcpy(parts.data(), at, 16);
    const auto [size, prefix, buffer, begin] = parts;
    if (size < 0) view.fail("a string has a negative length");
    if (size <= 12) {
      builder.append({reinterpret_cast<const char*>(at) + 4, static_cast<std::size_t>(size)});
    } else {
      if (buffer < 0 || buffer >= buffers || begin < 0 || !sizes ||
          sizes[buffer] < std::int64_t{begin} + size || !view.array.buffers[2 + buffer])
        view.fail("a string lies outside its buffers");
      builder.append({static_cast<const char*>(view.array.buffers[2 + buffer]) + begin,
                      static_cast<std::size_t>(size)});
    }
  }
  return builder.finish();
}

/// Everything but dictionaries.
Column plain_column(const ArrayView& view, const Layout& layout,
                    const std::shared_ptr<const void>& owner) {
  const auto cast = [](auto to) {
    return [to](auto value) { return static_cast<std::remove_const_t<decltype(to)>>(value); };
  };
  switch (layout.storage) {
    case Storage::kNull:
      return Column::own(Type::kLogical,
                         std::vector<std::uint8_t>(view.rows, missing_value<std::uint8_t>()));
    case Storage::kBits:
      return logicals(view);
    case Storage::kInt8:
      return converted<std::int8_t, std::int16_t>(view, layout.type, cast(std::int16_t{}));
    case Storage::kUInt8:
      return converted<std::uint8_t, std::int16_t>(view, layout.type, cast(std::int16_t{}));
    case Storage::kInt16:
      return shared_or_marked<std::int16_t>(view, layout.type, owner);
    case Storage::kUInt16:
      return shared_or_marked<std::uint16_t>(view, layout.type, owner);
    case Storage::kInt32:
      if (layout.type == Type::kDate)
        return converted<std::int32_t, double>(view, layout.type, cast(double{}));
      return shared_or_marked<std::int32_t>(view, layout.type, owner);
    case Storage::kUInt32:
      return converted<std::uint32_t, std::int64_t>(view, layout.type, cast(std::int64_t{}));
    case Storage::kInt64:
      if (layout.type != Type::kInt64)
        return converted<std::int64_t, double>(
            view, layout.type, [&](std::int64_t value) { return ticks(value, layout.per_unit); });
      return shared_or_marked<std::int64_t>(view, layout.type, owner);
    case Storage::kUInt64:
      return converted<std::uint64_t, double>(view, layout.type, cast(double{}));
    case Storage::kFloat16:
      return converted<std::uint16_t, float>(view, layout.type, from_half);
    case Storage::kFloat32:
      return shared_or_marked<float>(view, layout.type, owner);
    case Storage::kFloat64:
      return shared_or_marked<double>(view, layout.type, owner);
    case Storage::kDecimal:
      return decimals(view, layout);
    case Storage::kString32:
      return strings32(view, owner);
    case Storage::kString64:
      return strings64(view, owner);
    case Storage::kStringView:
      return string_views(view);
  }
  throw DataError("unknown Arrow storage");
}

std::string number_text(double value) {
  std::array<char, 32> buffer;
  return std::string(buffer.data(),
                     std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

/// The values of a dictionary as level names, and what each of its positions becomes: doubled names
/// fall together, a missing entry is a missing value.
struct Dictionary {
  std::vector<std::string> names;
  std::vector<std::int32_t> codes;

  Dictionary(const ArrowArray& array, const ArrowSchema& schema, const std::string& column) {
    if (array.length < 0 || array.length >= std::numeric_limits<std::int32_t>::max())
      throw DataError("the Arrow dictionary of column '" + column + "' is too long");
    const auto layout = layout_of(schema);
    const ArrayView view(array, column, 0, static_cast<std::size_t>(array.length),
                         layout.storage != Storage::kNull);
    // Not shared: the names are copied out at once.
    const auto values = plain_column(view, layout, nullptr);
    std::unordered_map<std::string, std::int32_t> seen;
    codes.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values.is_missing(i)) {
        codes.push_back(kMissingCode);
        continue;
      }
      auto text = is_string(layout.storage) ? std::string(values.string_at(i))
                                            : number_text(values.number_at(i));
      const auto [place, is_new] = seen.emplace(text, static_cast<std::int32_t>(names.size()));
      if (is_new) names.push_back(std::move(text));
      codes.push_back(place->second);
    }
  }
};

/// `codes` of the dictionary expressed as positions in `levels`.
std::vector<std::int32_t> in_terms_of(const std::vector<std::string>& levels,
                                      const Dictionary& dictionary, const std::string& column) {
  if (levels.size() >= dictionary.names.size() &&
      std::equal(dictionary.names.begin(), dictionary.names.end(), levels.begin()))
    return dictionary.codes;
  std::unordered_map<std::string_view, std::int32_t> places;
  for (std::size_t i = 0; i < levels.size(); ++i)
    places.emplace(levels[i], static_cast<std::int32_t>(i));
  auto codes = dictionary.codes;
  for (auto& code : codes) {
    if (code < 0) continue;
    const auto& name = dictionary.names[static_cast<std::size_t>(code)];
    const auto found = places.find(name);
    if (found == places.end())
      throw DataError("column '" + column + "' has a level that was not declared: '" + name + "'");
    code = found->second;
  }
  return codes;
}

template <class Index>
std::vector<std::int32_t> recoded(const ArrayView& view, const std::vector<std::int32_t>& codes) {
  const auto* in = static_cast<const Index*>(view.buffer(1));
  std::vector<std::int32_t> out(view.rows);
  for (std::size_t i = 0; i < view.rows; ++i) {
    if (view.missing(i)) {
      out[i] = kMissingCode;
      continue;
    }
    const auto index = in[view.offset + i];
    if (std::cmp_less(index, 0) || std::cmp_greater_equal(index, codes.size()))
      view.fail("an index lies outside its dictionary");
    out[i] = codes[static_cast<std::size_t>(index)];
  }
  return out;
}

Column factor_column(const ArrayView& view, Storage storage, Type type,
                     const std::vector<std::int32_t>& codes, const Levels& levels,
                     const std::shared_ptr<const void>& owner) {
  if (storage == Storage::kInt32 && !view.may_miss()) {
    bool same = true;
    for (std::size_t i = 0; i < codes.size() && same; ++i)
      same = codes[i] == static_cast<std::int32_t>(i);
    if (same) {
      const auto* in = static_cast<const std::int32_t*>(view.buffer(1));
      for (std::size_t i = 0; i < view.rows; ++i)
        if (in[view.offset + i] < 0 || std::cmp_greater_equal(in[view.offset + i], codes.size()))
          view.fail("an index lies outside its dictionary");
      return Column(type, view.rows, in ? in + view.offset : nullptr, owner, levels);
    }
  }
  const auto own = [&]<class Index>(Index) {
    return Column::own(type, recoded<Index>(view, codes), levels);
  };
  switch (storage) {
    case Storage::kInt8:
      return own(std::int8_t{});
    case Storage::kUInt8:
      return own(std::uint8_t{});
    case Storage::kInt16:
      return own(std::int16_t{});
    case Storage::kUInt16:
      return own(std::uint16_t{});
    case Storage::kInt32:
      return own(std::int32_t{});
    case Storage::kUInt32:
      return own(std::uint32_t{});
    case Storage::kInt64:
      return own(std::int64_t{});
    case Storage::kUInt64:
      return own(std::uint64_t{});
    default:
      view.fail("its dictionary has no integer index");
  }
}

void check_struct(const ArrowSchema& schema) {
  if (!schema.format || std::string_view(schema.format) != "+s" || schema.n_children < 0 ||
      (schema.n_children > 0 && !schema.children))
    throw DataError("expected an Arrow table (a struct of columns), got '" +
                    std::string(schema.format ? schema.format : "nothing") + "'");
  for (std::int64_t i = 0; i < schema.n_children; ++i)
    if (!schema.children[i]) throw DataError("an Arrow schema lacks one of its columns");
}

std::size_t check_struct(const ArrowArray& array, std::int64_t columns) {
  if (array.length < 0 || array.offset < 0 || array.n_children != columns ||
      (columns > 0 && !array.children) ||
      array.offset > std::numeric_limits<std::int64_t>::max() / 4 ||
      array.length > std::numeric_limits<std::int64_t>::max() / 4)
    throw DataError("an Arrow record batch is damaged: it has " + std::to_string(array.n_children) +
                    " columns, its schema has " + std::to_string(columns));
  for (std::int64_t i = 0; i < columns; ++i) {
    if (!array.children[i] || array.children[i]->length < array.offset + array.length)
      throw DataError("an Arrow record batch is damaged: a column is shorter than the batch");
  }
  return static_cast<std::size_t>(array.length);
}

/// A factor column's dictionary translated to the levels of the field.
struct Translation {
  std::vector<std::int32_t> codes;
  Levels levels;
};

Column column_from(const ArrowArray& batch, std::size_t which, const ArrowSchema& schema,
                   const Field& field, std::size_t begin, std::size_t rows,
                   const Translation* translation, const std::shared_ptr<const void>& owner) {
  const auto layout = layout_of(schema);
  ArrayView view(*batch.children[which], field.name,
                 static_cast<std::uint64_t>(batch.offset) + begin, rows,
                 layout.storage != Storage::kNull);
  if (batch.null_count != 0 && batch.n_buffers > 0 && batch.buffers && batch.buffers[0]) {
    view.parent_validity = static_cast<const std::uint8_t*>(batch.buffers[0]);
    view.parent_offset = static_cast<std::size_t>(batch.offset) + begin;
  }
  if (translation)
    return factor_column(view, layout.storage, field.type, translation->codes, translation->levels,
                         owner);
  return plain_column(view, layout, owner);
}

std::shared_ptr<ArrowArray> taken_over(ArrowArray* array) {
  if (!array || !array->release) throw DataError("an Arrow array was used after its release");
  auto owner = std::shared_ptr<ArrowArray>(new ArrowArray(*array), [](ArrowArray* owned) {
    if (owned->release) owned->release(owned);
    delete owned;
  });
  array->release = nullptr;
  return owner;
}

const ArrowArray& dictionary_of(const ArrowArray& batch, std::size_t column, const Field& field) {
  const auto* dictionary = batch.children[column]->dictionary;
  if (!dictionary)
    throw DataError("the Arrow array of column '" + field.name + "' lacks its dictionary");
  return *dictionary;
}

}  // namespace

std::vector<Field> fields_from_arrow(const ArrowSchema& schema) {
  check_struct(schema);
  std::vector<Field> fields(static_cast<std::size_t>(schema.n_children));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& child = *schema.children[i];
    auto& field = fields[i];
    field.name = name_of(child);
    const auto layout = layout_of(child);
    if (child.dictionary) {
      const auto values = layout_of(*child.dictionary);
      if (!is_index(layout.storage) || child.dictionary->dictionary) no_counterpart(child);
      if (!is_string(values.storage) &&
          (!is_numeric(values.type) || values.type == Type::kDate ||
           values.type == Type::kDateTime || values.storage == Storage::kNull))
        no_counterpart(*child.dictionary);
      field.type = child.flags & ARROW_FLAG_DICTIONARY_ORDERED ? Type::kOrdered : Type::kFactor;
    } else {
      field.type = layout.type;
      field.time_zone = layout.time_zone;
    }
    read_metadata(child.metadata, field);
  }
  return fields;
}

Chunk chunk_from_arrow(ArrowArray* array, const ArrowSchema& schema, SchemaPtr fields) {
  const auto owner = taken_over(array);
  check_struct(schema);
  const auto rows = check_struct(*owner, schema.n_children);
  if (std::cmp_not_equal(fields->size(), schema.n_children))
    throw DataError("an Arrow record batch does not fit its schema");
  Chunk chunk{fields, {}, rows, {}};
  chunk.from.source_rows = static_cast<std::int64_t>(rows);
  chunk.columns.reserve(fields->size());
  for (std::size_t i = 0; i < fields->size(); ++i) {
    const auto& child = *schema.children[i];
    const auto& field = (*fields)[i];
    if (!child.dictionary) {
      chunk.columns.push_back(column_from(*owner, i, child, field, 0, rows, nullptr, owner));
      continue;
    }
    Dictionary dictionary(dictionary_of(*owner, i, field), *child.dictionary, field.name);
    Translation translation;
    if (field.has_levels()) {
      translation = {in_terms_of(*field.levels, dictionary, field.name), field.levels};
    } else {
      translation = {dictionary.codes, make_levels(std::move(dictionary.names))};
    }
    chunk.columns.push_back(column_from(*owner, i, child, field, 0, rows, &translation, owner));
  }
  return chunk;
}

std::pair<SchemaPtr, std::vector<Chunk>> import_stream(ArrowArrayStream* stream) {
  if (!stream || !stream->release) throw DataError("an Arrow stream was used after its release");
  struct Stream {
    ArrowArrayStream stream;
    ArrowSchema schema{};
    explicit Stream(ArrowArrayStream* other) : stream(*other) { other->release = nullptr; }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
      if (schema.release) schema.release(&schema);
      if (stream.release) stream.release(&stream);
    }
    void check(int code) {
      if (code == 0) return;
      const char* text = stream.get_last_error(&stream);
      throw DataError("reading an Arrow stream failed: " +
                      std::string(text ? text : "unknown error"));
    }
  } in(stream);
  in.check(in.stream.get_schema(&in.stream, &in.schema));
  if (!in.schema.release) throw DataError("an Arrow stream gave no schema");
  auto fields = fields_from_arrow(in.schema);

  std::vector<std::shared_ptr<ArrowArray>> batches;
  for (;;) {
    ArrowArray array{};
    in.check(in.stream.get_next(&in.stream, &array));
    if (!array.release) break;
    batches.push_back(taken_over(&array));
    check_struct(*batches.back(), in.schema.n_children);
  }

  // One level list per factor: names of the dictionaries in the order of the batches.
  // `codes[column][batch]`.
  std::vector<std::vector<std::shared_ptr<const std::vector<std::int32_t>>>> codes(fields.size());
  for (std::size_t c = 0; c < fields.size(); ++c) {
    const auto& child = *in.schema.children[c];
    if (!child.dictionary) continue;
    std::vector<std::string> levels;
    std::unordered_map<std::string, std::int32_t> places;
    const ArrowArray* previous = nullptr;
    for (const auto& batch : batches) {
      const auto& array = dictionary_of(*batch, c, fields[c]);
      if (previous && previous->length == array.length && previous->offset == array.offset &&
          previous->n_buffers == array.n_buffers && array.buffers && previous->buffers &&
          std::equal(array.buffers, array.buffers + array.n_buffers, previous->buffers)) {
        codes[c].push_back(codes[c].back());
        continue;
      }
      previous = &array;
      const Dictionary dictionary(array, *child.dictionary, fields[c].name);
      auto translated = dictionary.codes;
      for (auto& code : translated) {
        if (code < 0) continue;
        const auto& name = dictionary.names[static_cast<std::size_t>(code)];
        const auto [place, is_new] = places.emplace(name, static_cast<std::int32_t>(levels.size()));
        if (is_new) levels.push_back(name);
        code = place->second;
      }
      codes[c].push_back(std::make_shared<const std::vector<std::int32_t>>(std::move(translated)));
    }
    fields[c].levels = make_levels(std::move(levels));
  }

  const auto schema = std::make_shared<const Schema>(std::move(fields));
  // A long batch is cut so that 32-bit string offsets suffice; the cuts fall where readers cut
  // anyway.
  bool long_strings = false;
  for (std::int64_t i = 0; i < in.schema.n_children; ++i) {
    const auto storage = layout_of(*in.schema.children[i]).storage;
    if (storage == Storage::kString64 || storage == Storage::kStringView) long_strings = true;
  }
  const std::size_t most = long_strings ? kRowsPerChunk : std::numeric_limits<std::size_t>::max();
  std::vector<Chunk> chunks;
  std::int64_t first_row = 0;
  for (std::size_t b = 0; b < batches.size(); ++b) {
    const auto& batch = batches[b];
    const auto total = static_cast<std::size_t>(batch->length);
    for (std::size_t begin = 0; begin < total;) {
      const auto rows = std::min(most, total - begin);
      Chunk chunk{schema,
                  {},
                  rows,
                  {.first_row = first_row, .source_rows = static_cast<std::int64_t>(rows)}};
      chunk.columns.reserve(schema->size());
      for (std::size_t c = 0; c < schema->size(); ++c) {
        const auto& child = *in.schema.children[c];
        if (child.dictionary) {
          const Translation translation{*codes[c][b], (*schema)[c].levels};
          chunk.columns.push_back(
              column_from(*batch, c, child, (*schema)[c], begin, rows, &translation, batch));
        } else {
          chunk.columns.push_back(
              column_from(*batch, c, child, (*schema)[c], begin, rows, nullptr, batch));
        }
      }
      chunks.push_back(std::move(chunk));
      begin += rows;
      first_row += static_cast<std::int64_t>(rows);
    }
  }
  return {schema, std::move(chunks)};
}

// --- Export
// -------------------------------------------------------------------------------------------------------

namespace {

struct SchemaParts {
  std::string format, name, metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  ArrowSchema dictionary{};
};

void release_schema(ArrowSchema* schema) {
  const std::unique_ptr<SchemaParts> parts(static_cast<SchemaParts*>(schema->private_data));
  for (auto& child : parts->children)
    if (child.release) child.release(&child);
  if (parts->dictionary.release) parts->dictionary.release(&parts->dictionary);
  schema->release = nullptr;
}

void fill_schema(std::unique_ptr<SchemaParts> parts, std::int64_t flags, ArrowSchema* out) {
  for (auto& child : parts->children) parts->pointers.push_back(&child);
  *out = {.format = parts->format.c_str(),
          .name = parts->name.c_str(),
          .metadata = parts->metadata.empty() ? nullptr : parts->metadata.data(),
          .flags = flags,
          .n_children = static_cast<std::int64_t>(parts->children.size()),
          .children = parts->pointers.empty() ? nullptr : parts->pointers.data(),
          .dictionary = parts->dictionary.release ? &parts->dictionary : nullptr,
          .release = release_schema,
          .private_data = parts.get()};
  parts.release();
}

std::string format_of(const Field& field) {
  switch (field.type) {
    case Type::kLogical:
      return "b";
    case Type::kInt16:
      return "s";
    case Type::kUInt16:
      return "S";
    case Type::kInt32:
      return "i";
    case Type::kInt64:
      return "l";
    case Type::kFloat32:
      return "f";
    case Type::kFloat64:
      return "g";
    case Type::kString:
      return "u";
    case Type::kFactor:
    case Type::kOrdered:
      return "i";
    case Type::kDate:
      return "tdD";
    case Type::kDateTime:
      return "tsu:" + field.time_zone;  // no zone: a zone-less timestamp, read as UTC
  }
  return "g";
}

struct ArrayParts {
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  ArrowArray dictionary{};
  Column column;  // keeps shared values alive
  std::vector<std::uint8_t> bitmap, bits;
  std::vector<std::int32_t> values32;
  std::vector<std::int64_t> values64;
};

void release_array(ArrowArray* array) {
  const std::unique_ptr<ArrayParts> parts(static_cast<ArrayParts*>(array->private_data));
  for (auto& child : parts->children)
    if (child.release) child.release(&child);
  if (parts->dictionary.release) parts->dictionary.release(&parts->dictionary);
  array->release = nullptr;
}

void fill_array(std::unique_ptr<ArrayParts> parts, std::size_t rows, std::int64_t null_count,
                ArrowArray* out) {
  for (auto& child : parts->children) parts->pointers.push_back(&child);
  *out = {.length = static_cast<std::int64_t>(rows),
          .null_count = null_count,
          .offset = 0,
          .n_buffers = static_cast<std::int64_t>(parts->buffers.size()),
          .n_children = static_cast<std::int64_t>(parts->children.size()),
          .buffers = parts->buffers.empty() ? nullptr : parts->buffers.data(),
          .children = parts->pointers.empty() ? nullptr : parts->pointers.data(),
          .dictionary = parts->dictionary.release ? &parts->dictionary : nullptr,
          .release = release_array,
          .private_data = parts.get()};
  parts.release();
}

/// Level lists as string columns: made once for a stream, however many chunks it has.
using DictionaryCache = std::vector<std::pair<Levels, Column>>;

const Column& dictionary_column(const Levels& levels, DictionaryCache& cache) {
  for (const auto& [known, column] : cache)
    if (known == levels) return column;
  StringBuilder builder;
  if (levels)
    for (const auto& name : *levels) builder.append(name);
  return cache.emplace_back(levels, builder.finish()).second;
}

/// Marks the missing values in parts.bitmap and counts them; the bitmap stays empty when there are
/// none.
std::int64_t mark_missing(const Column& column, ArrayParts& parts) {
  const auto mark = [&](auto&& missing) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (!missing(i)) continue;
      if (count++ == 0) parts.bitmap.assign((column.size() + 7) / 8, 0xff);
      parts.bitmap[i >> 3] = static_cast<std::uint8_t>(parts.bitmap[i >> 3] & ~(1u << (i & 7)));
    }
    return count;
  };
  if (column.type() == Type::kString)
    return column.all_strings_valid()
               ? 0
               : mark([&](std::size_t i) { return !column.string_valid(i); });
  if (is_factor(column.type())) {
    const auto codes = column.values<std::int32_t>();
    return mark([&](std::size_t i) { return codes[i] < 0; });
  }
  return dispatch(column.type(), [&]<class T>(T*) {
    const auto values = column.values<T>();
    return mark([&](std::size_t i) { return is_missing_value(values[i]); });
  });
}

void column_to_arrow(const Column& column, DictionaryCache& cache, ArrowArray* out) {
  auto parts = std::make_unique<ArrayParts>();
  parts->column = column;
  const auto rows = column.size();
  const auto null_count = mark_missing(column, *parts);
  static constexpr std::int64_t kNothing[2] = {
      0, 0};  // some readers dislike null buffers of empty arrays
  const void* values = nullptr;
  if (column.type() == Type::kString) {
    values = column.string_offsets();
  } else if (column.type() == Type::kLogical) {
    const auto in = column.values<std::uint8_t>();
    parts->bits.assign((rows + 7) / 8, 0);
    for (std::size_t i = 0; i < rows; ++i)
      if (in[i] == 1) parts->bits[i >> 3] |= static_cast<std::uint8_t>(1u << (i & 7));
    values = parts->bits.data();
  } else if (column.type() == Type::kDate) {
    const auto in = column.values<double>();
    parts->values32.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto day = std::floor(in[i]);
      if (std::abs(day) > 2147483647.0)
        throw DataError("a date is out of the range of Arrow: " + number_text(in[i]));
      parts->values32[i] = is_missing_value(in[i]) ? 0 : static_cast<std::int32_t>(day);
    }
    values = parts->values32.data();
  } else if (column.type() == Type::kDateTime) {
    const auto in = column.values<double>();
    parts->values64.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (std::abs(in[i]) > 9.2e12)
        throw DataError("a time is out of the range of Arrow: " + number_text(in[i]));
      parts->values64[i] = is_missing_value(in[i]) ? 0 : std::llround(in[i] * 1e6);
    }
    values = parts->values64.data();
  } else if (is_factor(column.type()) && null_count > 0) {
    const auto in = column.values<std::int32_t>();
    parts->values32.resize(rows);
    for (std::size_t i = 0; i < rows; ++i)
      parts->values32[i] = std::max(in[i], 0);  // valid even where it is null
    values = parts->values32.data();
  } else {
    values = column.data();
  }
  parts->buffers = {
      parts->bitmap.empty() ? nullptr : static_cast<const void*>(parts->bitmap.data()),
      values ? values : kNothing};
  if (column.type() == Type::kString)
    parts->buffers.push_back(column.string_bytes() ? static_cast<const void*>(column.string_bytes())
                                                   : kNothing);
  if (is_factor(column.type())) {
    DictionaryCache none;
    column_to_arrow(dictionary_column(column.levels(), cache), none, &parts->dictionary);
  }
  fill_array(std::move(parts), rows, null_count, out);
}

void chunk_to_arrow(const Chunk& chunk, DictionaryCache& cache, ArrowArray* out) {
  auto parts = std::make_unique<ArrayParts>();
  parts->children.resize(chunk.columns.size());
  parts->buffers = {nullptr};
  try {
    for (std::size_t i = 0; i < chunk.columns.size(); ++i)
      column_to_arrow(chunk.columns[i], cache, &parts->children[i]);
  } catch (...) {
    for (auto& child : parts->children)
      if (child.release) child.release(&child);
    throw;
  }
  fill_array(std::move(parts), chunk.rows, 0, out);
}

struct StreamParts {
  SchemaPtr schema;
  std::function<std::optional<Chunk>()> next;
  DictionaryCache dictionaries;
  std::string error;

  template <class F>
  int guarded(F&& f) noexcept {
    try {
      f();
      return 0;
    } catch (const std::exception& failure) {
      error = failure.what();
    } catch (...) {
      error = "unknown error";
    }
    return 5;  // EIO
  }
};

}  // namespace

void schema_to_arrow(const Schema& schema, ArrowSchema* out) {
  auto parts = std::make_unique<SchemaParts>();
  parts->format = "+s";
  parts->children.resize(schema.size());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto& field = schema[i];
    auto child = std::make_unique<SchemaParts>();
    child->format = format_of(field);
    child->name = field.name;
    child->metadata = metadata_of(field);
    std::int64_t flags = ARROW_FLAG_NULLABLE;
    if (is_factor(field.type)) {
      auto levels = std::make_unique<SchemaParts>();
      levels->format = "u";
      fill_schema(std::move(levels), ARROW_FLAG_NULLABLE, &child->dictionary);
      if (field.type == Type::kOrdered) flags |= ARROW_FLAG_DICTIONARY_ORDERED;
    }
    fill_schema(std::move(child), flags, &parts->children[i]);
  }
  fill_schema(std::move(parts), 0, out);
}

void chunk_to_arrow(const Chunk& chunk, ArrowArray* out) {
  DictionaryCache cache;
  chunk_to_arrow(chunk, cache, out);
}

void export_stream(SchemaPtr schema, std::function<std::optional<Chunk>()> next,
                   ArrowArrayStream* out) {
  auto parts =
      std::make_unique<StreamParts>(StreamParts{std::move(schema), std::move(next), {}, {}});
  *out = {.get_schema = [](ArrowArrayStream* stream, ArrowSchema* schema_out) -> int {
            auto& self = *static_cast<StreamParts*>(stream->private_data);
            *schema_out = {};
            return self.guarded([&] { schema_to_arrow(*self.schema, schema_out); });
          },
          .get_next = [](ArrowArrayStream* stream, ArrowArray* array_out) -> int {
            auto& self = *static_cast<StreamParts*>(stream->private_data);
            *array_out = {};
            return self.guarded([&] {
              if (const auto chunk = self.next())
                chunk_to_arrow(*chunk, self.dictionaries, array_out);
            });
          },
          .get_last_error = [](ArrowArrayStream* stream) -> const char* {
            return static_cast<StreamParts*>(stream->private_data)->error.c_str();
          },
          .release =
              [](ArrowArrayStream* stream) {
                delete static_cast<StreamParts*>(stream->private_data);
                stream->release = nullptr;
              },
          .private_data = parts.get()};
  parts.release();
}

}  // namespace insitu
