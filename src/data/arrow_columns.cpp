#include "data/arrow_columns.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "data/time_ticks.hpp"

namespace insitu {

namespace {

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

template <class In, class Out>
Column converted_or_shared(const ArrayView& view, Type type,
                           const std::shared_ptr<const void>& owner) {
  if constexpr (std::is_same_v<In, Out>) return shared_or_marked<In>(view, type, owner);
  return converted<In, Out>(view, type, [](In value) { return static_cast<Out>(value); });
}

/// Whole numbers as `type`, which holds all of them (first_that_does_not_fit).
template <class In>
Column whole_numbers(const ArrayView& view, Type type, const std::shared_ptr<const void>& owner) {
  switch (type) {
    case Type::kInt16:
      return converted_or_shared<In, std::int16_t>(view, type, owner);
    case Type::kUInt16:
      return converted_or_shared<In, std::uint16_t>(view, type, owner);
    case Type::kInt32:
      return converted_or_shared<In, std::int32_t>(view, type, owner);
    case Type::kInt64:
      return converted_or_shared<In, std::int64_t>(view, type, owner);
    default:
      return converted_or_shared<In, double>(view, type, owner);
  }
}

Column logicals(const ArrayView& view) {
  const auto* bits = static_cast<const std::uint8_t*>(view.buffer(1));
  std::vector<std::uint8_t> out(view.rows);
  for (std::size_t i = 0; i < view.rows; ++i)
    out[i] = view.missing(i) ? missing_value<std::uint8_t>() : bit(bits, view.offset + i);
  return Column::own(Type::kLogical, std::move(out));
}

}  // namespace

Column plain_column(const ArrayView& view, const Layout& layout,
                    const std::shared_ptr<const void>& owner) {
  switch (layout.storage) {
    case Storage::kNull:
      return Column::own(Type::kLogical,
                         std::vector<std::uint8_t>(view.rows, missing_value<std::uint8_t>()));
    case Storage::kBits:
      return logicals(view);
    case Storage::kFloat16:
      return converted<std::uint16_t, float>(view, layout.type, from_half);
    case Storage::kFloat32:
      return shared_or_marked<float>(view, layout.type, owner);
    case Storage::kFloat64:
      return shared_or_marked<double>(view, layout.type, owner);
    case Storage::kDecimal:
      return decimals(view, layout);
    case Storage::kString32:
    case Storage::kString64:
    case Storage::kStringView:
      return string_column(view, layout.storage, owner);
    default:
      break;
  }
  if (layout.type == Type::kDateTime)
    return converted<std::int64_t, double>(view, layout.type, [&](std::int64_t value) {
      return seconds_of_ticks(value, layout.per_unit);
    });
  if (layout.type == Type::kDate && layout.storage == Storage::kInt64)
    return converted<std::int64_t, double>(view, layout.type, [&](std::int64_t value) {
      return static_cast<double>(value) / static_cast<double>(layout.per_unit);
    });
  return dispatch_storage(
      layout.storage, [&]<class In>(In) { return whole_numbers<In>(view, layout.type, owner); });
}

std::optional<std::size_t> first_that_does_not_fit(const ArrayView& view, Storage storage,
                                                   Type type) {
  return dispatch_storage(storage, [&]<class In>(In) -> std::optional<std::size_t> {
    const auto* in = static_cast<const In*>(view.buffer(1));
    return dispatch(type, [&]<class Out>(Out*) -> std::optional<std::size_t> {
      if constexpr (std::is_floating_point_v<Out>) {
        return std::nullopt;
      } else {
        for (std::size_t i = 0; i < view.rows; ++i) {
          const In value = in[view.offset + i];
          if (std::in_range<Out>(value) && !is_missing_value(static_cast<Out>(value))) continue;
          if (!view.missing(i)) return i;
        }
        return std::nullopt;
      }
    });
  });
}

}  // namespace insitu
