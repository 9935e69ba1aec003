#include "data/arrow_layout.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

std::string name_of(const ArrowSchema& schema) { return schema.name ? schema.name : ""; }

[[noreturn]] void no_counterpart(const ArrowSchema& schema) {
  throw DataError("column '" + name_of(schema) +
                  "' has an Arrow type that has no counterpart here: '" +
                  std::string(schema.format) +
                  "'; convert it to a number, string, date, time or dictionary first");
}

namespace {

int whole_number(std::string_view text, const ArrowSchema& schema) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) no_counterpart(schema);
  return value;
}

Layout decimal_layout(std::string_view parameters, const ArrowSchema& schema) {
  const auto comma = parameters.find(',');
  if (comma == parameters.npos) no_counterpart(schema);
  auto scale = parameters.substr(comma + 1);
  int bits = 128;
  if (const auto second = scale.find(','); second != scale.npos) {
    bits = whole_number(scale.substr(second + 1), schema);
    scale = scale.substr(0, second);
  }
  if (bits != 32 && bits != 64 && bits != 128 && bits != 256) no_counterpart(schema);
  return {.storage = Storage::kDecimal,
          .type = Type::kFloat64,
          .decimal_scale = whole_number(scale, schema),
          .decimal_bytes = bits / 8};
}

}  // namespace

Layout layout_of(const ArrowSchema& schema) {
  if (!schema.format) throw DataError("column '" + name_of(schema) + "' has no Arrow format");
  const std::string_view format = schema.format;
  if (format.size() == 1) {
    switch (format[0]) {
      case 'n':
        return {Storage::kNull, Type::kLogical};
      case 'b':
        return {Storage::kBits, Type::kLogical};
      case 'c':
        return {Storage::kInt8, Type::kInt16};
      case 'C':
        return {Storage::kUInt8, Type::kInt16};
      case 's':
        return {Storage::kInt16, Type::kInt16};
      case 'S':
        return {Storage::kUInt16, Type::kUInt16};
      case 'i':
        return {Storage::kInt32, Type::kInt32};
      case 'I':
        return {Storage::kUInt32, Type::kInt64};
      case 'l':
        return {Storage::kInt64, Type::kInt64};
      case 'L':
        return {Storage::kUInt64, Type::kFloat64};
      case 'e':
        return {Storage::kFloat16, Type::kFloat32};
      case 'f':
        return {Storage::kFloat32, Type::kFloat32};
      case 'g':
        return {Storage::kFloat64, Type::kFloat64};
      case 'u':
        return {Storage::kString32, Type::kString};
      case 'U':
        return {Storage::kString64, Type::kString};
      default:
        no_counterpart(schema);
    }
  }
  if (format == "vu") return {Storage::kStringView, Type::kString};
  if (format == "tdD") return {Storage::kInt32, Type::kDate, 1};
  if (format == "tdm") return {Storage::kInt64, Type::kDate, 86400000};
  if (format.starts_with("d:")) return decimal_layout(format.substr(2), schema);
  if (format.size() >= 4 && format.starts_with("ts") && format[3] == ':') {
    const std::string_view units = "smun";
    const auto unit = units.find(format[2]);
    if (unit == units.npos) no_counterpart(schema);
    constexpr std::array<std::int64_t, 4> kPerSecond = {1, 1000, 1000000, 1000000000};
    return {.storage = Storage::kInt64,
            .type = Type::kDateTime,
            .per_unit = kPerSecond[unit],
            .time_zone = std::string(format.substr(4))};
  }
  no_counterpart(schema);
}

// Metadata: count, then length-prefixed keys and values; the format carries no total size.

void read_metadata(const char* at, Field& field) {
  if (!at) return;
  const auto number = [&] {
    std::int32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  };
  const auto text = [&]() -> std::string_view {
    const auto size = number();
    if (size < 0) throw DataError("column '" + field.name + "' has damaged Arrow metadata");
    return {std::exchange(at, at + size), static_cast<std::size_t>(size)};
  };
  const auto bound = [&](std::string_view value) -> std::optional<double> {
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return parsed;
  };
  for (auto count = number(); count > 0; --count) {
    const auto key = text(), value = text();
    if (key == "insitu.low") field.low = bound(value);
    if (key == "insitu.high") field.high = bound(value);
    if (key == "insitu.description") field.description = value;
  }
}

std::string metadata_of(const Field& field) {
  std::string body;
  std::int32_t count = 0;
  const auto put = [](std::string& to, std::string_view text) {
    const auto size = static_cast<std::int32_t>(text.size());
    to.append(reinterpret_cast<const char*>(&size), sizeof size);
    to += text;
  };
  const auto pair = [&](std::string_view key, std::string_view value) {
    ++count, put(body, key), put(body, value);
  };
  if (field.low) pair("insitu.low", shortest_text(*field.low));
  if (field.high) pair("insitu.high", shortest_text(*field.high));
  if (!field.description.empty()) pair("insitu.description", field.description);
  if (count == 0) return {};
  return std::string(reinterpret_cast<const char*>(&count), sizeof count) + body;
}

}  // namespace insitu
