// ORC: stripes, read in batches.
#include <arrow/adapters/orc/adapter.h>
#include <arrow/type_traits.h>
#include <arrow/util/key_value_metadata.h>

#include "group_file.hpp"
#include "memory.hpp"
#include "orc_tail.hpp"

namespace insitu::arrow_plugin {

namespace {

using arrow::adapters::orc::ORCFileReader;

/// Stripes of up to so many values are decoded at once, larger ones in batches. Batches need the
/// stripe's row index, which Arrow 26 follows without checking it: a damaged one ends the process.
constexpr std::int64_t kWholeStripeValues = 1 << 20;

arrow::Result<std::unique_ptr<ORCFileReader>> open(const Place& place) {
  ARROW_ASSIGN_OR_RAISE(const auto file, place.open());
  return ORCFileReader::Open(file, pool());
}

/// Keeps the file open as long as its batches are read.
class Stripe final : public arrow::RecordBatchReader {
 public:
  Stripe(std::unique_ptr<ORCFileReader> file, std::shared_ptr<arrow::RecordBatchReader> batches)
      : file_(std::move(file)), batches_(std::move(batches)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return batches_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    return batches_->ReadNext(out);
  }

 private:
  std::unique_ptr<ORCFileReader> file_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
};

/// Arrow counts nanoseconds, which reach from 1677-09-21 to 2262-04-11, and wraps what does not
/// fit.
constexpr std::int64_t kLeastMilliseconds = -9223372036854, kGreatestMilliseconds = 9223372036853;

std::shared_ptr<arrow::Field> noted(const std::shared_ptr<arrow::Field>& field, const OrcTail& tail,
                                    const OrcTail::Column& column) {
  const auto with = [&](const char* note, const char* text) {
    return field->WithMetadata(arrow::key_value_metadata({note}, {text}));
  };
  if (arrow::is_integer(field->type()->id()))
    return column.least && column.greatest
               ? field->WithMetadata(arrow::key_value_metadata(
                     {kLeastNote, kGreatestNote},
                     {std::to_string(*column.least), std::to_string(*column.greatest)}))
               : field;
  const auto type = field->type()->id();
  if (column.decimal_without_places)
    return with(kRefusedNote,
                "decimals of Hive 0.11, whose places are not declared; read them with RxSpark");
  const bool wide = column.least.value_or(0) < kLeastMilliseconds ||
                    column.greatest.value_or(0) > kGreatestMilliseconds;
  if (type == arrow::Type::TIMESTAMP && wide)
    return with(kRefusedNote,
                "times in ORC before 1677-09-21 or after 2262-04-11; read them with RxSpark, or "
                "store them in Parquet");
  if (tail.julian() && (type == arrow::Type::DATE32 || type == arrow::Type::TIMESTAMP))
    return with(kCalendarNote, "julian");
  return field;
}

class OrcFile final : public GroupFile {
 public:
  explicit OrcFile(Place place) : place_(std::move(place)) {}

  arrow::Status read_footer() {
    ARROW_ASSIGN_OR_RAISE(const auto file, open(place_));
    ARROW_ASSIGN_OR_RAISE(const auto schema, file->ReadSchema());
    ARROW_ASSIGN_OR_RAISE(const auto tail, read_orc_tail(file->GetSerializedFileTail()));
    if (std::cmp_not_equal(tail.columns.size(), schema->num_fields()))
      return arrow::Status::Invalid("its columns cannot be counted");
    std::vector<std::shared_ptr<arrow::Field>> columns;
    for (int i = 0; i < schema->num_fields(); ++i)
      columns.push_back(noted(schema->field(i)->RemoveMetadata(), tail,
                              tail.columns[static_cast<std::size_t>(i)]));
    schema_ = arrow::schema(std::move(columns));
    std::int64_t first_row = 0;
    for (std::int64_t i = 0; i < file->NumberOfStripes(); ++i) {
      first_rows_.push_back(first_row);
      group_rows_.push_back(file->GetStripeInformation(i).num_rows);
      if (__builtin_add_overflow(first_row, group_rows_.back(), &first_row))
        return arrow::Status::Invalid("the stripes have more rows than can be counted");
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> read(
      std::int64_t group, const std::vector<int>& columns, std::int64_t batch_rows) const override {
    ARROW_ASSIGN_OR_RAISE(auto file, open(place_));
    const auto rows = group_rows_[static_cast<std::size_t>(group)];
    if (rows <= kWholeStripeValues / static_cast<std::int64_t>(columns.size())) {
      ARROW_ASSIGN_OR_RAISE(auto stripe, file->ReadStripe(group, columns));
      return arrow::RecordBatchReader::Make({stripe}, stripe->schema());
    }
    ARROW_RETURN_NOT_OK(file->Seek(first_rows_[static_cast<std::size_t>(group)]));
    ARROW_ASSIGN_OR_RAISE(auto batches, file->NextStripeReader(batch_rows, columns));
    if (!batches) return arrow::Status::Invalid("the file has fewer stripes than before");
    return std::make_shared<Stripe>(std::move(file), std::move(batches));
  }

 private:
  Place place_;
  std::vector<std::int64_t> first_rows_;
};

}  // namespace

arrow::Result<std::shared_ptr<const GroupFile>> open_orc(const Place& place) {
  auto file = std::make_shared<OrcFile>(place);
  ARROW_RETURN_NOT_OK(file->read_footer());
  return file;
}

}  // namespace insitu::arrow_plugin
