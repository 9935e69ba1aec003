#pragma once
// The object tree in which an .xdf file keeps everything that is not rows: elements (name,
// description, array) whose arrays hold numbers, strings or further elements (docs/xdf.md,
// "Arrays"). The tree is kept as stored, so that it can be written again without loss, whatever
// attributes it carries.
//
// Bytes are hostile: nothing is allocated that the bytes that are left could not fill, and depth is
// limited.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

inline constexpr std::uint32_t kXdfFileMagic = 0xD1D2D3F4;
inline constexpr std::uint32_t kXdfObjectMagic = 0xF1F2F3F4;
inline constexpr std::int64_t kXdfConstant =
    65536;  ///< in every array, header and footer; its meaning is not known

/// Storage codes of arrays.
namespace xdf_storage {
inline constexpr std::int32_t kList = 0x03;
inline constexpr std::int32_t kUInt8 = 0x07;  // ours
inline constexpr std::int32_t kString = 0x08;
inline constexpr std::int32_t kInt16 = 0x09;   // ours
inline constexpr std::int32_t kUInt16 = 0x0a;  // ours
inline constexpr std::int32_t kInt32 = 0x0b;
inline constexpr std::int32_t kUInt32 = 0x0c;
inline constexpr std::int32_t kInt64 = 0x0f;
inline constexpr std::int32_t kUInt64 = 0x10;
inline constexpr std::int32_t kFloat32 = 0x11;
inline constexpr std::int32_t kFloat64 = 0x12;
}  // namespace xdf_storage

/// Bits of an array's kind word.
namespace xdf_kind {
inline constexpr std::uint32_t kDiscrete = 0x100;
inline constexpr std::uint32_t kNumeric = 0x200;
inline constexpr std::uint32_t kFloating = 0x400;
inline constexpr std::uint32_t kOldFactor = 0x800;  // old layout only
inline constexpr std::uint32_t kUnsigned = 0x20000;
inline constexpr std::uint32_t kAtomic = 0x400000;
inline constexpr std::uint32_t kOldLayout = 0x2000000;
inline constexpr std::uint32_t kDate = 0x4000000;
inline constexpr std::uint32_t kKnown =
    kDiscrete | kNumeric | kFloating | kOldFactor | kUnsigned | kAtomic | kOldLayout | kDate;
}  // namespace xdf_kind

/// The C type of a column's values.
enum class XdfPhysical : std::uint8_t {
  kUInt8,
  kInt8,
  kUInt16,
  kInt16,
  kUInt32,
  kInt32,
  kUInt64,
  kInt64,
  kFloat32,
  kFloat64,
  kString
};

/// Bytes of one value; 0 for strings.
std::size_t xdf_width(XdfPhysical);

struct XdfElement;

struct XdfArray {
  std::int32_t class_code = 0;
  std::int64_t rows = 0, cols = 0;
  std::int32_t storage = 0;
  std::uint32_t kind = 0;
  std::vector<XdfElement> attributes;
  // Numbers: the range and the values, as they lie in the file. physical also says string; lists
  // ignore it.
  XdfPhysical physical = XdfPhysical::kString;
  std::string low, high;
  std::int32_t range_status = 0;
  std::string values;
  std::vector<std::string> strings;
  std::vector<XdfElement> items;

  /// The attribute of that name, or null.
  const XdfElement* attribute(std::string_view name) const;
  /// Replaces or adds an attribute; none removes it.
  void set_attribute(std::string_view name, std::optional<XdfArray> array);
  /// The values of a 64-bit array, or nothing when it is none.
  std::optional<std::vector<std::uint64_t>> as_uint64() const;
};

struct XdfElement {
  std::string name, description;
  std::optional<XdfArray> array;
};

/// Reads fields in order from bytes that begin at file offset `base`. Throws DataError naming the
/// offset.
class XdfCursor {
 public:
  XdfCursor(std::string_view bytes, std::uint64_t base) : bytes_(bytes), base_(base) {}

  template <class T>
  T get() {
    T value;
    const auto raw = take(sizeof value);
    __builtin_memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  std::string_view take(std::uint64_t size);
  std::string string();
  std::size_t remaining() const { return bytes_.size() - position_; }
  std::uint64_t offset() const { return base_ + position_; }
  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::string_view bytes_;
  std::uint64_t base_;
  std::size_t position_ = 0;
};

/// Tells the bytes of one value of item i of the outermost list, when its storage code is unknown;
/// 0: cannot tell.
using XdfWidthOf = std::function<std::size_t(std::size_t item)>;

XdfElement read_xdf_element(XdfCursor&, const XdfWidthOf& width_of = nullptr);
void write_xdf_element(const XdfElement&, std::string& out);
void write_xdf_string(std::string_view text, std::string& out);

XdfArray xdf_uint64_array(const std::vector<std::uint64_t>& values, std::int64_t rows,
                          std::int64_t cols);
XdfArray xdf_int64_array(const std::vector<std::int64_t>& values, std::int64_t rows,
                         std::int64_t cols);
XdfArray xdf_string_array(std::vector<std::string> values);  ///< n x 1
XdfArray xdf_list(std::vector<XdfElement> items);            ///< 1 x n

template <class T>
void write_xdf_value(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace insitu
