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
    Regression regression{{model_, &model_->linear}, model_->whole_family()};
    if (model_->has_offset) regression.offset = model_->offset;
    regression.normal = model_->normal;
    return regression_predictor(std::move(regression), options);
  }
  const UserFamily* user_family() const override {
    return model_->user.present() ? &model_->user : nullptr;
  }
  std::shared_ptr<const Model> with(UserFamily user) const override {
    auto model = *model_;
    model.user = std::move(user);
    return std::make_shared<const GlmModelOfKind>(std::move(model));
  }

 private:
  std::shared_ptr<const GlmModel> model_;
};

}  // namespace

Family GlmModel::whole_family() const {
  Family whole;
  static_cast<FamilyParts&>(whole) = family;
  whole.user = user;
  return whole;
}

Bytes GlmModel::save() const {
  if (!user.present()) return seal(kKind, model_content(*this, linear.robust));
  auto model = *this;
  model.version = kUserVersion;
  return seal(kKind, insitu::save(model) + insitu::save(linear.robust) + insitu::save(user));
}

GlmModel GlmModel::load(std::string_view sealed) {
  std::string robust;
  const auto content = unseal(kKind, sealed);
  GlmModel model;
  if (ByteReader(content).get<std::uint32_t>() == kUserVersion) {
    ByteReader reader(content);
    reader.read(model);
    reader.read(robust);
    reader.read(model.user);
    if (reader.remaining() != 0) throw DataError("bytes are longer than their content");
    if (!model.user.present()) throw DataError("the bytes of a family contradict themselves");
  } else {
    model = model_of_content<GlmModel>(content, robust);
  }
  model.linear.robust = std::move(robust);
  check_model(model.linear);
  model.whole_family().validate();
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
  model.user = analysis.family.user;
  model.user.code.clear();
  model.user.function = nullptr;
  model.normal = analysis.family.unit_dispersion();
  return model;
}

std::shared_ptr<const Model> load_glm_model(std::string_view sealed) {
  return std::make_shared<const GlmModelOfKind>(GlmModel::load(sealed));
}

}  // namespace insitu
