#include "sources/text/options.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"

namespace insitu {

namespace {

using nlohmann::json;

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys = {"type",
                                                "file",
                                                "stringsAsFactors",
                                                "colClasses",
                                                "colInfo",
                                                "varsToKeep",
                                                "varsToDrop",
                                                "missingValueString",
                                                "rowsPerRead",
                                                "delimiter",
                                                "combineDelimiters",
                                                "quoteMark",
                                                "decimalPoint",
                                                "thousandsSeparator",
                                                "readDateFormat",
                                                "readPOSIXctFormat",
                                                "centuryCutoff",
                                                "firstRowIsColNames",
                                                "rowsToSniff",
                                                "rowsToSkip",
                                                "returnDataFrame",
                                                "defaultReadBufferSize",
                                                "defaultDecimalColType",
                                                "defaultMissingColType",
                                                "writePrecision",
                                                "stripZeros",
                                                "quotedDelimiters",
                                                "isFixedFormat",
                                                "useFastRead",
                                                "createFileSet",
                                                "rowsPerOutFile",
                                                "verbose",
                                                "checkVarsToKeep",
                                                "fileSystem",
                                                "inputEncoding",
                                                "writeFactorsAsIndexes",
                                                "resolved"};
  return keys;
}

const std::vector<std::string>& known_info_keys() {
  static const std::vector<std::string> keys = {
      "name", "type", "newName", "description", "levels",        "newLevels",
      "low",  "high", "start",   "width",       "decimalPlaces", "index"};
  return keys;
}

[[noreturn]] void fail(const std::string& argument, const std::string& wanted, const json& value) {
  throw InvalidArgument("`RxTextData`: "_named +
                        (has_names(argument) ? argument : named(argument)) + " must be " + wanted +
                        ": " + value.dump(-1, ' ', false, json::error_handler_t::replace));
}

/// A single value; languages may send it as an array of one.
const json& scalar(const json& value) {
  return value.is_array() && value.size() == 1 ? value[0] : value;
}

std::string text_of(const std::string& argument, const json& raw) {
  const auto& value = scalar(raw);
  if (!value.is_string()) fail(argument, "one string", raw);
  return value.get<std::string>();
}

bool bool_of(const std::string& argument, const json& raw) {
  const auto& value = scalar(raw);
  if (!value.is_boolean()) fail(argument, "true or false", raw);
  return value.get<bool>();
}

double number_of(const std::string& argument, const json& raw) {
  const auto& value = scalar(raw);
  if (!value.is_number()) fail(argument, "a number", raw);
  return value.get<double>();
}

std::int64_t count_of(const std::string& argument, const json& raw, std::int64_t least) {
  const double value = number_of(argument, raw);
  if (!(value >= static_cast<double>(least)) || value > 9e15 ||
      value != static_cast<double>(static_cast<std::int64_t>(value)))
    fail(argument, "a whole number of at least " + std::to_string(least), raw);
  return static_cast<std::int64_t>(value);
}

std::vector<std::string> texts_of(const std::string& argument, const json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) fail(argument, "a list of strings", value);
  std::vector<std::string> texts;
  for (const auto& item : value) {
    if (item.is_string())
      texts.push_back(item.get<std::string>());
    else if (item.is_number())
      texts.push_back(item.dump());
    else
      fail(argument, "a list of strings", value);
  }
  return texts;
}

/// A mark of one ASCII character; '\0' for "".
char mark_of(const std::string& argument, const json& value) {
  const auto text = text_of(argument, value);
  if (text.empty()) return '\0';
  if (text == "\\t") return '\t';
  if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80 || text[0] == '\0' ||
      text[0] == '\n' || text[0] == '\r')
    fail(argument, "one ASCII character", value);
  return text[0];
}

Type column_type(const std::string& variable, const std::string& name, bool& factor_index) {
  factor_index = name == "factorIndex";
  if (factor_index) return Type::kFactor;
  try {
    return type_from_name(name);
  } catch (const InvalidArgument& error) {
    throw InvalidArgument("`RxTextData`: type of variable "_named + variable + ": " + error.what());
  }
}

TextColumnInfo column_info(const std::string& name, const json& entry) {
  if (!entry.is_object()) fail("`colInfo` of "_named + name, "a list of properties", entry);
  TextColumnInfo info;
  info.name = name;
  for (const auto& [key, value] : entry.items()) {
    if (std::find(known_info_keys().begin(), known_info_keys().end(), key) ==
        known_info_keys().end())
      throw InvalidArgument("`RxTextData`: `colInfo` of "_named + name +
                            " has an unknown element: " + key +
                            did_you_mean(key, known_info_keys()));
    if (value.is_null() || key == "name") continue;
    const auto argument = "`colInfo` of "_named + name + ": " + key;
    if (key == "type")
      info.type = column_type(name, text_of(argument, value), info.factor_index);
    else if (key == "newName")
      info.new_name = text_of(argument, value);
    else if (key == "description")
      info.description = text_of(argument, value);
    else if (key == "levels")
      info.levels = texts_of(argument, value);
    else if (key == "newLevels")
      info.new_levels = texts_of(argument, value);
    else if (key == "low")
      info.low = number_of(argument, value);
    else if (key == "high")
      info.high = number_of(argument, value);
    else if (key == "start")
      info.start = count_of(argument, value, 1);
    else if (key == "width")
      info.width = count_of(argument, value, 1);
    else if (key == "decimalPlaces")
      info.decimal_places =
          static_cast<int>(std::min<std::int64_t>(count_of(argument, value, 0), 300));
    else if (key == "index")
      info.index = count_of(argument, value, 1);
  }
  if (info.new_levels && (!info.levels || info.levels->size() != info.new_levels->size()))
    throw InvalidArgument("`RxTextData`: `colInfo` of "_named + name +
                          ": newLevels needs levels of the same length");
  if (info.levels) {
    if (!info.type) info.type = Type::kFactor;
    if (!is_factor(*info.type))
      throw InvalidArgument("`RxTextData`: `colInfo` of "_named + name +
                            ": levels are for factors, but the type is " +
                            std::string(type_name(*info.type)));
    auto sorted = *info.levels;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
      throw InvalidArgument("`RxTextData`: `colInfo` of "_named + name +
                            ": levels holds a level twice: " + *twice);
  }
  if (info.factor_index && !info.levels)
    throw InvalidArgument("`RxTextData`: `colInfo` of "_named + name +
                          ": type factorIndex needs levels");
  return info;
}

void read_col_info(const json& value, TextOptions& options) {
  if (value.is_object()) {
    for (const auto& [name, entry] : value.items())
      options.columns.push_back(column_info(name, entry));
    return;
  }
  if (!value.is_array()) fail("colInfo", "a list of variables", value);
  for (const auto& entry : value) {
    std::string name;
    if (entry.is_object() && entry.contains("name") && entry["name"].is_string())
      name = entry["name"].get<std::string>();
    if (name.empty() && !(entry.is_object() && entry.contains("index")))
      fail("colInfo", "a list whose entries have a name or an index", entry);
    auto info = column_info(name.empty() ? "index " + entry["index"].dump() : name, entry);
    info.name = name;
    options.columns.push_back(std::move(info));
  }
}

void read_col_classes(const json& value, TextOptions& options) {
  if (!value.is_object()) fail("colClasses", "a list of types by variable name", value);
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < options.columns.size(); ++i)
    known.emplace(options.columns[i].name, i);
  for (const auto& [name, type] : value.items()) {
    const auto found = known.find(name);
    if (found != known.end() && options.columns[found->second].type) continue;  // colInfo first
    bool factor_index = false;
    const auto column =
        column_type(name, text_of("`colClasses` of "_named + name, type), factor_index);
    if (factor_index)
      throw InvalidArgument("`RxTextData`: `colClasses` of "_named + name +
                            ": factorIndex needs levels, use `colInfo`"_named);
    if (found == known.end()) options.columns.emplace_back().name = name;
    (found == known.end() ? options.columns.back() : options.columns[found->second]).type = column;
  }
}

Type default_type(const std::string& argument, const json& value, bool character_allowed) {
  const auto name = text_of(argument, value);
  if (name == "float32") return Type::kFloat32;
  if (name == "numeric" || name == "float64") return Type::kFloat64;
  if (character_allowed && name == "character") return Type::kString;
  fail(argument, character_allowed ? "float32, numeric or character" : "float32 or numeric", value);
}

void read_option(const std::string& key, const json& value, TextOptions& options) {
  if (key == "file")
    options.file = text_of(key, value);
  else if (key == "stringsAsFactors")
    options.strings_as_factors = bool_of(key, value);
  else if (key == "varsToKeep")
    options.vars_to_keep = texts_of(key, value);
  else if (key == "varsToDrop")
    options.vars_to_drop = texts_of(key, value);
  else if (key == "missingValueString")
    options.missing_value = text_of(key, value);
  else if (key == "rowsPerRead")
    options.rows_per_read = count_of(key, value, 1);
  else if (key == "delimiter") {
    const char mark = mark_of(key, value);
    if (mark == '\0') fail(key, "one ASCII character", value);
    options.delimiter = mark;
  } else if (key == "combineDelimiters")
    options.combine_delimiters = bool_of(key, value);
  else if (key == "quoteMark")
    options.quote = mark_of(key, value);
  else if (key == "decimalPoint")
    options.decimal_point = mark_of(key, value);
  else if (key == "thousandsSeparator")
    options.thousands_separator = mark_of(key, value);
  else if (key == "readDateFormat")
    options.date_format = text_of(key, value);
  else if (key == "readPOSIXctFormat")
    options.datetime_format = text_of(key, value);
  else if (key == "centuryCutoff")
    options.century_cutoff = static_cast<int>(std::min<std::int64_t>(count_of(key, value, 0), 100));
  else if (key == "firstRowIsColNames")
    options.first_row_is_names = bool_of(key, value);
  else if (key == "rowsToSniff")
    options.rows_to_sniff = count_of(key, value, 1);
  else if (key == "rowsToSkip")
    options.rows_to_skip = count_of(key, value, 0);
  else if (key == "defaultDecimalColType")
    options.decimal_type = default_type(key, value, false);
  else if (key == "defaultMissingColType")
    options.missing_type = default_type(key, value, true);
  else if (key == "writePrecision")
    options.write_precision = static_cast<int>(std::min<std::int64_t>(count_of(key, value, 0), 17));
  else if (key == "stripZeros")
    options.strip_zeros = bool_of(key, value);
  else if (key == "isFixedFormat")
    options.fixed_format = bool_of(key, value);
  else if (key == "createFileSet")
    options.create_file_set = bool_of(key, value);
  else if (key == "rowsPerOutFile")
    options.rows_per_out_file = count_of(key, value, 1);
  else if (key == "checkVarsToKeep")
    options.check_vars_to_keep = bool_of(key, value);
  else if (key == "writeFactorsAsIndexes")
    options.factors_as_indexes = bool_of(key, value);
  else if (key == "inputEncoding") {
    auto encoding = text_of(key, value);
    std::transform(encoding.begin(), encoding.end(), encoding.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool is_utf8 = encoding == "utf-8" || encoding == "utf8" || encoding == "unknown";
    options.encoding = is_utf8                                         ? ""
                       : encoding == "latin1" || encoding == "latin-1" ? "iso-8859-1"
                                                                       : encoding;
    options.encoding_kind = encoding_kind(options.encoding);
  }
  // type, fileSystem, verbose, useFastRead, quotedDelimiters, defaultReadBufferSize,
  // returnDataFrame: there is one reader, which always honours quotes; they change nothing here.
}

void check_marks(const TextOptions& options) {
  const auto clash = [](const std::string& a, const std::string& b, char mark) {
    throw InvalidArgument("`RxTextData`: "_named + named(a) + " and " + named(b) +
                          " are the same character: " + mark);
  };
  if (options.delimiter && *options.delimiter == options.quote)
    clash("delimiter", "quoteMark", options.quote);
  if (options.delimiter && *options.delimiter == options.decimal_point)
    clash("delimiter", "decimalPoint", options.decimal_point);
  if (options.decimal_point == options.thousands_separator)
    clash("decimalPoint", "thousandsSeparator", options.decimal_point);
  if (options.decimal_point == '\0')
    throw InvalidArgument("`RxTextData`: `decimalPoint` must be one ASCII character"_named);
  if (options.encoding_kind == EncodingKind::kGb18030 &&
      static_cast<unsigned char>(options.quote) >= 0x30)
    throw InvalidArgument(
        "`RxTextData`: this `quoteMark` can be part of a character of gb18030; use \" or ': "_named +
        std::string(1, options.quote));
}

}  // namespace

TextOptions text_options_from_json(const json& descriptor) {
  if (!descriptor.is_object())
    throw InvalidArgument("`RxTextData`: the description of a text source is not an object"_named);
  for (const auto& [key, value] : descriptor.items())
    if (std::find(known_keys().begin(), known_keys().end(), key) == known_keys().end())
      throw InvalidArgument("`RxTextData`: unknown argument: "_named + key +
                            did_you_mean(key, known_keys()));
  TextOptions options;
  if (const auto info = descriptor.find("colInfo"); info != descriptor.end() && !info->is_null())
    read_col_info(*info, options);
  if (const auto classes = descriptor.find("colClasses");
      classes != descriptor.end() && !classes->is_null())
    read_col_classes(*classes, options);
  for (const auto& [key, value] : descriptor.items())
    if (!value.is_null()) read_option(key, value, options);
  if (options.file.empty())
    throw InvalidArgument(
        "`RxTextData`: file is missing; give the path of a text file or folder"_named);
  if (options.vars_to_keep && options.vars_to_drop)
    throw InvalidArgument(
        "`RxTextData`: `varsToKeep` and `varsToDrop` exclude each other; give one of them"_named);
  if (options.delimiter == ' ') options.combine_delimiters = true;
  check_marks(options);
  return options;
}

}  // namespace insitu
