#include "capi/request_keys.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "methods/operations.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;

void check_request(const json& request) {
  const Options options(request);
  const auto op = options.text("op");
  const auto* operation = operation_of(op);
  if (!operation) {
    std::vector<std::string> known;
    for (const auto& each : operations()) known.push_back(each.name);
    throw InvalidArgument("unknown operation: '" + op + "'" + did_you_mean(op, known));
  }
  auto keys = common_keys();
  keys.insert(keys.end(), operation->keys.begin(), operation->keys.end());
  for (const auto& [name, value] : request.items()) {
    const auto match = std::ranges::find(keys, name, &RequestKey::key);
    if (match == keys.end()) {
      std::vector<std::string> known;
      for (const auto& key : keys) known.push_back(key.key);
      throw InvalidArgument(op + ": unknown argument: " + name + did_you_mean(name, known));
    }
    if (!value.is_null()) check_kind(options, match->key.c_str(), match->kind);
  }
  if (options.has("varsToKeep") && options.has("varsToDrop")) {
    const auto keep = options.texts("varsToKeep");
    for (const auto& name : options.texts("varsToDrop"))
      if (std::ranges::find(keep, name) != keep.end())
        throw InvalidArgument("variable both in `varsToKeep` and `varsToDrop`: "_named + name);
    throw InvalidArgument(
        "`varsToKeep` and `varsToDrop` exclude each other: give one of them"_named);
  }
  if (options.has("pweights") && options.has("fweights"))
    throw InvalidArgument("`pweights` and `fweights` exclude each other: give one of them"_named);
  const auto within = [&](const char* key, std::int64_t least, std::int64_t most) {
    const auto value = options.whole(key, least);
    if (value < least || value > most)
      throw InvalidArgument(named(key) + " must be from " + std::to_string(least) + " to " +
                            std::to_string(most) + ", not " + std::to_string(value));
  };
  within("digits", 0, 22);
  within("width", 1, 1'000'000);
  const auto level = options.whole("reportProgress", 2);
  if (level < -1 || level > 3)  // -1: as 0, in old scripts
    throw InvalidArgument("`reportProgress` must be 0, 1, 2 or 3, not "_named +
                          std::to_string(level));
}

}  // namespace insitu
