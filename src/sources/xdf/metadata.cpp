#include "sources/xdf/metadata.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"
#include "sources/xdf/block.hpp"

namespace insitu {

namespace {

constexpr std::uint64_t kLeastFileBytes = 40;
constexpr std::uint64_t kLeastFooterBytes = 60;
constexpr std::uint64_t kFrontDataBegin = 40;
// DEFLATE cannot shrink more than this (RFC 1951: 258 bytes from two bits), so a length bounds the
// rows it can hold.
constexpr std::uint64_t kLargestRatio = 1032;

constexpr float kFileVersion = 4.2f, kFrontFileVersion = 3.1f;
constexpr float kMetadataVersion = 3.1f, kFrontMetadataVersion = 3.0f;

bool same_version(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string read_bytes(const RandomAccessFile& file, std::uint64_t begin, std::uint64_t end) {
  std::string bytes(end - begin, '\0');
  if (file.read_at(begin, bytes) != bytes.size())
    throw DataError("the file became shorter while it was read");
  return bytes;
}

struct Frame {
  bool front_layout = false;
  std::string description;
  std::uint64_t data_begin = 0, metadata_begin = 0, metadata_end = 0;
  std::uint64_t columns = 0, rows = 0;
};

void check_counts(std::int64_t metadata_at, std::int64_t columns, std::int64_t rows, Frame& frame) {
  if (metadata_at < 0 || columns < 0 || rows < 0)
    throw DataError("damaged header: a count or offset is negative");
  frame.metadata_begin = static_cast<std::uint64_t>(metadata_at);
  frame.columns = static_cast<std::uint64_t>(columns);
  frame.rows = static_cast<std::uint64_t>(rows);
  if (frame.metadata_begin < frame.data_begin || frame.metadata_begin >= frame.metadata_end)
    throw DataError("damaged header: the metadata lie outside the file");
}

Frame read_footer(const RandomAccessFile& file, std::string_view tail) {
  const auto size = file.size();
  XdfCursor length_cursor(tail, size - tail.size());
  const auto length = length_cursor.get<std::int64_t>();
  if (length < static_cast<std::int64_t>(kLeastFooterBytes) ||
      static_cast<std::uint64_t>(length) > size - kXdfDataBegin)
    throw DataError("damaged footer: its length is impossible");
  const auto begin = size - static_cast<std::uint64_t>(length);
  const auto bytes = read_bytes(file, begin, size);
  XdfCursor cursor(bytes, begin);
  Frame frame;
  const auto version = cursor.get<float>();
  if (!same_version(version, kFileVersion))
    throw DataError("unknown file version " + general_text(version, 6));
  frame.description = cursor.string();
  frame.data_begin = kXdfDataBegin;
  frame.metadata_end = begin;
  const auto metadata_at = cursor.get<std::int64_t>();
  const auto columns = cursor.get<std::int64_t>();
  const auto rows = cursor.get<std::int64_t>();
  (void)cursor.get<std::int64_t>();
  if (cursor.get<std::int64_t>() != length || cursor.remaining() != 8)
    throw DataError("damaged footer");
  check_counts(metadata_at, columns, rows, frame);
  return frame;
}

Frame read_front_header(const RandomAccessFile& file, std::string_view head) {
  XdfCursor cursor(head, 0);
  (void)cursor.get<std::uint32_t>();
  const auto version = cursor.get<float>();
  if (!same_version(version, kFrontFileVersion))
    throw DataError("unknown file version " + general_text(version, 6));
  Frame frame;
  frame.front_layout = true;
  frame.data_begin = kFrontDataBegin;
  frame.metadata_end = file.size();
  const auto metadata_at = cursor.get<std::int64_t>();
  const auto columns = cursor.get<std::int64_t>();
  const auto rows = cursor.get<std::int64_t>();
  check_counts(metadata_at, columns, rows, frame);
  return frame;
}

Frame read_frame(const RandomAccessFile& file) {
  const auto size = file.size();
  const auto head = read_bytes(file, 0, std::min(size, kLeastFileBytes));
  const auto magic = std::bit_cast<std::array<char, 4>>(kXdfFileMagic);
  if (head.size() < 4 || std::memcmp(head.data(), magic.data(), 4) != 0)
    throw DataError("not an .xdf file");
  if (size < kLeastFileBytes) throw DataError("the .xdf file is truncated");
  const auto tail = read_bytes(file, size - 16, size);
  if (std::memcmp(tail.data() + 8, magic.data(), 4) == 0 &&
      std::memcmp(tail.data() + 12, magic.data(), 4) == 0 &&
      size >= kXdfDataBegin + kLeastFooterBytes)
    return read_footer(file, tail);
  // The footer layout begins with zeros, the front layout with its version.
  if (std::all_of(head.begin() + 4, head.end(), [](char c) { return c == 0; }))
    throw DataError("the .xdf file is truncated: its end is missing");
  return read_front_header(file, head);
}

std::vector<std::uint64_t> read_table(XdfCursor& cursor, const char* what) {
  const auto element = read_xdf_element(cursor);
  if (element.array)
    if (auto numbers = element.array->as_uint64()) return std::move(*numbers);
  throw DataError(std::string("damaged metadata: the table of ") + what + " is missing");
}

void add_texts(const XdfArray& array, const char* attribute, std::vector<std::string>& out) {
  const auto* found = array.attribute(attribute);
  if (!found || !found->array) return;
  for (const auto& text : found->array->strings) out.push_back(xdf_text(text));
}

std::string single_text(const XdfArray& array, const char* attribute) {
  std::vector<std::string> texts;
  add_texts(array, attribute, texts);
  return texts.empty() ? std::string() : texts[0];
}

template <class F>
decltype(auto) dispatch_physical(XdfPhysical physical, F&& f) {
  switch (physical) {
    case XdfPhysical::kUInt8:
      return f(std::uint8_t{});
    case XdfPhysical::kInt8:
      return f(std::int8_t{});
    case XdfPhysical::kUInt16:
      return f(std::uint16_t{});
    case XdfPhysical::kInt16:
      return f(std::int16_t{});
    case XdfPhysical::kUInt32:
      return f(std::uint32_t{});
    case XdfPhysical::kInt32:
      return f(std::int32_t{});
    case XdfPhysical::kUInt64:
      return f(std::uint64_t{});
    case XdfPhysical::kInt64:
      return f(std::int64_t{});
    case XdfPhysical::kFloat32:
      return f(float{});
    case XdfPhysical::kFloat64:
    case XdfPhysical::kString:
      break;
  }
  return f(double{});
}

void read_range(const XdfArray& array, Field& field) {
  dispatch_physical(array.physical, [&]<class T>(T) {
    T low, high;
    if (array.low.size() != sizeof low || array.high.size() != sizeof high) return;
    std::memcpy(&low, array.low.data(), sizeof low);
    std::memcpy(&high, array.high.data(), sizeof high);
    // Both at the type's largest value: no range, as in the tables of blocks.
    if (low == std::numeric_limits<T>::max() && high == low) return;
    if (!(low <= high)) return;
    field.low = static_cast<double>(low);
    field.high = static_cast<double>(high);
  });
}

/// The type of a column that carries our mark; nothing when mark and storage contradict each other.
std::optional<Type> marked_type(const std::string& mark, XdfPhysical physical, bool has_labels) {
  if (mark == "logical" && physical == XdfPhysical::kUInt8) return Type::kLogical;
  if (mark == "int16" && physical == XdfPhysical::kInt16) return Type::kInt16;
  if (mark == "uint16" && physical == XdfPhysical::kUInt16) return Type::kUInt16;
  if (mark == "int64" && physical == XdfPhysical::kInt64) return Type::kInt64;
  if (mark == "POSIXct" && physical == XdfPhysical::kFloat64) return Type::kDateTime;
  if (mark == "ordered" && physical == XdfPhysical::kUInt32 && has_labels) return Type::kOrdered;
  return std::nullopt;
}

Type inferred_type(const XdfArray& array, bool has_labels, const std::string& name,
                   std::vector<std::string>& warnings) {
  const auto physical = array.physical;
  const auto guess = [&](Type type, const char* as) {
    warnings.push_back("the type of variable " + name + " (storage code " +
                       std::to_string(array.storage) +
                       ") was never seen in a known file; it is read as " + as);
    return type;
  };
  if (physical == XdfPhysical::kString) return Type::kString;
  if (has_labels)
    return physical == XdfPhysical::kUInt32 ? Type::kFactor : guess(Type::kFactor, "factor");
  if (array.kind & xdf_kind::kDate)
    return physical == XdfPhysical::kFloat64 ? Type::kDate : guess(Type::kDate, "Date");
  switch (physical) {
    case XdfPhysical::kUInt8:
      return guess(Type::kLogical, "logical");
    case XdfPhysical::kInt8:
    case XdfPhysical::kInt16:
      return guess(Type::kInt16, "int16");
    case XdfPhysical::kUInt16:
      return guess(Type::kUInt16, "uint16");
    case XdfPhysical::kInt32:
      return Type::kInt32;
    case XdfPhysical::kUInt32:
    case XdfPhysical::kInt64:
      return guess(Type::kInt64, "int64");
    case XdfPhysical::kUInt64:
      return guess(Type::kFloat64, "numeric");
    case XdfPhysical::kFloat32:
      return Type::kFloat32;
    case XdfPhysical::kFloat64:
    case XdfPhysical::kString:
      break;
  }
  return Type::kFloat64;
}

XdfColumn read_column(const XdfElement& element, std::vector<std::string>& warnings) {
  if (!element.array) throw DataError("damaged metadata: a variable has no array");
  const auto& array = *element.array;
  XdfColumn column;
  auto& field = column.field;
  field.name = xdf_text(element.name);
  field.description = xdf_text(element.description);
  if (array.storage == xdf_storage::kList)
    throw DataError("damaged metadata: variable " + field.name + " is a list");
  if (array.rows != 0)
    throw DataError("damaged metadata: variable " + field.name +
                    " holds values outside the blocks");
  column.physical = array.physical;
  const bool has_labels =
      array.attribute(xdf_attribute::kLabels) != nullptr && column.physical != XdfPhysical::kString;
  const auto mark = single_text(array, xdf_attribute::kType);
  const auto marked = marked_type(mark, column.physical, has_labels);
  if (!mark.empty() && !marked)
    warnings.push_back("variable " + field.name + " is marked as " + mark +
                       ", which its storage contradicts");
  field.type = marked ? *marked : inferred_type(array, has_labels, field.name, warnings);
  if (const auto unknown = array.kind & ~xdf_kind::kKnown)
    warnings.push_back("variable " + field.name + " has unknown kind bits (" +
                       std::to_string(unknown) + "); it is read as " +
                       std::string(type_name(field.type)));
  if (is_factor(field.type)) {
    std::vector<std::string> levels;
    add_texts(array, xdf_attribute::kLabels, levels);
    if (levels.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      throw DataError("damaged metadata: variable " + field.name + " has too many levels");
    field.levels = make_levels(std::move(levels));
  } else if (column.physical != XdfPhysical::kString) {
    read_range(array, field);
  }
  field.time_zone = single_text(array, xdf_attribute::kTimeZone);
  add_texts(array, xdf_attribute::kValueCodes, field.value_codes);
  add_texts(array, xdf_attribute::kValueLabels, field.value_labels);
  if (field.value_codes.size() != field.value_labels.size()) {
    warnings.push_back("variable " + field.name +
                       " has value labels that do not match its codes; they are left out");
    field.value_codes.clear(), field.value_labels.clear();
  }
  column.marks_missing_text =
      column.physical == XdfPhysical::kString && array.attribute(xdf_attribute::kMissingText);
  return column;
}

/// Each extent lies in its file's data area, and together they do not need more room than there is.
/// No block claims more rows than its bytes could hold; so whatever is sized by rows is bounded by
/// the size of the file.
void check_extents(const XdfMetadata& metadata, std::span<const std::uint64_t> data_begin,
                   std::span<const std::uint64_t> data_end) {
  const auto columns = metadata.columns.size();
  std::vector<std::uint64_t> room(data_begin.size());
  for (std::size_t i = 0; i < room.size(); ++i) room[i] = data_end[i] - data_begin[i];
  for (std::size_t b = 0; b < metadata.blocks(); ++b) {
    const auto part = metadata.part_of_block.empty() ? 0 : metadata.part_of_block[b];
    const auto rows = metadata.block_rows[b];
    for (std::size_t c = 0; c < columns; ++c) {
      if (c % 4096 == 0) poll_current_call();
      const auto& extent = metadata.extent(b, c);
      const auto where = [&] {
        return "variable " + metadata.columns[c].field.name + ", block " + std::to_string(b + 1);
      };
      if (extent.offset < data_begin[part] || extent.offset > data_end[part] ||
          extent.length > data_end[part] - extent.offset)
        throw DataError("damaged metadata: the data of " + where() + " lie outside the file");
      if (extent.length > room[part])
        throw DataError("damaged metadata: blocks overlap at " + where());
      room[part] -= extent.length;
      const auto width = std::max<std::size_t>(xdf_width(metadata.columns[c].physical), 1);
      const auto least = metadata.columns[c].physical == XdfPhysical::kString ? 8 : width;
      if (rows > extent.length * kLargestRatio / least)
        throw DataError("damaged metadata: too many rows for the data of " + where());
    }
  }
}

XdfMetadata parse(const RandomAccessFile& file, const std::string& path, const Frame& frame,
                  bool is_part_list) {
  const auto bytes = read_bytes(file, frame.metadata_begin, frame.metadata_end);
  XdfCursor cursor(bytes, frame.metadata_begin);
  XdfMetadata metadata;
  metadata.path = path;
  metadata.front_layout = frame.front_layout;
  metadata.rows = frame.rows;
  metadata.description = xdf_text(frame.description);
  const auto version = cursor.get<float>();
  if (!same_version(version, frame.front_layout ? kFrontMetadataVersion : kMetadataVersion))
    throw DataError("unknown metadata version " + general_text(version, 6));
  if (frame.front_layout) metadata.description = xdf_text(cursor.string());
  metadata.row_names_column = cursor.get<std::int64_t>();
  (void)cursor.get<std::int64_t>();
  metadata.block_rows = read_table(cursor, "rows per block");
  const auto offsets = read_table(cursor, "block offsets");
  const auto lengths = read_table(cursor, "block lengths");
  (void)read_table(cursor, "reserved numbers");
  (void)read_table(cursor, "reserved numbers");
  const auto blocks = metadata.blocks();
  std::uint64_t extents = 0;
  if (__builtin_mul_overflow(frame.columns, blocks, &extents) || offsets.size() != extents ||
      lengths.size() != extents)
    throw DataError("damaged metadata: the tables of blocks do not fit the number of variables");
  metadata.extents.resize(extents);
  for (std::size_t i = 0; i < extents; ++i) metadata.extents[i] = {offsets[i], lengths[i]};
  std::uint64_t rows = 0;
  for (const auto count : metadata.block_rows)
    if (__builtin_add_overflow(rows, count, &rows))
      throw DataError("damaged metadata: too many rows");
  if (rows != frame.rows ||
      rows > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw DataError("damaged metadata: the blocks do not add up to the number of rows");
  const auto width_of = [&](std::size_t column) -> std::size_t {
    if (is_part_list || column >= frame.columns) return 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      const auto& extent = metadata.extents[b * frame.columns + column];
      if (metadata.block_rows[b] == 0) continue;
      if (extent.offset < frame.data_begin || extent.offset > frame.metadata_begin ||
          extent.length > frame.metadata_begin - extent.offset)
        return 0;
      return infer_xdf_width(file, extent, metadata.block_rows[b]);
    }
    return 0;
  };
  metadata.dataset = read_xdf_element(cursor, width_of);
  for (int i = 0; i < (frame.front_layout ? 2 : 1); ++i) (void)cursor.get<std::int32_t>();
  if (cursor.remaining() != 0) cursor.fail("there are bytes after its end");
  if (!metadata.dataset.array || metadata.dataset.array->storage != xdf_storage::kList ||
      metadata.dataset.array->items.size() != frame.columns)
    throw DataError("damaged metadata: the number of variables is wrong");
  if (frame.columns == 0 && rows != 0)
    throw DataError("damaged metadata: there are rows but no variables");
  for (const auto& element : metadata.dataset.array->items)
    metadata.columns.push_back(read_column(element, metadata.warnings));
  if (metadata.row_names_column < -1 ||
      metadata.row_names_column >= static_cast<std::int64_t>(frame.columns)) {
    metadata.warnings.push_back("the column of row names does not exist; it is left out");
    metadata.row_names_column = -1;
  }
  (void)metadata.schema();  // names are unique
  return metadata;
}

std::string in_file(const std::string& path, const std::string& message) {
  return message + ": " + path;
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Where the part is that was written as `name`: a set may have been renamed with its parts, of
/// which then the number at the end tells which is which.
std::string part_path(const FileSystem& files, const std::string& folder, const std::string& name) {
  const auto path = folder + "/data/" + name;
  if (files.exists(path)) return path;
  const auto number = name.find_last_of('_');
  if (number == std::string::npos || !files.is_directory(folder + "/data")) return path;
  std::vector<std::string> found;
  for (auto& each : files.list(folder + "/data"))
    if (ends_with(each, std::string_view(name).substr(number))) found.push_back(std::move(each));
  return found.size() == 1 ? found[0] : path;
}

/// Puts the parts' full names and the part of each block into the metadata of a composite set.
void read_parts(const FileSystem& files, const std::string& folder, XdfMetadata& metadata) {
  const auto& dataset = *metadata.dataset.array;
  const auto* names = dataset.attribute(xdf_attribute::kPartFiles);
  const auto* counts = dataset.attribute(xdf_attribute::kPartBlocks);
  const auto blocks_per_part = counts && counts->array ? counts->array->as_uint64() : std::nullopt;
  if (!names || !names->array || !blocks_per_part)
    throw DataError(
        "the composite set was not written by this program, and the layout of others is not known; "
        "write it as one "
        ".xdf file where it was made");
  if (names->array->strings.size() != blocks_per_part->size())
    throw DataError("damaged metadata: parts and counts differ");
  std::vector<std::uint64_t> begins, ends;
  for (std::size_t i = 0; i < blocks_per_part->size(); ++i) {
    poll_current_call();
    const auto& name = names->array->strings[i];
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view("/\\\0", 3)) != name.npos)
      throw DataError("damaged metadata: a part has an impossible name");
    const auto path = part_path(files, folder, name);
    metadata.part_files.push_back(path);
    if ((*blocks_per_part)[i] > metadata.blocks() - metadata.part_of_block.size())
      throw DataError("damaged metadata: parts have more blocks than there are");
    metadata.part_of_block.insert(metadata.part_of_block.end(), (*blocks_per_part)[i], i);
    const auto size = files.open(path)->size();
    if (size < kXdfDataBegin) throw DataError("a part of the composite set is truncated: " + path);
    begins.push_back(kXdfDataBegin);
    ends.push_back(size);
  }
  if (metadata.part_of_block.size() != metadata.blocks())
    throw DataError("damaged metadata: parts do not hold all blocks");
  check_extents(metadata, begins, ends);
}

XdfMetadata read_composite(const FileSystem& files, const std::string& folder) {
  std::vector<std::string> found;
  if (files.is_directory(folder + "/metadata"))
    for (const auto& path : files.list(folder + "/metadata"))
      if (ends_with(path, ".xdfm")) found.push_back(path);
  if (found.size() != 1)
    throw DataError(
        "is a directory, not a file, and not a composite set (a folder with one metadata/*.xdfm)");
  const auto file = files.open(found[0]);
  auto metadata = parse(*file, folder, read_frame(*file), true);
  read_parts(files, folder, metadata);
  // Metadata and parts are of one set: a set that is replaced is replaced whole.
  const auto before = file->identity(), after = files.open(found[0])->identity();
  if (before && after && *before != *after)
    throw DataError("the composite set was replaced while it was opened; run it again");
  return metadata;
}

template <class T>
void store_range(XdfArray& array, std::optional<double> low, std::optional<double> high) {
  const auto bits = [](std::optional<double> value) {
    if (!value || std::isnan(*value)) return std::numeric_limits<T>::max();
    if constexpr (std::is_floating_point_v<T>) return static_cast<T>(*value);
    // A bound outside the type is its end: the range is information, not a limit.
    if (*value <= static_cast<double>(std::numeric_limits<T>::lowest()))
      return std::numeric_limits<T>::lowest();
    if (*value >= static_cast<double>(std::numeric_limits<T>::max()))
      return std::numeric_limits<T>::max();
    return static_cast<T>(*value);
  };
  const bool known = low && high;
  array.low.clear(), array.high.clear();
  write_xdf_value(bits(known ? low : std::nullopt), array.low);
  write_xdf_value(bits(known ? high : std::nullopt), array.high);
}

struct StorageOf {
  std::int32_t storage, class_code;
  std::uint32_t kind;
  XdfPhysical physical;
};

StorageOf storage_of(Type type) {
  using namespace xdf_kind;
  constexpr std::uint32_t integer = kAtomic | kNumeric | kDiscrete,
                          floating = kAtomic | kNumeric | kFloating;
  // Class codes from 101 are ours: the product's are not known.
  switch (type) {
    case Type::kLogical:
      return {xdf_storage::kUInt8, 101, integer | kUnsigned, XdfPhysical::kUInt8};
    case Type::kInt16:
      return {xdf_storage::kInt16, 102, integer, XdfPhysical::kInt16};
    case Type::kUInt16:
      return {xdf_storage::kUInt16, 103, integer | kUnsigned, XdfPhysical::kUInt16};
    case Type::kInt32:
      return {xdf_storage::kInt32, 0, integer, XdfPhysical::kInt32};
    case Type::kInt64:
      return {xdf_storage::kInt64, 2, integer, XdfPhysical::kInt64};
    case Type::kFloat32:
      return {xdf_storage::kFloat32, 3, floating, XdfPhysical::kFloat32};
    case Type::kString:
      return {xdf_storage::kString, 5, kAtomic | kDiscrete, XdfPhysical::kString};
    case Type::kFactor:
    case Type::kOrdered:
      return {xdf_storage::kUInt32, 1, integer | kUnsigned, XdfPhysical::kUInt32};
    case Type::kDate:
      return {xdf_storage::kFloat64, 4, floating | kDate, XdfPhysical::kFloat64};
    case Type::kFloat64:
    case Type::kDateTime:
      break;
  }
  return {xdf_storage::kFloat64, 4, floating, XdfPhysical::kFloat64};
}

const char* mark_of(Type type) {
  switch (type) {
    case Type::kLogical:
      return "logical";
    case Type::kInt16:
      return "int16";
    case Type::kUInt16:
      return "uint16";
    case Type::kInt64:
      return "int64";
    case Type::kDateTime:
      return "POSIXct";
    case Type::kOrdered:
      return "ordered";
    default:
      return nullptr;
  }
}

}  // namespace

Schema XdfMetadata::schema() const {
  std::vector<Field> fields;
  fields.reserve(columns.size());
  for (const auto& column : columns) fields.push_back(column.field);
  return Schema(std::move(fields));
}

std::uint64_t XdfMetadata::read_rows() const {
  const auto* info = dataset.array ? dataset.array->attribute(xdf_attribute::kReadInfo) : nullptr;
  const auto numbers = info && info->array ? info->array->as_uint64() : std::nullopt;
  return numbers && numbers->size() == 3 ? (*numbers)[2] : 0;
}

XdfMetadata read_xdf_metadata(const RandomAccessFile& file, const std::string& path) {
  try {
    const auto frame = read_frame(file);
    auto metadata = parse(file, path, frame, false);
    check_extents(metadata, std::span(&frame.data_begin, 1), std::span(&frame.metadata_begin, 1));
    return metadata;
  } catch (const DataError& error) {
    throw DataError(in_file(path, error.what()));
  }
}

XdfMetadata read_xdf_metadata(const FileSystem& files, const std::string& path) {
  if (!files.is_directory(path)) return read_xdf_metadata(*files.open(path), path);
  try {
    return read_composite(files, path);
  } catch (const DataError& error) {
    throw DataError(in_file(path, error.what()));
  }
}

XdfElement make_xdf_column(const Field& field, bool marks_missing_text) {
  const auto storage = storage_of(field.type);
  XdfArray array;
  array.class_code = storage.class_code;
  array.rows = 0;
  array.cols = 1;
  array.storage = storage.storage;
  array.kind = storage.kind;
  array.physical = storage.physical;
  if (is_factor(field.type)) {
    array.set_attribute(
        xdf_attribute::kLabels,
        xdf_string_array(field.levels ? *field.levels : std::vector<std::string>()));
    const auto levels = array.attributes[0].array->strings.size();
    set_xdf_range(array, levels ? std::optional(0.0) : std::nullopt,
                  levels ? std::optional(static_cast<double>(levels - 1)) : std::nullopt, 0);
  } else if (storage.physical != XdfPhysical::kString) {
    set_xdf_range(array, field.low, field.high, field.low && field.high ? -1 : 0);
  }
  if (const auto* mark = mark_of(field.type))
    array.set_attribute(xdf_attribute::kType, xdf_string_array({mark}));
  if (!field.time_zone.empty())
    array.set_attribute(xdf_attribute::kTimeZone, xdf_string_array({field.time_zone}));
  if (marks_missing_text)
    array.set_attribute(xdf_attribute::kMissingText,
                        xdf_string_array({std::string(1, kXdfMissingText)}));
  if (!field.value_codes.empty()) {
    array.set_attribute(xdf_attribute::kValueCodes, xdf_string_array(field.value_codes));
    array.set_attribute(xdf_attribute::kValueLabels, xdf_string_array(field.value_labels));
  }
  return {field.name, field.description, std::move(array)};
}

void set_xdf_range(XdfArray& column, std::optional<double> low, std::optional<double> high,
                   std::int32_t status) {
  if (column.physical == XdfPhysical::kString) return;
  column.range_status = status;
  dispatch_physical(column.physical, [&]<class T>(T) { store_range<T>(column, low, high); });
}

XdfElement make_xdf_dataset(std::vector<XdfElement> columns, std::uint64_t read_rows) {
  auto array = xdf_list(std::move(columns));
  array.set_attribute(xdf_attribute::kReadInfo, xdf_uint64_array({1, 1, read_rows}, 3, 1));
  return {"", "", std::move(array)};
}

std::string xdf_metadata_bytes(const XdfMetadata& metadata, std::uint64_t at) {
  std::string out;
  const auto columns = static_cast<std::int64_t>(metadata.dataset.array->items.size());
  const auto blocks = static_cast<std::int64_t>(metadata.blocks());
  std::vector<std::int64_t> offsets;
  std::vector<std::uint64_t> lengths;
  std::uint64_t rows = 0;
  for (const auto& extent : metadata.extents) {
    offsets.push_back(static_cast<std::int64_t>(extent.offset));
    lengths.push_back(extent.length);
  }
  for (const auto count : metadata.block_rows) rows += count;
  write_xdf_value(kMetadataVersion, out);
  write_xdf_value(metadata.row_names_column, out);
  write_xdf_value(std::int64_t{-1}, out);
  write_xdf_element({"", "", xdf_uint64_array(metadata.block_rows, 1, blocks)}, out);
  write_xdf_element({"", "", xdf_int64_array(offsets, columns, blocks)}, out);
  write_xdf_element({"", "", xdf_uint64_array(lengths, columns, blocks)}, out);
  write_xdf_element({"", "", xdf_int64_array({}, 0, 1)}, out);
  write_xdf_element({"", "", xdf_uint64_array({}, 0, 1)}, out);
  write_xdf_element(metadata.dataset, out);
  write_xdf_value(std::int32_t{1}, out);
  const auto footer = out.size();
  write_xdf_value(kFileVersion, out);
  write_xdf_string(metadata.description, out);
  write_xdf_value(static_cast<std::int64_t>(at), out);
  write_xdf_value(columns, out);
  write_xdf_value(static_cast<std::int64_t>(rows), out);
  write_xdf_value(kXdfConstant, out);
  write_xdf_value(static_cast<std::int64_t>(out.size() - footer + 16), out);
  write_xdf_value(kXdfFileMagic, out);
  write_xdf_value(kXdfFileMagic, out);
  return out;
}

std::string xdf_header_bytes() {
  std::string out;
  write_xdf_value(kXdfFileMagic, out);
  out.resize(kXdfDataBegin, '\0');
  return out;
}

}  // namespace insitu
