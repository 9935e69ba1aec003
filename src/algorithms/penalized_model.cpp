#include "algorithms/penalized_model.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>

#include "algorithms/regression_predictor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostNamed = 5;     ///< penalties that an error names
constexpr double kSame = 1e-12;           ///< of penalties, by their size
constexpr double kPrinted = 1e-6;         ///< what printing takes off the ends of a path
constexpr std::size_t kMostAsked = 1000;  ///< columns of predictions

/// Predictions at one penalty or several: those of a linear model for each.
class PenalizedPredictor final : public Predictor {
 public:
  PenalizedPredictor(const PenalizedModel& model, const PredictOptions& options) {
    const std::string what = model.interpolates ? "an elastic net" : "a ridge regression";
    refuse_errors(options, what);
    refuse_components(options);
    auto lambdas = options.lambda;
    if (lambdas.empty()) lambdas.push_back(model.lambdas[model.preferred]);
    const auto n = lambdas.size();
    if (n > kMostAsked)
      throw InvalidArgument("`lambda` must be up to "_named + std::to_string(kMostAsked) +
                            " numbers, not " + std::to_string(n));
    const auto y = model.linear.response_name(0);
    const auto names = [&](const std::vector<std::string>& given, const char* key,
                           const std::string& otherwise) {
      std::vector<std::string> result = given;
      if (result.empty())
        for (std::size_t i = 0; i < n; ++i)
          result.push_back(n == 1 ? otherwise : otherwise + "_" + std::to_string(i + 1));
      if (result.size() != n)
        throw InvalidArgument(named(key) + " must be " + std::to_string(n) +
                              (n == 1 ? " name" : " names, one for each `lambda`"_named));
      return result;
    };
    const auto predictions = names(options.prediction_names, "predVarNames", y + "_Pred");
    const auto residuals = options.residuals
                               ? names(options.residual_names, "residVarNames", y + "_Resid")
                               : std::vector<std::string>();
    for (std::size_t i = 0; i < n; ++i) {
      auto each = options;
      each.lambda.clear();
      each.prediction_names = {predictions[i]};
      if (options.residuals) each.residual_names = {residuals[i]};
      predictors_.push_back(regression_predictor(
          {std::make_shared<const LinearModel>(model.at(lambdas[i])), Family()}, each));
    }
  }

  std::vector<Field> outputs() const override {
    std::vector<std::vector<Field>> columns;
    for (const auto& each : predictors_) columns.push_back(each->outputs());
    return in_order(std::move(columns));
  }

  std::vector<std::string> source_columns() const override {
    return predictors_[0]->source_columns();
  }

  std::vector<Column> predict(const Chunk& chunk) const override {
    std::vector<std::vector<Column>> columns;
    for (const auto& each : predictors_) columns.push_back(each->predict(chunk));
    return in_order(std::move(columns));
  }

 private:
  /// All predictions, then all residuals.
  template <class T>
  static std::vector<T> in_order(std::vector<std::vector<T>> columns) {
    std::vector<T> result;
    for (std::size_t kind = 0; kind < columns[0].size(); ++kind)
      for (auto& each : columns) result.push_back(std::move(each[kind]));
    return result;
  }

  std::vector<std::shared_ptr<const Predictor>> predictors_;  ///< by penalty
};

class PenalizedModelOfKind final : public Model {
 public:
  explicit PenalizedModelOfKind(PenalizedModel model) : model_(std::move(model)) {}

  const ModelFrame& frame() const override { return model_.linear.frame; }
  const std::string& pipeline() const override { return model_.linear.pipeline; }
  Bytes save() const override { return model_.save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    return std::make_shared<const PenalizedPredictor>(model_, options);
  }

 private:
  PenalizedModel model_;
};

}  // namespace

LinearModel PenalizedModel::with(std::vector<double> coefficients) const {
  auto model = linear;
  model.coefficients = std::move(coefficients);
  return model;
}

std::vector<double> PenalizedModel::coefficients(std::size_t position) const {
  if (position == 0) return linear.coefficients;
  const auto columns = static_cast<std::ptrdiff_t>(linear.columns.size());
  const auto begin = further.begin() + static_cast<std::ptrdiff_t>(position - 1) * columns;
  return {begin, begin + columns};
}

LinearModel PenalizedModel::at(double lambda) const {
  for (std::size_t i = 0; i < lambdas.size(); ++i)
    if (std::fabs(lambda - lambdas[i]) <= kSame * lambdas[i]) return with(coefficients(i));
  if (interpolates && lambda <= lambdas.front() * (1 + kPrinted) &&
      lambda >= lambdas.back() * (1 - kPrinted)) {
    const double inside = std::clamp(lambda, lambdas.back(), lambdas.front());
    std::size_t next = 1;
    while (next + 1 < lambdas.size() && lambdas[next] > inside) ++next;
    if (next >= lambdas.size() || !(lambdas[next - 1] > lambdas[next]))
      return with(coefficients(0));
    const double share = (inside - lambdas[next]) / (lambdas[next - 1] - lambdas[next]);
    auto result = coefficients(next);
    const auto before = coefficients(next - 1);
    for (std::size_t k = 0; k < result.size(); ++k)
      result[k] = share * before[k] + (1 - share) * result[k];
    return with(std::move(result));
  }
  const auto text = general_text(lambda, 15);
  if (interpolates)
    throw InvalidArgument("`lambda` must be from "_named + general_text(lambdas.back(), 7) +
                          " to " + general_text(lambdas.front(), 7) +
                          ", the penalties of the model, not " + text);
  std::string known;
  for (std::size_t i = 0; i < std::min(lambdas.size(), kMostNamed); ++i)
    known += (i ? ", " : "") + general_text(lambdas[i], 15);
  if (lambdas.size() > kMostNamed)
    known += " and " + std::to_string(lambdas.size() - kMostNamed) + " more";
  throw InvalidArgument("the model was not fitted with `lambda` "_named + text + ", but with " +
                        known + ": fit it with that one too");
}

Bytes PenalizedModel::save() const { return seal(kKind, insitu::save(*this)); }

PenalizedModel PenalizedModel::load(std::string_view sealed) {
  const auto content = unseal(kKind, sealed);
  const auto version = ByteReader(content).get<std::uint32_t>();
  if (version != kVersion)
    throw DataError("the model was saved in format " + std::to_string(version) +
                    ", this version reads format " + std::to_string(kVersion) + ": fit it again");
  auto model = insitu::load<PenalizedModel>(content);
  check_model(model.linear);
  const auto& lambdas = model.lambdas;
  const auto usable = [](double lambda) { return lambda >= 0 && std::isfinite(lambda); };
  if (model.linear.responses() != 1 || lambdas.empty() || model.preferred >= lambdas.size() ||
      model.further.size() != model.linear.columns.size() * (lambdas.size() - 1) ||
      !std::ranges::all_of(lambdas, usable) ||
      (model.interpolates && !std::ranges::is_sorted(lambdas, std::greater<>())))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  return model;
}

std::shared_ptr<const Model> load_penalized_model(std::string_view sealed) {
  return std::make_shared<const PenalizedModelOfKind>(PenalizedModel::load(sealed));
}

}  // namespace insitu
