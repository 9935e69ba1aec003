#pragma once
// Reads the chunks of one range of a text file.
#include <memory>
#include <string>
#include <vector>

#include "data/source.hpp"
#include "sources/text/columns.hpp"
#include "sources/text/layout.hpp"
#include "sources/text/splits.hpp"

namespace insitu {

/// Everything about a text source that its readers share.
struct TextPlan {
  TextLayout layout;
  TextMeaning meaning;
  std::vector<TextColumn> columns;
  SchemaPtr schema;  ///< of all columns
};

/// Reads `columns` (positions in plan.columns) of the range. `split` numbers the chunks.
std::unique_ptr<ChunkReader> read_text(std::shared_ptr<const TextPlan> plan,
                                       std::shared_ptr<RandomAccessFile> file, std::string path,
                                       TextRange range, std::uint64_t split,
                                       const std::vector<std::size_t>& columns);

}  // namespace insitu
