#pragma once
// What a text source turned out to be: its files, how they are written, its columns. Found once by
// sniffing, then sent along to workers, so that everybody reads the same.
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/file_system.hpp"
#include "sources/registry.hpp"
#include "sources/text/columns.hpp"
#include "sources/text/dialect.hpp"
#include "sources/text/options.hpp"

namespace insitu {

struct TextPart {
  std::string path;
  std::uint64_t data_begin = 0;  ///< where the first record begins, after skipped lines and names
};

/// Where a field stands in the lines of a fixed-format text.
struct FixedField {
  std::size_t start = 0;  ///< from 0
  std::size_t width = 0;
};

struct TextLayout {
  TextDialect dialect;
  std::vector<TextPart> parts;
  std::vector<std::string> names;  ///< one per field of a record
  std::vector<Type> types;         ///< as sniffed
  std::vector<FixedField> fixed;   ///< empty: delimited
};

/// Opens a text file. What is compressed (told by its first bytes) reads as the text within, and
/// encodings that cannot be cut (UTF-16 also by its mark) as UTF-8.
std::shared_ptr<RandomAccessFile> open_text_file(const FileSystem&, const std::string& path,
                                                 const TextOptions&);

/// Looks at the files. Throws DataError naming the file (and line) for what cannot be text of
/// columns.
TextLayout sniff_text(const TextOptions&, const FileSystem&);

/// The layout with what the options say of its text, and sniffing does not.
TextLayout complete_layout(TextLayout, const TextOptions&);

/// The columns in order, after renaming, keeping and dropping. Throws InvalidArgument for options
/// that name variables that are not there.
std::vector<TextColumn> text_columns(const TextOptions&, const TextLayout&);

/// The number of the line that holds byte `position` of a text file, from 1; `inner` is text read
/// after that position, whose line ends count too.
std::int64_t line_number(const RandomAccessFile&, const TextDialect&, std::uint64_t position,
                         std::string_view inner);

nlohmann::json layout_to_json(const TextLayout&);
TextLayout layout_from_json(const nlohmann::json&);

}  // namespace insitu
