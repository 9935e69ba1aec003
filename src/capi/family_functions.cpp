#include "capi/family_functions.hpp"

#include <string>
#include <utility>

#include "base/base64.hpp"
#include "base/error.hpp"

namespace insitu {

UserFamily user_family_of(const Call& call) {
  UserFamily user;
  if (!call.options.has("familyFunctions")) return user;
  const Options options(call.options.value("familyFunctions"), "familyFunctions");
  const auto found = call.request.functions.find(options.text("function"));
  if (found == call.request.functions.end())
    throw InvalidArgument("familyFunctions: the function was not passed with the call: " +
                          options.text("function"));
  user.language = options.choice("language", "", {"R", "python"});
  user.functions = options.texts("names");
  user.code = from_base64(options.text("code"));
  user.function = found->second;
  return user;
}

UserFamily user_family_of(const Call& call, const UserFamily& of_model) {
  auto user = of_model;
  user.code.clear();
  user.function = nullptr;
  auto given = user_family_of(call);
  if (given.language != of_model.language) return user;
  user.code = std::move(given.code);
  user.function = std::move(given.function);
  return user;
}

}  // namespace insitu
