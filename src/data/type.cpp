#include "data/type.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::array<std::string_view, kTypeCount> kNames = {
    "logical", "int16",     "uint16", "integer", "int64", "float32",
    "numeric", "character", "factor", "ordered", "Date",  "POSIXct"};

constexpr std::pair<std::string_view, Type> kOtherNames[] = {
    {"bool", Type::kLogical},      {"uchar", Type::kLogical},   {"int32", Type::kInt32},
    {"int", Type::kInt32},         {"float64", Type::kFloat64}, {"double", Type::kFloat64},
    {"float", Type::kFloat32},     {"string", Type::kString},   {"date", Type::kDate},
    {"datetime", Type::kDateTime}, {"bigint", Type::kInt64},    {"uint32", Type::kFactor}};

}  // namespace

std::string_view type_name(Type type) { return kNames[static_cast<std::size_t>(type)]; }

Type type_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Type>(i);
  for (const auto& [other, type] : kOtherNames)
    if (other == name) return type;
  std::string known;
  for (const auto& each : kNames) known += (known.empty() ? "" : ", ") + std::string(each);
  throw InvalidArgument("unknown column type: '" + std::string(name) + "'; known types: " + known);
}

}  // namespace insitu
