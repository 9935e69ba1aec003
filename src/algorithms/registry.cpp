#include "algorithms/registry.hpp"

#include <string_view>

#include "algorithms/find_levels.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"

namespace insitu {

namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<Pass> (*make)(std::string_view options);
};

template <Analysis A>
constexpr Entry entry() {
  return {A::name, pass_from_recipe<A>};
}

constexpr Entry kAnalyses[] = {
    entry<FindLevels>(),
    entry<LinMod>(),
    entry<Summary>(),
};

}  // namespace

std::unique_ptr<Pass> make_pass(const Recipe& recipe) {
  for (const auto& each : kAnalyses)
    if (each.name == recipe.name) return each.make(recipe.options);
  std::string known;
  for (const auto& name : analysis_names()) known += (known.empty() ? "" : ", ") + name;
  throw Unsupported("this worker does not know the analysis '" + recipe.name + "'; it knows " + known);
}

std::vector<std::string> analysis_names() {
  std::vector<std::string> names;
  for (const auto& each : kAnalyses) names.emplace_back(each.name);
  return names;
}

}  // namespace insitu
