#pragma once
// Cuts a text file into pieces of about one size whose borders lie between records. Whether a line
// end lies within quotes depends on all text before it (borders.hpp), so the whole text has to be
// looked at: here, or in stretches by the compute context (border_survey.hpp). The result depends
// on the bytes alone.
#include <cstdint>
#include <vector>

#include "data/file_system.hpp"
#include "sources/text/borders.hpp"
#include "sources/text/layout.hpp"

namespace insitu {

inline constexpr std::uint64_t kTextSplitBytes = std::uint64_t{1} << 20;

struct TextRange {
  std::uint64_t begin = 0, end = 0;
};

/// The ranges of `part`: a record belongs to the range that holds its first byte, when the text is
/// cut every `split_bytes` bytes; ranges without records are left out. Throws DataError for an
/// unclosed quote, with its line.
std::vector<TextRange> text_ranges(const RandomAccessFile&, const TextPart& part, const TextLayout&,
                                   std::uint64_t split_bytes);
/// The same by the borders of the whole file.
std::vector<TextRange> text_ranges(const RandomAccessFile&, const TextPart& part, const TextLayout&,
                                   const TextBorders&);

}  // namespace insitu
