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
  /// Of the first row that comes among all that are written, from 0: where others write the rest.
  std::uint64_t first_row = 0;
};

/// Throws InvalidArgument when the target exists and may not be replaced, or the new rows or
/// columns do not fit what they are appended to.
std::unique_ptr<DataSink> open_xdf_sink(const std::string& path, const SchemaPtr&,
                                        const XdfWriteOptions&);

class XdfOutput;
/// The same to an output of the caller's, whatever is at `path`, which is for messages. What
/// finish() commits has its `columns`, too, with the range that was found of each.
std::unique_ptr<DataSink> open_xdf_sink(const std::string& path, const SchemaPtr&,
                                        const XdfWriteOptions&, std::unique_ptr<XdfOutput>);

/// The element of a column that was written: `field` with all levels and, where they were
/// computed, the range of its rows. Throws DataError for a level that is not UTF-8.
XdfElement written_xdf_column(const Field& field, bool marks_missing_text, bool computed_range);

}  // namespace insitu
