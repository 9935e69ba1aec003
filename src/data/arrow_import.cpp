#include <algorithm>
#include <limits>
#include <type_traits>
#include <unordered_map>

#include "base/error.hpp"
#include "data/arrow.hpp"
#include "data/arrow_columns.hpp"
#include "data/arrow_dictionary.hpp"
#include "data/arrow_layout.hpp"

namespace insitu {

namespace {

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

ArrayView view_of(const ArrowArray& batch, std::size_t which, const Layout& layout,
                  const Field& field, std::size_t begin, std::size_t rows) {
  ArrayView view(*batch.children[which], field.name,
                 static_cast<std::uint64_t>(batch.offset) + begin, rows,
                 layout.storage != Storage::kNull);
  if (batch.null_count != 0 && batch.n_buffers > 0 && batch.buffers && batch.buffers[0]) {
    view.parent_validity = static_cast<const std::uint8_t*>(batch.buffers[0]);
    view.parent_offset = static_cast<std::size_t>(batch.offset) + begin;
  }
  return view;
}

Column column_from(const ArrowArray& batch, std::size_t which, const ArrowSchema& schema,
                   const Field& field, std::size_t begin, std::size_t rows,
                   const Translation* translation, const std::shared_ptr<const void>& owner) {
  auto layout = layout_of(schema);
  const auto view = view_of(batch, which, layout, field, begin, rows);
  if (translation)
    return factor_column(view, layout.storage, field.type, translation->codes, translation->levels,
                         owner);
  if (is_integer(field.type)) layout.type = field.type;  // it may be wider than the storage
  return plain_column(view, layout, owner);
}

/// `row`: the one that has the value, counted from 0.
[[noreturn]] void does_not_fit(const Field& field, Storage storage, Type type, std::size_t row) {
  std::string what;
  if (storage == Storage::kUInt64 && type == Type::kInt64)
    what = "a whole number above 9223372036854775807, the largest one here";
  else
    what = "the whole number " +
           dispatch(type,
                    []<class T>(T*) {
                      if constexpr (std::is_integral_v<T>)
                        return std::to_string(missing_value<T>());
                      else
                        return std::string();
                    }) +
           ", which marks a missing value " +
           (type == Type::kInt64 ? "here" : "of " + std::string(type_name(type)) + " here");
  throw DataError("column '" + field.name + "' holds in row " + std::to_string(row + 1) + " " +
                  what + "; convert the column to floating point numbers or to texts");
}

/// The narrowest type, from the one of its storage on, in which no value of a column of whole
/// numbers is taken for a missing one. Throws DataError for a value that no type holds.
Type type_that_holds(const std::vector<std::shared_ptr<ArrowArray>>& batches, std::size_t which,
                     const Layout& layout, const Field& field) {
  auto type = layout.storage == Storage::kUInt64 ? Type::kInt64 : layout.type;
  std::size_t before = 0;
  for (const auto& batch : batches) {
    const auto rows = static_cast<std::size_t>(batch->length);
    const auto view = view_of(*batch, which, layout, field, 0, rows);
    while (const auto row = first_that_does_not_fit(view, layout.storage, type)) {
      if (type == Type::kInt64) does_not_fit(field, layout.storage, type, before + *row);
      type = type == Type::kInt32 ? Type::kInt64 : Type::kInt32;
    }
    before += rows;
  }
  return type;
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

Chunk chunk_from_arrow(ArrowArray* array, const ArrowSchema& schema, SchemaPtr fields,
                       std::int64_t first_row) {
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
      if (const auto layout = layout_of(child); is_integer(layout.type) && is_integer(field.type)) {
        const auto view = view_of(*owner, i, layout, field, 0, rows);
        if (const auto row = first_that_does_not_fit(view, layout.storage, field.type))
          does_not_fit(field, layout.storage, field.type,
                       static_cast<std::size_t>(first_row) + *row);
      }
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

  for (std::size_t c = 0; c < fields.size(); ++c) {
    const auto& child = *in.schema.children[c];
    const auto layout = layout_of(child);
    if (!child.dictionary && (is_integer(layout.type) || layout.storage == Storage::kUInt64))
      fields[c].type = type_that_holds(batches, c, layout, fields[c]);
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

}  // namespace insitu
