#include "odbc/wanted_columns.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "sources/column_conversion.hpp"
#include "sources/descriptor_values.hpp"

namespace insitu {

using nlohmann::json;

namespace {

void read_type(WantedOfDatabase& wanted, const std::string& what, const std::string& name) {
  if (name == "factorIndex") {
    wanted.factor_index = true;
    wanted.type = Type::kFactor;
    return;
  }
  try {
    wanted.type = type_from_name(name);
  } catch (const InvalidArgument& failure) {
    throw InvalidArgument(what + ": " + failure.what());
  }
}

void read_entry(WantedOfDatabase& wanted, const DescriptorValues& values, const std::string& what,
                const json& entry) {
  static const std::vector<std::string> kElements = {
      "name", "type", "newName", "description", "levels", "newLevels", "low", "high"};
  if (!entry.is_object()) values.fail("colInfo", "a list of variables", entry);
  for (const auto& [key, value] : entry.items()) {
    if (std::ranges::find(kElements, key) == kElements.end())
      throw InvalidArgument(what + " has an element that this source does not take: " + key +
                            did_you_mean(key, kElements));
    if (value.is_null() || key == "name") continue;
    if (key == "type")
      read_type(wanted, what, values.text("type", value));
    else if (key == "newName")
      wanted.new_name = values.text(key, value);
    else if (key == "description")
      wanted.description = values.text(key, value);
    else if (key == "levels")
      wanted.levels = values.texts(key, value);
    else if (key == "newLevels")
      wanted.new_levels = values.texts(key, value);
    else if (key == "low")
      wanted.low = values.number(key, value);
    else
      wanted.high = values.number(key, value);
  }
  if (wanted.levels && !wanted.type) wanted.type = Type::kFactor;
  if (wanted.levels && !is_factor(*wanted.type))
    throw InvalidArgument(what + ": levels are for factors, but the type is " +
                          std::string(type_name(*wanted.type)));
  if (wanted.new_levels && (!wanted.levels || wanted.levels->size() != wanted.new_levels->size()))
    throw InvalidArgument(what + ": `newLevels` needs as many `levels`"_named);
  if (wanted.factor_index && !wanted.levels)
    throw InvalidArgument(what + ": the type factorIndex needs `levels`"_named);
}

}  // namespace

WantedColumns wanted_columns_from_json(const json& classes, const json& info,
                                       const std::string& owner) {
  const DescriptorValues values(owner);
  WantedColumns wanted;
  if (!classes.is_null()) {
    if (!classes.is_object()) values.fail("colClasses", "types by column name", classes);
    for (const auto& [name, type] : classes.items()) {
      read_type(wanted[name], owner + ": `colClasses` of "_named + name,
                values.text("colClasses", type));
      // A factor of colClasses is one whose levels are found.
    }
  }
  const auto add = [&](const std::string& name, const json& entry) {
    auto& column = wanted[name];
    read_entry(column, values, owner + ": `colInfo` of "_named + name, entry);
  };
  if (info.is_object()) {
    for (const auto& [name, entry] : info.items()) add(name, entry);
  } else if (info.is_array()) {
    for (const auto& entry : info) {
      if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string())
        values.fail("colInfo", "a list whose entries have a name", entry);
      add(entry["name"].get<std::string>(), entry);
    }
  } else if (!info.is_null()) {
    values.fail("colInfo", "a list of variables", info);
  }
  return wanted;
}

FinishedColumn::FinishedColumn(const ColumnTransfer& transfer, const WantedOfDatabase* wanted,
                               bool strings_as_factors, bool trim_space)
    : transfer_(transfer) {
  const auto& column = transfer.column;
  field_ = {.name = column.name, .type = transfer.type};
  trim_ = trim_space && (column.sql_type == SQL_CHAR || column.sql_type == SQL_WCHAR);
  auto type = transfer.type;
  if (strings_as_factors && type == Type::kString) type = Type::kFactor;
  if (wanted) {
    if (wanted->type) type = *wanted->type;
    if (!wanted->new_name.empty()) field_.name = wanted->new_name;
    field_.description = wanted->description;
    field_.low = wanted->low;
    field_.high = wanted->high;
    factor_index_ = wanted->factor_index;
    if (wanted->levels) {
      for (std::size_t i = 0; i < wanted->levels->size(); ++i)
        if (!places_.emplace((*wanted->levels)[i], static_cast<std::int32_t>(i)).second)
          throw InvalidArgument("`colInfo` of "_named + column.name + ": the level '" +
                                (*wanted->levels)[i] + "' is there twice");
      field_.levels = make_levels(wanted->new_levels ? *wanted->new_levels : *wanted->levels);
    }
  }
  // All digits of a decimal arrive as its text, and of a date of SQLite what was written.
  const bool text = type == Type::kString || is_factor(type);
  if ((transfer_.how == Transfer::kDigits && (text || is_integer(type))) ||
      (text &&
       (transfer_.how == Transfer::kDateOrText || transfer_.how == Transfer::kTimeOrText))) {
    transfer_.how = Transfer::kText;
    transfer_.type = Type::kString;
  }
  if (const auto why = no_conversion(transfer_.type, type))
    throw InvalidArgument("`colInfo` of "_named + column.name + ": " + *why);
  field_.type = type;
  if (is_factor(type)) field_.low = field_.high = std::nullopt;
}

namespace {

Column without_end_blanks(const Column& column) {
  StringBuilder builder;
  builder.reserve(column.size(), column.size() * 8);
  for (std::size_t i = 0; i < column.size(); ++i) {
    auto text = column.string_at(i);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    column.string_valid(i) ? builder.append(text) : builder.append_missing();
  }
  return builder.finish();
}

}  // namespace

Column FinishedColumn::coded(const Column& column, std::int64_t first_row) const {
  const auto count = static_cast<std::int64_t>(field_.levels->size());
  std::vector<std::int32_t> codes(column.size(), kMissingCode);
  if (factor_index_) {
    const auto whole = converted(column, Type::kInt64, field_.name, first_row);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto place = whole.values<std::int64_t>()[i];
      // Places without a level become missing, as values that are no level do.
      if (!is_missing_value(place) && place >= 0 && place < count)
        codes[i] = static_cast<std::int32_t>(place);
    }
    return Column::own(field_.type, std::move(codes), field_.levels);
  }
  const auto texts = converted(column, Type::kString, field_.name, first_row);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (!texts.string_valid(i)) continue;
    const auto found = places_.find(texts.string_at(i));
    if (found != places_.end()) codes[i] = found->second;
  }
  return Column::own(field_.type, std::move(codes), field_.levels);
}

bool FinishedColumn::renames_values() const {
  if (factor_index_) return true;
  return std::ranges::any_of(places_, [&](const auto& each) {
    return (*field_.levels)[static_cast<std::size_t>(each.second)] != each.first;
  });
}

Column FinishedColumn::finish(const Column& column, std::int64_t first_row) const {
  const auto as_stored = trim_ ? without_end_blanks(column) : column;
  if (field_.levels) return coded(as_stored, first_row);
  return converted(as_stored, field_.type, field_.name, first_row);
}

}  // namespace insitu
