#pragma once
// One column of an Arrow array as a column of the engine: memory is shared where the layouts agree,
// nulls are read into in-place missing values.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "data/arrow_layout.hpp"
#include "data/column.hpp"

namespace insitu {

inline bool bit(const std::uint8_t* bits, std::size_t i) { return bits[i >> 3] >> (i & 7) & 1; }

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

/// Everything but dictionaries. `layout.type` may be a wider integer than the storage. `owner`
/// keeps the array alive. Throws DataError.
Column plain_column(const ArrayView&, const Layout& layout,
                    const std::shared_ptr<const void>& owner);

/// Strings of the three layouts. Throws DataError.
Column string_column(const ArrayView&, Storage, const std::shared_ptr<const void>& owner);

/// The first row of the view whose value `type` cannot hold, because it is the type's missing code
/// or beyond its range. REQUIRES: an integer storage and an integer type.
std::optional<std::size_t> first_that_does_not_fit(const ArrayView&, Storage, Type type);

/// Calls `f` with a value of the C++ type of an integer storage. REQUIRES: is_index(storage).
template <class F>
decltype(auto) dispatch_storage(Storage storage, F&& f) {
  switch (storage) {
    case Storage::kInt8:
      return f(std::int8_t{});
    case Storage::kUInt8:
      return f(std::uint8_t{});
    case Storage::kInt16:
      return f(std::int16_t{});
    case Storage::kUInt16:
      return f(std::uint16_t{});
    case Storage::kInt32:
      return f(std::int32_t{});
    case Storage::kUInt32:
      return f(std::uint32_t{});
    case Storage::kUInt64:
      return f(std::uint64_t{});
    default:
      return f(std::int64_t{});
  }
}

}  // namespace insitu
