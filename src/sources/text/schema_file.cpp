#include "sources/text/schema_file.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <unordered_set>

#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/encoding.hpp"
#include "sources/text/numbers.hpp"

namespace insitu {

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

/// The next word of a line, or a quoted one with its blanks.
std::string_view take_word(std::string_view& line) {
  line = trim_blanks(line);
  if (line.empty()) return {};
  const char mark = line[0];
  if (mark == '"' || mark == '\'') {
    const auto close = line.find(mark, 1);
    if (close != std::string_view::npos) {
      const auto word = line.substr(1, close - 1);
      line.remove_prefix(close + 1);
      return word;
    }
  }
  const auto stop = std::min(line.find_first_of(" \t"), line.size());
  const auto word = line.substr(0, stop);
  line.remove_prefix(stop);
  return word;
}

bool parse_count(std::string_view text, std::size_t& value) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && value >= 1 &&
         value <= (std::size_t{1} << 30);
}

}  // namespace

TextSchemaFile read_text_schema_file(const FileSystem& files, const std::string& path) {
  const auto file = files.open(path);
  constexpr std::uint64_t kLongest = std::uint64_t{64} << 20;
  if (file->size() > kLongest) throw DataError("this is too long for a .sts file: " + path);
  std::string text(static_cast<std::size_t>(file->size()), '\0');
  text.resize(file->read_at(0, text));
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);

  TextSchemaFile schema;
  bool in_variables = false;
  std::unordered_set<std::string> names;
  for (int number = 1; !rest.empty(); ++number) {
    const auto stop = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, stop);
    rest.remove_prefix(std::min(stop + 1, rest.size()));
    while (line.ends_with('\r')) line.remove_suffix(1);
    line = trim_blanks(line);
    const auto whole_line = line;
    const auto fail = [&](const std::string& why) {
      throw DataError("the .sts file cannot be understood: " + why + ": " + path + ", line " +
                      std::to_string(number) + ": " + printable(whole_line));
    };
    if (line.empty() || line.starts_with("//")) continue;
    const auto word = take_word(line);
    const auto keyword = upper(word);
    if (!in_variables) {
      if (keyword == "FILE") {
        schema.file = std::string(take_word(line));
        if (schema.file.empty()) fail("FILE needs a path");
      } else if (keyword == "FIRST") {
        std::size_t first = 0;
        if (upper(take_word(line)) != "LINE" || !parse_count(take_word(line), first))
          fail("expected FIRST LINE <number>");
        schema.first_line = static_cast<std::int64_t>(first);
      } else if (keyword == "FORMAT") {
        if (upper(take_word(line)) != "FIXED")
          fail("only FORMAT FIXED is read; give the delimiter to `RxTextData` instead"_named);
      } else if (keyword == "VARIABLES") {
        in_variables = true;
      } else {
        fail("expected FILE, FIRST LINE or VARIABLES");
      }
      continue;
    }
    // name 12-14 (A), or name 12
    TextSchemaFile::Variable variable;
    variable.name = std::string(word);
    auto columns = take_word(line);
    const auto dash = columns.find('-');
    std::size_t last = 0;
    if (!parse_count(columns.substr(0, dash), variable.start))
      fail("expected the columns of the variable, for example 12-14");
    last = variable.start;
    if (dash != std::string_view::npos &&
        (!parse_count(columns.substr(dash + 1), last) || last < variable.start))
      fail("expected the columns of the variable, for example 12-14");
    variable.width = last - variable.start + 1;
    line = trim_blanks(line);
    if (line.starts_with('(')) {
      const auto close = line.find(')');
      const auto mark =
          upper(line.substr(0, close == std::string_view::npos ? line.size() : close + 1));
      if (mark != "(A)" && mark != "(F)" && mark != "(N)") fail("expected (A) for characters");
      variable.character = mark == "(A)";
    }
    if (!names.insert(variable.name).second) fail("a variable occurs twice");
    schema.variables.push_back(std::move(variable));
  }
  if (schema.file.empty()) throw DataError("the .sts file names no FILE: " + path);
  if (schema.variables.empty()) throw DataError("the .sts file names no VARIABLES: " + path);
  if (schema.file[0] != '/' && schema.file.find("://") == std::string::npos)
    schema.file = path.substr(0, path.find_last_of('/') + 1) + schema.file;
  return schema;
}

}  // namespace insitu
