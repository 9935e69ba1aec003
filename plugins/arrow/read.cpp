// The reading half of the C interface.
#include <arrow/array/util.h>
#include <arrow/c/bridge.h>
#include <arrow/config.h>

#include <algorithm>

#include "apart.hpp"
#include "group_file.hpp"
#include "insitu_arrow.h"
#include "memory.hpp"
#include "outcome.hpp"

using insitu::arrow_plugin::GroupFile;
using insitu::arrow_plugin::guarded;
using insitu::arrow_plugin::outcome;

struct InsituArrowFile {
  std::shared_ptr<const GroupFile> file;
  std::string error;
};

namespace {

/// What the caller gave to read from.
class GivenBytes final : public insitu::arrow_plugin::FarBytes {
 public:
  explicit GivenBytes(const InsituArrowBytes& given) : given_(given) {}
  GivenBytes(const GivenBytes&) = delete;
  GivenBytes& operator=(const GivenBytes&) = delete;
  ~GivenBytes() override { given_.release(given_.owner); }
  std::int64_t size() const override { return given_.size; }
  arrow::Status read(std::int64_t offset, std::int64_t length, void* out) const override {
    return given_.read(given_.owner, offset, length, out) == 0 ? arrow::Status::OK()
                                                               : insitu::arrow_plugin::no_bytes();
  }

 private:
  InsituArrowBytes given_;
};

/// Opens the group at the first batch, so that every error of reading is an error of the stream.
class Group final : public arrow::RecordBatchReader {
 public:
  Group(std::shared_ptr<const GroupFile> file, std::int64_t group, std::vector<int> columns,
        std::int64_t batch_rows)
      : file_(std::move(file)),
        group_(group),
        columns_(std::move(columns)),
        batch_rows_(batch_rows) {
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const auto column : columns_) fields.push_back(file_->schema()->field(column));
    schema_ = arrow::schema(std::move(fields));
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    const insitu::arrow_plugin::Piece piece;
    return guarded([&]() -> arrow::Status {
      if (!batches_) {
        ARROW_ASSIGN_OR_RAISE(batches_, file_->read(group_, columns_, batch_rows_));
        if (!batches_->schema()->Equals(*schema_, /*check_metadata=*/false))
          return arrow::Status::Invalid("the columns are not those of the footer");
      }
      return batches_->ReadNext(out);
    });
  }

 private:
  std::shared_ptr<const GroupFile> file_;
  std::int64_t group_;
  std::vector<int> columns_;
  std::int64_t batch_rows_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
};

}  // namespace

arrow::Result<std::shared_ptr<const GroupFile>> insitu::arrow_plugin::open_here(
    int kind, const Place& place) {
  if (kind == INSITU_ARROW_PARQUET) return open_parquet(place);
  if (kind == INSITU_ARROW_ORC) return open_orc(place);
  return arrow::Status::NotImplemented("unknown kind of file: ", kind);
}

arrow::Result<insitu::arrow_plugin::GroupStatistics> GroupFile::statistics(
    std::int64_t, const std::vector<int>& columns) const {
  insitu::arrow_plugin::GroupStatistics unknown;
  for (const auto column : columns) {
    unknown.nulls.push_back(-1);
    ARROW_ASSIGN_OR_RAISE(auto bounds, arrow::MakeArrayOfNull(schema_->field(column)->type(), 2));
    unknown.bounds.push_back(std::move(bounds));
  }
  return unknown;
}

extern "C" {

int insitu_arrow_abi(void) { return INSITU_ARROW_ABI; }

const char* insitu_arrow_version(void) {
  static const std::string version = arrow::GetBuildInfo().version_string;
  return version.c_str();
}

void insitu_arrow_limit(int64_t bytes) { insitu::arrow_plugin::set_limit(bytes); }

int insitu_arrow_open(int kind, const char* path, const InsituArrowBytes* bytes, const char* worker,
                      InsituArrowFile** out) {
  auto* given = bytes ? new (std::nothrow) GivenBytes(*bytes) : nullptr;
  if (bytes && !given) bytes->release(bytes->owner);
  *out = new (std::nothrow) InsituArrowFile;
  if (!*out || (bytes && !given)) {
    delete given;
    return INSITU_ARROW_NO_MEMORY;
  }
  const insitu::arrow_plugin::Piece piece;
  const auto status = guarded([&]() -> arrow::Status {
    const std::shared_ptr<const insitu::arrow_plugin::FarBytes> far(given);
    const insitu::arrow_plugin::Place place{path, far};
    return (worker ? insitu::arrow_plugin::open_apart(kind, place, worker)
                   : insitu::arrow_plugin::open_here(kind, place))
        .Value(&(*out)->file);
  });
  return outcome(status, (*out)->error);
}

void insitu_arrow_close(InsituArrowFile* file) { delete file; }

const char* insitu_arrow_file_error(const InsituArrowFile* file) {
  return file ? file->error.c_str() : "out of memory";
}

int insitu_arrow_schema(InsituArrowFile* file, struct ArrowSchema* out) {
  return outcome(guarded([&] { return arrow::ExportSchema(*file->file->schema(), out); }),
                 file->error);
}

int64_t insitu_arrow_groups(const InsituArrowFile* file) {
  return static_cast<int64_t>(file->file->group_rows().size());
}

int64_t insitu_arrow_group_rows(const InsituArrowFile* file, int64_t group) {
  return file->file->group_rows().at(static_cast<std::size_t>(group));
}

int insitu_arrow_read(const InsituArrowFile* file, int64_t group, const int32_t* columns,
                      int32_t column_count, int64_t batch_rows, struct ArrowArrayStream* out) {
  std::string unused;
  return outcome(
      guarded([&] {
        return arrow::ExportRecordBatchReader(
            std::make_shared<Group>(file->file, group,
                                    std::vector<int>(columns, columns + column_count), batch_rows),
            out);
      }),
      unused);
}

int64_t insitu_arrow_stored(const InsituArrowFile* file, int64_t group, int32_t column) {
  int64_t bytes = -1;
  const insitu::arrow_plugin::Piece piece;
  const auto status = guarded([&]() -> arrow::Status {
    bytes = file->file->stored(group, column);
    return arrow::Status::OK();
  });
  return status.ok() ? bytes : -1;
}

int insitu_arrow_statistics(const InsituArrowFile* file, int64_t group, const int32_t* columns,
                            int32_t column_count, int64_t* nulls, struct ArrowArrayStream* bounds) {
  std::string unused;
  const insitu::arrow_plugin::Piece piece;
  return outcome(guarded([&]() -> arrow::Status {
                   const std::vector<int> places(columns, columns + column_count);
                   ARROW_ASSIGN_OR_RAISE(auto found, file->file->statistics(group, places));
                   std::vector<std::shared_ptr<arrow::Field>> fields;
                   for (const auto place : places)
                     fields.push_back(file->file->schema()->field(place));
                   std::copy(found.nulls.begin(), found.nulls.end(), nulls);
                   const auto batch = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), 2,
                                                               std::move(found.bounds));
                   ARROW_ASSIGN_OR_RAISE(auto reader, arrow::RecordBatchReader::Make({batch}));
                   return arrow::ExportRecordBatchReader(std::move(reader), bounds);
                 }),
                 unused);
}

}  // extern "C"
