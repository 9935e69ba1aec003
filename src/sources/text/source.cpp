#include "sources/text/source.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/survey.hpp"
#include "sources/encoding.hpp"
#include "sources/text/border_survey.hpp"
#include "sources/text/files.hpp"
#include "sources/text/layout.hpp"
#include "sources/text/options.hpp"
#include "sources/text/packed.hpp"
#include "sources/text/reader.hpp"
#include "sources/text/splits.hpp"
#include "sources/text/spool.hpp"

namespace insitu {

namespace {

class TextSource final : public DataSource {
 public:
  TextSource(nlohmann::json descriptor, const TextOptions& options, TextLayout layout,
             FileSystemPtr files, std::uint64_t split_bytes)
      : descriptor_(std::move(descriptor)),
        description_(options.file),
        files_(std::make_shared<const TextFiles>(options, std::move(files), layout.parts)),
        split_bytes_(split_bytes) {
    auto columns = text_columns(options, layout);
    layout = complete_layout(std::move(layout), options);
    TextMeaning meaning{
        layout.dialect, options.missing_value,
        TimePattern("readDateFormat", options.date_format, options.century_cutoff),
        TimePattern("readPOSIXctFormat", options.datetime_format, options.century_cutoff)};
    std::vector<Field> fields;
    for (const auto& column : columns) fields.push_back(column.field);
    try {
      schema_ = std::make_shared<const Schema>(std::move(fields));
    } catch (const DataError& error) {
      throw InvalidArgument("`RxTextData`: newName: "_named + error.what());
    }
    plan_ = std::make_shared<const TextPlan>(
        TextPlan{std::move(layout), std::move(meaning), std::move(columns), schema_});
  }

  SchemaPtr schema() const override { return schema_; }

  std::vector<Split> splits() const override {
    const std::lock_guard lock(splits_mutex_);
    if (!splits_) {
      std::vector<Split> splits;
      const auto ranges = ranges_of_parts();
      for (std::size_t i = 0; i < ranges.size(); ++i)
        for (const auto& range : ranges[i])
          splits.push_back(
              {splits.size(), text_position(i, range.begin), text_position(i, range.end), -1});
      splits_ = std::move(splits);
    }
    return *splits_;
  }

  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    const auto part = files_->part_of(split);
    std::vector<std::size_t> columns;
    if (options.columns) {
      for (const auto& name : *options.columns) columns.push_back(schema_->index(name));
    } else {
      for (std::size_t i = 0; i < schema_->size(); ++i) columns.push_back(i);
    }
    return read_text(plan_, files_->open(part), plan_->layout.parts[part].path,
                     {byte_of_position(split.begin), byte_of_position(split.end)}, split.index,
                     columns);
  }

  Recipe recipe() const override {
    auto options = descriptor_;
    options["resolved"] = layout_to_json(plan_->layout);
    return {"RxTextData", options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }

  std::string file_of(const Split& split) const override {
    return plan_->layout.parts[files_->part_of(split)].path;
  }
  std::string description() const override { return description_; }

 private:
  /// As an earlier call has found them while a file was the same; else looked for by the context of
  /// the call, or here where that is little work: all in all no more than a stretch, or text that
  /// has to be unpacked from its beginning.
  std::vector<std::vector<TextRange>> ranges_of_parts() const {
    const auto count = plan_->layout.parts.size();
    std::vector<std::vector<TextRange>> ranges(count);
    BorderSurvey survey{files_, {}, plan_->layout.dialect, split_bytes_, {}};
    std::vector<std::string> keys(count);
    std::vector<std::size_t> here;
    std::uint64_t bytes = 0;
    auto* surveys = current_surveys();
    for (std::size_t part = 0; part < count; ++part) {
      const auto file = files_->open(part);
      if (surveys) keys[part] = survey_key(*file, plan_->layout.parts[part]);
      const auto known = keys[part].empty() ? std::nullopt : surveys->find(keys[part]);
      if (known) {
        for (std::size_t i = 0; i + 1 < known->size(); i += 2)
          ranges[part].push_back({(*known)[i], (*known)[i + 1]});
      } else if (file->is_unpacked()) {
        begin_survey_here();
        here.push_back(part);
      } else {
        survey.parts.push_back(part);
        bytes += file->size();
      }
    }
    const auto found = [&](std::size_t part, std::vector<TextRange> them) {
      ranges[part] = std::move(them);
      if (keys[part].empty()) return;
      Surveys::Facts facts;
      for (const auto& range : ranges[part]) facts.insert(facts.end(), {range.begin, range.end});
      surveys->keep(keys[part], std::move(facts));
    };
    if (bytes <= split_bytes_ * kSplitsPerStretch) {
      here.insert(here.end(), survey.parts.begin(), survey.parts.end());
    } else {
      survey.recipe = recipe();
      const auto borders = surveyed_borders(survey);
      for (std::size_t i = 0; i < borders.size(); ++i) {
        const auto part = survey.parts[i];
        found(part, text_ranges(*files_->open(part), plan_->layout.parts[part], plan_->layout,
                                borders[i]));
      }
    }
    for (const auto part : here)
      found(part, text_ranges(*files_->open(part), plan_->layout.parts[part], plan_->layout,
                              split_bytes_));
    return ranges;
  }

  /// All that the ranges depend on, as a text; "": the version of the file is not known.
  std::string survey_key(const RandomAccessFile& file, const TextPart& part) const {
    const auto identity = file.identity();
    const auto version =
        identity && identity->size == file.size() ? version_for_surveys(*identity) : std::nullopt;
    if (!version) return "";
    const auto& dialect = plan_->layout.dialect;
    std::string key = "text ranges\n" + part.path + '\n' + *version;
    for (const auto number : {part.data_begin, split_bytes_}) key += ' ' + std::to_string(number);
    for (const char letter : {dialect.delimiter, dialect.quote, dialect.newline})
      key += ' ' + std::to_string(letter);
    for (const bool flag : {dialect.combine_delimiters, dialect.long_characters})
      key += flag ? " yes" : " no";
    return key;
  }

  nlohmann::json descriptor_;
  std::string description_;
  std::shared_ptr<const TextFiles> files_;
  std::uint64_t split_bytes_;
  SchemaPtr schema_;
  std::shared_ptr<const TextPlan> plan_;
  mutable std::mutex splits_mutex_;
  mutable std::optional<std::vector<Split>> splits_;
};

}  // namespace

std::shared_ptr<const DataSource> make_text_source(const nlohmann::json& descriptor,
                                                   const FileSystemPtr& files) {
  return make_text_source(descriptor, files, kTextSplitBytes);
}

std::shared_ptr<const DataSource> make_text_source(const nlohmann::json& descriptor,
                                                   const FileSystemPtr& files,
                                                   std::uint64_t split_bytes) {
  const auto options = text_options_from_json(descriptor);
  const auto resolved = descriptor.find("resolved");
  auto layout =
      resolved == descriptor.end() ? sniff_text(options, *files) : layout_from_json(*resolved);
  return std::make_shared<const TextSource>(descriptor, options, std::move(layout), files,
                                            split_bytes);
}

namespace {

/// A whole text as UTF-8, for encodings that cannot be cut.
class WholeTextDecoder final : public ForwardDecoder {
 public:
  WholeTextDecoder(std::shared_ptr<RandomAccessFile> file, std::string path, std::string encoding)
      : file_(std::move(file)),
        path_(std::move(path)),
        encoding_(std::move(encoding)),
        converter_(encoding_) {}

  std::size_t read(char* out, std::size_t size) override {
    while (given_ == text_.size() && !at_end_) {
      text_.clear();
      given_ = 0;
      const auto kept = bytes_.size();
      bytes_.resize(kept + kStep);
      const auto got = file_->read_at(position_, std::span<char>(bytes_).subspan(kept));
      bytes_.resize(kept + got);
      position_ += got;
      at_end_ = got == 0;
      try {
        bytes_.erase(0, converter_.convert(bytes_, !at_end_, text_));
      } catch (const InvalidText& bad) {
        throw DataError("invalid " + encoding_ + " text: " + path_ + ", line " +
                        std::to_string(1 + lines_ + std::count(text_.begin(), text_.end(), '\n')) +
                        ": " + bad.bytes +
                        "; name the encoding of the file by `inputEncoding`"_named);
      }
      lines_ += std::count(text_.begin(), text_.end(), '\n');
    }
    const auto step = std::min(size, text_.size() - given_);
    text_.copy(out, step, given_);
    given_ += step;
    return step;
  }

 private:
  static constexpr std::size_t kStep = std::size_t{1} << 18;
  std::shared_ptr<RandomAccessFile> file_;
  std::string path_, encoding_;
  Utf8Converter converter_;
  std::string bytes_, text_;
  std::size_t given_ = 0;
  std::uint64_t position_ = 0;
  std::int64_t lines_ = 0;
  bool at_end_ = false;
};

/// UTF-16 by its mark.
std::string marked_encoding(const RandomAccessFile& file) {
  char mark[4] = {};
  const std::string_view found(mark, file.read_at(0, mark));
  return found.starts_with("\xff\xfe") || found.starts_with("\xfe\xff") ? "utf-16" : "";
}

}  // namespace

std::shared_ptr<RandomAccessFile> open_text_file(const FileSystem& files, const std::string& path,
                                                 const TextOptions& options) {
  auto file = unpacked(files.open(path), path);
  auto encoding = options.encoding_kind == EncodingKind::kWhole ? options.encoding : "";
  if (options.encoding_kind == EncodingKind::kUtf8) encoding = marked_encoding(*file);
  if (encoding.empty()) return file;
  // No text grows more than threefold as UTF-8: the bytes of the file tell enough.
  return spool(std::make_unique<WholeTextDecoder>(file, path, encoding), path, file->size());
}

}  // namespace insitu
