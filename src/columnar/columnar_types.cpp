#include "columnar/columnar_types.hpp"

#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_names.hpp"
#include "base/utf8.hpp"
#include "columnar/calendars.hpp"
#include "data/arrow.hpp"
#include "data/time_ticks.hpp"

namespace insitu {

namespace {

std::optional<Type> type_of(const ArrowSchema& schema) {
  if (schema.dictionary) return std::nullopt;  // the formats themselves have none
  const std::string_view format = schema.format ? schema.format : "";
  if (format.size() == 1) {
    switch (format[0]) {
      case 'b':
        return Type::kLogical;
      case 'c':
      case 'C':
      case 's':
        return Type::kInt16;
      case 'S':  // as Spark has it, which knows no unsigned numbers
      case 'n':  // nothing but nulls: stored as, and read by Spark as, 32-bit numbers
      case 'i':
        return Type::kInt32;
      case 'I':
      case 'l':
        return Type::kInt64;
      case 'f':
        return Type::kFloat32;
      case 'L':
      case 'g':
        return Type::kFloat64;
      case 'u':
      case 'U':
        return Type::kString;
      default:
        return std::nullopt;
    }
  }
  if (format == "vu") return Type::kString;
  if (format == "tdD") return Type::kDate;
  if (format.starts_with("d:")) return Type::kFloat64;
  if (format.size() >= 4 && format.starts_with("ts") && format[3] == ':') return Type::kDateTime;
  return std::nullopt;
}

std::string name_of_type(const ArrowSchema& schema) {
  const std::string_view format = schema.format ? schema.format : "";
  constexpr std::pair<std::string_view, const char*> kNames[] = {
      {"e", "float16"},       {"z", "binary"}, {"Z", "binary"},    {"vz", "binary"},
      {"w:", "fixed binary"}, {"tt", "time"},  {"tD", "duration"}, {"ti", "interval"},
      {"+l", "list"},         {"+L", "list"},  {"+vl", "list"},    {"+w", "list"},
      {"+s", "struct"},       {"+m", "map"},   {"+u", "union"},
  };
  if (schema.dictionary) return "dictionary";
  for (const auto& [prefix, name] : kNames)
    if (format.starts_with(prefix)) return name;
  return "type " + std::string(format);
}

bool is_time(const std::string& format) { return format.starts_with("ts"); }

std::int64_t ticks_per_second(char unit) {
  return unit == 's' ? 1 : unit == 'm' ? 1'000 : unit == 'u' ? 1'000'000 : 1'000'000'000;
}

Column times(const Column& ticks, char unit) {
  const auto in = ticks.values<std::int64_t>();
  const auto per_second = ticks_per_second(unit);
  std::vector<double> out(in.size());
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i] =
        is_missing_value(in[i]) ? missing_value<double>() : seconds_of_ticks(in[i], per_second);
  return Column::own(Type::kDateTime, std::move(out));
}

/// Ticks by the hybrid calendar, as ticks by the Gregorian one.
Column moved_ticks(const Column& ticks, char unit) {
  const auto per_day = 86400 * ticks_per_second(unit);
  const auto in = ticks.values<std::int64_t>();
  std::vector<std::int64_t> out(in.begin(), in.end());
  for (auto& time : out) {
    if (is_missing_value(time)) continue;
    const auto days = floor_divided(time, per_day);
    time += (gregorian_from_julian_days(days) - days) * per_day;
  }
  return Column::own(ticks.type(), std::move(out));
}

Column moved_days(const Column& days) {
  const auto in = days.values<double>();
  std::vector<double> out(in.begin(), in.end());
  for (auto& day : out)
    if (!is_missing_value(day))
      day = static_cast<double>(gregorian_from_julian_days(static_cast<std::int64_t>(day)));
  return Column::own(Type::kDate, std::move(out));
}

/// A value of the field's metadata in the layout of the C interface; "" where there is none. The
/// bytes come from our own library.
std::string note_of(const ArrowSchema& field, std::string_view wanted) {
  const char* at = field.metadata;
  if (!at) return "";
  const auto number = [&] {
    std::int32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  };
  const auto text = [&] {
    const auto size = static_cast<std::size_t>(number());
    return std::string_view(std::exchange(at, at + size), size);
  };
  for (auto count = number(); count > 0; --count) {
    const auto key = text(), value = text();
    if (key == wanted) return std::string(value);
  }
  return "";
}

/// A bound that the file notes of a column of whole numbers.
template <class Number>
std::optional<Number> bound_of(const ArrowSchema& field, std::string_view note) {
  const auto text = note_of(field, note);
  Number bound{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return bound;
}

/// Whether the file says that the column holds the missing code of `type`.
bool holds_missing_code(const ArrowSchema& field, Type type) {
  const auto least = bound_of<std::int64_t>(field, "insitu.least");
  if (!least) return false;
  switch (type) {
    case Type::kInt16:
      return *least == missing_value<std::int16_t>();
    case Type::kInt32:
      return *least == missing_value<std::int32_t>();
    case Type::kInt64:
      return *least == missing_value<std::int64_t>();
    default:
      return false;
  }
}

}  // namespace

StoredColumns stored_columns(const ArrowSchema& schema) {
  if (!schema.format || std::string_view(schema.format) != "+s" || schema.n_children < 0)
    throw DataError("the schema of a file is no list of columns");
  StoredColumns columns;
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    names.emplace_back(schema.children[i]->name ? schema.children[i]->name : "");
    if (find_invalid_utf8(names.back()) != std::string_view::npos)
      throw DataError("the name of column " + std::to_string(i + 1) + " is not valid UTF-8");
  }
  names = unique_names(std::move(names));
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    const auto& child = *schema.children[i];
    auto& name = names[static_cast<std::size_t>(i)];
    auto type = type_of(child);
    auto refused = note_of(child, "insitu.refused");
    if (type && holds_missing_code(child, *type)) {
      if (*type == Type::kInt64)
        refused =
            "int64 with -9223372036854775808, which marks a missing value here; store it as "
            "floating point numbers or texts";
      else
        type = *type == Type::kInt16 ? Type::kInt32 : Type::kInt64;
    }
    constexpr std::uint64_t kExact = 1ULL << 53;
    const bool rounded = std::string_view(child.format) == "L" &&
                         bound_of<std::uint64_t>(child, "insitu.greatest").value_or(~0ULL) > kExact;
    if (type && refused.empty())
      columns.usable.push_back({{.name = std::move(name), .type = *type},
                                static_cast<std::int32_t>(i),
                                child.format,
                                note_of(child, "insitu.calendar") == "julian",
                                rounded});
    else
      columns.left_out.emplace_back(std::move(name),
                                    refused.empty() ? name_of_type(child) : std::move(refused));
  }
  return columns;
}

BatchImport::BatchImport(ArrowSchema* schema, std::vector<StoredColumn> columns)
    : stream_(*schema), columns_(std::move(columns)) {
  schema->release = nullptr;
  struct ReleaseOnFailure {
    ArrowSchema* stream;
    ~ReleaseOnFailure() {
      if (stream && stream->release) stream->release(stream);
    }
  } guard{&stream_};
  if (std::cmp_not_equal(stream_.n_children, columns_.size()))
    throw DataError("the columns of a file changed while it was read");
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto child = *stream_.children[i];
    if (!child.format || columns_[i].format != child.format)
      throw DataError("column '" + columns_[i].field.name + "' changed while it was read");
    // A shallow copy: what it points to stays the stream's. Times come as the numbers they are.
    child.release = nullptr;
    child.metadata = nullptr;
    child.name = columns_[i].field.name.c_str();  // files may repeat theirs
    if (is_time(columns_[i].format)) child.format = "l";
    children_.push_back(child);
  }
  for (auto& child : children_) pointers_.push_back(&child);
  read_as_ = stream_;
  read_as_.release = nullptr;
  read_as_.metadata = nullptr;
  read_as_.children = pointers_.data();
  auto as_read = fields_from_arrow(read_as_);
  std::vector<Field> fields;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& field = fields.emplace_back(columns_[i].field);
    // Whole numbers come in the type that was chosen for them; ticks are no whole numbers, and the
    // smallest one is no time.
    if (is_integer(field.type) || is_time(columns_[i].format)) as_read[i].type = field.type;
  }
  read_ = std::make_shared<const Schema>(std::move(as_read));
  schema_ = std::make_shared<const Schema>(std::move(fields));
  guard.stream = nullptr;
}

BatchImport::~BatchImport() {
  if (stream_.release) stream_.release(&stream_);
}

Chunk BatchImport::import(ArrowArray* batch, std::int64_t first_row) const {
  auto chunk = chunk_from_arrow(batch, read_as_, read_, first_row);
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (is_time(columns_[i].format)) {
      const auto unit = columns_[i].format[2];
      auto& column = chunk.columns[i];
      if (columns_[i].julian) column = moved_ticks(column, unit);
      column = times(column, unit);
    } else if (columns_[i].julian) {
      chunk.columns[i] = moved_days(chunk.columns[i]);
    }
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].format == "n")
      chunk.columns[i] = Column::own(
          Type::kInt32, std::vector<std::int32_t>(chunk.rows, missing_value<std::int32_t>()));
  chunk.schema = schema_;
  return chunk;
}

}  // namespace insitu
