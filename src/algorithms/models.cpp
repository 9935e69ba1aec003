// The one table of kinds of models.
#include "algorithms/glm_model.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/linear_predictor.hpp"
#include "algorithms/model.hpp"
#include "algorithms/multinom_model.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

struct Kind {
  std::string_view name;
  std::shared_ptr<const Model> (*load)(std::string_view sealed);
};

constexpr Kind kKinds[] = {
    {LinearModel::kKind, load_linear_model},
    {GlmModel::kKind, load_glm_model},
    {MultinomModel::kKind, load_multinom_model},
};

}  // namespace

std::shared_ptr<const Model> load_model(std::string_view sealed) {
  const auto name = sealed_kind(sealed);
  for (const auto& kind : kKinds)
    if (kind.name == name) return kind.load(sealed);
  throw DataError("the bytes hold '" + name + "', which is no model that predicts");
}

}  // namespace insitu
