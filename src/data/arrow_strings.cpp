#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "base/error.hpp"
#include "data/arrow_columns.hpp"

namespace insitu {

namespace {

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

}  // namespace

Column string_column(const ArrayView& view, Storage storage,
                     const std::shared_ptr<const void>& owner) {
  if (storage == Storage::kString32) return strings32(view, owner);
  if (storage == Storage::kString64) return strings64(view, owner);
  return string_views(view);
}

}  // namespace insitu
