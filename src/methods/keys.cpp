#include "methods/keys.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/shown.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

const char* name_of(OptionKind kind) {
  switch (kind) {
    case OptionKind::kFlag:
      return "flag";
    case OptionKind::kWhole:
      return "integer";
    case OptionKind::kNumber:
      return "number";
    case OptionKind::kText:
    case OptionKind::kVariable:
      return "string";
    case OptionKind::kTexts:
      return "strings";
    case OptionKind::kFormula:
      return "formula";
    case OptionKind::kChoice:
      return "choice";
    case OptionKind::kFamily:
      return "family";
    case OptionKind::kSelection:
      return "selection";
    case OptionKind::kSource:
      return "data";
    case OptionKind::kTarget:
      return "target";
    case OptionKind::kObject:
      return "list";
    case OptionKind::kAny:
      break;
  }
  return "any";
}

void check_kind(const Options& options, const char* key, OptionKind kind) {
  switch (kind) {
    case OptionKind::kFlag:
      (void)options.flag(key, false);
      return;
    case OptionKind::kWhole:
      (void)options.whole(key, 0);
      return;
    case OptionKind::kNumber:
      (void)options.number(key, 0);
      return;
    case OptionKind::kText:
    case OptionKind::kFormula:
    case OptionKind::kVariable:
    case OptionKind::kChoice:
    case OptionKind::kFamily:
      (void)options.text(key);
      return;
    case OptionKind::kTexts:
      (void)options.texts(key);
      return;
    case OptionKind::kSource:
    case OptionKind::kTarget: {
      const auto& value = options.value(key);
      if (!value.is_string() && !value.is_object())
        throw InvalidArgument(named(key) +
                              " must be a path or the description of a data source, not " +
                              shown(value));
      return;
    }
    case OptionKind::kObject:
      // An empty list of names comes as [] from some languages.
      if (!options.value(key).is_object() &&
          !(options.value(key).is_array() && options.value(key).empty()))
        throw InvalidArgument(named(key) + " must be an object with named entries, not " +
                              shown(options.value(key)));
      return;
    case OptionKind::kSelection:
    case OptionKind::kAny:
      return;
  }
}

ordered_json number_document(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return value;
}

ReplyWriter::Document ReplyWriter::array(std::vector<std::size_t> shape,
                                         std::vector<double> values) {
  arrays_.push_back({std::move(shape), std::move(values)});
  return {{"$array", arrays_.size() - 1}};
}

ReplyWriter::Document ReplyWriter::table(const ResultTable& table) {
  Document columns = Document::array();
  for (const auto& column : table.columns) {
    Document entry = {{"name", column.name}};
    if (!column.label.empty()) entry["label"] = column.label;
    switch (column.kind) {
      case ResultTable::Column::Kind::kText:
        entry["kind"] = "text";
        entry["values"] = column.texts;
        break;
      case ResultTable::Column::Kind::kNumber:
        entry["kind"] = "number";
        entry["values"] = array({column.numbers.size()}, column.numbers);
        break;
      case ResultTable::Column::Kind::kFactor:
        entry["kind"] = "factor";
        entry["codes"] = array({column.numbers.size()}, column.numbers);
        entry["levels"] = column.texts;
        break;
    }
    columns.push_back(std::move(entry));
  }
  Document out = Document::object();
  out["$table"] = std::move(columns);
  return out;
}

}  // namespace insitu
