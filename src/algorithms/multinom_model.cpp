#include "algorithms/multinom_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/linear_predictor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "math/elementary.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class MultinomPredictor final : public Predictor {
 public:
  MultinomPredictor(std::shared_ptr<const MultinomModel> model, const PredictOptions& options)
      : model_(std::move(model)), type_(options.type), levels_(make_levels(model_->classes())) {
    const std::string what = "a multinomial logistic regression";
    refuse_errors(options, what);
    if (options.residuals)
      throw InvalidArgument("residuals are not defined for " + what + ": leave the argument out");
    refuse_penalties(options);
    refuse_components(options);
    const auto& linear = model_->linear;
    const auto y = linear.response_name(0);
    if (type_ == "class") {
      names_ = {y + "_Pred"};
    } else {
      const bool odds = type_ == "link";
      for (std::size_t c = odds ? 1 : 0; c < levels_->size(); ++c)
        names_.push_back((*levels_)[c] + (odds ? "_link" : "_prob"));
    }
    const auto& given = options.prediction_names;
    if (!given.empty()) {
      if (given.size() != names_.size() || std::ranges::count(given, std::string()) > 0)
        throw InvalidArgument("`predVarNames` must be "_named + std::to_string(names_.size()) +
                              (names_.size() == 1 ? " name" : " names, one for each class"));
      names_ = given;
    }
    const auto columns = linear.columns.size();
    for (std::size_t c = 0; c + 1 < levels_->size(); ++c) {
      auto one = linear;
      if (c > 0) {
        const auto begin = model_->further.begin() + static_cast<std::ptrdiff_t>((c - 1) * columns);
        one.coefficients.assign(begin, begin + static_cast<std::ptrdiff_t>(columns));
      }
      odds_.emplace_back(std::make_shared<const LinearModel>(std::move(one)), false,
                         options.check_levels ? UnknownLevels::kError : UnknownLevels::kMissing);
    }
  }

  std::vector<Field> outputs() const override {
    std::vector<Field> fields;
    for (const auto& name : names_) {
      auto& field = fields.emplace_back();
      field.name = name;
      if (type_ != "class") continue;
      field.type = Type::kFactor;
      field.levels = levels_;
    }
    return fields;
  }

  std::vector<std::string> source_columns() const override { return odds_[0].source_columns(); }

  std::vector<Column> predict(const Chunk& chunk) const override {
    const std::size_t classes = levels_->size();
    std::vector<std::vector<double>> values(classes);
    for (std::size_t c = 1; c < classes; ++c) values[c] = odds_[c - 1].at(chunk).fitted;
    const std::size_t n = values[1].size();
    std::vector<Column> result;
    if (type_ == "link") {
      for (std::size_t c = 1; c < classes; ++c)
        result.push_back(Column::own(Type::kFloat64, std::move(values[c])));
      return result;
    }
    values[0].resize(n);
    std::vector<double> most(n), sum(n);
    std::vector<std::int32_t> likeliest(n, 0);  // the first of those that are equal
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t c = 1; c < classes; ++c) {
        const double eta = values[c][i];
        if (std::isnan(eta)) likeliest[i] = -1;
        if (likeliest[i] >= 0 && eta > most[i]) {
          most[i] = eta;
          likeliest[i] = static_cast<std::int32_t>(c);
        }
      }
    if (type_ == "class") {
      result.push_back(Column::own(Type::kFactor, std::move(likeliest), levels_));
      return result;
    }
    for (auto& each : values) {
      for (std::size_t i = 0; i < n; ++i) each[i] = likeliest[i] < 0 ? kNaN : each[i] - most[i];
      elementary::exp(each.data(), each.data(), n);
      for (std::size_t i = 0; i < n; ++i) sum[i] += each[i];
    }
    for (auto& each : values) {
      for (std::size_t i = 0; i < n; ++i) each[i] /= sum[i];
      result.push_back(Column::own(Type::kFloat64, std::move(each)));
    }
    return result;
  }

 private:
  std::shared_ptr<const MultinomModel> model_;
  std::string type_;
  Levels levels_;
  std::vector<std::string> names_;
  std::vector<LinearPredictor> odds_;  ///< of each class but the first
};

class MultinomModelOfKind final : public Model {
 public:
  explicit MultinomModelOfKind(MultinomModel model)
      : model_(std::make_shared<const MultinomModel>(std::move(model))) {}

  const ModelFrame& frame() const override { return model_->linear.frame; }
  const std::string& pipeline() const override { return model_->linear.pipeline; }
  Bytes save() const override { return model_->save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    return std::make_shared<const MultinomPredictor>(model_, options);
  }

 private:
  std::shared_ptr<const MultinomModel> model_;
};

}  // namespace

Bytes MultinomModel::save() const { return seal(kKind, insitu::save(*this)); }

MultinomModel MultinomModel::load(std::string_view sealed) {
  const auto content = unseal(kKind, sealed);
  const auto version = ByteReader(content).get<std::uint32_t>();
  if (version != kVersion)
    throw DataError("the model was saved in format " + std::to_string(version) +
                    ", this version reads format " + std::to_string(kVersion) + ": fit it again");
  auto model = insitu::load<MultinomModel>(content);
  check_model(model.linear);
  if (model.linear.responses() != 1 || model.classes().size() < 2 ||
      model.further.size() != model.linear.columns.size() * (model.classes().size() - 2))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  return model;
}

MultinomModel make_multinom_model(const Multinom& analysis, const MultinomFit& fit,
                                  std::string pipeline) {
  MultinomModel model;
  model.linear = make_linear_model(analysis.frame, fit.linear, false, std::move(pipeline));
  const auto columns = static_cast<std::ptrdiff_t>(fit.linear.columns.size());
  const auto& all = fit.centred_coefficients;
  model.linear.coefficients.assign(all.begin(), all.begin() + columns);
  model.linear.covariance.clear();
  model.linear.sigma = {1};
  model.further.assign(all.begin() + columns, all.end());
  return model;
}

std::shared_ptr<const Model> load_multinom_model(std::string_view sealed) {
  return std::make_shared<const MultinomModelOfKind>(MultinomModel::load(sealed));
}

}  // namespace insitu
