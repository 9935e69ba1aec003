#include "sources/text/source.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/survey.hpp"
#include "sources/encoding.hpp"
#include "sources/text/layout.hpp"
#include "sources/text/options.hpp"
#include "sources/text/packed.hpp"
#include "sources/text/reader.hpp"
#include "sources/text/splits.hpp"
#include "sources/text/spool.hpp"

namespace insitu {

namespace {

/// A split's position is a byte of a file; the number of the file lies above it.
constexpr int kPositionBits = 44;
constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << kPositionBits) - 1;

/// Files kept open at most.
constexpr std::size_t kOpenFiles = 64;

class TextSource final : public DataSource {
 public:
  TextSource(nlohmann::json descriptor, const TextOptions& options, TextLayout layout,
             FileSystemPtr files, std::uint64_t split_bytes)
      : descriptor_(std::move(descriptor)),
        options_(options),
        files_(std::move(files)),
        split_bytes_(split_bytes) {
    auto columns = text_columns(options, layout);
    if (options.encoding_kind != EncodingKind::kWhole) layout.dialect.encoding = options.encoding;
    layout.dialect.long_characters = options.encoding_kind == EncodingKind::kGb18030;
    layout.dialect.decimal_point = options.decimal_point;
    layout.dialect.thousands_separator = options.thousands_separator;
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
    open_.resize(plan_->layout.parts.size());
  }

  SchemaPtr schema() const override { return schema_; }

  std::vector<Split> splits() const override {
    const std::lock_guard lock(splits_mutex_);
    if (!splits_) {
      std::vector<Split> splits;
      for (std::size_t i = 0; i < plan_->layout.parts.size(); ++i) {
        const auto above = static_cast<std::uint64_t>(i) << kPositionBits;
        for (const auto& range : ranges_of(i))
          splits.push_back({splits.size(), above | range.begin, above | range.end, -1});
      }
      splits_ = std::move(splits);
    }
    return *splits_;
  }

  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    const auto part = part_of(split);
    std::vector<std::size_t> columns;
    if (options.columns) {
      for (const auto& name : *options.columns) columns.push_back(schema_->index(name));
    } else {
      for (std::size_t i = 0; i < schema_->size(); ++i) columns.push_back(i);
    }
    return read_text(plan_, open_part(part), plan_->layout.parts[part].path,
                     {split.begin & kPositionMask, split.end & kPositionMask}, split.index,
                     columns);
  }

  Recipe recipe() const override {
    auto options = descriptor_;
    options["resolved"] = layout_to_json(plan_->layout);
    return {"RxTextData", options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }

  std::string file_of(const Split& split) const override {
    return plan_->layout.parts[part_of(split)].path;
  }
  std::string description() const override { return options_.file; }

 private:
  std::size_t part_of(const Split& split) const {
    const auto part = static_cast<std::size_t>(split.begin >> kPositionBits);
    if (part >= plan_->layout.parts.size() || split.end >> kPositionBits != part)
      throw InvalidArgument("this split is not one of the text source " + options_.file);
    return part;
  }

  /// As found now, or by an earlier call while the file was the same.
  std::vector<TextRange> ranges_of(std::size_t part) const {
    const auto file = open_part(part);
    const auto& where = plan_->layout.parts[part];
    auto* surveys = current_surveys();
    const auto key = surveys ? survey_key(*file, where) : "";
    if (!key.empty())
      if (const auto known = surveys->find(key)) {
        std::vector<TextRange> ranges(known->size() / 2);
        for (std::size_t i = 0; i < ranges.size(); ++i)
          ranges[i] = {(*known)[2 * i], (*known)[2 * i + 1]};
        return ranges;
      }
    auto ranges = text_ranges(*file, where, plan_->layout, split_bytes_);
    if (!key.empty()) {
      Surveys::Facts facts;
      for (const auto& range : ranges) facts.insert(facts.end(), {range.begin, range.end});
      surveys->keep(key, std::move(facts));
    }
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

  std::shared_ptr<RandomAccessFile> open_part(std::size_t part) const {
    const std::lock_guard lock(open_mutex_);
    auto& slot = open_[part];
    if (auto file = slot.lock()) return file;
    auto file = open_text_file(*files_, plan_->layout.parts[part].path, options_);
    slot = file;
    if (kept_.size() >= kOpenFiles) kept_.erase(kept_.begin());
    kept_.push_back(file);
    return file;
  }

  nlohmann::json descriptor_;
  TextOptions options_;
  FileSystemPtr files_;
  std::uint64_t split_bytes_;
  SchemaPtr schema_;
  std::shared_ptr<const TextPlan> plan_;
  mutable std::mutex splits_mutex_, open_mutex_;
  mutable std::optional<std::vector<Split>> splits_;
  mutable std::vector<std::weak_ptr<RandomAccessFile>> open_;
  mutable std::vector<std::shared_ptr<RandomAccessFile>> kept_;
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
