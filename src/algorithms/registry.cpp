#include "algorithms/registry.hpp"

#include <string_view>

#include "algorithms/find_levels.hpp"
#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<Pass> (*make)(std::string_view options);
  const std::string& (*fields)();
};

/// Recipes come from outside: what the fields of a frame point to must be there.
void check_positions(const ModelFrame& frame) {
  const auto require = [](bool right) {
    if (!right)
      throw DataError(
          "the recipe of a pass contradicts itself: a term names a variable that it does not have");
  };
  for (const auto v : frame.responses) require(v < frame.variables.size());
  for (const auto& term : frame.terms) {
    require(!term.variables.empty());
    double cells = 1;
    for (const auto v : term.variables) {
      require(v < frame.variables.size());
      if (frame.variables[v].categorical)
        cells *= static_cast<double>(frame.variables[v].levels.size());
    }
    require(cells <= 100e6);
  }
}

template <Analysis A>
std::unique_ptr<Pass> rebuilt(std::string_view options) {
  auto analysis = load<A>(options);
  if constexpr (requires { analysis.frame; }) check_positions(analysis.frame);
  return std::make_unique<PassOf<A>>(std::move(analysis));
}

template <Analysis A>
constexpr Entry entry() {
  return {A::name, rebuilt<A>, fields_of<A>};
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
  throw Unsupported("this worker does not know the analysis '" + recipe.name + "'; it knows " +
                    known);
}

std::string analysis_fields(std::string_view name) {
  for (const auto& each : kAnalyses)
    if (each.name == name) return each.fields();
  return "";
}

std::vector<std::string> analysis_names() {
  std::vector<std::string> names;
  for (const auto& each : kAnalyses) names.emplace_back(each.name);
  return names;
}

}  // namespace insitu
