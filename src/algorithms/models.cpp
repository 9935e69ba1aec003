// The one table of kinds of models.
#include "algorithms/glm_model.hpp"
#include "algorithms/linear_model.hpp"
#include "algorithms/model.hpp"
#include "algorithms/multinom_model.hpp"
#include "algorithms/pca_model.hpp"
#include "algorithms/penalized_model.hpp"
#include "algorithms/regression_predictor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

struct Kind {
  std::string_view name;
  std::shared_ptr<const Model> (*load)(std::string_view sealed);
};

constexpr Kind kKinds[] = {
    {LinearModel::kKind, load_linear_model},     {GlmModel::kKind, load_glm_model},
    {MultinomModel::kKind, load_multinom_model}, {PenalizedModel::kKind, load_penalized_model},
    {PcaModel::kKind, load_pca_model},
};

}  // namespace

void refuse_penalties(const PredictOptions& options) {
  if (!options.lambda.empty())
    throw InvalidArgument(
        "`lambda` is for a model of `rxRidgeReg` or `rxElasticNet`: leave it out"_named);
}

void refuse_components(const PredictOptions& options) {
  if (options.components != -1)
    throw InvalidArgument(
        "`numComponents` is for principal components (`rxPca`): leave it out"_named);
}

void refuse_errors(const PredictOptions& options, const std::string& what) {
  const auto refuse = [&](const char* which) {
    throw InvalidArgument(std::string(which) + " are not defined for " + what +
                          ": leave the argument out");
  };
  if (options.std_errors) refuse("standard errors of predictions");
  if (options.interval != "none") refuse("intervals");
  if (options.leverage || options.cooks_distance) refuse("leverages and Cook's distances");
}

std::shared_ptr<const Model> load_model(std::string_view sealed) {
  const auto name = sealed_kind(sealed);
  for (const auto& kind : kKinds)
    if (kind.name == name) return kind.load(sealed);
  throw DataError("the bytes hold '" + name + "', which is no model that predicts");
}

}  // namespace insitu
