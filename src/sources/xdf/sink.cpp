#include "sources/xdf/sink.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/utf8.hpp"
#include "data/native_file.hpp"
#include "sources/encoding.hpp"
#include "sources/xdf/compressors.hpp"
#include "sources/xdf/encoder.hpp"
#include "sources/xdf/output.hpp"
#include "sources/xdf/source.hpp"

namespace insitu {

namespace {

/// Up to so many columns compress while rows arrive, at 256 KB each; beyond, when their block is
/// complete.
constexpr std::size_t kStreamingColumns = 256;
constexpr std::size_t kChunksInFlight = 4;

/// Whether values of `from` can be written to a variable of `to` without loss.
bool widens(Type from, Type to) {
  if (from == to || (is_factor(from) && is_factor(to))) return true;
  const bool small = from == Type::kLogical || from == Type::kInt16 || from == Type::kUInt16;
  if (to == Type::kFloat64) return small || from == Type::kInt32 || from == Type::kFloat32;
  return small && (to == Type::kInt32 || to == Type::kInt64);
}

/// REQUIRES: widens(column.type(), to).
Column widen(const Column& column, Type to) {
  if (column.type() == to) return column;
  if (is_factor(to))
    return Column(to, column.size(), column.data(), std::make_shared<Column>(column),
                  column.levels());
  std::vector<double> numbers(column.size());
  column.numbers(numbers.data());
  if (to == Type::kFloat64) return Column::own(to, std::move(numbers));
  return dispatch(to, [&]<class T>(T*) {
    std::vector<T> out(numbers.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = is_missing_value(numbers[i]) ? missing_value<T>() : static_cast<T>(numbers[i]);
    return Column::own(to, std::move(out));
  });
}

struct Existing {
  std::shared_ptr<RandomAccessFile> file;
  XdfMetadata metadata;
};

class XdfSink final : public DataSink {
 public:
  XdfSink(std::string path, SchemaPtr schema, const XdfWriteOptions& options,
          std::unique_ptr<XdfOutput> output = nullptr)
      : path_(std::move(path)),
        schema_(std::move(schema)),
        options_(options),
        description_(options.description) {
    check_options();
    if (!output) open_existing();
    if (existing_ && options_.sink.append == Append::kRows) {
      plan_rows();
    } else if (existing_) {
      plan_columns();
    } else {
      for (std::size_t i = 0; i < schema_->size(); ++i) add_encoder((*schema_)[i], i);
    }
    output_ = output ? std::move(output)
              : options_.composite
                  ? open_composite_xdf_output(path_, options_.blocks_per_composite_file, expected())
                  : open_xdf_file_output(path_, expected());
    if (existing_ && options_.sink.append == Append::kRows) copy_blocks();
    compressors_ = std::make_unique<XdfCompressors>(encoders_.size());
  }

  void set_block_rows(std::vector<std::int64_t> rows) override {
    if (existing_ && options_.sink.append == Append::kColumns)
      return;  // the blocks are there already
    wanted_rows_.clear();
    for (const auto count : rows)
      if (count > 0) wanted_rows_.push_back(static_cast<std::uint64_t>(count));
    next_wanted_ = std::min(blocks_begun_, wanted_rows_.size());
  }

  void write(const Chunk& chunk) override {
    check(chunk);
    if (chunk.rows == 0)
      for (std::size_t e = 0; e < encoders_.size(); ++e)
        compressors_->push(e, [&encoder = encoders_[e], none = chunk.columns[inputs_[e]]] {
          encoder.note_levels(none);
        });
    for (std::size_t begin = 0; begin < chunk.rows;) {
      if (rows_left_ == 0) begin_block();
      const auto rows =
          static_cast<std::size_t>(std::min<std::uint64_t>(rows_left_, chunk.rows - begin));
      for (std::size_t e = 0; e < encoders_.size(); ++e)
        compressors_->push(e, [&encoder = encoders_[e], to = encoded_types_[e],
                               part = chunk.columns[inputs_[e]].slice(begin, rows)] {
          encoder.append(widen(part, to));
        });
      begin += rows;
      rows_left_ -= rows;
      rows_in_block_ += rows;
      if (rows_left_ == 0) end_block();
    }
    compressors_->help(kChunksInFlight * encoders_.size());
    write_complete_blocks();
  }

  void finish() override {
    if (rows_in_block_ > 0) end_block();
    compressors_->help(0);
    write_complete_blocks();
    auto metadata = make_metadata();
    output_->commit(metadata);
  }

 private:
  struct Block {
    std::uint64_t rows = 0;
    std::vector<std::string> stored;  // per encoder
    std::size_t unfinished = 0;
  };
  /// A column of the file: written here, or copied from the file that is appended to.
  struct Target {
    std::optional<std::size_t> encoder, existing;
  };

  void check_options() const {
    if (schema_->size() == 0) throw InvalidArgument("no variable is left to write: " + path_);
    if (options_.sink.rows_per_block < 1)
      throw InvalidArgument("the rows per block must be at least 1: " +
                            std::to_string(options_.sink.rows_per_block));
    if (options_.sink.compression_level < -1 || options_.sink.compression_level > 9)
      throw InvalidArgument("`xdfCompressionLevel` must be from -1 to 9: "_named +
                            std::to_string(options_.sink.compression_level));
  }

  void open_existing() {
    std::error_code error;
    const auto status = std::filesystem::status(path_, error);
    if (!std::filesystem::exists(status)) return;
    if (options_.sink.append == Append::kNone) {
      if (!options_.sink.overwrite)
        throw InvalidArgument("the output exists; pass `overwrite = TRUE` to replace it: "_named +
                              path_);
      return;
    }
    if (std::filesystem::is_directory(status))
      throw Unsupported("rows or columns cannot be appended to a composite set; write a new one: " +
                        path_);
    existing_.emplace();
    existing_->file = open_native_file(path_);
    existing_->metadata = read_xdf_metadata(*existing_->file, path_);
    if (description_.empty()) description_ = existing_->metadata.description;
  }

  /// What is appended to must still be there when the new file takes its place.
  Expected expected() const {
    if (!existing_ || options_.sink.replaces) return options_.sink.expected();
    const auto version = existing_->file->identity();
    return version ? Expected::version_of(*version) : Expected::anything();
  }

  void add_encoder(const Field& field, std::size_t input) {
    targets_.push_back({.encoder = encoders_.size(), .existing = std::nullopt});
    put_encoder(field, input);
  }
  void put_encoder(const Field& field, std::size_t input) {
    const XdfEncoding encoding{.compression_level = options_.sink.compression_level,
                               .compute_range = options_.sink.compute_low_high,
                               .streaming = schema_->size() <= kStreamingColumns};
    encoders_.emplace_back(field, encoding);
    encoders_.back().begin_at(options_.first_row);
    encoded_types_.push_back(field.type);
    inputs_.push_back(input);
  }

  /// All variables of the file continue; the new rows have the same ones, in any order.
  void plan_rows() {
    const auto& metadata = existing_->metadata;
    for (const auto& field : schema_->fields())
      if (!metadata.schema().find(field.name))
        throw InvalidArgument("cannot append rows: variable " + field.name + " is not in " + path_);
    for (std::size_t c = 0; c < metadata.columns.size(); ++c) {
      const auto& column = metadata.columns[c];
      const auto& name = column.field.name;
      const auto input = schema_->find(name);
      if (!input)
        throw InvalidArgument("cannot append rows: variable " + name + " of " + path_ +
                              " is not in the new rows");
      const auto type = (*schema_)[*input].type;
      if (!widens(type, column.field.type))
        throw InvalidArgument("cannot append rows: variable " + name + " is " +
                              std::string(type_name(column.field.type)) + " in " + path_ + " and " +
                              std::string(type_name(type)) +
                              " in the new rows; convert it with `colInfo` or transforms"_named);
      if (make_xdf_column(column.field, false).array->physical != column.physical)
        throw InvalidArgument(
            "cannot append rows: variable " + name +
            " is stored in a form that is only read; write the file anew first: " + path_);
      add_encoder(column.field, *input);
      encoders_.back().continue_from(column);
      targets_.back().existing = c;
    }
  }

  /// New variables follow those of the file; one of the same name takes its place when it may be
  /// overwritten.
  void plan_columns() {
    const auto& metadata = existing_->metadata;
    for (std::size_t c = 0; c < metadata.columns.size(); ++c)
      targets_.push_back({.encoder = std::nullopt, .existing = c});
    for (std::size_t i = 0; i < schema_->size(); ++i) {
      const auto& field = (*schema_)[i];
      if (const auto place = metadata.schema().find(field.name)) {
        if (!options_.sink.overwrite)
          throw InvalidArgument(
              "the variable exists; pass `overwrite = TRUE` to replace it: "_named + field.name);
        targets_[*place] = {.encoder = encoders_.size(), .existing = std::nullopt};
        put_encoder(field, i);
      } else {
        add_encoder(field, i);
      }
    }
    wanted_rows_ = metadata.block_rows;
    std::erase(wanted_rows_, 0u);
  }

  /// Takes over the blocks of the file that is appended to, as they are stored.
  void copy_blocks() {
    const auto& metadata = existing_->metadata;
    for (std::size_t b = 0; b < metadata.blocks(); ++b) {
      if (metadata.block_rows[b] == 0) continue;
      output_->begin_block();
      for (std::size_t c = 0; c < metadata.columns.size(); ++c)
        extents_.push_back(copy_xdf_extent(*existing_->file, metadata.extent(b, c), *output_));
      block_rows_.push_back(metadata.block_rows[b]);
    }
  }

  void check(const Chunk& chunk) {
    if (chunk.schema == checked_) return;
    if (chunk.columns.size() != schema_->size())
      throw InvalidArgument("rows with " + std::to_string(chunk.columns.size()) +
                            " variables cannot be written where " +
                            std::to_string(schema_->size()) + " were announced: " + path_);
    for (std::size_t i = 0; i < schema_->size(); ++i) {
      const auto& wanted = (*schema_)[i];
      const auto& found = (*chunk.schema)[i];
      const auto type = chunk.columns[i].type();
      if (found.name != wanted.name ||
          (type != wanted.type && !(is_factor(type) && is_factor(wanted.type))))
        throw InvalidArgument("variable " + found.name + " (" + std::string(type_name(type)) +
                              ") cannot be written where " + wanted.name + " (" +
                              std::string(type_name(wanted.type)) + ") was announced: " + path_);
    }
    checked_ = chunk.schema;
  }

  void begin_block() {
    if (existing_ && options_.sink.append == Append::kColumns &&
        next_wanted_ == wanted_rows_.size())
      throw InvalidArgument("cannot append columns: they have more rows than the " +
                            std::to_string(existing_->metadata.rows) + " of " + path_);
    ++blocks_begun_;
    rows_left_ = next_wanted_ < wanted_rows_.size()
                     ? wanted_rows_[next_wanted_++]
                     : static_cast<std::uint64_t>(options_.sink.rows_per_block);
    rows_in_block_ = 0;
  }

  void end_block() {
    {
      const std::lock_guard lock(mutex_);
      blocks_.push_back(
          {rows_in_block_, std::vector<std::string>(encoders_.size()), encoders_.size()});
    }
    auto& block = blocks_.back();  // stays where it is until it is taken from the front
    for (std::size_t e = 0; e < encoders_.size(); ++e)
      compressors_->push(e, [this, e, &block] {
        auto stored = encoders_[e].finish_block();
        const std::lock_guard lock(mutex_);
        block.stored[e] = std::move(stored);
        --block.unfinished;
      });
    rows_left_ = rows_in_block_ = 0;
  }

  void write_complete_blocks() {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (blocks_.empty() || blocks_.front().unfinished > 0) return;
      }
      write_block(blocks_.front());
      const std::lock_guard lock(mutex_);
      blocks_.pop_front();
    }
  }

  void write_block(const Block& block) {
    output_->begin_block();
    // Columns of the file that is appended to go beside new ones; its empty blocks are left out.
    if (existing_ && options_.sink.append == Append::kColumns)
      while (existing_->metadata.block_rows.at(copied_) == 0) ++copied_;
    for (const auto& target : targets_) {
      if (target.encoder) {
        extents_.push_back(output_->append(block.stored[*target.encoder]));
      } else {
        extents_.push_back(copy_xdf_extent(
            *existing_->file, existing_->metadata.extent(copied_, *target.existing), *output_));
      }
    }
    ++copied_;
    block_rows_.push_back(block.rows);
  }

  XdfMetadata make_metadata() {
    XdfMetadata metadata;
    metadata.description = description_;
    metadata.block_rows = std::move(block_rows_);
    metadata.extents = std::move(extents_);
    std::uint64_t rows = 0, largest = 0;
    for (const auto count : metadata.block_rows) rows += count, largest = std::max(largest, count);
    if (existing_ && options_.sink.append == Append::kColumns && rows != existing_->metadata.rows)
      throw InvalidArgument("cannot append columns: they have " + std::to_string(rows) +
                            " rows and " + path_ + " has " +
                            std::to_string(existing_->metadata.rows));
    std::vector<XdfElement> columns;
    for (const auto& target : targets_) {
      poll_current_call();
      columns.push_back(target.encoder ? new_column(target) : copied_column(*target.existing));
      if (!existing_) {
        const auto& encoder = encoders_[*target.encoder];
        metadata.columns.push_back(
            {.field = encoder.field(), .marks_missing_text = encoder.marks_missing_text()});
      }
      if (columns.back().name == kXdfRowNames)
        metadata.row_names_column = static_cast<std::int64_t>(columns.size()) - 1;
    }
    if (existing_) largest = std::max(largest, existing_->metadata.read_rows());
    if (options_.like) largest = options_.like->read_rows();
    metadata.dataset = make_xdf_dataset(std::move(columns), largest);
    return metadata;
  }

  XdfElement copied_column(std::size_t c) const {
    auto element = existing_->metadata.dataset.array->items[c];
    element.array->kind &=
        ~(xdf_kind::kOldLayout | xdf_kind::kOldFactor);  // the footer layout has neither
    return element;
  }

  XdfElement new_column(const Target& target) const {
    const auto& encoder = encoders_[*target.encoder];
    const auto field = encoder.field();
    auto element =
        written_xdf_column(field, encoder.marks_missing_text(), options_.sink.compute_low_high);
    auto& array = *element.array;
    if (target.existing && !is_factor(field.type)) {
      // A range that was set from outside stays so.
      const auto& before = *existing_->metadata.dataset.array->items[*target.existing].array;
      array.range_status = before.range_status;
      // The range of the old rows is not known, so that of all rows is not.
      if (existing_->metadata.rows > 0 && !existing_->metadata.columns[*target.existing].field.low)
        set_xdf_range(array, std::nullopt, std::nullopt, 0);
    }
    if (options_.like) take_stored_range(field, array);
    return element;
  }

  void take_stored_range(const Field& field, XdfArray& array) const {
    const auto& like = *options_.like;
    for (std::size_t c = 0; c < like.columns.size(); ++c) {
      const auto& stored = *like.dataset.array->items[c].array;
      if (like.columns[c].field.name != field.name || stored.physical != array.physical) continue;
      array.low = stored.low;
      array.high = stored.high;
      array.range_status = stored.range_status;
    }
  }

  std::string path_;
  SchemaPtr schema_;
  XdfWriteOptions options_;
  std::string description_;
  std::optional<Existing> existing_;
  std::vector<Target> targets_;  // columns of the file in order
  std::vector<XdfEncoder> encoders_;
  std::vector<Type> encoded_types_;
  std::vector<std::size_t> inputs_;  // per encoder: column of the chunks
  std::unique_ptr<XdfOutput> output_;
  std::vector<std::uint64_t> block_rows_;
  std::vector<XdfExtent> extents_;
  std::vector<std::uint64_t> wanted_rows_;
  std::size_t next_wanted_ = 0, blocks_begun_ = 0;
  std::size_t copied_ = 0;  // block of the existing file beside the one that is written
  std::uint64_t rows_left_ = 0, rows_in_block_ = 0;
  SchemaPtr checked_;
  std::mutex mutex_;
  std::deque<Block> blocks_;  // not written yet
  // Last: its threads use what is above.
  std::unique_ptr<XdfCompressors> compressors_;
};

}  // namespace

XdfElement written_xdf_column(const Field& field, bool marks_missing_text, bool computed_range) {
  if (field.levels)
    for (const auto& level : *field.levels)
      if (find_invalid_utf8(level) != std::string_view::npos)
        throw DataError("a level of variable " + field.name + " is not UTF-8 ('" +
                        printable(level) +
                        "'): say `inputEncoding` where the text is read, or convert it"_named);
  auto element = make_xdf_column(field, marks_missing_text);
  if (computed_range && !is_factor(field.type))
    set_xdf_range(*element.array, field.low, field.high, 0);
  return element;
}

std::unique_ptr<DataSink> open_xdf_sink(const std::string& path, const SchemaPtr& schema,
                                        const XdfWriteOptions& options) {
  return std::make_unique<XdfSink>(path, schema, options);
}

std::unique_ptr<DataSink> open_xdf_sink(const std::string& path, const SchemaPtr& schema,
                                        const XdfWriteOptions& options,
                                        std::unique_ptr<XdfOutput> output) {
  return std::make_unique<XdfSink>(path, schema, options, std::move(output));
}

std::unique_ptr<DataSink> make_xdf_sink(const nlohmann::json& json, const SchemaPtr& schema,
                                        const SinkOptions& options) {
  const auto descriptor = parse_xdf_descriptor(json);
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(descriptor.file, error);
  if (is_folder && descriptor.create_composite_set == false)
    throw InvalidArgument(
        "the output is a folder; `createCompositeSet = FALSE` writes a file: "_named +
        descriptor.file);
  return open_xdf_sink(descriptor.file, schema,
                       {.sink = options,
                        .composite = descriptor.create_composite_set.value_or(is_folder),
                        .blocks_per_composite_file = descriptor.blocks_per_composite_file,
                        .description = "",
                        .like = nullptr});
}

}  // namespace insitu
