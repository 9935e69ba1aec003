#pragma once
// Where the bytes of blocks go: one new file, or the parts of a composite set. Nothing is visible
// to readers before commit(); what was written is removed when an output is destroyed before.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/put_in_place.hpp"
#include "sources/xdf/metadata.hpp"

namespace insitu {

class XdfOutput {
 public:
  virtual ~XdfOutput() = default;
  /// The extents that follow belong to another block.
  virtual void begin_block() = 0;
  virtual XdfExtent append(std::string_view stored) = 0;
  /// Writes metadata (composite sets: with the list of parts) and puts everything in place.
  virtual void commit(XdfMetadata&) = 0;
};

/// An .xdf file. Throws DataError when the folder is not writable.
std::unique_ptr<XdfOutput> open_xdf_file_output(const std::string& path, const Expected&);

/// A composite set in the folder `path`: a new one, or in place of the whole one that is there.
std::unique_ptr<XdfOutput> open_composite_xdf_output(const std::string& path,
                                                     std::int64_t blocks_per_file, const Expected&);

/// Copies the stored bytes of an extent.
XdfExtent copy_xdf_extent(const RandomAccessFile& from, const XdfExtent&, XdfOutput& to);

}  // namespace insitu
