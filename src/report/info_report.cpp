#include "report/info_report.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/civil_date.hpp"
#include "base/number_text.hpp"
#include "report/data_table.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::size_t kLevelsInFull = 10;  // more levels: the first five and the last five
constexpr std::size_t kLevelsAtEnds = 5;

/// The storage that a type has unless it is said otherwise; only others are printed.
bool natural(const std::string& type, const std::string& storage) {
  if (storage.empty()) return true;
  if (type == "integer") return storage == "int32";
  if (type == "numeric" || type == "Date" || type == "POSIXct") return storage == "float64";
  if (type == "logical") return storage == "uchar";
  if (type == "character") return storage == "string";
  return true;
}

std::string levels_text(const std::vector<std::string>& levels, bool python) {
  std::string text;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels.size() > kLevelsInFull && i == kLevelsAtEnds) {
      text += python ? ", ..." : " ...";
      i = levels.size() - kLevelsAtEnds;
    }
    if (!text.empty()) text += python ? ", " : " ";
    text += python ? "'" + levels[i] + "'" : levels[i];
  }
  return python ? "[" + text + "]" : text;
}

std::string type_text(const json& variable, bool python) {
  const auto type = variable.value("varType", std::string());
  if (type == "factor" || type == "ordered") {
    const auto levels = texts_in(member(variable, "levels"));
    if (!member(variable, "levels").is_array())
      return type == "ordered" ? "Type: ordered factor" : "Type: factor";
    return std::to_string(levels.size()) +
           (type == "ordered" ? " ordered factor levels: " : " factor levels: ") +
           levels_text(levels, python);
  }
  const auto storage = variable.value("storage", std::string());
  std::string text = "Type: " + type;
  if (python ? (type == "integer" || !natural(type, storage)) && !storage.empty()
             : !natural(type, storage))
    text += ", Storage: " + storage;
  const auto low = number_in(member(variable, "low")), high = number_in(member(variable, "high"));
  if (type != "character" && !(std::isnan(low) && std::isnan(high))) {
    const auto show = [&](const char* name) {
      if (const auto& whole = member(variable, name);
          type == "integer" && whole.is_number_integer())
        return whole.dump() + (python ? ".0000" : "");
      const auto value = number_in(member(variable, name));
      if (type == "Date") return date_text(value);
      if (type == "POSIXct") return time_text(value);
      if (type == "logical" || (type == "integer" && !python)) return format_integer(value);
      return format_fixed(value, 4);
    };
    text += ", Low/High: (" + show("low") + ", " + show("high") + ")";
  }
  return text;
}

}  // namespace

std::string var_info_report(const json& var_info, std::string_view style) {
  const bool python = style == "python";
  std::string text;
  std::size_t number = 0;
  for (const auto& variable : var_info) {
    const auto type = variable.value("varType", std::string());
    const auto& description = member(variable, "description");
    const bool described = description.is_string() && !description.get<std::string>().empty();
    text += "Var " + std::to_string(++number) + ": " + variable.value("name", std::string());
    if (described) text += ", " + description.get<std::string>() + " ";
    const bool own_line = described || ((type == "factor" || type == "ordered") &&
                                        member(variable, "levels").is_array());
    text +=
        (own_line ? (python ? "\n\t" : "\n       ") : ", ") + type_text(variable, python) + "\n";
    const auto codes = texts_in(member(variable, "valueInfoCodes")),
               labels = texts_in(member(variable, "valueInfoLabels"));
    if (!codes.empty() && codes.size() == labels.size()) {
      text +=
          std::string(python ? "\t" : "       ") + std::to_string(codes.size()) + " value labels:";
      for (std::size_t i = 0; i < codes.size(); ++i)
        text += (i ? ", " : " ") + codes[i] + " = " + labels[i];
      text += "\n";
    }
  }
  return text;
}

std::string info_report(const json& reply, const json& rows, std::string_view style, int digits,
                        int width) {
  const bool python = style == "python";
  std::string text;
  const auto line = [&](const std::string& title, const std::string& value) {
    text += python ? title + ":" + value + "\n" : title + ": " + value + " \n";
  };
  const auto count = [&](const char* title, const char* name) {
    const auto value = number_in(member(reply, name));
    if (!std::isnan(value))
      line(title, python ? format_integer(value) + ".0" : format_single(value, digits));
  };
  if (member(reply, "fileName").is_string())
    line("File name", reply["fileName"].get<std::string>());
  else if (member(reply, "objName").is_string())
    line("Data frame", reply["objName"].get<std::string>());
  for (const auto& [key, title] :
       {std::pair("table", "Table"), {"query", "Query"}, {"view", "Spark data frame"}})
    if (member(reply, key).is_string()) line(title, reply[key].get<std::string>());
  if (reply.value("dataClass", std::string()) == "RxTextData") line("Data Source", "Text");
  const auto description = member(reply, "description");
  if (description.is_string() && !description.get<std::string>().empty())
    line("File description", description.get<std::string>());
  count("Number of composite data files", "numCompositeFiles");
  count("Number of observations", "numRows");
  count("Number of variables", "numVars");
  count("Number of blocks", "numBlocks");
  if (member(reply, "compressionType").is_string())
    line("Compression type", reply["compressionType"].get<std::string>());
  if (const auto blocks = numbers_in(member(reply, "rowsPerBlock")); !blocks.empty()) {
    std::string sizes;
    for (std::size_t i = 0; i < std::min<std::size_t>(blocks.size(), 10); ++i)
      sizes += (i ? " " : "") + format_integer(blocks[i]);
    if (blocks.size() > 10)
      line("Rows per block (first 10)", sizes);
    else
      line("Rows per block", sizes);
  }
  if (member(reply, "varInfo").is_array() && !reply["varInfo"].empty())
    text += "Variable information: \n" + var_info_report(reply["varInfo"], style);
  if (rows.is_object()) {
    const auto shown = texts_in(member(rows, "rowNames")).size();
    text += "Data (" + std::to_string(shown) + (shown == 1 ? " row" : " rows") +
            " starting with row " + format_integer(number_in(member(rows, "firstRow"))) + "):\n" +
            data_table(rows, true, true, digits, width);
  }
  return text;
}

}  // namespace insitu
