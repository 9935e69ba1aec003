#include "orc_tail.hpp"

#include <arrow/adapters/orc/adapter.h>
#include <arrow/io/file.h>

#include <fstream>

#include "memory.hpp"

namespace insitu::arrow_plugin {

namespace {

/// The fields of a message in the encoding of Protocol Buffers, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  /// False at the end. Throws std::runtime_error for bytes that are no message.
  bool next() {
    if (rest_.empty()) return false;
    const auto key = varint();
    number_ = key >> 3;
    switch (key & 7) {
      case 0:
        value_ = varint();
        break;
      case 1:
        bytes_ = take(8);
        break;
      case 2:
        bytes_ = take(varint());
        break;
      case 5:
        bytes_ = take(4);
        break;
      default:
        throw std::runtime_error("its tail cannot be read");
    }
    is_bytes_ = (key & 7) == 2;
    if ((key & 7) != 0) value_ = 0;
    return true;
  }
  std::uint64_t number() const { return number_; }
  std::uint64_t value() const { return value_; }
  std::int64_t zigzag() const {
    return static_cast<std::int64_t>(value_ >> 1) ^ -static_cast<std::int64_t>(value_ & 1);
  }
  std::string_view bytes() const { return is_bytes_ ? bytes_ : std::string_view(); }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw std::runtime_error("its tail cannot be read");
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("its tail cannot be read");
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_, bytes_;
  std::uint64_t number_ = 0, value_ = 0;
  bool is_bytes_ = false;
};

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) to += static_cast<char>(value | 128);
  to += static_cast<char>(value);
}

// Numbers of fields and kinds: orc_proto.proto of the ORC format.
constexpr std::uint64_t kTailPostscript = 1, kTailFooter = 2;
constexpr std::uint64_t kFooterTypes = 4, kFooterStatistics = 7, kFooterWriter = 9,
                        kFooterCalendar = 11;
constexpr std::uint64_t kTypeKind = 1, kTypeChildren = 2, kTypePrecision = 5, kDecimal = 14;
constexpr std::uint64_t kWholeNumbers = 2, kTimes = 9, kLeastUtc = 3, kGreatestUtc = 4, kLeast = 1,
                        kGreatest = 2;
constexpr std::uint64_t kFooterLength = 1, kCompression = 2, kBlockSize = 3;

struct Type {
  std::uint64_t kind = 0, precision = 0;
  std::vector<std::uint64_t> children;
};

Type read_type(std::string_view message) {
  Type type;
  for (Fields field(message); field.next();) {
    if (field.number() == kTypeKind) type.kind = field.value();
    if (field.number() == kTypePrecision) type.precision = field.value();
    if (field.number() != kTypeChildren) continue;
    if (field.bytes().empty()) {
      type.children.push_back(field.value());
    } else {  // packed: as the value of a field each
      std::string unpacked;
      for (const char byte : field.bytes()) {
        if (unpacked.empty() || !(unpacked.back() & 128)) unpacked += '\x08';
        unpacked += byte;
      }
      for (Fields one(unpacked); one.next();) type.children.push_back(one.value());
    }
  }
  return type;
}

void read_bounds(std::string_view statistics, OrcTail::Column& column) {
  for (Fields field(statistics); field.next();) {
    const bool times = field.number() == kTimes;
    if (!times && field.number() != kWholeNumbers) continue;
    for (Fields bound(field.bytes()); bound.next();) {
      if ((times && bound.number() == kLeastUtc) || (bound.number() == kLeast && !column.least))
        column.least = bound.zigzag();
      if ((times && bound.number() == kGreatestUtc) ||
          (bound.number() == kGreatest && !column.greatest))
        column.greatest = bound.zigzag();
    }
  }
}

std::string_view part(std::string_view tail, std::uint64_t number) {
  for (Fields field(tail); field.next();)
    if (field.number() == number) return field.bytes();
  return {};
}

}  // namespace

arrow::Result<OrcTail> read_orc_tail(std::string_view bytes) {
  OrcTail tail;
  std::vector<Type> types;
  std::vector<std::string_view> statistics;
  for (Fields field(part(bytes, kTailFooter)); field.next();) {
    switch (field.number()) {
      case kFooterTypes:
        types.push_back(read_type(field.bytes()));
        break;
      case kFooterStatistics:
        statistics.push_back(field.bytes());
        break;
      case kFooterWriter:
        tail.writer = static_cast<std::int64_t>(field.value());
        break;
      case kFooterCalendar:
        if (field.value() > 2)
          return arrow::Status::Invalid("its calendar is not known: ", field.value());
        tail.calendar = static_cast<OrcTail::Calendar>(field.value());
        break;
      default:
        break;
    }
  }
  if (types.empty()) return arrow::Status::Invalid("its footer has no types");
  for (const auto child : types[0].children) {
    OrcTail::Column column;
    if (child >= types.size()) return arrow::Status::Invalid("its types are damaged");
    column.decimal_without_places = types[child].kind == kDecimal && types[child].precision == 0;
    if (child < statistics.size()) read_bounds(statistics[child], column);
    tail.columns.push_back(column);
  }
  return tail;
}

arrow::Status note_proleptic_calendar(const std::string& path) {
  std::string tail;
  {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
    ARROW_ASSIGN_OR_RAISE(auto reader,
                          arrow::adapters::orc::ORCFileReader::Open(std::move(file), pool()));
    tail = reader->GetSerializedFileTail();
  }
  std::string footer(part(tail, kTailFooter));
  put_varint(footer, kFooterCalendar << 3);
  put_varint(footer, static_cast<std::uint64_t>(OrcTail::Calendar::kProlepticGregorian));

  const std::string_view old_postscript = part(tail, kTailPostscript);
  std::uint64_t footer_length = 0, compression = 0, block = 1 << 18;
  for (Fields field(old_postscript); field.next();) {
    if (field.number() == kFooterLength) footer_length = field.value();
    if (field.number() == kCompression) compression = field.value();
    if (field.number() == kBlockSize) block = field.value();
  }
  std::string stored;
  if (compression == 0) {
    stored = footer;
  } else {  // in blocks that say that they are not compressed
    for (std::string_view rest = footer; !rest.empty();) {
      const auto size = std::min<std::size_t>({rest.size(), block, (1U << 23) - 1});
      const auto header = static_cast<std::uint32_t>(size << 1 | 1);
      for (int i = 0; i < 3; ++i) stored += static_cast<char>(header >> (8 * i));
      stored += rest.substr(0, size);
      rest.remove_prefix(size);
    }
  }
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(-1, std::ios::end);
  const auto end = static_cast<std::uint64_t>(file.tellg());
  const auto postscript_length = static_cast<unsigned char>(file.get());
  if (!file || end < postscript_length + footer_length)
    return arrow::Status::IOError("the tail of the written file cannot be read");
  std::string raw_postscript(postscript_length, '\0');
  file.seekg(static_cast<std::streamoff>(end - postscript_length));
  file.read(raw_postscript.data(), postscript_length);
  // The length of the footer is the first field; what follows it stays as it is.
  std::string length;
  put_varint(length, kFooterLength << 3);
  const auto prefix = length.size();
  put_varint(length, footer_length);
  if (!std::string_view(raw_postscript).starts_with(length))
    return arrow::Status::IOError("the tail of the written file is not as expected");
  std::string postscript = length.substr(0, prefix);
  put_varint(postscript, stored.size());
  postscript += std::string_view(raw_postscript).substr(length.size());
  file.seekp(static_cast<std::streamoff>(end - postscript_length - footer_length));
  file << stored << postscript << static_cast<char>(postscript.size());
  file.flush();
  if (!file) return arrow::Status::IOError("the tail of the written file cannot be written");
  return arrow::Status::OK();
}

}  // namespace insitu::arrow_plugin
