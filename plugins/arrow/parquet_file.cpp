// Parquet: row groups, read column by column in pages, so that a batch needs memory for its own
// rows and one page of each column, however large the row group is.
#include <arrow/array.h>
#include <arrow/array/builder_base.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/type_traits.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <optional>

#include "group_file.hpp"
#include "int96_column.hpp"
#include "memory.hpp"

namespace insitu::arrow_plugin {

namespace {

/// Of each column that is read. Each reading of a file elsewhere takes its time, so there are few
/// of them, each of one column's bytes alone; but those of all columns together have a limit, too.
constexpr std::int64_t kBufferBytes = 1 << 18, kFarBufferBytes = 1 << 22, kFarBytes = 1 << 25;

parquet::ReaderProperties reader_properties(const Place& place, std::size_t columns) {
  parquet::ReaderProperties properties(pool());
  properties.enable_buffered_stream();
  properties.set_buffer_size(place.far ? std::clamp(kFarBytes / static_cast<std::int64_t>(columns),
                                                    kBufferBytes, kFarBufferBytes)
                                       : kBufferBytes);
  return properties;
}

parquet::ArrowReaderProperties arrow_properties(std::int64_t batch_rows) {
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(batch_rows);
  properties.set_pre_buffer(false);  // would hold all chosen columns of a row group at once
  // Nanoseconds, the default, reach from 1677 to 2262 only.
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return properties;
}

/// Arrow's writers note their own types (dictionaries, zones, durations) under this key. Other
/// readers of the same file, Spark among them, do not see them, and the columns must be the same
/// for all. The object is the one that parsing has just made and that nobody else holds yet.
void forget_arrow_types(const parquet::FileMetaData& metadata) {
  const auto& notes = metadata.key_value_metadata();
  if (!notes || !notes->Contains("ARROW:schema")) return;
  (void)std::const_pointer_cast<arrow::KeyValueMetadata>(notes)->Delete("ARROW:schema");
}

/// Texts by their annotation that Arrow gives as bytes.
bool is_text(const parquet::schema::Node& node) {
  const auto& logical = node.logical_type();
  return logical && (logical->is_enum() || logical->is_string() || logical->is_JSON());
}

/// Which dates and times of a file Spark has moved to the Julian calendar: the versions before 3
/// do, later ones on demand, and say so. The rules are those of Spark's reader.
class SparkNotes {
 public:
  explicit SparkNotes(const std::shared_ptr<const arrow::KeyValueMetadata>& notes) {
    const auto find = [&](const char* key) {
      const auto at = notes ? notes->FindKey(key) : -1;
      return at < 0 ? std::optional<std::string>() : notes->value(at);
    };
    const auto version = find("org.apache.spark.version");
    if (!version) return;
    dates_ = *version < "3.0.0" || find("org.apache.spark.legacyDateTime");
    int96_ = *version < "3.1.0" || find("org.apache.spark.legacyINT96");
    zone_ = find("org.apache.spark.timeZone").value_or("UTC");
  }

  /// The field with what must be known of its values.
  std::shared_ptr<arrow::Field> noted(const std::shared_ptr<arrow::Field>& field,
                                      bool is_int96) const {
    const auto& type = *field->type();
    const bool instant = type.id() == arrow::Type::TIMESTAMP &&
                         !static_cast<const arrow::TimestampType&>(type).timezone().empty();
    if (is_int96 ? !int96_ : !dates_ || !(type.id() == arrow::Type::DATE32 || instant))
      return field;
    return field->WithMetadata(
        arrow::key_value_metadata({kCalendarNote, kZoneNote}, {"julian", zone_}));
  }

 private:
  bool dates_ = false, int96_ = false;
  std::string zone_;
};

/// The least and the greatest value of a leaf of whole numbers by the statistics of its row groups;
/// nothing where one lacks them.
template <class Physical, class Number>
std::optional<std::pair<Number, Number>> bounds(const parquet::FileMetaData& metadata, int leaf) {
  std::optional<std::pair<Number, Number>> all;
  for (int i = 0; i < metadata.num_row_groups(); ++i) {
    const auto group = metadata.RowGroup(i);
    if (group->num_rows() == 0) continue;
    const auto statistics = group->ColumnChunk(leaf)->statistics();
    if (!statistics || statistics->physical_type() != Physical::type_num) return std::nullopt;
    if (statistics->HasNullCount() && statistics->null_count() == group->num_rows()) continue;
    if (!statistics->HasMinMax()) return std::nullopt;
    const auto& typed = static_cast<const parquet::TypedStatistics<Physical>&>(*statistics);
    const auto least = static_cast<Number>(typed.min()),
               greatest = static_cast<Number>(typed.max());
    all = all ? std::pair(std::min(all->first, least), std::max(all->second, greatest))
              : std::pair(least, greatest);
  }
  return all;
}

/// The field with its bounds, if it has whole numbers whose type the engine chooses by them.
std::shared_ptr<arrow::Field> with_bounds(const std::shared_ptr<arrow::Field>& field,
                                          const parquet::FileMetaData& metadata, int leaf) {
  const auto noted = [&](const auto& found) {
    return found ? field->WithMetadata(arrow::key_value_metadata(
                       {kLeastNote, kGreatestNote},
                       {std::to_string(found->first), std::to_string(found->second)}))
                 : field;
  };
  switch (field->type()->id()) {
    case arrow::Type::INT16:
    case arrow::Type::INT32:
      return noted(bounds<parquet::Int32Type, std::int32_t>(metadata, leaf));
    case arrow::Type::INT64:
      return noted(bounds<parquet::Int64Type, std::int64_t>(metadata, leaf));
    case arrow::Type::UINT64:
      return noted(bounds<parquet::Int64Type, std::uint64_t>(metadata, leaf));
    default:
      return field;
  }
}

/// A view of batches whose columns have the types of `schema`: binary as text, same memory.
class Viewed final : public arrow::RecordBatchReader {
 public:
  /// `int96[i]`: the reader of the i-th column, or null: it is the next one of `batches`.
  Viewed(std::unique_ptr<parquet::arrow::FileReader> file,
         std::unique_ptr<arrow::RecordBatchReader> batches,
         std::vector<std::unique_ptr<Int96Column>> int96, std::shared_ptr<arrow::Schema> schema,
         std::int64_t rows, std::int64_t batch_rows)
      : file_(std::move(file)),
        batches_(std::move(batches)),
        int96_(std::move(int96)),
        schema_(std::move(schema)),
        rows_left_(rows),
        batch_rows_(batch_rows) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    out->reset();
    std::shared_ptr<arrow::RecordBatch> batch;
    auto rows = std::min(rows_left_, batch_rows_);
    if (batches_) {
      ARROW_RETURN_NOT_OK(batches_->ReadNext(&batch));
      rows = batch ? batch->num_rows() : 0;
    }
    if (rows == 0) return arrow::Status::OK();
    rows_left_ -= rows;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    int next = 0;
    for (int i = 0; i < schema_->num_fields(); ++i) {
      const auto& type = schema_->field(i)->type();
      if (const auto& times = int96_[static_cast<std::size_t>(i)]) {
        ARROW_ASSIGN_OR_RAISE(auto column, times->read(rows));
        columns.push_back(std::move(column));
        continue;
      }
      if (next >= batch->num_columns())
        return arrow::Status::Invalid("a row group has other columns than the file's schema");
      auto column = batch->column(next++);
      if (!column->type()->Equals(*type)) {
        ARROW_ASSIGN_OR_RAISE(column, column->View(type));
      }
      columns.push_back(std::move(column));
    }
    *out = arrow::RecordBatch::Make(schema_, rows, std::move(columns));
    return arrow::Status::OK();
  }

 private:
  std::unique_ptr<parquet::arrow::FileReader> file_;   // what batches_ reads from
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // null: all columns are INT96
  std::vector<std::unique_ptr<Int96Column>> int96_;
  std::shared_ptr<arrow::Schema> schema_;
  std::int64_t rows_left_, batch_rows_;
};

/// Types of whose statistics there is one reading: unsigned numbers, decimals and texts were
/// ordered, or cut, in several ways by writers.
bool has_plain_order(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::DATE32:
    case arrow::Type::TIMESTAMP:
      return true;
    default:
      return false;
  }
}

class ParquetFile final : public GroupFile {
 public:
  explicit ParquetFile(Place place) : place_(std::move(place)) {}

  arrow::Status read_footer() {
    ARROW_ASSIGN_OR_RAISE(auto file, place_.open());
    auto reader = parquet::ParquetFileReader::Open(std::move(file), reader_properties(place_, 1));
    metadata_ = reader->metadata();
    forget_arrow_types(*metadata_);
    const SparkNotes notes(metadata_->key_value_metadata());
    ARROW_ASSIGN_OR_RAISE(const auto arrow_reader, open(1, 1));
    const auto& fields = arrow_reader->manifest().schema_fields;
    const auto& root = *metadata_->schema()->group_node();
    std::vector<std::shared_ptr<arrow::Field>> columns;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      auto field = fields[i].field;
      if (field->type()->id() == arrow::Type::BINARY && is_text(*root.field(static_cast<int>(i))))
        field = field->WithType(arrow::utf8());
      leaves_.push_back(fields[i].is_leaf() ? fields[i].column_index : -1);
      const auto leaf = leaves_.back();
      int96_.push_back(leaf >= 0 &&
                       metadata_->schema()->Column(leaf)->physical_type() == parquet::Type::INT96);
      field = notes.noted(field->RemoveMetadata(), int96_.back());
      columns.push_back(leaf < 0 ? field : with_bounds(field, *metadata_, leaf));
    }
    schema_ = arrow::schema(std::move(columns));
    for (int i = 0; i < metadata_->num_row_groups(); ++i)
      group_rows_.push_back(metadata_->RowGroup(i)->num_rows());
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> read(
      std::int64_t group, const std::vector<int>& columns, std::int64_t batch_rows) const override {
    std::vector<int> leaves;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::unique_ptr<Int96Column>> int96;
    ARROW_ASSIGN_OR_RAISE(auto file, open(batch_rows, columns.size()));
    const auto rows = file->parquet_reader()->RowGroup(static_cast<int>(group));
    for (const auto column : columns) {
      const auto place = static_cast<std::size_t>(column);
      const auto leaf = leaves_[place];
      fields.push_back(schema_->field(column));
      if (leaf < 0) return arrow::Status::Invalid("column '", fields.back()->name(), "' is nested");
      if (int96_[place]) {
        int96.push_back(std::make_unique<Int96Column>(rows->Column(leaf), fields.back()->name()));
      } else {
        int96.push_back(nullptr);
        leaves.push_back(leaf);
      }
    }
    std::unique_ptr<arrow::RecordBatchReader> batches;
    if (!leaves.empty()) {
      ARROW_ASSIGN_OR_RAISE(batches, file->GetRecordBatchReader({static_cast<int>(group)}, leaves));
    }
    return std::make_shared<Viewed>(std::move(file), std::move(batches), std::move(int96),
                                    arrow::schema(std::move(fields)),
                                    group_rows_[static_cast<std::size_t>(group)], batch_rows);
  }

  arrow::Result<GroupStatistics> statistics(std::int64_t group,
                                            const std::vector<int>& columns) const override {
    ARROW_ASSIGN_OR_RAISE(auto known, GroupFile::statistics(group, columns));
    const auto rows = metadata_->RowGroup(static_cast<int>(group));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto place = static_cast<std::size_t>(columns[i]);
      if (leaves_[place] < 0) continue;
      const auto statistics = rows->ColumnChunk(leaves_[place])->statistics();
      if (!statistics) continue;
      if (statistics->HasNullCount()) known.nulls[i] = statistics->null_count();
      const auto& field = *schema_->field(columns[i]);
      // Dates and times of another calendar do not stand in the order of what is stored.
      if (!has_plain_order(*field.type()) || int96_[place] ||
          (field.metadata() && field.metadata()->Contains(kCalendarNote)) ||
          !statistics->HasMinMax())
        continue;
      std::shared_ptr<arrow::Scalar> least, greatest;
      if (!parquet::arrow::StatisticsAsScalars(*statistics, &least, &greatest).ok() || !least ||
          !greatest || !least->type->Equals(*field.type()) ||
          !greatest->type->Equals(*field.type()))
        continue;
      std::unique_ptr<arrow::ArrayBuilder> builder;
      ARROW_RETURN_NOT_OK(arrow::MakeBuilder(pool(), field.type(), &builder));
      ARROW_RETURN_NOT_OK(builder->AppendScalar(*least));
      ARROW_RETURN_NOT_OK(builder->AppendScalar(*greatest));
      ARROW_ASSIGN_OR_RAISE(known.bounds[i], builder->Finish());
    }
    return known;
  }

  std::int64_t stored(std::int64_t group, int column) const override {
    const auto leaf = leaves_.at(static_cast<std::size_t>(column));
    if (leaf < 0) return -1;
    return metadata_->RowGroup(static_cast<int>(group))->ColumnChunk(leaf)->total_compressed_size();
  }

 private:
  arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> open(std::int64_t batch_rows,
                                                                  std::size_t columns) const {
    ARROW_ASSIGN_OR_RAISE(auto file, place_.open());
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(
        builder.Open(std::move(file), reader_properties(place_, columns), metadata_));
    return builder.memory_pool(pool())->properties(arrow_properties(batch_rows))->Build();
  }

  Place place_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::vector<int> leaves_;  // of each top-level column, among the file's leaves; -1: nested
  std::vector<bool> int96_;  // of each top-level column
};

}  // namespace

arrow::Result<std::shared_ptr<const GroupFile>> open_parquet(const Place& place) {
  auto file = std::make_shared<ParquetFile>(place);
  ARROW_RETURN_NOT_OK(file->read_footer());
  return file;
}

}  // namespace insitu::arrow_plugin
