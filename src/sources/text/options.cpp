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

using enum KeyKind;

constexpr DescriptorKey kKeys[] = {
    {"file", kText},
    {"stringsAsFactors", kFlag},
    {"colClasses", kColumns},
    {"colInfo", kColumns},
    {"varsToKeep", kNames},
    {"varsToDrop", kNames},
    {"missingValueString", kText},
    {"rowsPerRead", kCount, 1},
    {"delimiter", kMark},
    {"combineDelimiters", kFlag},
    {"quoteMark", kMark},
    {"decimalPoint", kMark},
    {"thousandsSeparator", kMark},
    {"readDateFormat", kText},
    {"readPOSIXctFormat", kText},
    {.name = "centuryCutoff", .kind = kCount, .printed = "20"},
    {"firstRowIsColNames", kFlag},
    {.name = "rowsToSniff", .kind = kCount, .least = 1, .printed = "10000"},
    {.name = "rowsToSkip", .kind = kCount, .printed = "0"},
    {"returnDataFrame"},
    {.name = "defaultReadBufferSize", .printed = "10000"},
    {.name = "defaultDecimalColType", .kind = kChoice, .choices = "float32, float64 or numeric"},
    {.name = "defaultMissingColType",
     .kind = kChoice,
     .choices = "float32, float64, numeric or character"},
    {"writePrecision", kCount},
    {"stripZeros", kFlag},
    {"quotedDelimiters"},
    {.name = "isFixedFormat", .kind = kFlag, .printed = "FALSE"},
    {.name = "useFastRead", .printed = "TRUE"},
    {"createFileSet", kFlag},
    {"rowsPerOutFile", kCount, 1},
    {"verbose"},
    {"checkVarsToKeep", kFlag},
    {"fileSystem"},
    {"inputEncoding", kText},
    {"writeFactorsAsIndexes", kFlag},
    {"resolved"},  // what a recipe adds: how the file was found to be cut
};

const std::vector<std::string>& known_info_keys() {
  static const std::vector<std::string> keys = {
      "name", "type", "newName", "description", "levels",        "newLevels",
      "low",  "high", "start",   "width",       "decimalPlaces", "index"};
  return keys;
}

const DescriptorValues kValues("RxTextData");

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
  if (!entry.is_object()) kValues.fail("`colInfo` of "_named + name, "a list of properties", entry);
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
      info.type = column_type(name, kValues.text(argument, value), info.factor_index);
    else if (key == "newName")
      info.new_name = kValues.text(argument, value);
    else if (key == "description")
      info.description = kValues.text(argument, value);
    else if (key == "levels")
      info.levels = kValues.texts(argument, value);
    else if (key == "newLevels")
      info.new_levels = kValues.texts(argument, value);
    else if (key == "low")
      info.low = kValues.number(argument, value);
    else if (key == "high")
      info.high = kValues.number(argument, value);
    else if (key == "start")
      info.start = kValues.count(argument, value, 1);
    else if (key == "width")
      info.width = kValues.count(argument, value, 1);
    else if (key == "decimalPlaces")
      info.decimal_places =
          static_cast<int>(std::min<std::int64_t>(kValues.count(argument, value, 0), 300));
    else if (key == "index")
      info.index = kValues.count(argument, value, 1);
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
  if (!value.is_array()) kValues.fail("colInfo", "a list of variables", value);
  for (const auto& entry : value) {
    std::string name;
    if (entry.is_object() && entry.contains("name") && entry["name"].is_string())
      name = entry["name"].get<std::string>();
    if (name.empty() && !(entry.is_object() && entry.contains("index")))
      kValues.fail("colInfo", "a list whose entries have a name or an index", entry);
    auto info = column_info(name.empty() ? "index " + entry["index"].dump() : name, entry);
    info.name = name;
    options.columns.push_back(std::move(info));
  }
}

void read_col_classes(const json& value, TextOptions& options) {
  if (!value.is_object()) kValues.fail("colClasses", "a list of types by variable name", value);
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < options.columns.size(); ++i)
    known.emplace(options.columns[i].name, i);
  for (const auto& [name, type] : value.items()) {
    const auto found = known.find(name);
    if (found != known.end() && options.columns[found->second].type) continue;  // colInfo first
    bool factor_index = false;
    const auto column =
        column_type(name, kValues.text("`colClasses` of "_named + name, type), factor_index);
    if (factor_index)
      throw InvalidArgument("`RxTextData`: `colClasses` of "_named + name +
                            ": factorIndex needs levels, use `colInfo`"_named);
    if (found == known.end()) options.columns.emplace_back().name = name;
    (found == known.end() ? options.columns.back() : options.columns[found->second]).type = column;
  }
}

Type default_type(const std::string& name) {
  return name == "float32" ? Type::kFloat32 : name == "character" ? Type::kString : Type::kFloat64;
}

void read_option(const std::string& key, const json& value, TextOptions& options) {
  if (key == "file")
    options.file = kValues.text(key, value);
  else if (key == "stringsAsFactors")
    options.strings_as_factors = kValues.flag(key, value);
  else if (key == "varsToKeep")
    options.vars_to_keep = kValues.texts(key, value);
  else if (key == "varsToDrop")
    options.vars_to_drop = kValues.texts(key, value);
  else if (key == "missingValueString")
    options.missing_value = kValues.text(key, value);
  else if (key == "rowsPerRead")
    options.rows_per_read = kValues.count(key, value, 1);
  else if (key == "delimiter") {
    const char mark = kValues.mark(key, value);
    if (mark == '\0') kValues.fail(key, "one ASCII character", value);
    options.delimiter = mark;
  } else if (key == "combineDelimiters")
    options.combine_delimiters = kValues.flag(key, value);
  else if (key == "quoteMark")
    options.quote = kValues.mark(key, value);
  else if (key == "decimalPoint")
    options.decimal_point = kValues.mark(key, value);
  else if (key == "thousandsSeparator")
    options.thousands_separator = kValues.mark(key, value);
  else if (key == "readDateFormat")
    options.date_format = kValues.text(key, value);
  else if (key == "readPOSIXctFormat")
    options.datetime_format = kValues.text(key, value);
  else if (key == "centuryCutoff")
    options.century_cutoff =
        static_cast<int>(std::min<std::int64_t>(kValues.count(key, value, 0), 100));
  else if (key == "firstRowIsColNames")
    options.first_row_is_names = kValues.flag(key, value);
  else if (key == "rowsToSniff")
    options.rows_to_sniff = kValues.count(key, value, 1);
  else if (key == "rowsToSkip")
    options.rows_to_skip = kValues.count(key, value, 0);
  else if (key == "defaultDecimalColType")
    options.decimal_type = default_type(kValues.text(key, value));
  else if (key == "defaultMissingColType")
    options.missing_type = default_type(kValues.text(key, value));
  else if (key == "writePrecision")
    options.write_precision =
        static_cast<int>(std::min<std::int64_t>(kValues.count(key, value, 0), 17));
  else if (key == "stripZeros")
    options.strip_zeros = kValues.flag(key, value);
  else if (key == "isFixedFormat")
    options.fixed_format = kValues.flag(key, value);
  else if (key == "createFileSet")
    options.create_file_set = kValues.flag(key, value);
  else if (key == "rowsPerOutFile")
    options.rows_per_out_file = kValues.count(key, value, 1);
  else if (key == "checkVarsToKeep")
    options.check_vars_to_keep = kValues.flag(key, value);
  else if (key == "writeFactorsAsIndexes")
    options.factors_as_indexes = kValues.flag(key, value);
  else if (key == "inputEncoding") {
    auto encoding = kValues.text(key, value);
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

const std::span<const DescriptorKey> kTextKeys(kKeys);

TextOptions text_options_from_json(const json& descriptor) {
  check_descriptor("RxTextData", kTextKeys, descriptor);
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
  if (options.delimiter == ' ') options.combine_delimiters = true;
  check_marks(options);
  return options;
}

}  // namespace insitu
