#include "sources/text/lines.hpp"

#include <charconv>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/encoding.hpp"

namespace insitu {

TextLines::TextLines(TextOptions options, SchemaPtr schema)
    : options_(std::move(options)), schema_(std::move(schema)) {
  delimiter_ = options_.delimiter.value_or(options_.decimal_point == ',' ? ';' : ',');
  style_ = {options_.write_precision, options_.strip_zeros, options_.decimal_point, false};
  float32_style_ = style_;
  float32_style_.is_float32 = true;
  level_indexes_.resize(schema_->size());
  for (std::size_t c = 0; c < schema_->size(); ++c)
    if (const auto& levels = (*schema_)[c].levels)
      for (const auto& level : *levels) level_indexes_[c].emplace(level, level_indexes_[c].size());
}

void TextLines::add_names() {
  if (!options_.first_row_is_names.value_or(true)) return;
  for (std::size_t c = 0; c < schema_->size(); ++c) {
    if (c > 0) buffer_ += delimiter_;
    append_text((*schema_)[c].name, c);
  }
  buffer_ += '\n';
}

void TextLines::add_row(const Chunk& chunk, std::size_t row) {
  const auto begin = buffer_.size();
  for (std::size_t c = 0; c < chunk.columns.size(); ++c) {
    if (c > 0) buffer_ += delimiter_;
    append_value(chunk.columns[c], c, row);
  }
  // An empty line would be no record.
  if (buffer_.size() == begin && options_.quote != '\0') buffer_.append(2, options_.quote);
  buffer_ += '\n';
}

bool TextLines::met_new_levels() const {
  if (!options_.factors_as_indexes) return false;
  for (std::size_t c = 0; c < schema_->size(); ++c) {
    const auto& levels = (*schema_)[c].levels;
    if (level_indexes_[c].size() > (levels ? levels->size() : 0)) return true;
  }
  return false;
}

void TextLines::append_text(std::string_view text, std::size_t column) {
  if (options_.quote != '\0') return append_quoted(buffer_, text, options_.quote);
  const char special[] = {delimiter_, '\n', '\r'};
  if (text.find_first_of(std::string_view(special, sizeof special)) != std::string_view::npos)
    throw DataError("a text holds the delimiter or a line end, and `quoteMark` is empty: "_named +
                    options_.file + ", variable " + (*schema_)[column].name + ": " +
                    printable(text));
  buffer_ += text;
}

/// How each level of each factor of the chunk is written.
void TextLines::prepare(const Chunk& chunk) {
  if (chunk.columns.size() != schema_->size())
    throw Error("rows for a text file have " + std::to_string(chunk.columns.size()) +
                " columns instead of " + std::to_string(schema_->size()));
  levels_.resize(chunk.columns.size());
  known_levels_.resize(chunk.columns.size());
  for (std::size_t c = 0; c < chunk.columns.size(); ++c) {
    const auto& column = chunk.columns[c];
    if (!is_factor(column.type()) || (known_levels_[c] && known_levels_[c] == column.levels()))
      continue;
    known_levels_[c] = column.levels();
    levels_[c].clear();
    std::string saved;
    saved.swap(buffer_);
    if (column.levels()) {
      for (const auto& level : *column.levels()) {
        buffer_.clear();
        if (options_.factors_as_indexes) {
          // Levels that appear later get the next index.
          const auto index =
              level_indexes_[c].emplace(level, level_indexes_[c].size()).first->second;
          buffer_ = std::to_string(index);
        } else {
          append_text(level, c);
        }
        levels_[c].push_back(buffer_);
      }
    }
    buffer_.swap(saved);
  }
}

template <class T>
void TextLines::append_whole(T value) {
  char digits[24];
  buffer_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void TextLines::append_value(const Column& column, std::size_t c, std::size_t row) {
  if (column.is_missing(row)) {
    buffer_ += options_.missing_value;
    return;
  }
  switch (column.type()) {
    case Type::kLogical:
      buffer_ += column.values<std::uint8_t>()[row] ? "TRUE" : "FALSE";
      return;
    case Type::kInt16:
      append_whole(column.values<std::int16_t>()[row]);
      return;
    case Type::kUInt16:
      append_whole(column.values<std::uint16_t>()[row]);
      return;
    case Type::kInt32:
      append_whole(column.values<std::int32_t>()[row]);
      return;
    case Type::kInt64:
      append_whole(column.values<std::int64_t>()[row]);
      return;
    case Type::kFloat32:
      append_number(buffer_, static_cast<double>(column.values<float>()[row]), float32_style_);
      return;
    case Type::kFloat64:
      append_number(buffer_, column.values<double>()[row], style_);
      return;
    case Type::kString:
      append_text(column.string_at(row), c);
      return;
    case Type::kDate:
      append_date(buffer_, column.values<double>()[row]);
      return;
    case Type::kDateTime:
      append_datetime(buffer_, column.values<double>()[row]);
      return;
    case Type::kFactor:
    case Type::kOrdered: {
      const auto code = static_cast<std::size_t>(column.values<std::int32_t>()[row]);
      if (code >= levels_[c].size())
        throw Error("a factor has a code without a level: " + (*schema_)[c].name);
      buffer_ += levels_[c][code];
      return;
    }
  }
}

}  // namespace insitu
