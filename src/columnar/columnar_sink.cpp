#include "columnar/columnar_sink.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <unordered_map>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "columnar/arrow_library.hpp"
#include "columnar/columnar_options.hpp"
#include "data/arrow.hpp"

namespace insitu {

namespace {

/// What a field of the engine is in the file. Spark's writer makes the same of it.
Field stored_field(Field field, ColumnFormat format, bool factors_as_indexes) {
  if (is_factor(field.type)) field.type = factors_as_indexes ? Type::kInt32 : Type::kString;
  if (field.type == Type::kUInt16) field.type = Type::kInt32;
  // Parquet: an instant. ORC has instants too, but few readers know them: its plain times, in UTC.
  if (field.type == Type::kDateTime)
    field.time_zone = format == ColumnFormat::kParquet ? "UTC" : "";
  return {.name = std::move(field.name), .type = field.type, .time_zone = field.time_zone};
}

/// The levels of a factor as texts, row by row.
Column texts_of(const Column& factor) {
  static const std::vector<std::string> kNone;
  const auto& levels = factor.levels() ? *factor.levels() : kNone;
  StringBuilder builder;
  builder.reserve(factor.size(), factor.size() * 8);
  for (const auto code : factor.values<std::int32_t>()) {
    if (code >= 0 && static_cast<std::size_t>(code) >= levels.size())
      throw DataError("a factor code has no level");
    code < 0 ? builder.append_missing() : builder.append(levels[static_cast<std::size_t>(code)]);
  }
  return builder.finish();
}

Column widened(const Column& numbers) {
  const auto in = numbers.values<std::uint16_t>();
  std::vector<std::int32_t> out(in.size());
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i] = is_missing_value(in[i]) ? missing_value<std::int32_t>() : in[i];
  return Column::own(Type::kInt32, std::move(out));
}

/// Arrow's ORC writer gives times before 1970 a negative fraction of a second, which readers in
/// Java (Hive, Spark) refuse together with the whole file.
void check_orc_times(const Column& times, const std::string& variable) {
  for (const double seconds : times.values<double>())
    if (seconds < 0 && seconds != std::floor(seconds))
      throw DataError("variable '" + variable +
                      "' holds a time before 1970 with a fraction of a second, which ORC files "
                      "written here cannot hold; round it in transforms, or write Parquet");
}

/// Codes into one list of levels, whatever lists the chunks carry: the declared one, or that of the
/// order of first appearance.
class Indexes {
 public:
  explicit Indexes(const Levels& declared) {
    if (!declared) return;
    for (const auto& level : *declared) position_of(level);
  }

  Column of(const Column& factor) {
    if (factor.levels() != last_levels_) {
      last_levels_ = factor.levels();
      positions_here_.clear();
      if (last_levels_)
        for (const auto& level : *last_levels_) positions_here_.push_back(position_of(level));
    }
    const auto codes = factor.values<std::int32_t>();
    std::vector<std::int32_t> out(codes.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (codes[i] >= 0 && static_cast<std::size_t>(codes[i]) >= positions_here_.size())
        throw DataError("a factor code has no level");
      out[i] = codes[i] < 0 ? missing_value<std::int32_t>()
                            : positions_here_[static_cast<std::size_t>(codes[i])];
    }
    return Column::own(Type::kInt32, std::move(out));
  }

 private:
  std::int32_t position_of(const std::string& level) {
    return positions_.emplace(level, static_cast<std::int32_t>(positions_.size())).first->second;
  }

  std::unordered_map<std::string, std::int32_t> positions_;
  Levels last_levels_;
  std::vector<std::int32_t> positions_here_;
};

class ColumnarSink final : public DataSink {
 public:
  ColumnarSink(const ColumnarOptions& target, const SchemaPtr& schema, const SinkOptions& options)
      : library_(arrow_library()),
        file_(target.file, options.expected()),
        format_(target.format),
        rows_per_group_(std::max<std::int64_t>(options.rows_per_block, 1)),
        schema_(schema) {
    std::vector<Field> fields;
    for (const auto& field : schema->fields()) {
      fields.push_back(stored_field(field, format_, target.factors_as_indexes));
      indexes_.push_back(target.factors_as_indexes && is_factor(field.type)
                             ? std::make_unique<Indexes>(field.levels)
                             : nullptr);
    }
    stored_ = std::make_shared<const Schema>(std::move(fields));
    ArrowSchema arrow{};
    schema_to_arrow(*stored_, &arrow);
    writer_ = {nullptr, library_.destroy};
    InsituArrowWriter* writer = nullptr;
    const auto code = library_.create(
        format_ == ColumnFormat::kParquet ? INSITU_ARROW_PARQUET : INSITU_ARROW_ORC,
        file_.temporary_path().c_str(), &arrow, find_decoding_worker().c_str(), &writer);
    writer_.reset(writer);
    if (arrow.release) arrow.release(&arrow);
    check(code);
  }

  void set_block_rows(std::vector<std::int64_t> rows) override {
    wanted_.clear();
    for (const auto count : rows)
      if (count > 0) wanted_.push_back(count);
    groups_seen_ = std::min(groups_begun_, wanted_.size());
  }

  void write(const Chunk& chunk) override {
    if (chunk.columns.size() != schema_->size())
      throw DataError("rows with other columns came than were announced: " + file_.target());
    for (std::size_t begin = 0; begin < chunk.rows;) {
      if (left_in_group_ == 0) left_in_group_ = next_group();
      const auto rows = static_cast<std::size_t>(
          std::min<std::int64_t>(left_in_group_, static_cast<std::int64_t>(chunk.rows - begin)));
      write_rows(slice(chunk, begin, rows));
      begin += rows;
      left_in_group_ -= static_cast<std::int64_t>(rows);
      if (left_in_group_ == 0) check(library_.end_group(writer_.get()));
    }
  }

  void finish() override {
    check(library_.finish(writer_.get()));
    file_.commit();
  }

 private:
  std::int64_t next_group() {
    ++groups_begun_;
    return groups_seen_ < wanted_.size() ? wanted_[groups_seen_++] : rows_per_group_;
  }

  void write_rows(const Chunk& chunk) {
    Chunk stored{stored_, {}, chunk.rows, {}};
    for (std::size_t i = 0; i < chunk.columns.size(); ++i) {
      const auto& column = chunk.columns[i];
      if (column.type() != (*schema_)[i].type)
        throw DataError("variable '" + (*schema_)[i].name +
                        "' changes its type between rows: " + file_.target());
      if (format_ == ColumnFormat::kOrc && column.type() == Type::kDateTime)
        check_orc_times(column, (*schema_)[i].name);
      stored.columns.push_back(indexes_[i]                      ? indexes_[i]->of(column)
                               : is_factor(column.type())       ? texts_of(column)
                               : column.type() == Type::kUInt16 ? widened(column)
                                                                : column);
    }
    ArrowArray rows{};
    chunk_to_arrow(stored, &rows);
    const auto code = library_.write(writer_.get(), &rows);
    if (rows.release) rows.release(&rows);
    check(code);
  }

  void check(int code) const {
    if (code == INSITU_ARROW_OK) return;
    const std::string reason = library_.writer_error(writer_.get());
    if (code == INSITU_ARROW_NO_MEMORY)
      throw DataError("there is not enough memory to write the file; nothing was replaced: " +
                      file_.target());
    throw DataError("cannot write (" + reason + "); nothing was replaced: " + file_.target());
  }

  const ArrowLibrary& library_;
  NewFile file_;
  ColumnFormat format_;
  std::int64_t rows_per_group_, left_in_group_ = 0;
  std::vector<std::int64_t> wanted_;  // rows of the groups, in order; then rows_per_group_ each
  std::size_t groups_begun_ = 0, groups_seen_ = 0;
  SchemaPtr schema_, stored_;
  std::vector<std::unique_ptr<Indexes>> indexes_;  // of the factors that are written as codes
  std::unique_ptr<InsituArrowWriter, decltype(&insitu_arrow_destroy)> writer_{nullptr, nullptr};
};

}  // namespace

std::unique_ptr<DataSink> open_columnar_sink(const ColumnarOptions& target, const SchemaPtr& schema,
                                             const SinkOptions& options) {
  std::error_code failure;
  const bool exists = std::filesystem::exists(target.file, failure);
  if (std::filesystem::is_directory(target.file, failure))
    throw InvalidArgument("the target is a folder, and one file is written: " + target.file +
                          "; name a file, for example " + target.file + "/part-0" +
                          (target.format == ColumnFormat::kParquet ? ".parquet" : ".orc"));
  if (exists && options.append == Append::kRows)
    throw Unsupported("rows cannot be appended to " + std::string(format_name(target.format)) +
                      " files: " + target.file +
                      "; write another file into the same folder, which is read as one source");
  if (exists && options.append == Append::kColumns)
    throw Unsupported("columns can be appended to .xdf files only, not to " + target.file);
  if (exists && !options.overwrite)
    throw InvalidArgument("the file exists: " + target.file +
                          "; allow to replace it with `overwrite`"_named);
  return std::make_unique<ColumnarSink>(target, schema, options);
}

}  // namespace insitu
