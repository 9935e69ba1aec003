#include "sources/text/layout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

namespace {

using nlohmann::json;

constexpr std::size_t kNoColumn = ~std::size_t{0};

/// The position of the column that `info` speaks of; kNoColumn: the file has none of that name.
std::size_t position_of(const TextColumnInfo& info, const TextLayout& layout,
                        const std::unordered_map<std::string, std::size_t>& positions,
                        const std::string& file) {
  if (info.index) {
    if (*info.index > static_cast<std::int64_t>(layout.names.size()))
      throw InvalidArgument("`RxTextData`: `colInfo` names column index "_named +
                            std::to_string(*info.index) + ", but the file has " +
                            std::to_string(layout.names.size()) + " columns: " + file);
    return static_cast<std::size_t>(*info.index) - 1;
  }
  const auto found = positions.find(info.name);
  return found == positions.end() ? kNoColumn : found->second;
}

/// One warning for all names that colInfo and colClasses give and the file does not have: scripts
/// use one list for many files.
void warn_of_absent(const std::vector<std::string>& absent, const TextLayout& layout,
                    const std::string& file) {
  if (absent.empty()) return;
  constexpr std::size_t kNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(absent.size(), kNamed); ++i)
    names += (i ? ", " : "") + absent[i] + did_you_mean(absent[i], layout.names);
  if (absent.size() > kNamed) names += " and " + std::to_string(absent.size() - kNamed) + " more";
  warn_current_call(
      "`RxTextData`: `colInfo` or `colClasses` names variables that are not in the file, which are left "_named
      "out: " +
      names + "; file " + file);
}

void apply(const TextColumnInfo& info, TextColumn& column) {
  auto& field = column.field;
  if (info.type) field.type = *info.type;
  if (info.new_name) field.name = *info.new_name;
  field.low = info.low;
  field.high = info.high;
  field.description = info.description;
  column.factor_index = info.factor_index;
  column.decimal_places = info.decimal_places;
  if (!info.levels) return;
  column.levels = *info.levels;
  // New names may join levels.
  std::vector<std::string> names;
  std::unordered_map<std::string, std::size_t> codes;
  for (const auto& name : info.new_levels ? *info.new_levels : *info.levels) {
    const auto [known, is_new] = codes.emplace(name, names.size());
    column.level_codes.push_back(static_cast<std::int32_t>(known->second));
    if (is_new) names.push_back(name);
  }
  field.levels = make_levels(std::move(names));
}

void select(const TextOptions& options, std::vector<TextColumn>& columns) {
  if (!options.vars_to_keep && !options.vars_to_drop) return;
  const auto& listed = options.vars_to_keep ? *options.vars_to_keep : *options.vars_to_drop;
  const std::unordered_set<std::string> wanted(listed.begin(), listed.end());
  std::unordered_set<std::string> names_now;
  for (const auto& column : columns) names_now.insert(column.field.name);
  // Its name, or the one that it has in the file unless another column has that name now.
  const auto is_listed = [&](const TextColumn& column) {
    return wanted.contains(column.field.name) ||
           (wanted.contains(column.file_name) && !names_now.contains(column.file_name));
  };
  if (options.vars_to_keep && options.check_vars_to_keep && columns.size() <= 500) {
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(column.field.name);
    std::unordered_set<std::string> known = names_now;
    for (const auto& column : columns) known.insert(column.file_name);
    for (const auto& name : listed)
      if (!known.contains(name))
        throw InvalidArgument(
            "`RxTextData`: `varsToKeep` names a variable that is not in the file: "_named + name +
            did_you_mean(name, names) + ", file " + options.file);
  }
  const bool keep = options.vars_to_keep.has_value();
  std::erase_if(columns, [&](const TextColumn& column) { return is_listed(column) != keep; });
  if (columns.empty())
    throw InvalidArgument("`RxTextData`: "_named + named(keep ? "varsToKeep" : "varsToDrop") +
                          " leaves no variable of the file: " + options.file);
}

}  // namespace

std::vector<TextColumn> text_columns(const TextOptions& options, const TextLayout& layout) {
  std::vector<TextColumn> columns(layout.names.size());
  std::unordered_map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].file_name = columns[i].field.name = layout.names[i];
    columns[i].field.type = layout.types[i];
    columns[i].position = i;
    positions.emplace(layout.names[i], i);
  }
  std::vector<std::string> absent;
  for (const auto& info : options.columns) {
    const auto position = position_of(info, layout, positions, options.file);
    if (position == kNoColumn)
      absent.push_back(info.name);
    else
      apply(info, columns[position]);
  }
  warn_of_absent(absent, layout, options.file);
  select(options, columns);
  return columns;
}

std::int64_t line_number(const RandomAccessFile& file, const TextDialect& dialect,
                         std::uint64_t position, std::string_view inner) {
  LineEnds ends;
  std::string buffer(std::size_t{1} << 18, '\0');
  for (std::uint64_t at = 0; at < position;) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), position - at));
    const auto got = file.read_at(at, std::span<char>(buffer.data(), wanted));
    if (got == 0) break;
    ends.add(std::string_view(buffer).substr(0, got));
    at += got;
    poll_current_call();
  }
  ends.add(inner);
  return 1 + (dialect.newline == '\r' ? ends.count() : ends.feeds());
}

TextLayout complete_layout(TextLayout layout, const TextOptions& options) {
  auto& dialect = layout.dialect;
  if (options.encoding_kind != EncodingKind::kWhole) dialect.encoding = options.encoding;
  dialect.long_characters = options.encoding_kind == EncodingKind::kGb18030;
  dialect.decimal_point = options.decimal_point;
  dialect.thousands_separator = options.thousands_separator;
  return layout;
}

json layout_to_json(const TextLayout& layout) {
  json parts = json::array(), types = json::array(), fixed = json::array();
  for (const auto& part : layout.parts) parts.push_back({part.path, part.data_begin});
  for (const auto type : layout.types) types.push_back(std::string(type_name(type)));
  for (const auto& field : layout.fixed) fixed.push_back({field.start, field.width});
  return {{"delimiter", static_cast<int>(layout.dialect.delimiter)},
          {"combine", layout.dialect.combine_delimiters},
          {"quote", static_cast<int>(layout.dialect.quote)},
          {"newline", static_cast<int>(layout.dialect.newline)},
          {"parts", parts},
          {"names", layout.names},
          {"types", types},
          {"fixed", fixed}};
}

TextLayout layout_from_json(const json& document) {
  try {
    TextLayout layout;
    layout.dialect.delimiter = static_cast<char>(document.at("delimiter").get<int>());
    layout.dialect.combine_delimiters = document.at("combine").get<bool>();
    layout.dialect.quote = static_cast<char>(document.at("quote").get<int>());
    layout.dialect.newline = static_cast<char>(document.at("newline").get<int>());
    for (const auto& part : document.at("parts"))
      layout.parts.push_back({part.at(0).get<std::string>(), part.at(1).get<std::uint64_t>()});
    layout.names = document.at("names").get<std::vector<std::string>>();
    for (const auto& type : document.at("types"))
      layout.types.push_back(type_from_name(type.get<std::string>()));
    for (const auto& field : document.at("fixed"))
      layout.fixed.push_back({field.at(0).get<std::size_t>(), field.at(1).get<std::size_t>()});
    if (layout.types.size() != layout.names.size() ||
        (!layout.fixed.empty() && layout.fixed.size() != layout.names.size()))
      throw DataError("its names, types and positions differ in number");
    return layout;
  } catch (const std::exception& error) {
    throw DataError(std::string("the description of a text source is damaged: ") + error.what());
  }
}

}  // namespace insitu
