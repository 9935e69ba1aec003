#include "sources/xdf/object.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

constexpr int kDepthLimit = 16;
constexpr std::size_t kLeastElementBytes = 28;  // flag, version, two empty strings, flag
constexpr std::size_t kLeastStringBytes = 8;

std::optional<XdfPhysical> physical_of(std::int32_t storage) {
  switch (storage) {
    case xdf_storage::kUInt8:
      return XdfPhysical::kUInt8;
    case xdf_storage::kInt16:
      return XdfPhysical::kInt16;
    case xdf_storage::kUInt16:
      return XdfPhysical::kUInt16;
    case xdf_storage::kInt32:
      return XdfPhysical::kInt32;
    case xdf_storage::kUInt32:
      return XdfPhysical::kUInt32;
    case xdf_storage::kInt64:
      return XdfPhysical::kInt64;
    case xdf_storage::kUInt64:
      return XdfPhysical::kUInt64;
    case xdf_storage::kFloat32:
      return XdfPhysical::kFloat32;
    case xdf_storage::kFloat64:
      return XdfPhysical::kFloat64;
    default:
      return std::nullopt;
  }
}

// An unknown storage code: the width of the data and the kind bits tell the rest (docs/xdf.md,
// "Unknown codes").
std::optional<XdfPhysical> physical_of(std::size_t width, std::uint32_t kind) {
  const bool is_unsigned = kind & xdf_kind::kUnsigned;
  if (kind & xdf_kind::kFloating) {
    if (width == 4) return XdfPhysical::kFloat32;
    if (width == 8) return XdfPhysical::kFloat64;
    return std::nullopt;
  }
  switch (width) {
    case 1:
      return is_unsigned ? XdfPhysical::kUInt8 : XdfPhysical::kInt8;
    case 2:
      return is_unsigned ? XdfPhysical::kUInt16 : XdfPhysical::kInt16;
    case 4:
      return is_unsigned ? XdfPhysical::kUInt32 : XdfPhysical::kInt32;
    case 8:
      return is_unsigned ? XdfPhysical::kUInt64 : XdfPhysical::kInt64;
    default:
      return std::nullopt;
  }
}

class Parser {
 public:
  Parser(XdfCursor& cursor, const XdfWidthOf& width_of) : cursor_(cursor), width_of_(width_of) {}

  XdfElement element(int depth, std::optional<std::size_t> outer_item) {
    if (depth > kDepthLimit) cursor_.fail("objects are nested too deeply");
    XdfElement element;
    if (cursor_.get<std::int32_t>() != 1) cursor_.fail("an element was expected");
    require_version(1.0f, "element");
    element.name = cursor_.string();
    element.description = cursor_.string();
    const auto present = cursor_.get<std::int32_t>();
    if (present != 0 && present != 1) cursor_.fail("a flag is neither 0 nor 1");
    if (present) element.array = array(depth + 1, outer_item);
    return element;
  }

 private:
  void require_version(float version, const char* what) {
    const auto found = cursor_.get<float>();
    if (std::memcmp(&found, &version, sizeof found) != 0)
      cursor_.fail(std::string("unknown version of an ") + what);
  }

  XdfArray array(int depth, std::optional<std::size_t> outer_item) {
    if (depth > kDepthLimit) cursor_.fail("objects are nested too deeply");
    XdfArray array;
    if (cursor_.get<std::uint32_t>() != kXdfObjectMagic) cursor_.fail("an array was expected");
    require_version(2.0f, "array");
    array.class_code = cursor_.get<std::int32_t>();
    (void)cursor_.get<std::int64_t>();
    array.rows = cursor_.get<std::int64_t>();
    array.cols = cursor_.get<std::int64_t>();
    array.storage = cursor_.get<std::int32_t>();
    array.kind = cursor_.get<std::uint32_t>();
    (void)cursor_.get<std::int32_t>();
    require_version(1.0f, "attribute block");
    const auto has_attributes = cursor_.get<std::int32_t>();
    if (has_attributes != 0 && has_attributes != 1) cursor_.fail("a flag is neither 0 nor 1");
    if (has_attributes) {
      auto list = this->array(depth + 1, std::nullopt);
      if (list.storage != xdf_storage::kList) cursor_.fail("attributes are not a list");
      array.attributes = std::move(list.items);
    }
    const auto count = item_count(array);
    if (array.storage == xdf_storage::kList) {
      read_items(array, count, depth);
    } else if (array.storage == xdf_storage::kString) {
      require_room(count, kLeastStringBytes);
      array.strings.reserve(count);
      for (std::size_t i = 0; i < count; ++i) {
        if (i % 4096 == 0) poll_current_call();
        array.strings.push_back(cursor_.string());
      }
    } else {
      read_numbers(array, count, outer_item);
    }
    return array;
  }

  std::size_t item_count(const XdfArray& array) {
    if (array.rows < 0 || array.cols < 0) cursor_.fail("negative dimensions");
    std::uint64_t count = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(array.rows),
                               static_cast<std::uint64_t>(array.cols), &count))
      cursor_.fail("dimensions are too large");
    return count;
  }

  void require_room(std::size_t count, std::size_t bytes_each) {
    if (count > cursor_.remaining() / bytes_each) cursor_.fail("more items than bytes");
  }

  void read_items(XdfArray& array, std::size_t count, int depth) {
    require_version(1.1f, "list");
    for (int i = 0; i < 3; ++i) (void)cursor_.get<std::int32_t>();
    require_room(count, kLeastElementBytes);
    // Grown as it is read: an element in memory is several times the least one in the file.
    const bool outermost = depth == 1;
    for (std::size_t i = 0; i < count; ++i) {
      poll_current_call();
      array.items.push_back(element(depth + 1, outermost ? std::optional(i) : std::nullopt));
    }
  }

  void read_numbers(XdfArray& array, std::size_t count, std::optional<std::size_t> outer_item) {
    auto physical = physical_of(array.storage);
    if (!physical && outer_item && width_of_)
      physical = physical_of(width_of_(*outer_item), array.kind);
    if (!physical) cursor_.fail("unknown storage code " + std::to_string(array.storage));
    array.physical = *physical;
    const auto width = xdf_width(*physical);
    require_version(1.0f, "range");
    array.low = cursor_.take(width);
    array.high = cursor_.take(width);
    array.range_status = cursor_.get<std::int32_t>();
    require_room(count, width);
    array.values = cursor_.take(count * width);
  }

  XdfCursor& cursor_;
  const XdfWidthOf& width_of_;
};

void write_array(const XdfArray& array, std::string& out) {
  write_xdf_value(kXdfObjectMagic, out);
  write_xdf_value(2.0f, out);
  write_xdf_value(array.class_code, out);
  write_xdf_value(kXdfConstant, out);
  write_xdf_value(array.rows, out);
  write_xdf_value(array.cols, out);
  write_xdf_value(array.storage, out);
  write_xdf_value(array.kind, out);
  write_xdf_value(std::int32_t{0}, out);
  write_xdf_value(1.0f, out);
  write_xdf_value(std::int32_t{!array.attributes.empty()}, out);
  if (!array.attributes.empty()) write_array(xdf_list(array.attributes), out);
  if (array.storage == xdf_storage::kList) {
    write_xdf_value(1.1f, out);
    write_xdf_value(std::int32_t{3}, out);
    write_xdf_value(std::int32_t{0}, out);
    write_xdf_value(std::int32_t{0}, out);
    for (const auto& item : array.items) {
      poll_current_call();
      write_xdf_element(item, out);
    }
  } else if (array.storage == xdf_storage::kString) {
    for (const auto& text : array.strings) write_xdf_string(text, out);
  } else {
    write_xdf_value(1.0f, out);
    out += array.low;
    out += array.high;
    write_xdf_value(array.range_status, out);
    out += array.values;
  }
}

template <class T>
XdfArray number_array(const std::vector<T>& values, std::int64_t rows, std::int64_t cols) {
  constexpr bool is_signed = std::is_signed_v<T>;
  XdfArray array;
  array.class_code = is_signed ? 2 : 21;
  array.rows = rows;
  array.cols = cols;
  array.storage = is_signed ? xdf_storage::kInt64 : xdf_storage::kUInt64;
  array.kind = xdf_kind::kAtomic | xdf_kind::kNumeric | xdf_kind::kDiscrete |
               (is_signed ? 0 : xdf_kind::kUnsigned);
  array.physical = is_signed ? XdfPhysical::kInt64 : XdfPhysical::kUInt64;
  write_xdf_value(std::numeric_limits<T>::max(), array.low);  // no range
  array.high = array.low;
  array.values.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return array;
}

}  // namespace

std::size_t xdf_width(XdfPhysical physical) {
  switch (physical) {
    case XdfPhysical::kUInt8:
    case XdfPhysical::kInt8:
      return 1;
    case XdfPhysical::kUInt16:
    case XdfPhysical::kInt16:
      return 2;
    case XdfPhysical::kUInt32:
    case XdfPhysical::kInt32:
    case XdfPhysical::kFloat32:
      return 4;
    case XdfPhysical::kUInt64:
    case XdfPhysical::kInt64:
    case XdfPhysical::kFloat64:
      return 8;
    case XdfPhysical::kString:
      break;
  }
  return 0;
}

const XdfElement* XdfArray::attribute(std::string_view name) const {
  for (const auto& element : attributes)
    if (element.name == name) return &element;
  return nullptr;
}

void XdfArray::set_attribute(std::string_view name, std::optional<XdfArray> array) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& element) { return element.name == name; });
  if (!array) {
    if (found != attributes.end()) attributes.erase(found);
  } else if (found != attributes.end()) {
    found->array = std::move(array);
  } else {
    attributes.push_back({std::string(name), "", std::move(array)});
  }
}

std::optional<std::vector<std::uint64_t>> XdfArray::as_uint64() const {
  if (storage != xdf_storage::kInt64 && storage != xdf_storage::kUInt64) return std::nullopt;
  std::vector<std::uint64_t> numbers(values.size() / sizeof(std::uint64_t));
  if (!numbers.empty())
    std::memcpy(numbers.data(), values.data(), numbers.size() * sizeof(std::uint64_t));
  return numbers;
}

std::string_view XdfCursor::take(std::uint64_t size) {
  if (size > remaining()) fail("it ends too early");
  const auto taken = bytes_.substr(position_, size);
  position_ += size;
  return taken;
}

std::string XdfCursor::string() {
  if (get<std::int32_t>() != 1) fail("a string was expected");
  const auto size = get<std::int32_t>();
  if (size < 0) fail("a string has a negative length");
  return std::string(take(static_cast<std::uint64_t>(size)));
}

void XdfCursor::fail(const std::string& what) const {
  throw DataError("damaged metadata at 0x" + hexadecimal_text(offset()) + ": " + what);
}

XdfElement read_xdf_element(XdfCursor& cursor, const XdfWidthOf& width_of) {
  return Parser(cursor, width_of).element(0, std::nullopt);
}

void write_xdf_string(std::string_view text, std::string& out) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw DataError("a text of more than 2 GiB cannot be written to an .xdf file");
  write_xdf_value(std::int32_t{1}, out);
  write_xdf_value(static_cast<std::int32_t>(text.size()), out);
  out += text;
}

void write_xdf_element(const XdfElement& element, std::string& out) {
  write_xdf_value(std::int32_t{1}, out);
  write_xdf_value(1.0f, out);
  write_xdf_string(element.name, out);
  write_xdf_string(element.description, out);
  write_xdf_value(std::int32_t{element.array.has_value()}, out);
  if (element.array) write_array(*element.array, out);
}

XdfArray xdf_uint64_array(const std::vector<std::uint64_t>& values, std::int64_t rows,
                          std::int64_t cols) {
  return number_array(values, rows, cols);
}

XdfArray xdf_int64_array(const std::vector<std::int64_t>& values, std::int64_t rows,
                         std::int64_t cols) {
  return number_array(values, rows, cols);
}

XdfArray xdf_string_array(std::vector<std::string> values) {
  XdfArray array;
  array.class_code = 5;
  array.rows = static_cast<std::int64_t>(values.size());
  array.cols = 1;
  array.storage = xdf_storage::kString;
  array.kind = xdf_kind::kAtomic | xdf_kind::kDiscrete;
  array.strings = std::move(values);
  return array;
}

XdfArray xdf_list(std::vector<XdfElement> items) {
  XdfArray array;
  array.class_code = 6;
  array.rows = 1;
  array.cols = static_cast<std::int64_t>(items.size());
  array.storage = xdf_storage::kList;
  array.items = std::move(items);
  return array;
}

}  // namespace insitu
