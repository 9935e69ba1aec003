#include "algorithms/glm_model.hpp"

#include <cmath>
#include <utility>

#include "algorithms/regression_predictor.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

class GlmModelOfKind final : public Model {
 public:
  explicit GlmModelOfKind(GlmModel model)
      : model_(std::make_shared<const GlmModel>(std::move(model))) {}

  const ModelFrame& frame() const override { return model_->linear.frame; }
  const std::string& pipeline() const override { return model_->linear.pipeline; }
  Bytes save() const override { return model_->save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    Regression regression{{model_, &model_->linear}, model_->family};
    if (model_->has_offset) regression.offset = model_->offset;
    regression.normal = model_->normal;
    return regression_predictor(std::move(regression), options);
  }

 private:
  std::shared_ptr<const GlmModel> model_;
};

}  // namespace

Bytes GlmModel::save() const { return seal(kKind, model_content(*this, linear.robust)); }

GlmModel GlmModel::load(std::string_view sealed) {
  std::string robust;
  auto model = model_of_content<GlmModel>(unseal(kKind, sealed), robust);
  model.linear.robust = std::move(robust);
  check_model(model.linear);
  model.family.validate();
  if (model.linear.responses() != 1 ||
      (model.has_offset && model.offset >= model.linear.frame.variables.size()))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  return model;
}

GlmModel make_glm_model(const Glm& analysis, const GlmFit& fit, std::string pipeline) {
  auto frame = analysis.frame;
  GlmModel model;
  model.has_offset = frame.responses.size() > 1;
  if (model.has_offset) model.offset = frame.responses[1];
  frame.responses.resize(1);
  model.linear = make_linear_model(frame, fit.linear, analysis.coding.cube, std::move(pipeline));
  model.linear.coefficients = fit.centred_coefficients;
  model.linear.sigma = {std::sqrt(fit.dispersion)};
  model.linear.residual_df = fit.residual_df;
  model.family = analysis.family;
  model.normal = analysis.family.unit_dispersion();
  return model;
}

std::shared_ptr<const Model> load_glm_model(std::string_view sealed) {
  return std::make_shared<const GlmModelOfKind>(GlmModel::load(sealed));
}

}  // namespace insitu
