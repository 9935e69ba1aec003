#include "contexts/block.hpp"

#include <cstring>
#include <limits>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::uint32_t kMagic = 0x31425852;  // "RXB1"
constexpr std::size_t kHeaderSize = 16, kEntrySize = 24;
constexpr std::uint8_t kHasValidity = 1, kHasLevels = 2, kDeclaredLevels = 4;
constexpr std::uint64_t kMostRows = std::numeric_limits<std::int32_t>::max();

/// One column's line in the directory.
struct Entry {
  std::uint8_t type = 0, flags = 0;
  std::uint16_t reserved = 0;
  std::uint32_t name_size = 0, level_count = 0, reserved2 = 0;
  std::uint64_t text_size = 0;  // of strings, or of the levels
};
static_assert(sizeof(Entry) == kEntrySize);

std::size_t padding(std::size_t size) { return (8 - size % 8) % 8; }

void put(Bytes& to, const void* from, std::size_t size) {
  if (size) to.append(static_cast<const char*>(from), size);
  to.append(padding(size), '\0');
}

bool declares(const Field* field, const Levels& levels) {
  return field && field->levels && levels && (field->levels == levels || *field->levels == *levels);
}

[[noreturn]] void damaged(const std::string& what) {
  throw DataError("a block of rows is damaged: " + what);
}

/// Hands out the buffers of a block one after the other.
class Buffers {
 public:
  Buffers(const Bytes& bytes, std::size_t begin) : bytes_(bytes), position_(begin) {}
  const char* next(std::uint64_t count, std::uint64_t width) {
    const auto left = bytes_.size() - position_;
    if (width != 0 && count > left / width) damaged("it ends too early");
    const auto size = static_cast<std::size_t>(count * width);
    if (left - size < padding(size)) damaged("it ends too early");
    const auto* at = bytes_.data() + position_;
    position_ += size + padding(size);
    return at;
  }
  bool at_end() const { return position_ == bytes_.size(); }

 private:
  const Bytes& bytes_;
  std::size_t position_;
};

void check_offsets(const std::int32_t* offsets, std::uint64_t count, std::uint64_t text_size) {
  if (offsets[0] != 0) damaged("strings do not begin at 0");
  for (std::uint64_t i = 0; i < count; ++i)
    if (offsets[i + 1] < offsets[i]) damaged("a string ends before it begins");
  if (static_cast<std::uint64_t>(offsets[count]) != text_size)
    damaged("strings do not fill their buffer");
}

bool valid(const std::uint8_t* bitmap, std::size_t i) { return bitmap[i >> 3] >> (i & 7) & 1; }

}  // namespace

Bytes encode_block(const Chunk& chunk, const Schema& known) {
  const auto count = chunk.columns.size();
  std::vector<Entry> entries(count);
  for (std::size_t c = 0; c < count; ++c) {
    const auto& column = chunk.columns[c];
    const auto& name = (*chunk.schema)[c].name;
    auto& entry = entries[c];
    entry.type = static_cast<std::uint8_t>(column.type());
    entry.name_size = static_cast<std::uint32_t>(name.size());
    if (column.type() == Type::kString) {
      if (!column.all_strings_valid()) entry.flags |= kHasValidity;
      const auto* offsets = column.string_offsets();
      if (offsets)
        entry.text_size = static_cast<std::uint64_t>(offsets[column.size()] - offsets[0]);
    } else if (is_factor(column.type()) && column.levels()) {
      const auto found = known.find(name);
      if (declares(found ? &known[*found] : nullptr, column.levels())) {
        entry.flags |= kDeclaredLevels;
      } else {
        entry.flags |= kHasLevels;
        entry.level_count = static_cast<std::uint32_t>(column.levels()->size());
        for (const auto& level : *column.levels()) entry.text_size += level.size();
        if (entry.text_size > kMostRows) throw DataError("the levels of '" + name + "' pass 2 GiB");
      }
    }
  }
  Bytes bytes;
  std::size_t size = kHeaderSize + count * kEntrySize;
  for (std::size_t c = 0; c < count; ++c)
    size += entries[c].name_size + entries[c].text_size + entries[c].level_count * 4 + 64 +
            chunk.rows * static_cast<std::size_t>(std::max(type_width(chunk.columns[c].type()), 5));
  bytes.reserve(size);
  const auto number = [&](auto value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  number(kMagic);
  number(static_cast<std::uint32_t>(count));
  number(static_cast<std::uint64_t>(chunk.rows));
  for (const auto& entry : entries) number(entry);
  std::vector<std::int32_t> offsets;
  for (std::size_t c = 0; c < count; ++c) {
    const auto& column = chunk.columns[c];
    const auto& name = (*chunk.schema)[c].name;
    put(bytes, name.data(), name.size());
    if (column.type() == Type::kString) {
      if (entries[c].flags & kHasValidity) {
        std::vector<std::uint8_t> bitmap((chunk.rows + 7) / 8, 0);
        for (std::size_t i = 0; i < chunk.rows; ++i)
          if (column.string_valid(i)) bitmap[i >> 3] |= static_cast<std::uint8_t>(1u << (i & 7));
        put(bytes, bitmap.data(), bitmap.size());
      }
      const auto* from = column.string_offsets();
      offsets.assign(chunk.rows + 1, 0);
      if (from)
        for (std::size_t i = 0; i <= chunk.rows; ++i) offsets[i] = from[i] - from[0];
      put(bytes, offsets.data(), offsets.size() * 4);
      put(bytes, from ? column.string_bytes() + from[0] : nullptr, entries[c].text_size);
      continue;
    }
    put(bytes, column.data(), chunk.rows * static_cast<std::size_t>(type_width(column.type())));
    if (entries[c].flags & kHasLevels) {
      offsets.assign(1, 0);
      std::string text;
      for (const auto& level : *column.levels()) {
        text += level;
        offsets.push_back(static_cast<std::int32_t>(text.size()));
      }
      put(bytes, offsets.data(), offsets.size() * 4);
      put(bytes, text.data(), text.size());
    }
  }
  return bytes;
}

Chunk decode_block(Bytes owned, const SchemaPtr& known) {
  const auto owner = std::make_shared<const Bytes>(std::move(owned));
  const auto& bytes = *owner;
  std::uint32_t magic = 0, count = 0;
  std::uint64_t rows = 0;
  if (bytes.size() < kHeaderSize) damaged("it ends too early");
  std::memcpy(&magic, bytes.data(), 4);
  std::memcpy(&count, bytes.data() + 4, 4);
  std::memcpy(&rows, bytes.data() + 8, 8);
  if (magic != kMagic) damaged("it does not begin as one");
  if (rows > kMostRows) damaged("it claims " + std::to_string(rows) + " rows");
  if (count > (bytes.size() - kHeaderSize) / kEntrySize) damaged("it ends too early");
  std::vector<Entry> entries(count);
  if (count) std::memcpy(entries.data(), bytes.data() + kHeaderSize, count * kEntrySize);

  Buffers buffers(bytes, kHeaderSize + count * kEntrySize);
  std::vector<Field> fields;
  Chunk chunk{known, {}, static_cast<std::size_t>(rows), {}};
  chunk.columns.reserve(count);
  bool as_known = known && known->size() == count;
  for (const auto& entry : entries) {
    if (entry.type >= kTypeCount || entry.flags > 7 || entry.reserved != 0 || entry.reserved2 != 0)
      damaged("a column has an unknown type or flag");
    if (entry.text_size > kMostRows) damaged("its text passes 2 GiB");
    const auto type = static_cast<Type>(entry.type);
    const std::string name(buffers.next(entry.name_size, 1), entry.name_size);
    constexpr auto kNowhere = std::numeric_limits<std::size_t>::max();
    const auto place = known ? known->find(name).value_or(kNowhere) : kNowhere;
    Field field{.name = name, .type = type};
    if (place != kNowhere && (*known)[place].type == type) field = (*known)[place];
    as_known = as_known && place == chunk.columns.size() && (*known)[place].type == type;

    const auto* validity =
        entry.flags & kHasValidity
            ? reinterpret_cast<const std::uint8_t*>(buffers.next((rows + 7) / 8, 1))
            : nullptr;
    if (type == Type::kString) {
      const auto* offsets = reinterpret_cast<const std::int32_t*>(buffers.next(rows + 1, 4));
      check_offsets(offsets, rows, entry.text_size);
      chunk.columns.push_back(Column::strings(chunk.rows, offsets, buffers.next(entry.text_size, 1),
                                              validity, 0, owner));
    } else {
      const auto* values = buffers.next(rows, static_cast<std::uint64_t>(type_width(type)));
      Levels levels;
      if (entry.flags & kDeclaredLevels) {
        if (!is_factor(type) || !field.levels)
          damaged("a column has levels that were not declared");
        levels = field.levels;
      } else if (entry.flags & kHasLevels) {
        if (!is_factor(type)) damaged("a column that is no factor has levels");
        const std::uint64_t level_count = entry.level_count;
        const auto* offsets =
            reinterpret_cast<const std::int32_t*>(buffers.next(level_count + 1, 4));
        check_offsets(offsets, level_count, entry.text_size);
        const auto* text = buffers.next(entry.text_size, 1);
        std::vector<std::string> names(level_count);
        for (std::size_t i = 0; i < level_count; ++i)
          names[i].assign(text + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
        levels = make_levels(std::move(names));
      }
      Column column(type, chunk.rows, values, owner, levels);
      if (type == Type::kLogical) {
        for (const auto value : column.values<std::uint8_t>())
          if (value > 1 && value != 0xff)
            damaged("a logical value is neither true, false nor missing");
      }
      if (is_factor(type)) {
        const auto level_count = levels ? static_cast<std::int64_t>(levels->size()) : 0;
        for (const auto code : column.values<std::int32_t>())
          if (code >= level_count || code < kMissingCode) damaged("a factor code has no level");
      }
      if (validity) {
        column = dispatch(type, [&]<class T>(T*) {
          const auto in = column.values<T>();
          std::vector<T> out(in.begin(), in.end());
          for (std::size_t i = 0; i < out.size(); ++i)
            if (!valid(validity, i))
              out[i] = is_factor(type) ? static_cast<T>(kMissingCode) : missing_value<T>();
          return Column::own(type, std::move(out), levels);
        });
      }
      chunk.columns.push_back(std::move(column));
    }
    fields.push_back(std::move(field));
  }
  if (!buffers.at_end()) damaged("it is longer than its content");
  if (!as_known) chunk.schema = std::make_shared<const Schema>(std::move(fields));
  chunk.from.source_rows = static_cast<std::int64_t>(rows);
  return chunk;
}

}  // namespace insitu
