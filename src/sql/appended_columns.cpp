#include "sql/appended_columns.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/suggest.hpp"

namespace insitu {

std::vector<std::string> check_appended(const Schema& written, const Schema& there,
                                        const std::string& table) {
  std::vector<std::string> rounded;
  for (const auto& field : written.fields()) {
    const auto found = std::ranges::find(there.fields(), field.name, &Field::name);
    if (found == there.fields().end())
      throw InvalidArgument("the table has no column of a variable that is to be appended: " +
                            field.name + did_you_mean(field.name, there.names()) + ": " + table);
    if (is_floating(field.type) && (is_integer(found->type) || found->type == Type::kLogical))
      rounded.push_back(field.name);
  }
  return rounded;
}

}  // namespace insitu
