#include <algorithm>
#include <unordered_map>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/unique_names.hpp"
#include "base/utf8.hpp"
#include "sources/encoding.hpp"
#include "sources/text/delimiter.hpp"
#include "sources/text/head.hpp"
#include "sources/text/layout.hpp"
#include "sources/text/numbers.hpp"
#include "sources/text/schema_file.hpp"
#include "sources/text/types.hpp"

namespace insitu {

namespace {

/// Sniffing goes on through this much text while a column has shown nothing but missing values.
constexpr std::uint64_t kSniffedForSparse = std::uint64_t{64} << 20;

std::vector<TextCell> cells_of(const TextDialect& dialect, const std::vector<FieldSpan>& fields) {
  std::vector<TextCell> cells;
  cells.reserve(fields.size());
  std::string scratch;
  for (const auto& field : fields) {
    const auto text = unquote(dialect, field, scratch);
    cells.push_back({std::string(text.text), text.quoted});
  }
  return cells;
}

std::string numbered_name(std::size_t position) {
  return std::string(1, 'V').append(std::to_string(position + 1));
}

/// What the first record lacks or has beside the names of the fields.
enum class NamesExtra {
  kNone,
  kRowNames,   ///< one name less: the first field of a record is the name of the row
  kLastField,  ///< one name less: the records end with a delimiter
  kLastName,   ///< one empty name more: the names end with a delimiter
};

/// Names for the columns: empty ones become V<k>, repeated ones get .1, .2, ...
std::vector<std::string> column_names(const std::vector<TextCell>& cells, NamesExtra extra,
                                      const std::string& path) {
  std::vector<std::string> names;
  names.reserve(cells.size() + 1);
  if (extra == NamesExtra::kRowNames) names.push_back("row.names");
  for (std::size_t i = 0; i < cells.size() - (extra == NamesExtra::kLastName); ++i) {
    auto name = std::string(trim_blanks(cells[i].text));
    if (find_invalid_utf8(name) != std::string::npos)
      throw DataError(
          "the name of a variable is not valid utf-8: " + path + ", column " +
          std::to_string(i + 1) + ": " + printable(name) +
          "; name the encoding of the file by `inputEncoding`, for example latin1 or "_named
          "windows-1252");
    names.push_back(std::move(name));
  }
  if (extra == NamesExtra::kLastField) names.emplace_back();
  return unique_names(std::move(names));
}

std::vector<std::string> numbered_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(numbered_name(i));
  return names;
}

std::vector<std::string> files_of(const std::string& path, const FileSystem& files) {
  if (!files.is_directory(path)) return {path};
  std::vector<std::string> paths;
  for (auto& file : files.list(path)) {
    const auto name = file.substr(file.find_last_of('/') + 1);
    if (!name.empty() && name[0] != '.' && name[0] != '_') paths.push_back(std::move(file));
  }
  if (paths.empty()) throw DataError("the folder holds no files: " + path);
  return paths;
}

[[noreturn]] void other_columns(const TextLayout& layout, const std::string& path,
                                std::size_t column, const std::string& found) {
  throw DataError("the files of a folder must have the same columns: " + path + ", column " +
                  std::to_string(column + 1) + " is " + found + ", but in " + layout.parts[0].path +
                  " it is " +
                  (column < layout.names.size() ? layout.names[column] : std::string("not there")));
}

/// The text of a file behind rowsToSkip lines.
TextHead open_head(const TextOptions& options, const FileSystem& files, const std::string& path) {
  return {open_text_file(files, path, options), path,
          options.encoding_kind == EncodingKind::kWhole ? "" : options.encoding};
}

/// Half of the bytes are 0: UTF-16 without its mark.
void refuse_unmarked_utf16(TextHead& head, const std::string& path) {
  head.grow_to(2);
  const auto text = head.view().substr(0, 4096);
  const auto zeros = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\0'));
  if (text.size() >= 4 && zeros * 5 >= text.size() * 2)
    throw DataError(
        "the file seems to be UTF-16 without a byte order mark; say `inputEncoding` = \""_named +
        std::string(text[0] == '\0' ? "utf-16be" : "utf-16le") + "\": " + path);
}

/// Finds the first record of a further file and compares its names. The head is left behind them.
TextHead add_part(TextLayout& layout, const TextOptions& options, const FileSystem& files,
                  const std::string& path, bool has_names, NamesExtra extra) {
  auto head = open_head(options, files, path);
  head.skip_lines(options.rows_to_skip, layout.dialect);
  skip_comments(head, layout.dialect);
  std::vector<FieldSpan> fields;
  if (has_names && head.next_record(layout.dialect, fields)) {
    const auto names = column_names(cells_of(layout.dialect, fields), extra, path);
    for (std::size_t i = 0; i < std::max(names.size(), layout.names.size()); ++i)
      if (i >= names.size() || i >= layout.names.size() || names[i] != layout.names[i])
        other_columns(layout, path, i, i < names.size() ? names[i] : "not there");
  }
  layout.parts.push_back({path, head.file_position(layout.dialect)});
  return head;
}

/// Feeds rows to the columns: the first `rows_to_sniff`, then on while a column has no value yet.
class RowSniffer {
 public:
  RowSniffer(const TextOptions& options, const TextDialect& dialect, std::size_t columns)
      : options_(options), dialect_(dialect), columns_(columns) {}

  /// `first`: the first record of the text, when a header is to be judged.
  void add(const std::vector<FieldSpan>& fields, const std::vector<TextCell>* first) {
    ++rows_;
    same_ &= fields.size() == columns_.size();
    const auto count = std::min(fields.size(), columns_.size());  // ragged ones fail when read
    for (std::size_t i = 0; i < count; ++i) add(i, fields[i], first);
    if (!fields.empty() && fields.back().begin != fields.back().end) last_empty_ = false;
    if (rows_ % 256 == 0 || fields.size() > 4096) poll_current_call();
  }

  /// Rows of a text from its head on.
  void sniff(TextHead& head, const std::vector<TextCell>* first) {
    std::vector<FieldSpan> fields;
    while (rows_ < options_.rows_to_sniff && head.next_record(dialect_, fields)) add(fields, first);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (!columns_[i].any()) open.push_back(i);
    for (std::size_t row = 0;
         !open.empty() && head.consumed() < kSniffedForSparse && head.next_record(dialect_, fields);
         ++row) {
      if (row % 256 == 0) poll_current_call();
      std::erase_if(open, [&](std::size_t i) {
        if (i < fields.size()) add(i, fields[i], nullptr);
        return columns_[i].any();
      });
    }
  }

  std::int64_t rows() const { return rows_; }
  bool same() const { return same_; }
  bool last_empty() const { return last_empty_; }
  const std::vector<ColumnSniffer>& columns() const { return columns_; }
  /// Forgets the fields of another number of columns.
  void resize(std::size_t columns) { columns_.resize(columns); }

 private:
  void add(std::size_t i, const FieldSpan& field, const std::vector<TextCell>* first) {
    const auto text = unquote(dialect_, field, scratch_);
    columns_[i].add(text.text, text.quoted, first && i < first->size() ? &(*first)[i] : nullptr,
                    options_, dialect_);
  }

  const TextOptions& options_;
  const TextDialect& dialect_;
  std::vector<ColumnSniffer> columns_;
  std::string scratch_;
  std::int64_t rows_ = 0;
  bool same_ = true, last_empty_ = true;
};

void sniff_delimited(TextLayout& layout, const TextOptions& options, const FileSystem& files,
                     const std::vector<std::string>& paths) {
  std::size_t first = 0;
  // Files without a byte say nothing; the first with text says how all are written.
  char byte;
  while (first + 1 < paths.size() &&
         open_text_file(files, paths[first], options)->read_at(0, {&byte, 1}) == 0)
    ++first;
  auto& dialect = layout.dialect;
  const auto& path = paths[first];
  auto head = open_head(options, files, path);
  refuse_unmarked_utf16(head, path);
  dialect.newline = sniff_newline(head, dialect.quote);
  head.skip_lines(options.rows_to_skip, dialect);
  sniff_cut(head, options, path, dialect);
  skip_comments(head, dialect);

  std::vector<FieldSpan> fields;
  const auto begin = head.file_position(dialect);
  if (!head.next_record(dialect, fields))
    throw DataError(
        "the file holds no text" +
        std::string(options.rows_to_skip > 0 ? " after `rowsToSkip` lines: "_named : ": ") + path);
  const auto first_record = cells_of(dialect, fields);
  const auto after_names = head.file_position(dialect);
  const auto first_size = first_record.size();
  const bool may_have_names = options.first_row_is_names.value_or(true);

  // The second record tells whether the first has a name less or more than there are fields.
  auto count = first_size;
  auto extra = NamesExtra::kNone;
  const bool has_rows = head.next_record(dialect, fields);
  if (has_rows && may_have_names) {
    if (fields.size() == first_size + 1) extra = NamesExtra::kRowNames;
    if (fields.size() + 1 == first_size && trim_blanks(first_record.back().text).empty())
      extra = NamesExtra::kLastName;
    if (extra != NamesExtra::kNone) count = fields.size();
  }
  RowSniffer sniffer(options, dialect, count);
  if (has_rows) {
    const auto* judged = extra == NamesExtra::kNone ? &first_record : nullptr;
    sniffer.add(fields, judged);
    sniffer.sniff(head, judged);
  }
  if (extra == NamesExtra::kRowNames && sniffer.last_empty()) extra = NamesExtra::kLastField;
  if (extra != NamesExtra::kNone && !sniffer.same()) {
    extra = NamesExtra::kNone;  // ragged: reading tells where
    sniffer.resize(first_size);
  }
  const bool has_names =
      options.first_row_is_names
          ? *options.first_row_is_names
          : extra != NamesExtra::kNone ||
                looks_like_names(first_record, sniffer.columns(), has_rows, options, dialect);
  layout.names = has_names ? column_names(first_record, extra, path) : numbered_names(first_size);
  layout.parts.push_back({path, has_names ? after_names : begin});
  if (!has_names) {
    // The first record is data too.
    std::vector<FieldSpan> spans;
    auto again = open_head(options, files, path);
    again.skip_lines(options.rows_to_skip, dialect);
    skip_comments(again, dialect);
    if (again.next_record(dialect, spans)) sniffer.add(spans, nullptr);
  }
  for (auto i = first + 1; i < paths.size(); ++i) {
    auto next = add_part(layout, options, files, paths[i], has_names, extra);
    sniffer.sniff(next, nullptr);
  }
  for (const auto& column : sniffer.columns()) layout.types.push_back(column.type(options));
}

void sniff_fixed(TextLayout& layout, const TextOptions& options, const FileSystem& files,
                 const std::vector<std::string>& paths, const TextSchemaFile& schema) {
  auto& dialect = layout.dialect;
  dialect.quote = '\0';
  struct Variable {
    std::string name;
    std::size_t start, width;
    bool character;
    bool declared;  ///< by the .sts file, which knows characters and decimals only
  };
  std::vector<Variable> variables;
  std::unordered_map<std::string, std::size_t> positions;
  for (const auto& variable : schema.variables) {
    positions.emplace(variable.name, variables.size());
    variables.push_back({variable.name, variable.start, variable.width, variable.character, true});
  }
  for (const auto& info : options.columns) {
    const auto known = positions.find(info.name);
    if (known != positions.end()) {
      auto* same = &variables[known->second];
      if (info.start) same->start = static_cast<std::size_t>(*info.start);
      if (info.width) same->width = static_cast<std::size_t>(*info.width);
      continue;
    }
    if (!info.start && !info.width && !schema.variables.empty())
      continue;  // text_columns() tells that it is unknown
    if (!info.start || !info.width)
      throw InvalidArgument("`RxTextData`: `colInfo` of "_named + info.name +
                            " needs start and width in a fixed-format file");
    positions.emplace(info.name, variables.size());
    variables.push_back({info.name, static_cast<std::size_t>(*info.start),
                         static_cast<std::size_t>(*info.width), false, false});
  }
  if (variables.empty())
    throw InvalidArgument(
        "`RxTextData`: a fixed-format file needs a .sts file, or `colInfo` with start and width of "_named
        "each variable: " +
        options.file);
  std::stable_sort(variables.begin(), variables.end(),
                   [](const Variable& a, const Variable& b) { return a.start < b.start; });
  for (const auto& variable : variables) {
    layout.names.push_back(variable.name);
    layout.fixed.push_back({variable.start - 1, variable.width});
  }
  std::vector<ColumnSniffer> sniffers(variables.size());
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto head = open_head(options, files, paths[i]);
    if (i == 0) dialect.newline = sniff_newline(head, '\0');
    head.skip_lines(options.rows_to_skip + schema.first_line - 1, dialect);
    layout.parts.push_back({paths[i], head.file_position(dialect)});
    std::string_view line;
    for (; rows < options.rows_to_sniff && head.next_line(dialect, line); ++rows) {
      poll_current_call();
      for (std::size_t v = 0; v < variables.size(); ++v)
        if (layout.fixed[v].start < line.size())
          sniffers[v].add(line.substr(layout.fixed[v].start, layout.fixed[v].width), false, nullptr,
                          options, dialect);
    }
  }
  for (std::size_t v = 0; v < variables.size(); ++v) {
    auto sniffed = sniffers[v].type(options);
    if (variables[v].declared && is_integer(sniffed)) sniffed = options.decimal_type;
    layout.types.push_back(variables[v].character
                               ? (options.strings_as_factors ? Type::kFactor : Type::kString)
                               : sniffed);
  }
}

}  // namespace

TextLayout sniff_text(const TextOptions& options, const FileSystem& files) {
  TextLayout layout;
  layout.dialect.quote = options.quote;
  layout.dialect.decimal_point = options.decimal_point;
  layout.dialect.thousands_separator = options.thousands_separator;
  if (options.encoding_kind != EncodingKind::kWhole) layout.dialect.encoding = options.encoding;
  layout.dialect.long_characters = options.encoding_kind == EncodingKind::kGb18030;

  TextSchemaFile schema;
  auto path = options.file;
  const bool is_schema = path.ends_with(".sts");
  if (is_schema) {
    if (options.fixed_format == false)
      throw InvalidArgument(
          "`RxTextData`: a .sts file describes fixed-format text, but `isFixedFormat` is false: "_named +
          path);
    schema = read_text_schema_file(files, path);
    path = schema.file;
  }
  const bool has_starts =
      std::any_of(options.columns.begin(), options.columns.end(),
                  [](const TextColumnInfo& info) { return info.start && info.width; });
  const auto paths = files_of(path, files);
  if (is_schema || options.fixed_format == true || (!options.fixed_format && has_starts))
    sniff_fixed(layout, options, files, paths, schema);
  else
    sniff_delimited(layout, options, files, paths);
  return layout;
}

}  // namespace insitu
