#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "data/arrow.hpp"
#include "data/arrow_layout.hpp"
#include "data/time_ticks.hpp"

namespace insitu {

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
        throw DataError("a date is out of the range of Arrow: " + shortest_text(in[i]));
      parts->values32[i] = is_missing_value(in[i]) ? 0 : static_cast<std::int32_t>(day);
    }
    values = parts->values32.data();
  } else if (column.type() == Type::kDateTime) {
    const auto in = column.values<double>();
    parts->values64.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (std::abs(in[i]) > 9.2e12)
        throw DataError("a time is out of the range of Arrow: " + shortest_text(in[i]));
      parts->values64[i] = is_missing_value(in[i]) ? 0 : micros_of_seconds(in[i]);
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
