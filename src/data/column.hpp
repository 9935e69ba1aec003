#pragma once
// A column of a chunk: a typed, immutable run of values that somebody owns. Slicing copies nothing.
// Values lie as in Arrow (values; for strings 32-bit offsets, bytes and a validity bitmap; int32
// codes for factors), except that missing values are in place (type.hpp) and logicals take a byte
// each.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/schema.hpp"
#include "data/type.hpp"

namespace insitu {

class Column {
 public:
  Column() = default;

  /// A column over memory that `owner` keeps alive. `values` has `length` items of the type's
  /// width.
  Column(Type type, std::size_t length, const void* values, std::shared_ptr<const void> owner,
         Levels levels = nullptr)
      : type_(type),
        length_(length),
        values_(values),
        owner_(std::move(owner)),
        levels_(std::move(levels)) {}

  /// A string column. `offsets` has length + 1 items; `validity` is null (nothing missing) or an
  /// Arrow bitmap whose first bit for this column is at `validity_offset`.
  static Column strings(std::size_t length, const std::int32_t* offsets, const char* bytes,
                        const std::uint8_t* validity, std::size_t validity_offset,
                        std::shared_ptr<const void> owner);

  /// Takes over a vector. For factors pass the codes and the levels.
  template <class T>
  static Column own(Type type, std::vector<T> values, Levels levels = nullptr) {
    assert(static_cast<int>(sizeof(T)) == type_width(type));
    auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    const auto* data = owner->data();
    const auto length = owner->size();
    return Column(type, length, data, std::move(owner), std::move(levels));
  }

  Type type() const { return type_; }
  std::size_t size() const { return length_; }
  const Levels& levels() const { return levels_; }

  /// The values; T must be the physical type (type.hpp). Not for strings.
  template <class T>
  std::span<const T> values() const {
    assert(static_cast<int>(sizeof(T)) == type_width(type_));
    return {static_cast<const T*>(values_), length_};
  }
  const void* data() const { return values_; }
  const std::int32_t* string_offsets() const { return offsets_; }
  const char* string_bytes() const { return static_cast<const char*>(values_); }
  bool string_valid(std::size_t i) const {
    const auto bit = validity_offset_ + i;
    return !validity_ || (validity_[bit >> 3] >> (bit & 7) & 1);
  }
  bool all_strings_valid() const { return validity_ == nullptr; }
  /// REQUIRES: a string column. Missing strings read as "".
  std::string_view string_at(std::size_t i) const {
    return {string_bytes() + offsets_[i], static_cast<std::size_t>(offsets_[i + 1] - offsets_[i])};
  }

  bool is_missing(std::size_t i) const;
  /// Value i as a number (logical 0/1, factor code, date days); NaN where missing. Not for strings.
  double number_at(std::size_t i) const;
  /// All values as numbers, NaN where missing, into `out` (size() items). Not for strings.
  void numbers(double* out) const;

  Column slice(std::size_t begin, std::size_t length) const;
  /// The rows whose index is listed, in that order.
  Column take(std::span<const std::uint32_t> rows) const;
  Column with_levels(Levels levels) const {
    Column copy = *this;
    copy.levels_ = std::move(levels);
    return copy;
  }

 private:
  Type type_ = Type::kFloat64;
  std::size_t length_ = 0;
  const void* values_ = nullptr;  // for strings: the bytes that offsets point into
  const std::int32_t* offsets_ = nullptr;
  const std::uint8_t* validity_ = nullptr;
  std::size_t validity_offset_ = 0;
  std::shared_ptr<const void> owner_;
  Levels levels_;
};

/// Calls `f` with a null pointer of the physical type of `type`: dispatch(t, [&]<class T>(T*)
/// {...}). Not for strings.
template <class F>
decltype(auto) dispatch(Type type, F&& f) {
  switch (type) {
    case Type::kLogical:
      return f(static_cast<std::uint8_t*>(nullptr));
    case Type::kInt16:
      return f(static_cast<std::int16_t*>(nullptr));
    case Type::kUInt16:
      return f(static_cast<std::uint16_t*>(nullptr));
    case Type::kInt64:
      return f(static_cast<std::int64_t*>(nullptr));
    case Type::kFloat32:
      return f(static_cast<float*>(nullptr));
    case Type::kInt32:
    case Type::kFactor:
    case Type::kOrdered:
      return f(static_cast<std::int32_t*>(nullptr));
    case Type::kFloat64:
    case Type::kDate:
    case Type::kDateTime:
    case Type::kString:
      break;
  }
  return f(static_cast<double*>(nullptr));
}

/// Collects strings into a string column.
class StringBuilder {
 public:
  void reserve(std::size_t rows, std::size_t bytes) {
    offsets_.reserve(rows + 1), bytes_.reserve(bytes);
  }
  void append(std::string_view text);  ///< Throws DataError when the column passes 2 GiB.
  void append_missing();
  std::size_t size() const { return offsets_.size() - 1; }
  Column finish();

 private:
  std::vector<std::int32_t> offsets_{0};
  std::string bytes_;
  std::vector<std::uint8_t> validity_;  // empty until something is missing
};

/// Columns of the same type (and, for factors, the same levels) one after the other. REQUIRES: at
/// least one part.
Column concatenate(std::span<const Column> parts);

}  // namespace insitu
