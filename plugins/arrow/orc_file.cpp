// ORC: stripes, read in batches.
#include <arrow/adapters/orc/adapter.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>

#include "group_file.hpp"

namespace insitu::arrow_plugin {

namespace {

using arrow::adapters::orc::ORCFileReader;

/// Stripes of up to so many values are decoded at once, larger ones in batches. Batches need the
/// stripe's row index, which Arrow 26 follows without checking it: a damaged one ends the process.
constexpr std::int64_t kWholeStripeValues = 1 << 20;

arrow::Result<std::unique_ptr<ORCFileReader>> open(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
  return ORCFileReader::Open(std::move(file), arrow::default_memory_pool());
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

class OrcFile final : public GroupFile {
 public:
  explicit OrcFile(std::string path) : path_(std::move(path)) {}

  arrow::Status read_footer() {
    ARROW_ASSIGN_OR_RAISE(const auto file, open(path_));
    ARROW_ASSIGN_OR_RAISE(const auto schema, file->ReadSchema());
    schema_ = schema->RemoveMetadata();
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
    ARROW_ASSIGN_OR_RAISE(auto file, open(path_));
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
  std::string path_;
  std::vector<std::int64_t> first_rows_;
};

}  // namespace

arrow::Result<std::shared_ptr<const GroupFile>> open_orc(const std::string& path) {
  auto file = std::make_shared<OrcFile>(path);
  ARROW_RETURN_NOT_OK(file->read_footer());
  return file;
}

}  // namespace insitu::arrow_plugin
