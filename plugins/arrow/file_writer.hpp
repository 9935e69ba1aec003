#pragma once
// A file being written, whatever its format and process.
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>

#include <memory>
#include <string>

namespace insitu::arrow_plugin {

/// Used by one thread. May throw what encoders throw.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual arrow::Status write(const arrow::RecordBatch& rows) = 0;
  virtual arrow::Status end_group() = 0;
  virtual arrow::Status finish() = 0;
};

/// Creates or empties a file, to be written in this process.
arrow::Result<std::unique_ptr<FileWriter>> create_here(int kind, const std::string& path,
                                                       const std::shared_ptr<arrow::Schema>&);

}  // namespace insitu::arrow_plugin
