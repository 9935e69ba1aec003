#include "columnar/united_columns.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/error.hpp"

namespace insitu {

namespace {

/// How many whole numbers and fractions a type of numbers holds; nothing: no numbers.
struct Width {
  int whole, fraction;
};

std::optional<Width> width_of(Type type) {
  switch (type) {
    case Type::kInt16:
      return Width{16, 0};
    case Type::kInt32:
      return Width{32, 0};
    case Type::kInt64:
      return Width{64, 0};
    case Type::kFloat32:
      return Width{0, 32};  // beside whole numbers it becomes numeric, as on Spark
    case Type::kFloat64:
      return Width{32, 64};
    default:
      return std::nullopt;
  }
}

/// The narrowest type that holds both; nothing: there is none.
std::optional<Type> common_type(Type a, Type b) {
  if (a == b) return a;
  const auto one = width_of(a), other = width_of(b);
  if (!one || !other) return std::nullopt;
  const auto whole = std::max(one->whole, other->whole);
  if (one->fraction + other->fraction > 0)
    return whole > 32 ? std::nullopt : std::optional(Type::kFloat64);
  return whole == 64 ? Type::kInt64 : Type::kInt32;
}

struct Known {
  Type type;
  const ColumnFile* file;  // the first that has it in this type
  bool only_missing;       // a column of the null type: it takes the type of the others
  bool rounded;
};

}  // namespace

UnitedColumns unite_columns(const std::vector<std::unique_ptr<ColumnFile>>& files) {
  std::vector<std::string> names;
  std::unordered_map<std::string, Known> known;
  std::unordered_map<std::string, std::pair<std::string, const ColumnFile*>> left_out;
  std::vector<std::string> left_out_names;
  const auto differs = [](const std::string& name, std::string_view one, const ColumnFile& first,
                          std::string_view other, const ColumnFile& second) {
    throw DataError("the files of a folder must have columns that fit together, but '" + name +
                    "' is " + std::string(one) + " in " + first.path() + " and " +
                    std::string(other) + " in " + second.path() +
                    ", and no type holds both without loss; keep files of one kind in a folder");
  };
  for (const auto& file : files) {
    for (const auto& column : file->columns().usable) {
      const auto& [name, type] = std::pair(column.field.name, column.field.type);
      const bool only_missing = column.format == "n";
      const auto [at, is_new] =
          known.try_emplace(name, Known{type, file.get(), only_missing, column.rounded});
      if (is_new) {
        names.push_back(name);
        continue;
      }
      auto& before = at->second;
      before.rounded = before.rounded || column.rounded;
      if (only_missing) continue;
      const auto common = before.only_missing ? type : common_type(before.type, type);
      if (!common) differs(name, type_name(before.type), *before.file, type_name(type), *file);
      if (*common != before.type) before.file = file.get();
      before.type = *common;
      before.only_missing = false;
    }
    for (const auto& [name, type] : file->columns().left_out)
      if (left_out.try_emplace(name, type, file.get()).second) left_out_names.push_back(name);
  }
  UnitedColumns united;
  for (const auto& name : left_out_names) {
    const auto& [type, file] = left_out.at(name);
    if (const auto usable = known.find(name); usable != known.end() && file->row_count() > 0)
      differs(name, type_name(usable->second.type), *usable->second.file, type, *file);
    if (!known.contains(name)) united.left_out.emplace_back(name, type);
  }
  std::vector<Field> fields;
  for (const auto& name : names) {
    fields.push_back({.name = name, .type = known.at(name).type});
    if (known.at(name).rounded) united.rounded.push_back(name);
  }
  united.schema = std::make_shared<const Schema>(std::move(fields));
  return united;
}

Column widened_column(const Column& column, Type type) {
  if (column.type() == type) return column;
  return dispatch(type, [&]<class To>(To*) {
    return dispatch(column.type(), [&]<class From>(From*) {
      const auto in = column.values<From>();
      std::vector<To> out(in.size());
      for (std::size_t i = 0; i < in.size(); ++i)
        out[i] = is_missing_value(in[i]) ? missing_value<To>() : static_cast<To>(in[i]);
      return Column::own(type, std::move(out));
    });
  });
}

Column missing_column(Type type, std::size_t rows) {
  if (type != Type::kString)
    return dispatch(type, [&]<class T>(T*) {
      return Column::own(type, std::vector<T>(rows, missing_value<T>()));
    });
  StringBuilder texts;
  for (std::size_t i = 0; i < rows; ++i) texts.append_missing();
  return texts.finish();
}

}  // namespace insitu
