// Writes delimited text: one file, or a folder of files (docs/text.md, "Writing").
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "base/new_folder.hpp"
#include "sources/encoding.hpp"
#include "sources/text/format.hpp"
#include "sources/text/options.hpp"
#include "sources/text/source.hpp"

namespace insitu {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr std::string_view kPartPrefix = "part-";
constexpr std::string_view kPartSuffix = ".csv";

/// Digits so that the order of names is that of the rows.
std::string part_name(std::int64_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
  return std::string(kPartPrefix) + digits + std::string(kPartSuffix);
}

class TextSink final : public DataSink {
 public:
  TextSink(TextOptions options, SchemaPtr schema, const Expected& expected)
      : options_(std::move(options)), schema_(std::move(schema)), expected_(expected) {
    delimiter_ = options_.delimiter.value_or(options_.decimal_point == ',' ? ';' : ',');
    style_ = {options_.write_precision, options_.strip_zeros, options_.decimal_point, false};
    float32_style_ = style_;
    float32_style_.is_float32 = true;
    level_indexes_.resize(schema_->size());
    for (std::size_t c = 0; c < schema_->size(); ++c)
      if (const auto& levels = (*schema_)[c].levels)
        for (const auto& level : *levels)
          level_indexes_[c].emplace(level, level_indexes_[c].size());
    if (options_.create_file_set) {
      folder_.emplace(options_.file, expected_);
      rows_per_file_ =
          options_.rows_per_out_file > 0 ? options_.rows_per_out_file : options_.rows_per_read;
    }
    start_file();
  }

  void write(const Chunk& chunk) override {
    if (chunk.columns.size() != schema_->size())
      throw Error("rows for a text file have " + std::to_string(chunk.columns.size()) +
                  " columns instead of " + std::to_string(schema_->size()));
    prepare_levels(chunk);
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      if (rows_in_file_ == rows_per_file_) {
        finish_file();
        start_file();
      }
      const auto line_begin = buffer_.size();
      for (std::size_t c = 0; c < chunk.columns.size(); ++c) {
        if (c > 0) buffer_ += delimiter_;
        append_value(chunk.columns[c], c, row);
      }
      // An empty line would be no record.
      if (buffer_.size() == line_begin && options_.quote != '\0') buffer_.append(2, options_.quote);
      buffer_ += '\n';
      ++rows_in_file_;
      if (buffer_.size() >= kBufferBytes) flush();
    }
  }

  void finish() override {
    finish_file();
    if (folder_) folder_->commit();
  }

 private:
  void start_file() {
    ++files_;
    if (folder_)
      file_.emplace(folder_->temporary_path() + "/" + part_name(files_), Expected::anything(),
                    folder_->target());
    else
      file_.emplace(options_.file, expected_);
    rows_in_file_ = 0;
    if (options_.first_row_is_names.value_or(true)) {
      for (std::size_t c = 0; c < schema_->size(); ++c) {
        if (c > 0) buffer_ += delimiter_;
        append_text((*schema_)[c].name, c);
      }
      buffer_ += '\n';
    }
  }
  void finish_file() {
    flush();
    file_->commit();
    file_.reset();
  }
  void flush() {
    file_->append(buffer_);
    buffer_.clear();
  }

  void append_text(std::string_view text, std::size_t column) {
    if (options_.quote != '\0') return append_quoted(buffer_, text, options_.quote);
    const char special[] = {delimiter_, '\n', '\r'};
    if (text.find_first_of(std::string_view(special, sizeof special)) != std::string_view::npos)
      throw DataError("a text holds the delimiter or a line end, and `quoteMark` is empty: "_named +
                      options_.file + ", variable " + (*schema_)[column].name + ": " +
                      printable(text));
    buffer_ += text;
  }

  /// How each level of each factor of the chunk is written.
  void prepare_levels(const Chunk& chunk) {
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
  void append_whole(T value) {
    char digits[24];
    buffer_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }

  void append_value(const Column& column, std::size_t c, std::size_t row) {
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

  TextOptions options_;
  SchemaPtr schema_;
  Expected expected_;
  char delimiter_;
  NumberStyle style_, float32_style_;
  std::optional<NewFolder> folder_;
  std::optional<NewFile> file_;
  std::int64_t files_ = 0, rows_in_file_ = 0;
  std::int64_t rows_per_file_ = -1;  // -1: all in one
  std::string buffer_;
  std::vector<std::vector<std::string>> levels_;
  std::vector<Levels> known_levels_;
  std::vector<std::unordered_map<std::string, std::size_t>> level_indexes_;
};

/// A folder may be replaced when it holds nothing but the files of an earlier run.
void check_replaceable_folder(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file() || !name.starts_with(kPartPrefix) || !name.ends_with(kPartSuffix))
      throw InvalidArgument(
          "the output folder holds something that no earlier run wrote; remove it or name another "
          "folder: " +
          entry.path().string());
  }
}

}  // namespace

std::unique_ptr<DataSink> make_text_sink(const nlohmann::json& descriptor, const SchemaPtr& schema,
                                         const SinkOptions& sink) {
  auto options = text_options_from_json(descriptor);
  const auto& path = options.file;
  if (sink.append != Append::kNone)
    throw InvalidArgument(
        "a text file cannot be appended to; use `append = \"none\"` with a new file, or write an "_named
        ".xdf: " +
        path);
  if (options.fixed_format == true || path.ends_with(".sts"))
    throw Unsupported(
        "fixed-format text can be read but not written; leave out `isFixedFormat`: "_named + path);
  std::error_code error;
  const auto status = fs::status(path, error);
  const bool is_folder = fs::is_directory(status);
  if (is_folder && !options.create_file_set)
    throw InvalidArgument(
        "the output is a folder; set `createFileSet` to write a set of files, or name a file: "_named +
        path);
  if (fs::exists(status)) {
    if (!sink.overwrite)
      throw InvalidArgument("the output exists; set `overwrite` to replace it: "_named + path);
    if (options.create_file_set) {
      if (!is_folder)
        throw InvalidArgument(
            "`createFileSet` writes a folder, but the output is a file; remove it or name a "_named
            "folder: " +
            path);
      check_replaceable_folder(path);
    }
  }
  return std::make_unique<TextSink>(std::move(options), schema, sink.expected());
}

}  // namespace insitu
