#pragma once
// Rows as lines of delimited text (docs/text.md, "Writing").
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/chunk.hpp"
#include "sources/text/format.hpp"
#include "sources/text/options.hpp"

namespace insitu {

/// Appends lines to a text of its own, which the caller takes away. Not for several threads.
class TextLines {
 public:
  TextLines(TextOptions options, SchemaPtr schema);

  /// The names of the columns, where the options want them.
  void add_names();
  /// To be called of each chunk before its rows. Throws Error for another number of columns.
  void prepare(const Chunk&);
  void add_row(const Chunk&, std::size_t row);
  /// What was added since it was last emptied.
  std::string& text() { return buffer_; }
  /// Factors are written as indexes, and had levels that the schema does not declare.
  bool met_new_levels() const;

 private:
  void append_text(std::string_view text, std::size_t column);
  void append_value(const Column&, std::size_t c, std::size_t row);
  template <class T>
  void append_whole(T value);

  TextOptions options_;
  SchemaPtr schema_;
  char delimiter_;
  NumberStyle style_, float32_style_;
  std::string buffer_;
  std::vector<std::vector<std::string>> levels_;  // of the chunk, as they are written
  std::vector<Levels> known_levels_;
  std::vector<std::unordered_map<std::string, std::size_t>> level_indexes_;
};

}  // namespace insitu
