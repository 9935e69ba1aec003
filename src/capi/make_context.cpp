#include "capi/make_context.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "capi/options.hpp"
#include "contexts/local.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::unique_ptr<ComputeContext> make_local(const Options& options, const std::string& type) {
  const auto cores = options.whole("numCoresToUse", -1);
  return std::make_unique<LocalContext>(static_cast<int>(std::clamp<std::int64_t>(cores, -1, 4096)), type);
}

struct ContextType {
  const char* name;
  std::unique_ptr<ComputeContext> (*make)(const Options&, const std::string& type);
  std::vector<std::string> keys;
};

const std::vector<ContextType>& table() {
  static const std::vector<ContextType> types = {
      {"RxLocalSeq", make_local, {"numCoresToUse"}},
      {"RxLocalParallel", make_local, {"numCoresToUse"}},
      {"RxForeachDoPar", make_local, {"numCoresToUse"}},
  };
  return types;
}

}  // namespace

std::vector<std::string> context_types() {
  std::vector<std::string> names;
  for (const auto& each : table()) names.emplace_back(each.name);
  return names;
}

std::unique_ptr<ComputeContext> make_context(const json& description) {
  if (description.is_null()) return make_local(Options(json::object()), "RxLocalSeq");
  const Options options(description, "context");
  const auto type = options.text("type", "RxLocalSeq");
  const auto found = std::ranges::find_if(table(), [&](const ContextType& each) { return each.name == type; });
  if (found == table().end())
    throw InvalidArgument("unknown compute context: '" + type + "'" + did_you_mean(type, context_types()));
  auto known = found->keys;
  for (const auto* each : {"type", "dataPath", "outDataPath", "name"}) known.emplace_back(each);
  for (const auto& [key, value] : description.items())
    if (std::ranges::find(known, key) == known.end())
      throw InvalidArgument(type + ": unknown argument: " + key + did_you_mean(key, known));
  return found->make(options, type);
}

}  // namespace insitu
