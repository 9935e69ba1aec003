#pragma once
// One column of one block: from the bytes in the file to a column of the engine. Where the layouts
// agree the inflated bytes are the column; else they are converted once.
#include <cstdint>
#include <optional>

#include "data/column.hpp"
#include "data/file_system.hpp"
#include "sources/xdf/metadata.hpp"

namespace insitu {

/// Reads, inflates and checks. REQUIRES: the extent has been checked (xdf_metadata.hpp). Throws
/// DataError. Safe to call from several threads.
Column read_xdf_block(const RandomAccessFile&, const XdfExtent&, std::size_t rows,
                      const XdfColumn&);

/// The first `wanted` rows of a block of `rows`, inflated by pieces and no further; nothing where
/// only the whole block can be read (texts, blocks that may be stored without compression).
std::optional<Column> read_xdf_block_begin(const RandomAccessFile&, const XdfExtent&,
                                           std::size_t rows, std::size_t wanted, const XdfColumn&);

/// Bytes of one value, from the size of the inflated block; 0: none of 1, 2, 4, 8.
std::size_t infer_xdf_width(const RandomAccessFile&, const XdfExtent&, std::uint64_t rows);

/// Whether the block is stored without compression. REQUIRES: as read_xdf_block.
bool is_raw_xdf_block(const RandomAccessFile&, const XdfExtent&, std::size_t rows,
                      const XdfColumn&);

}  // namespace insitu
