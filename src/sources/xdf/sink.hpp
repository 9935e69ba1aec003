#pragma once
// Writes .xdf files. Rows become blocks; each column is compressed as rows arrive, side by side on
// a few threads, and a block is written when its columns are done. Bytes do not depend on the
// threads or on how rows come in chunks.
#include <memory>
#include <string>

#include "data/sink.hpp"
#include "sources/xdf/metadata.hpp"

namespace insitu {

struct XdfWriteOptions {
  SinkOptions sink;
  bool composite = false;
  std::int64_t blocks_per_composite_file = 3;
  std::string description;
  /// Take ranges, their status and the size of the read buffer from here, as the file had stored
  /// them. The columns of the same name and type count.
  std::shared_ptr<const XdfMetadata> like;
};

/// Throws InvalidArgument when the target exists and may not be replaced, or the new rows or
/// columns do not fit what they are appended to.
std::unique_ptr<DataSink> open_xdf_sink(const std::string& path, const SchemaPtr&,
                                        const XdfWriteOptions&);

}  // namespace insitu
