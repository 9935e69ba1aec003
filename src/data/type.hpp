#pragma once
// The column types and their missing values.
//
// Missing values lie in the values themselves, as in R and in XDF, so that rows of R vectors, XDF
// blocks and kernels need no second array: integers use one code each, floating point uses NaN (any
// NaN is missing), factors use code -1, logicals use 0xff. Strings alone carry a validity bitmap,
// because "" is a value. At Arrow borders bitmaps are read into this form and made from it
// (docs/decisions/001-missing-values-in-place.md).
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace insitu {

enum class Type : std::uint8_t {
  kLogical = 0,    ///< uint8: 0, 1, missing 0xff
  kInt16 = 1,      ///< missing: -32768
  kUInt16 = 2,     ///< missing: 65535
  kInt32 = 3,      ///< missing: -2147483648
  kInt64 = 4,      ///< missing: the smallest int64
  kFloat32 = 5,    ///< missing: NaN
  kFloat64 = 6,    ///< missing: NaN
  kString = 7,     ///< UTF-8; 32-bit offsets and bytes; missing by bitmap
  kFactor = 8,     ///< int32 code into the levels, missing: -1
  kOrdered = 9,    ///< as factor, the order of the levels has a meaning
  kDate = 10,      ///< float64 days since 1970-01-01, missing: NaN
  kDateTime = 11,  ///< float64 seconds since 1970-01-01 UTC, missing: NaN
};

inline constexpr int kTypeCount = 12;

constexpr bool is_factor(Type t) { return t == Type::kFactor || t == Type::kOrdered; }
constexpr bool is_floating(Type t) {
  return t == Type::kFloat32 || t == Type::kFloat64 || t == Type::kDate || t == Type::kDateTime;
}
constexpr bool is_integer(Type t) {
  return t == Type::kInt16 || t == Type::kUInt16 || t == Type::kInt32 || t == Type::kInt64;
}
/// Everything that has a value on the number line: logicals count as 0 and 1.
constexpr bool is_numeric(Type t) { return is_floating(t) || is_integer(t) || t == Type::kLogical; }

/// Bytes of one value; 0 for strings.
constexpr int type_width(Type t) {
  switch (t) {
    case Type::kLogical:
      return 1;
    case Type::kInt16:
    case Type::kUInt16:
      return 2;
    case Type::kInt32:
    case Type::kFloat32:
    case Type::kFactor:
    case Type::kOrdered:
      return 4;
    case Type::kInt64:
    case Type::kFloat64:
    case Type::kDate:
    case Type::kDateTime:
      return 8;
    case Type::kString:
      return 0;
  }
  return 0;
}

/// The name users write in colClasses and colInfo: "logical", "int16", "uint16", "integer",
/// "int64", "float32", "numeric", "character", "factor", "ordered", "Date", "POSIXct".
std::string_view type_name(Type);

/// Reads a type's name; storage names ("int32", "float64", "string", "bool", "date", "datetime")
/// are accepted too. Throws InvalidArgument that lists the names.
Type type_from_name(std::string_view name);

/// The in-place missing value of a physical type. (Factors: use kMissingCode.)
template <class T>
constexpr T missing_value() {
  if constexpr (std::is_floating_point_v<T>)
    return std::numeric_limits<T>::quiet_NaN();
  else if constexpr (std::is_signed_v<T>)
    return std::numeric_limits<T>::min();
  else
    return std::numeric_limits<T>::max();
}

inline constexpr std::int32_t kMissingCode = -1;

template <class T>
constexpr bool is_missing_value(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return value != value;
  else
    return value == missing_value<T>();
}

}  // namespace insitu
