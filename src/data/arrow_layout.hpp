#pragma once
// What an Arrow schema says of a column: how its values lie, what they become here, and what
// travels in its metadata.
#include <cstdint>
#include <string>
#include <string_view>

#include "data/arrow_c.hpp"
#include "data/schema.hpp"

namespace insitu {

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

constexpr bool is_string(Storage s) {
  return s == Storage::kString32 || s == Storage::kString64 || s == Storage::kStringView;
}
constexpr bool is_index(Storage s) { return s >= Storage::kInt8 && s <= Storage::kUInt64; }

std::string name_of(const ArrowSchema&);

/// Throws DataError: the column's type cannot be read.
[[noreturn]] void no_counterpart(const ArrowSchema&);

/// Of the values themselves: for a dictionary-encoded column, of its indices. Throws DataError.
Layout layout_of(const ArrowSchema&);

/// Reads range and description of `field` from Arrow metadata (null: none). Throws DataError.
void read_metadata(const char* metadata, Field& field);
/// The same as metadata; "" where there is nothing to tell.
std::string metadata_of(const Field&);

}  // namespace insitu
