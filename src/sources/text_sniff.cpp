#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_set>

#include "base/error.hpp"
#include "sources/text_encoding.hpp"
#include "sources/text_head.hpp"
#include "sources/text_layout.hpp"
#include "sources/text_numbers.hpp"
#include "sources/text_schema_file.hpp"

namespace insitu {

namespace {

constexpr std::size_t kRecordsForDelimiter = 100;

bool is_number(std::string_view text, const TextDialect& dialect) {
  double value = 0;
  return parse_float64(text, dialect, value);
}

/// The narrowest type that holds all fields seen.
class TypeSniffer {
 public:
  void add(std::string_view text, const TextOptions& options, const TextDialect& dialect) {
    const auto trimmed = trim_blanks(text);
    if (trimmed.empty() || trimmed == options.missing_value) return;
    any_ = true;
    if (character_) return;
    bool logical = false;
    if (parse_logical(trimmed, logical)) {
      logical_ = true;
    } else {
      number_ = true;
      std::int64_t whole = 0;
      double value = 0;
      if (!decimal_ && parse_whole(trimmed, dialect, whole)) {
        if (whole <= std::numeric_limits<std::int32_t>::min() ||
            whole > std::numeric_limits<std::int32_t>::max())
          large_ = true;
      } else if (parse_float64(trimmed, dialect, value)) {
        const bool digits_only =
            trimmed.find_first_not_of("+-0123456789") == std::string_view::npos;
        (digits_only ? large_ : decimal_) = true;
      } else {
        character_ = true;
      }
    }
    if (logical_ && number_) character_ = true;
  }

  Type type(const TextOptions& options) const {
    const auto text = options.strings_as_factors ? Type::kFactor : Type::kString;
    if (!any_) return options.missing_type == Type::kString ? text : options.missing_type;
    if (character_) return text;
    if (logical_) return Type::kLogical;
    if (decimal_) return options.decimal_type;
    return large_ ? Type::kFloat64 : Type::kInt32;
  }

 private:
  bool any_ = false, character_ = false, logical_ = false, number_ = false, decimal_ = false,
       large_ = false;
};

/// What ends the lines: '\r' when the first line end outside quotes is one without '\n' after it.
char sniff_newline(TextHead& head, char quote) {
  bool quoted = false;
  for (std::size_t i = 0;; ++i) {
    while (i + 1 >= head.view().size() && head.grow()) {
    }
    const auto text = head.view();
    if (i >= text.size() || i > (std::size_t{1} << 24)) return '\n';
    if (quote != '\0' && text[i] == quote) quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '\n') return '\n';
    if (text[i] == '\r') return i + 1 < text.size() && text[i + 1] == '\n' ? '\n' : '\r';
  }
}

/// The delimiter that cuts the first records into the same number of fields, more than one.
char sniff_delimiter(TextHead& head, TextDialect dialect) {
  while (head.view().size() < (std::size_t{1} << 16) && head.grow()) {
  }
  char best = ',';
  std::size_t best_agreeing = 0;
  std::vector<FieldSpan> fields;
  for (const char candidate : {',', '\t', ';', ' '}) {
    if (candidate == dialect.decimal_point || candidate == dialect.quote) continue;
    dialect.delimiter = candidate;
    dialect.combine_delimiters = candidate == ' ';
    RecordWalker walker(dialect, head.view());
    std::vector<std::size_t> counts;
    while (counts.size() < kRecordsForDelimiter && walker.next(fields)) {
      if (!walker.terminated() && !head.at_end() && !counts.empty()) break;  // cut by the window
      counts.push_back(fields.size());
    }
    if (counts.empty() || walker.unclosed()) continue;
    // The most common number of fields above one; the first records may be a title.
    std::vector<std::size_t> sorted;
    for (const auto count : counts)
      if (count > 1) sorted.push_back(count);
    std::sort(sorted.begin(), sorted.end());
    std::size_t agreeing = 0;
    for (auto run = sorted.begin(); run != sorted.end();) {
      const auto stop = std::upper_bound(run, sorted.end(), *run);
      agreeing = std::max(agreeing, static_cast<std::size_t>(stop - run));
      run = stop;
    }
    if (agreeing == counts.size()) return candidate;
    if (agreeing * 2 > counts.size() && agreeing > best_agreeing)
      best_agreeing = agreeing, best = candidate;
  }
  return best;
}

struct Cell {
  std::string text;
  bool quoted;
};

std::vector<Cell> cells_of(const TextDialect& dialect, const std::vector<FieldSpan>& fields) {
  std::vector<Cell> cells;
  std::string scratch;
  for (const auto& field : fields) {
    const auto text = unquote(dialect, field, scratch);
    cells.push_back({std::string(text.text), text.quoted});
  }
  return cells;
}

/// Row 1 is all character and row 2 has a number; or there is no row 2. A quoted number of row 1 is
/// character when row 2 has one without quotes.
bool looks_like_names(const std::vector<Cell>& first, const std::vector<Cell>* second,
                      const TextDialect& dialect) {
  bool character = true, character_or_quoted = true, any_text = false;
  for (const auto& cell : first) {
    const bool number = is_number(cell.text, dialect);
    any_text |= !trim_blanks(cell.text).empty();
    character &= !number;
    character_or_quoted &= !number || cell.quoted;
  }
  if (!any_text) return false;
  if (!second) return character;
  bool number = false, bare_number = false;
  for (const auto& cell : *second) {
    const bool is = is_number(cell.text, dialect);
    number |= is;
    bare_number |= is && !cell.quoted;
  }
  return (character && number) || (character_or_quoted && bare_number);
}

std::string numbered_name(std::size_t position) {
  return std::string(1, 'V').append(std::to_string(position + 1));
}

/// Names for the columns: empty ones become V<k>, repeated ones get .1, .2, ...
std::vector<std::string> unique_names(const std::vector<Cell>& cells, const std::string& path) {
  std::vector<std::string> names;
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto name = std::string(trim_blanks(cells[i].text));
    if (find_invalid_utf8(name) != std::string::npos)
      throw DataError("the name of a variable is not valid utf-8 (inputEncoding?): " + path +
                      ", column " + std::to_string(i + 1) + ": " + printable(name));
    if (name.empty()) name = numbered_name(i);
    const auto base = name;
    for (int k = 1; !taken.insert(name).second; ++k)
      name = std::string(base).append(1, '.').append(std::to_string(k));
    names.push_back(std::move(name));
  }
  return names;
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

/// Finds the first record of a further file and compares its names.
void add_part(TextLayout& layout, const TextOptions& options, const FileSystem& files,
              const std::string& path, bool has_names) {
  TextHead head(open_text_file(files, path), path, options.gb18030);
  head.skip_lines(options.rows_to_skip, layout.dialect.newline);
  std::vector<FieldSpan> fields;
  if (has_names && head.next_record(layout.dialect, fields)) {
    const auto names = unique_names(cells_of(layout.dialect, fields), path);
    for (std::size_t i = 0; i < std::max(names.size(), layout.names.size()); ++i)
      if (i >= names.size() || i >= layout.names.size() || names[i] != layout.names[i])
        other_columns(layout, path, i, i < names.size() ? names[i] : "not there");
  }
  layout.parts.push_back({path, head.file_position(layout.dialect.newline)});
}

void sniff_delimited(TextLayout& layout, const TextOptions& options, const FileSystem& files,
                     const std::vector<std::string>& paths) {
  std::size_t first = 0;
  // Files without a byte say nothing; the first with text says how all are written.
  while (first + 1 < paths.size() && open_text_file(files, paths[first])->size() == 0) ++first;
  auto& dialect = layout.dialect;
  TextHead head(open_text_file(files, paths[first]), paths[first], options.gb18030);
  dialect.newline = sniff_newline(head, dialect.quote);
  head.skip_lines(options.rows_to_skip, dialect.newline);
  dialect.delimiter = options.delimiter ? *options.delimiter : sniff_delimiter(head, dialect);
  dialect.combine_delimiters = options.combine_delimiters || dialect.delimiter == ' ';

  std::vector<FieldSpan> fields;
  const auto begin = head.file_position(dialect.newline);
  if (!head.next_record(dialect, fields))
    throw DataError("the file holds no text" +
                    std::string(options.rows_to_skip > 0 ? " after rowsToSkip lines: " : ": ") +
                    paths[first]);
  const auto first_record = cells_of(dialect, fields);
  const auto after_names = head.file_position(dialect.newline);
  bool has_record = head.next_record(dialect, fields);
  bool has_names;
  if (options.first_row_is_names) {
    has_names = *options.first_row_is_names;
  } else {
    const auto second = has_record ? cells_of(dialect, fields) : std::vector<Cell>();
    has_names = looks_like_names(first_record, has_record ? &second : nullptr, dialect);
  }
  layout.names =
      has_names ? unique_names(first_record, paths[first]) : numbered_names(first_record.size());
  layout.parts.push_back({paths[first], has_names ? after_names : begin});

  std::vector<TypeSniffer> sniffers(layout.names.size());
  std::int64_t rows = 0;
  if (!has_names) {
    for (std::size_t i = 0; i < first_record.size(); ++i)
      sniffers[i].add(first_record[i].text, options, dialect);
    ++rows;
  }
  std::string scratch;
  const auto sniff = [&](TextHead& from, bool pending) {
    for (; rows < options.rows_to_sniff && (pending || from.next_record(dialect, fields));
         ++rows, pending = false)
      for (std::size_t i = 0; i < std::min(fields.size(), sniffers.size());
           ++i)  // ragged ones fail when they are read
        sniffers[i].add(unquote(dialect, fields[i], scratch).text, options, dialect);
  };
  sniff(head, has_record);
  for (auto i = first + 1; i < paths.size(); ++i) {
    add_part(layout, options, files, paths[i], has_names);
    if (rows >= options.rows_to_sniff) continue;
    TextHead next(open_text_file(files, paths[i]), paths[i], options.gb18030);
    next.skip_lines(options.rows_to_skip, dialect.newline);
    if (has_names && !next.next_record(dialect, fields)) continue;
    sniff(next, false);
  }
  for (const auto& sniffer : sniffers) layout.types.push_back(sniffer.type(options));
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
  for (const auto& variable : schema.variables)
    variables.push_back({variable.name, variable.start, variable.width, variable.character, true});
  for (const auto& info : options.columns) {
    const auto same = std::find_if(variables.begin(), variables.end(),
                                   [&](const Variable& v) { return v.name == info.name; });
    if (same != variables.end()) {
      if (info.start) same->start = static_cast<std::size_t>(*info.start);
      if (info.width) same->width = static_cast<std::size_t>(*info.width);
      continue;
    }
    if (!info.start && !info.width && !schema.variables.empty())
      continue;  // text_columns() tells that it is unknown
    if (!info.start || !info.width)
      throw InvalidArgument("RxTextData: colInfo of " + info.name +
                            " needs start and width in a fixed-format file");
    variables.push_back({info.name, static_cast<std::size_t>(*info.start),
                         static_cast<std::size_t>(*info.width), false, false});
  }
  if (variables.empty())
    throw InvalidArgument(
        "RxTextData: a fixed-format file needs a .sts file, or colInfo with start and width of "
        "each variable: " +
        options.file);
  std::stable_sort(variables.begin(), variables.end(),
                   [](const Variable& a, const Variable& b) { return a.start < b.start; });
  for (const auto& variable : variables) {
    layout.names.push_back(variable.name);
    layout.fixed.push_back({variable.start - 1, variable.width});
  }
  std::vector<TypeSniffer> sniffers(variables.size());
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    TextHead head(open_text_file(files, paths[i]), paths[i], options.gb18030);
    if (i == 0) dialect.newline = sniff_newline(head, '\0');
    head.skip_lines(options.rows_to_skip + schema.first_line - 1, dialect.newline);
    layout.parts.push_back({paths[i], head.file_position(dialect.newline)});
    std::string_view line;
    for (; rows < options.rows_to_sniff && head.next_line(dialect, line); ++rows)
      for (std::size_t v = 0; v < variables.size(); ++v)
        if (layout.fixed[v].start < line.size())
          sniffers[v].add(line.substr(layout.fixed[v].start, layout.fixed[v].width), options,
                          dialect);
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
  layout.dialect.gb18030 = options.gb18030;

  TextSchemaFile schema;
  auto path = options.file;
  const bool is_schema = path.ends_with(".sts");
  if (is_schema) {
    if (options.fixed_format == false)
      throw InvalidArgument(
          "RxTextData: a .sts file describes fixed-format text, but isFixedFormat is false: " +
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
