#include "sources/xdf/block.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/memory_limit.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

constexpr std::uint64_t kLargestRatio = 1032;  // of DEFLATE; see xdf_metadata.cpp
constexpr std::size_t kTrailerBytes = 8;       // of a string block: the inflated size
constexpr std::size_t kStringHeadBytes = 8;
constexpr std::size_t kRowsBetweenPolls = std::size_t{1} << 16;

/// Bytes that are not set to zero first.
struct Buffer {
  explicit Buffer(std::size_t n) : bytes(new char[n]), size(n) {}
  std::shared_ptr<char[]> bytes;
  std::size_t size;
  std::string_view view() const { return {bytes.get(), size}; }
};

/// The stored bytes of an extent: in the mapped file, or read into `keep`.
std::string_view stored_bytes(const RandomAccessFile& file, const XdfExtent& extent,
                              std::optional<Buffer>& keep) {
  if (const auto mapped = file.mapped(); !mapped.empty()) {
    if (extent.offset > mapped.size() || extent.length > mapped.size() - extent.offset)
      throw DataError("the file became shorter while it was read");
    return mapped.substr(extent.offset, extent.length);
  }
  keep.emplace(extent.length);
  if (file.read_at(extent.offset, {keep->bytes.get(), keep->size}) != keep->size)
    throw DataError("the file became shorter while it was read");
  return keep->view();
}

class Inflater {
 public:
  Inflater() : inflater_(libdeflate_alloc_decompressor()) {
    if (!inflater_) throw std::bad_alloc();
  }
  ~Inflater() { libdeflate_free_decompressor(inflater_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Whether `in` is exactly one zlib stream of exactly out.size bytes.
  bool inflate(std::string_view in, Buffer& out) {
    std::size_t used = 0;
    return libdeflate_zlib_decompress_ex(inflater_, in.data(), in.size(), out.bytes.get(), out.size,
                                         &used, nullptr) == LIBDEFLATE_SUCCESS &&
           used == in.size();
  }
  /// The size to which `in` inflates, if it does not pass out.size.
  std::optional<std::size_t> inflated_size(std::string_view in, Buffer& out) {
    std::size_t size = 0;
    if (libdeflate_zlib_decompress(inflater_, in.data(), in.size(), out.bytes.get(), out.size,
                                   &size) != LIBDEFLATE_SUCCESS)
      return std::nullopt;
    return size;
  }

 private:
  libdeflate_decompressor* inflater_;
};

/// Inflates `stored` to `size` bytes. A block of exactly that size that is no zlib stream is not
/// compressed.
Buffer inflate(std::string_view stored, std::uint64_t size, bool* is_raw = nullptr) {
  if (size > stored.size() * kLargestRatio)
    throw DataError("damaged data: a block claims more than it can hold");
  Buffer out(size);
  if (Inflater().inflate(stored, out)) return out;
  if (stored.size() != size) throw DataError("damaged data: a block cannot be inflated");
  if (size) std::memcpy(out.bytes.get(), stored.data(), size);
  if (is_raw) *is_raw = true;
  return out;
}

template <class T>
T value_at(const char* bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes + i * sizeof(T), sizeof value);
  return value;
}

/// The codes of a factor lie in place; an index without a level is missing.
void mark_unknown_codes(char* bytes, std::size_t rows, std::uint32_t levels) {
  auto* codes = reinterpret_cast<std::uint32_t*>(bytes);
  std::uint32_t unknown = 0;
  for (std::size_t i = 0; i < rows; ++i) unknown |= codes[i] >= levels && codes[i] != 0xffffffffu;
  if (!unknown) return;
  for (std::size_t i = 0; i < rows; ++i)
    if (codes[i] >= levels) codes[i] = 0xffffffffu;
}

void normalise_logicals(char* bytes, std::size_t rows) {
  auto* values = reinterpret_cast<std::uint8_t*>(bytes);
  for (std::size_t i = 0; i < rows; ++i)
    if (values[i] > 1 && values[i] != missing_value<std::uint8_t>()) values[i] = 1;
}

template <class From, class To>
Column convert(Type type, const Buffer& in, std::size_t rows) {
  std::vector<To> out(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto value = value_at<From>(in.bytes.get(), i);
    out[i] = is_missing_value(value) ? missing_value<To>() : static_cast<To>(value);
  }
  return Column::own(type, std::move(out));
}

template <class From>
Column convert_codes(const XdfColumn& column, const Buffer& in, std::size_t rows) {
  const auto levels = static_cast<std::int64_t>(column.field.levels->size());
  std::vector<std::int32_t> out(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto value = value_at<From>(in.bytes.get(), i);
    const bool known = value >= From{0} && static_cast<double>(value) < static_cast<double>(levels);
    out[i] = known ? static_cast<std::int32_t>(value) : kMissingCode;
  }
  return Column::own(column.field.type, std::move(out), column.field.levels);
}

bool layouts_agree(const XdfColumn& column) {
  switch (column.field.type) {
    case Type::kLogical:
      return column.physical == XdfPhysical::kUInt8;
    case Type::kInt16:
      return column.physical == XdfPhysical::kInt16;
    case Type::kUInt16:
      return column.physical == XdfPhysical::kUInt16;
    case Type::kInt32:
      return column.physical == XdfPhysical::kInt32;
    case Type::kInt64:
      return column.physical == XdfPhysical::kInt64;
    case Type::kFloat32:
      return column.physical == XdfPhysical::kFloat32;
    case Type::kFactor:
    case Type::kOrdered:
      return column.physical == XdfPhysical::kUInt32;
    case Type::kFloat64:
    case Type::kDate:
    case Type::kDateTime:
      return column.physical == XdfPhysical::kFloat64;
    case Type::kString:
      break;
  }
  return false;
}

template <class From>
Column convert_numbers(const XdfColumn& column, const Buffer& in, std::size_t rows) {
  if (is_factor(column.field.type)) return convert_codes<From>(column, in, rows);
  if (column.field.type == Type::kInt16)
    return convert<std::int8_t, std::int16_t>(Type::kInt16, in, rows);
  if (column.field.type == Type::kInt64)
    return convert<std::uint32_t, std::int64_t>(Type::kInt64, in, rows);
  return convert<From, double>(column.field.type, in, rows);
}

Column convert_numbers(const XdfColumn& column, const Buffer& in, std::size_t rows) {
  switch (column.physical) {
    case XdfPhysical::kUInt8:
      return convert_numbers<std::uint8_t>(column, in, rows);
    case XdfPhysical::kInt8:
      return convert_numbers<std::int8_t>(column, in, rows);
    case XdfPhysical::kUInt16:
      return convert_numbers<std::uint16_t>(column, in, rows);
    case XdfPhysical::kInt16:
      return convert_numbers<std::int16_t>(column, in, rows);
    case XdfPhysical::kUInt32:
      return convert_numbers<std::uint32_t>(column, in, rows);
    case XdfPhysical::kInt32:
      return convert_numbers<std::int32_t>(column, in, rows);
    case XdfPhysical::kUInt64:
      return convert_numbers<std::uint64_t>(column, in, rows);
    case XdfPhysical::kInt64:
      return convert_numbers<std::int64_t>(column, in, rows);
    case XdfPhysical::kFloat32:
      return convert_numbers<float>(column, in, rows);
    case XdfPhysical::kFloat64:
    case XdfPhysical::kString:
      break;
  }
  return convert_numbers<double>(column, in, rows);
}

/// The inflated size that a string block states in its last bytes.
std::uint64_t stated_size(std::string_view stored) {
  if (stored.size() < kTrailerBytes) throw DataError("damaged data: a string block is too short");
  const auto size = value_at<std::int64_t>(stored.data() + stored.size() - kTrailerBytes, 0);
  if (size < 0) throw DataError("damaged data: a string block has a negative size");
  return static_cast<std::uint64_t>(size);
}

struct Strings {
  std::vector<std::int32_t> offsets;
  std::vector<std::uint8_t> validity;
  std::shared_ptr<char[]> bytes;
};

/// Moves the texts together within the inflated buffer: heads go, bytes stay in order.
Column compact_strings(const Buffer& in, std::size_t rows, bool marks_missing) {
  if (rows > in.size / kStringHeadBytes)
    throw DataError("damaged data: a string block has fewer strings than rows");
  if (in.size >
      static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()) + rows * kStringHeadBytes)
    throw DataError("the strings of one block pass 2 GiB; write the file with smaller blocks");
  auto strings = std::make_shared<Strings>();
  strings->offsets.resize(rows + 1);
  strings->bytes = in.bytes;
  char* const bytes = in.bytes.get();
  std::size_t from = 0, to = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (i % kRowsBetweenPolls == 0) poll_current_call();
    if (in.size - from < kStringHeadBytes)
      throw DataError("damaged data: a string block ends too early");
    const auto tag = value_at<std::int32_t>(bytes + from, 0);
    const auto length = value_at<std::int32_t>(bytes + from + 4, 0);
    from += kStringHeadBytes;
    if (tag != 1 || length < 0 || static_cast<std::size_t>(length) > in.size - from)
      throw DataError("damaged data: a string block holds no string where one should be");
    auto size = static_cast<std::size_t>(length);
    auto text = bytes + from;
    from += size;
    if (marks_missing && size > 0 && text[0] == kXdfMissingText) {
      if (size == 1) {
        if (strings->validity.empty()) strings->validity.assign((rows + 7) / 8, 0xff);
        strings->validity[i >> 3] &= static_cast<std::uint8_t>(~(1u << (i & 7)));
      }
      ++text, --size;  // the mark itself, or the doubled first character
    }
    if (size) std::memmove(bytes + to, text, size);
    to += size;
    strings->offsets[i + 1] = static_cast<std::int32_t>(to);
  }
  if (from != in.size)
    throw DataError("damaged data: a string block has bytes after its last string");
  const auto* validity = strings->validity.empty() ? nullptr : strings->validity.data();
  return Column::strings(rows, strings->offsets.data(), strings->bytes.get(), validity, 0, strings);
}

/// Texts that are not UTF-8 are read as Windows-1252.
Column as_utf8(const Column& column) {
  const auto rows = column.size();
  const auto bytes = static_cast<std::size_t>(column.string_offsets()[rows]);
  bool ascii = true;
  for (std::size_t i = 0; i < bytes; ++i)
    ascii &= static_cast<signed char>(column.string_bytes()[i]) >= 0;
  if (ascii) return column;
  StringBuilder builder;
  for (std::size_t i = 0; i < rows; ++i) {
    if (i % kRowsBetweenPolls == 0) poll_current_call();
    column.string_valid(i) ? builder.append(xdf_text(column.string_at(i)))
                           : builder.append_missing();
  }
  return builder.finish();
}

/// A column of numbers or codes from its inflated bytes.
Column numbers_of(const Buffer& in, std::size_t rows, const XdfColumn& column) {
  if (!layouts_agree(column)) return convert_numbers(column, in, rows);
  const auto type = column.field.type;
  if (is_factor(type))
    mark_unknown_codes(in.bytes.get(), rows,
                       static_cast<std::uint32_t>(column.field.levels->size()));
  if (type == Type::kLogical) normalise_logicals(in.bytes.get(), rows);
  return Column(type, rows, in.bytes.get(), in.bytes, column.field.levels);
}

/// A zlib stream that is inflated as far as somebody wants it.
class PieceInflater {
 public:
  PieceInflater() {
    if (::inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~PieceInflater() { ::inflateEnd(&stream_); }
  PieceInflater(const PieceInflater&) = delete;
  PieceInflater& operator=(const PieceInflater&) = delete;

  /// Fills `out` from the stream in an extent. Throws DataError when it is damaged or ends before.
  void fill(const RandomAccessFile& file, const XdfExtent& extent, Buffer& out) {
    std::string piece;
    stream_.next_out = reinterpret_cast<Bytef*>(out.bytes.get());
    for (std::uint64_t read = 0, left = out.size; left > 0;) {
      poll_current_call();
      if (stream_.avail_in == 0) {
        piece.resize(std::min<std::uint64_t>(kPiece, extent.length - read));
        if (piece.empty() || file.read_at(extent.offset + read, piece) != piece.size())
          throw DataError("damaged data: a block ends too early");
        read += piece.size();
        stream_.next_in = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_in = static_cast<uInt>(piece.size());
      }
      const auto room = static_cast<uInt>(std::min<std::uint64_t>(left, kPiece));
      stream_.avail_out = room;
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      left -= room - stream_.avail_out;
      if (status == Z_STREAM_END && left > 0)
        throw DataError("damaged data: a block has fewer rows than it should");
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        throw DataError("damaged data: a block cannot be inflated");
    }
  }

 private:
  static constexpr std::uint64_t kPiece = std::uint64_t{1} << 18;
  z_stream stream_{};
};

}  // namespace

std::optional<Column> read_xdf_block_begin(const RandomAccessFile& file, const XdfExtent& extent,
                                           std::size_t rows, std::size_t wanted,
                                           const XdfColumn& column) {
  if (column.physical == XdfPhysical::kString || wanted > rows) return std::nullopt;
  const auto width = xdf_width(column.physical);
  if (extent.length == rows * width) return std::nullopt;
  if (rows * width > extent.length * kLargestRatio)
    throw DataError("damaged data: a block claims more than it can hold");
  Buffer out(wanted * width);
  PieceInflater().fill(file, extent, out);
  return numbers_of(out, wanted, column);
}

Column read_xdf_block(const RandomAccessFile& file, const XdfExtent& extent, std::size_t rows,
                      const XdfColumn& column) {
  std::optional<Buffer> keep;
  const auto stored = stored_bytes(file, extent, keep);
  if (column.physical == XdfPhysical::kString) {
    const auto size = stated_size(stored);
    require_memory(static_cast<double>(size) + static_cast<double>(stored.size()),
                   "a block of texts", "write the file with smaller blocks (`rowsPerRead`)"_named);
    const auto in = inflate(stored.substr(0, stored.size() - kTrailerBytes), size);
    keep.reset();
    return as_utf8(compact_strings(in, rows, column.marks_missing_text));
  }
  return numbers_of(inflate(stored, rows * xdf_width(column.physical)), rows, column);
}

std::size_t infer_xdf_width(const RandomAccessFile& file, const XdfExtent& extent,
                            std::uint64_t rows) {
  if (rows == 0 || rows > extent.length * kLargestRatio) return 0;
  std::optional<Buffer> keep;
  const auto stored = stored_bytes(file, extent, keep);
  Buffer out(std::min(rows * 8, extent.length * kLargestRatio));
  const auto size = Inflater().inflated_size(stored, out).value_or(stored.size());
  for (const std::size_t width : {1, 2, 4, 8})
    if (size == rows * width) return width;
  return 0;
}

bool is_raw_xdf_block(const RandomAccessFile& file, const XdfExtent& extent, std::size_t rows,
                      const XdfColumn& column) {
  if (extent.length == 0) return false;
  const bool is_string = column.physical == XdfPhysical::kString;
  std::optional<Buffer> keep;
  if (!is_string && extent.length != rows * xdf_width(column.physical)) return false;
  const auto stored = stored_bytes(file, extent, keep);
  bool is_raw = false;
  if (!is_string) {
    (void)inflate(stored, extent.length, &is_raw);
    return is_raw;
  }
  const auto size = stated_size(stored);
  if (size != stored.size() - kTrailerBytes) return false;
  (void)inflate(stored.substr(0, size), size, &is_raw);
  return is_raw;
}

}  // namespace insitu
