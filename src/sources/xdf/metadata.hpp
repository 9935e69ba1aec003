#pragma once
// What an .xdf file says about itself: columns, blocks and where they lie (docs/xdf.md). Both
// layouts are read; the footer layout is written. Anything read here has been checked against the
// size of the file: extents lie in the data area, no block claims more rows than its bytes could
// hold.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/file_system.hpp"
#include "data/schema.hpp"
#include "sources/xdf/object.hpp"

namespace insitu {

/// Attributes beside the product's own "Labels" and "ReadInfo": our extension.
namespace xdf_attribute {
inline constexpr const char* kLabels = "Labels";
inline constexpr const char* kReadInfo = "ReadInfo";
inline constexpr const char* kType =
    "InsituType";  ///< type name, where the storage does not tell it
inline constexpr const char* kTimeZone = "InsituTimeZone";
inline constexpr const char* kMissingText =
    "InsituMissingText";  ///< the text that stands for a missing string
inline constexpr const char* kValueCodes = "InsituValueCodes";
inline constexpr const char* kValueLabels = "InsituValueLabels";
inline constexpr const char* kPartFiles = "InsituPartFiles";  ///< of a composite set's metadata
inline constexpr const char* kPartBlocks = "InsituPartBlocks";
}  // namespace xdf_attribute

/// Stands for a missing string in a column that has kMissingText; a text that begins with it has it
/// doubled there.
inline constexpr char kXdfMissingText = '\x1a';

inline constexpr const char* kXdfRowNames = ".rxRowNames";

struct XdfColumn {
  Field field;
  XdfPhysical physical = XdfPhysical::kFloat64;
  bool marks_missing_text = false;
};

/// The bytes of one column of one block.
struct XdfExtent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct XdfMetadata {
  std::string path;  ///< for messages
  bool front_layout = false;
  std::string description;
  std::int64_t row_names_column = -1;
  std::vector<std::uint64_t> block_rows;
  std::vector<XdfExtent> extents;  ///< index block * columns + column
  XdfElement dataset;              ///< as stored
  std::vector<XdfColumn> columns;  ///< what `dataset` means
  std::uint64_t rows = 0;
  std::vector<std::string> warnings;
  /// Composite sets: files that hold the blocks, and the file of each block. Else empty.
  std::vector<std::string> part_files;
  std::vector<std::size_t> part_of_block;

  std::size_t blocks() const { return block_rows.size(); }
  const XdfExtent& extent(std::size_t block, std::size_t column) const {
    return extents[block * columns.size() + column];
  }
  Schema schema() const;
  /// Rows of the read buffer as stored (ReadInfo); 0 when absent.
  std::uint64_t read_rows() const;
};

/// Throws DataError: not an .xdf file, truncated, damaged, of an unknown version.
XdfMetadata read_xdf_metadata(const RandomAccessFile&, const std::string& path);

/// Reads a file, or a composite set (a folder with metadata/*.xdfm and data/*.xdfd).
XdfMetadata read_xdf_metadata(const FileSystem&, const std::string& path);

/// The element of a column in the data set: type, levels, description, labels and range of `field`.
XdfElement make_xdf_column(const Field&, bool marks_missing_text);

/// Stores a range, as the column's type; nothing: "no range". Status 0: computed from the rows; -1:
/// set from outside.
void set_xdf_range(XdfArray& column, std::optional<double> low, std::optional<double> high,
                   std::int32_t status);

/// The data set element of these columns. `read_rows`: rows of the largest block, or what the
/// source had stored.
XdfElement make_xdf_dataset(std::vector<XdfElement> columns, std::uint64_t read_rows);

/// Metadata and footer of the footer layout, to be written at file offset `at`.
std::string xdf_metadata_bytes(const XdfMetadata&, std::uint64_t at);

/// Magic and the blank header of the footer layout: what a data file begins with.
std::string xdf_header_bytes();
inline constexpr std::uint64_t kXdfDataBegin = 260;

/// `text` when it is UTF-8, else its bytes read as Windows-1252: the files do not say their
/// character set.
std::string xdf_text(std::string_view text);

}  // namespace insitu
