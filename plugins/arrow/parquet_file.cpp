// Parquet: row groups, read column by column in pages, so that a batch needs memory for its own
// rows and one page of each column, however large the row group is.
#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include "group_file.hpp"

namespace insitu::arrow_plugin {

namespace {

constexpr std::int64_t kBufferBytes = 1 << 18;

parquet::ReaderProperties reader_properties() {
  parquet::ReaderProperties properties(arrow::default_memory_pool());
  properties.enable_buffered_stream();
  properties.set_buffer_size(kBufferBytes);
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

/// A view of batches whose columns have the types of `schema`: binary as text, same memory.
class Viewed final : public arrow::RecordBatchReader {
 public:
  Viewed(std::unique_ptr<parquet::arrow::FileReader> file,
         std::unique_ptr<arrow::RecordBatchReader> batches, std::shared_ptr<arrow::Schema> schema)
      : file_(std::move(file)), batches_(std::move(batches)), schema_(std::move(schema)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    ARROW_RETURN_NOT_OK(batches_->ReadNext(out));
    if (!*out) return arrow::Status::OK();
    if ((*out)->num_columns() != schema_->num_fields())
      return arrow::Status::Invalid("a row group has other columns than the file's schema");
    auto columns = (*out)->columns();
    for (int i = 0; i < schema_->num_fields(); ++i) {
      auto& column = columns[static_cast<std::size_t>(i)];
      const auto& type = schema_->field(i)->type();
      if (column->type()->Equals(*type)) continue;
      ARROW_ASSIGN_OR_RAISE(column, column->View(type));
    }
    *out = arrow::RecordBatch::Make(schema_, (*out)->num_rows(), std::move(columns));
    return arrow::Status::OK();
  }

 private:
  std::unique_ptr<parquet::arrow::FileReader> file_;  // what batches_ reads from
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::Schema> schema_;
};

class ParquetFile final : public GroupFile {
 public:
  explicit ParquetFile(std::string path) : path_(std::move(path)) {}

  arrow::Status read_footer() {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path_));
    auto reader = parquet::ParquetFileReader::Open(std::move(file), reader_properties());
    metadata_ = reader->metadata();
    forget_arrow_types(*metadata_);
    ARROW_ASSIGN_OR_RAISE(const auto arrow_reader, open(1));
    const auto& fields = arrow_reader->manifest().schema_fields;
    const auto& root = *metadata_->schema()->group_node();
    std::vector<std::shared_ptr<arrow::Field>> columns;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      auto field = fields[i].field;
      if (field->type()->id() == arrow::Type::BINARY && is_text(*root.field(static_cast<int>(i))))
        field = field->WithType(arrow::utf8());
      columns.push_back(field->RemoveMetadata());
      leaves_.push_back(fields[i].is_leaf() ? fields[i].column_index : -1);
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
    for (const auto column : columns) {
      const auto leaf = leaves_[static_cast<std::size_t>(column)];
      if (leaf < 0)
        return arrow::Status::Invalid("column '", schema_->field(column)->name(), "' is nested");
      leaves.push_back(leaf);
      fields.push_back(schema_->field(column));
    }
    ARROW_ASSIGN_OR_RAISE(auto file, open(batch_rows));
    ARROW_ASSIGN_OR_RAISE(auto batches,
                          file->GetRecordBatchReader({static_cast<int>(group)}, leaves));
    return std::make_shared<Viewed>(std::move(file), std::move(batches),
                                    arrow::schema(std::move(fields)));
  }

 private:
  arrow::Result<std::unique_ptr<parquet::arrow::FileReader>> open(std::int64_t batch_rows) const {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path_));
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(std::move(file), reader_properties(), metadata_));
    return builder.properties(arrow_properties(batch_rows))->Build();
  }

  std::string path_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::vector<int> leaves_;  // of each top-level column, among the file's leaves; -1: nested
};

}  // namespace

arrow::Result<std::shared_ptr<const GroupFile>> open_parquet(const std::string& path) {
  auto file = std::make_shared<ParquetFile>(path);
  ARROW_RETURN_NOT_OK(file->read_footer());
  return file;
}

}  // namespace insitu::arrow_plugin
