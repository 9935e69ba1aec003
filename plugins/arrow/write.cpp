// The writing half of the C interface.
#include <arrow/adapters/orc/adapter.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/util/io_util.h>
#include <fcntl.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <cerrno>
#include <limits>
#include <memory>

#include "apart.hpp"
#include "file_writer.hpp"
#include "insitu_arrow.h"
#include "memory.hpp"
#include "orc_tail.hpp"
#include "outcome.hpp"

using insitu::arrow_plugin::FileWriter;

namespace {

using Output = std::shared_ptr<arrow::io::FileOutputStream>;

/// The file that the sink made for it. It is never made here: a process that outlives the writer
/// whose file this was would bring back what the next writer has collected.
arrow::Result<Output> opened(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (descriptor < 0)
    return arrow::internal::StatusFromErrno(errno, arrow::StatusCode::IOError,
                                            "the file cannot be opened");
  return arrow::io::FileOutputStream::Open(descriptor);
}

/// Rows go encoded into the open row group's buffers; what is in memory is one row group as it will
/// lie in the file.
class ParquetWriter final : public FileWriter {
 public:
  static arrow::Result<std::unique_ptr<FileWriter>> open(const arrow::Schema& schema,
                                                         Output output) {
    const auto properties = parquet::WriterProperties::Builder()
                                .compression(parquet::Compression::SNAPPY)
                                ->max_row_group_length(std::numeric_limits<std::int64_t>::max())
                                ->build();
    auto writer = std::make_unique<ParquetWriter>();
    writer->output_ = output;
    ARROW_ASSIGN_OR_RAISE(
        writer->writer_,
        parquet::arrow::FileWriter::Open(schema, insitu::arrow_plugin::pool(), output, properties));
    return writer;
  }

  arrow::Status write(const arrow::RecordBatch& rows) override {
    if (begins_group_) ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
    begins_group_ = false;
    return writer_->WriteRecordBatch(rows);
  }
  arrow::Status end_group() override {
    begins_group_ = true;
    return arrow::Status::OK();
  }
  arrow::Status finish() override {
    ARROW_RETURN_NOT_OK(writer_->Close());
    return output_->Close();
  }

 private:
  Output output_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  bool begins_group_ = true;
};

class OrcWriter final : public FileWriter {
 public:
  static arrow::Result<std::unique_ptr<FileWriter>> open(const arrow::Schema& schema, Output output,
                                                         const std::string& path) {
    auto writer = std::make_unique<OrcWriter>();
    writer->output_ = output;
    writer->path_ = path;
    arrow::adapters::orc::WriteOptions options;
    options.compression = arrow::Compression::SNAPPY;
    ARROW_ASSIGN_OR_RAISE(writer->writer_,
                          arrow::adapters::orc::ORCFileWriter::Open(output.get(), options));
    // The file takes its columns from the first batch: one without rows will do when none come.
    ARROW_ASSIGN_OR_RAISE(writer->empty_,
                          arrow::RecordBatch::MakeEmpty(std::make_shared<arrow::Schema>(schema)));
    return writer;
  }

  arrow::Status write(const arrow::RecordBatch& rows) override {
    any_ = true;
    return writer_->Write(rows);
  }
  arrow::Status end_group() override { return arrow::Status::OK(); }
  arrow::Status finish() override {
    if (!any_) ARROW_RETURN_NOT_OK(writer_->Write(*empty_));
    ARROW_RETURN_NOT_OK(writer_->Close());
    ARROW_RETURN_NOT_OK(output_->Close());
    return insitu::arrow_plugin::note_proleptic_calendar(path_);
  }

 private:
  std::string path_;
  Output output_;
  std::unique_ptr<arrow::adapters::orc::ORCFileWriter> writer_;
  std::shared_ptr<arrow::RecordBatch> empty_;
  bool any_ = false;
};

}  // namespace

arrow::Result<std::unique_ptr<FileWriter>> insitu::arrow_plugin::create_here(
    int kind, const std::string& path, const std::shared_ptr<arrow::Schema>& schema) {
  if (kind != INSITU_ARROW_PARQUET && kind != INSITU_ARROW_ORC)
    return arrow::Status::NotImplemented("unknown kind of file: ", kind);
  ARROW_ASSIGN_OR_RAISE(auto output, opened(path));
  return kind == INSITU_ARROW_PARQUET ? ParquetWriter::open(*schema, std::move(output))
                                      : OrcWriter::open(*schema, std::move(output), path);
}

struct InsituArrowWriter {
  std::shared_ptr<arrow::Schema> schema;
  std::unique_ptr<FileWriter> writer;
  std::string error;
};

using insitu::arrow_plugin::guarded;
using insitu::arrow_plugin::outcome;

extern "C" {

int insitu_arrow_create(int kind, const char* path, struct ArrowSchema* schema, const char* worker,
                        InsituArrowWriter** out) {
  *out = new (std::nothrow) InsituArrowWriter;
  if (!*out) return INSITU_ARROW_NO_MEMORY;
  auto& self = **out;
  return outcome(guarded([&]() -> arrow::Status {
                   ARROW_ASSIGN_OR_RAISE(self.schema, arrow::ImportSchema(schema));
                   return (worker
                               ? insitu::arrow_plugin::create_apart(kind, path, self.schema, worker)
                               : insitu::arrow_plugin::create_here(kind, path, self.schema))
                       .Value(&self.writer);
                 }),
                 self.error);
}

int insitu_arrow_write(InsituArrowWriter* writer, struct ArrowArray* rows) {
  return outcome(guarded([&]() -> arrow::Status {
                   ARROW_ASSIGN_OR_RAISE(const auto batch,
                                         arrow::ImportRecordBatch(rows, writer->schema));
                   return writer->writer->write(*batch);
                 }),
                 writer->error);
}

int insitu_arrow_end_group(InsituArrowWriter* writer) {
  return outcome(guarded([&] { return writer->writer->end_group(); }), writer->error);
}

int insitu_arrow_finish(InsituArrowWriter* writer) {
  return outcome(guarded([&] { return writer->writer->finish(); }), writer->error);
}

void insitu_arrow_destroy(InsituArrowWriter* writer) { delete writer; }

const char* insitu_arrow_writer_error(const InsituArrowWriter* writer) {
  return writer ? writer->error.c_str() : "out of memory";
}

}  // extern "C"
