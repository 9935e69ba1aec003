#include "algorithms/glm_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "algorithms/linear_predictor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "math/distributions.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class GlmPredictor final : public Predictor {
 public:
  GlmPredictor(std::shared_ptr<const GlmModel> model, const PredictOptions& options)
      : model_(std::move(model)),
        columns_(added_columns(model_->linear, options)),
        response_scale_(options.type == "response"),
        frame_(model_->linear.frame) {
    if (options.interval == "prediction")
      throw InvalidArgument(
          "`interval = \"prediction\"` is for linear models: of this one take \"confidence\""_named);
    const bool errors = !columns_.std_error.empty() || !columns_.lower.empty();
    PredictOptions inner;
    inner.std_errors = errors;
    inner.check_levels = options.check_levels;
    linear_ = linear_predictor({model_, &model_->linear}, inner);
    const double tail = (1 - options.confidence) / 2;
    half_width_ = model_->normal ? qnorm(tail, true) : qt(tail, model_->linear.residual_df, true);
    frame_.weights.clear();  // which prediction does not need
    frame_.frequency_weights = false;
    response_ = frame_.responses[0];
    frame_.responses.clear();
    if (!columns_.residual.empty()) frame_.responses.push_back(response_);
    if (model_->has_offset) frame_.responses.push_back(model_->offset);
  }

  std::vector<Field> outputs() const override {
    std::vector<Field> fields;
    for (const auto* name : {&columns_.prediction, &columns_.residual, &columns_.std_error,
                             &columns_.lower, &columns_.upper})
      if (!name->empty()) fields.emplace_back().name = *name;
    return fields;
  }

  std::vector<std::string> source_columns() const override { return frame_.source_columns(); }

  std::vector<Column> predict(const Chunk& chunk) const override {
    const auto of_link = linear_->predict(chunk);
    auto eta = numbers_of(of_link[0]);
    if (model_->has_offset) {
      const auto offset = numbers_of(frame_.variable_rows(model_->offset, chunk).values);
      for (std::size_t i = 0; i < eta.size(); ++i) eta[i] += offset[i];
    }
    std::vector<double> response;
    if (!columns_.residual.empty()) {
      response = numbers_of(frame_.variable_rows(response_, chunk).values);
      for (std::size_t i = 0; i < eta.size(); ++i)
        if (std::isnan(response[i])) eta[i] = kNaN;  // no output for such a row
    }
    const std::size_t n = eta.size();
    const auto& link = model_->family.link;
    std::vector<double> mu(n), slope(n);
    link.mu_and_slope(eta.data(), mu.data(), slope.data(), n);
    std::vector<Column> result;
    const auto add = [&](const std::string& name, auto&& value) {
      if (name.empty()) return;
      std::vector<double> out(n);
      for (std::size_t i = 0; i < n; ++i) out[i] = std::isnan(eta[i]) ? kNaN : value(i);
      result.push_back(Column::own(Type::kFloat64, std::move(out)));
    };
    add(columns_.prediction, [&](std::size_t i) { return response_scale_ ? mu[i] : eta[i]; });
    add(columns_.residual, [&](std::size_t i) { return response[i] - mu[i]; });
    if (of_link.size() < 2) return result;
    const auto errors = numbers_of(of_link[1]);
    add(columns_.std_error, [&](std::size_t i) {
      return response_scale_ ? std::fabs(slope[i]) * errors[i] : errors[i];
    });
    // Of the mean: the bounds on the scale of the link, which may turn them round.
    const auto bound = [&](std::size_t i, bool upper) {
      const double low = eta[i] - half_width_ * errors[i], high = eta[i] + half_width_ * errors[i];
      if (!response_scale_) return upper ? high : low;
      const double a = link.mu(low), b = link.mu(high);
      return upper ? std::max(a, b) : std::min(a, b);
    };
    add(columns_.lower, [&](std::size_t i) { return bound(i, false); });
    add(columns_.upper, [&](std::size_t i) { return bound(i, true); });
    return result;
  }

 private:
  static std::vector<double> numbers_of(const Column& column) {
    std::vector<double> values(column.size());
    column.numbers(values.data());
    return values;
  }

  std::shared_ptr<const GlmModel> model_;
  AddedColumns columns_;
  bool response_scale_;
  ModelFrame frame_;            ///< its responses are what is read beside the terms
  std::uint32_t response_ = 0;  ///< position of the response's variable
  double half_width_ = 0;       ///< of an interval in units of its standard error
  std::shared_ptr<const Predictor> linear_;
};

class GlmModelOfKind final : public Model {
 public:
  explicit GlmModelOfKind(GlmModel model)
      : model_(std::make_shared<const GlmModel>(std::move(model))) {}

  const ModelFrame& frame() const override { return model_->linear.frame; }
  const std::string& pipeline() const override { return model_->linear.pipeline; }
  Bytes save() const override { return model_->save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    return std::make_shared<const GlmPredictor>(model_, options);
  }

 private:
  std::shared_ptr<const GlmModel> model_;
};

}  // namespace

Bytes GlmModel::save() const { return seal(kKind, insitu::save(*this)); }

GlmModel GlmModel::load(std::string_view sealed) {
  const auto content = unseal(kKind, sealed);
  const auto version = ByteReader(content).get<std::uint32_t>();
  if (version != kVersion)
    throw DataError("the model was saved in format " + std::to_string(version) +
                    ", this version reads format " + std::to_string(kVersion) + ": fit it again");
  auto model = insitu::load<GlmModel>(content);
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
