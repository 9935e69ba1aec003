// Writes delimited text: one file, or a folder of files (docs/text.md, "Writing").
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "base/new_folder.hpp"
#include "sources/text/file_set.hpp"
#include "sources/text/lines.hpp"
#include "sources/text/options.hpp"
#include "sources/text/source.hpp"

namespace insitu {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

class TextSink final : public DataSink {
 public:
  TextSink(TextOptions options, SchemaPtr schema, const Expected& expected)
      : options_(std::move(options)), lines_(options_, std::move(schema)), expected_(expected) {
    if (options_.create_file_set) {
      folder_.emplace(options_.file, expected_);
      rows_per_file_ = rows_of_text_part(options_);
    }
    start_file();
  }

  void write(const Chunk& chunk) override {
    lines_.prepare(chunk);
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      if (rows_in_file_ == rows_per_file_) {
        finish_file();
        start_file();
      }
      lines_.add_row(chunk, row);
      ++rows_in_file_;
      if (lines_.text().size() >= kBufferBytes) flush();
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
      file_.emplace(folder_->temporary_path() + "/" + text_part_name(files_), Expected::anything(),
                    folder_->target());
    else
      file_.emplace(options_.file, expected_);
    rows_in_file_ = 0;
    lines_.add_names();
  }
  void finish_file() {
    flush();
    file_->commit();
    file_.reset();
  }
  void flush() {
    file_->append(lines_.text());
    lines_.text().clear();
  }

  TextOptions options_;
  TextLines lines_;
  Expected expected_;
  std::optional<NewFolder> folder_;
  std::optional<NewFile> file_;
  std::int64_t files_ = 0, rows_in_file_ = 0;
  std::int64_t rows_per_file_ = -1;  // -1: all in one
};

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
      check_text_folder_replaced(path);
    }
  }
  return std::make_unique<TextSink>(std::move(options), schema, sink.expected());
}

}  // namespace insitu
