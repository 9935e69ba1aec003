#pragma once
// Where the bytes of blocks go: one new file, or the parts of a composite set. Nothing is visible
// to readers before commit(); what was written is removed when an output is destroyed before.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// Throws DataError where the folder is there and may not be replaced by a set: it is none, and
/// not empty.
void check_composite_xdf_replaced(const std::string& folder);

/// Where what makes a set lies within the folder `path` of it (docs/xdf.md).
inline constexpr const char* kXdfPartFolder = "data";
/// The name of a part; `number` counts from 1.
std::string xdf_part_name(const std::string& path, std::size_t number);
/// The path of the metadata within that folder.
std::string xdf_set_metadata_path(const std::string& path);
/// The file of the metadata of a set: with these parts, of so many blocks each.
std::string xdf_set_metadata_file(XdfMetadata&, std::vector<std::string> parts,
                                  const std::vector<std::uint64_t>& blocks);

/// Copies the stored bytes of an extent.
XdfExtent copy_xdf_extent(const RandomAccessFile& from, const XdfExtent&, XdfOutput& to);

}  // namespace insitu
