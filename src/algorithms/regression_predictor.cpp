#include "algorithms/regression_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/linear_predictor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "math/distributions.hpp"

namespace insitu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

enum class Residual { kResponse, kPearson, kDeviance, kWorking };

/// Which columns are added, by name; "": not that one.
struct AddedColumns {
  std::string prediction, residual, std_error;
  std::string lower, upper;  ///< both or none
  std::string leverage, cooks_distance;
};

/// The name given for one output column, or `otherwise`.
std::string name_or(const std::vector<std::string>& given, const char* key, std::string otherwise) {
  if (given.empty()) return otherwise;
  if (given.size() != 1 || given[0].empty())
    throw InvalidArgument(named(key) + " must be one name: the model has one dependent variable");
  return given[0];
}

AddedColumns added_columns(const LinearModel& model, const PredictOptions& options) {
  if (model.responses() != 1)
    throw InvalidArgument("predictions need a model with one dependent variable; this one has " +
                          std::to_string(model.responses()) + ": fit them one by one");
  if (options.type == "class")
    throw InvalidArgument(
        "`type = \"class\"` is for a multinomial model: of this one take \"response\""_named);
  refuse_penalties(options);
  refuse_components(options);
  const auto y = model.response_name(0);
  AddedColumns columns;
  columns.prediction = name_or(options.prediction_names, "predVarNames", y + "_Pred");
  if (options.residuals)
    columns.residual = name_or(options.residual_names, "residVarNames", y + "_Resid");
  if (options.std_errors)
    columns.std_error = name_or(options.std_error_names, "stdErrorsVarNames", y + "_StdErr");
  const bool interval = options.interval != "none";
  if (interval) {
    auto bounds = options.interval_names;
    if (bounds.empty()) bounds = {y + "_Lower", y + "_Upper"};
    if (bounds.size() != 2 || bounds[0].empty() || bounds[1].empty())
      throw InvalidArgument(
          "`intervalVarNames` must be two names, of the lower and the upper bound"_named);
    columns.lower = bounds[0];
    columns.upper = bounds[1];
  }
  if (options.leverage) columns.leverage = y + "_Leverage";
  if (options.cooks_distance) columns.cooks_distance = y + "_CooksDistance";
  const bool of_rows = options.leverage || options.cooks_distance;
  if (options.std_errors || interval || of_rows) {
    const std::string what = options.std_errors || interval ? "standard errors and intervals"
                                                            : "leverages and Cook's distances";
    if (model.cube)
      throw InvalidArgument(what +
                            " cannot be computed for a model fitted with `cube = TRUE`"_named);
    if (model.covariance.empty())
      throw InvalidArgument(what + " need a model that was fitted with `covCoef = TRUE`"_named);
    if (of_rows && !model.robust.empty())
      throw InvalidArgument(
          "leverages and Cook's distances need the covariance of least squares: fit without `robust` and `cluster`"_named);
  }
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidArgument("`confLevel` must be between 0 and 1: "_named +
                          general_text(options.confidence, 15));
  return columns;
}

Residual residual_of(const std::string& type) {
  if (type == "pearson") return Residual::kPearson;
  if (type == "deviance") return Residual::kDeviance;
  if (type == "working") return Residual::kWorking;
  return Residual::kResponse;
}

std::vector<double> numbers_of(const Column& column) {
  std::vector<double> values(column.size());
  column.numbers(values.data());
  return values;
}

class RegressionPredictor final : public Predictor {
 public:
  RegressionPredictor(Regression model, const PredictOptions& options)
      : model_(std::move(model)),
        columns_(added_columns(*model_.linear, options)),
        residual_(residual_of(options.residual_type)),
        identity_(model_.family.link.kind == Link::Kind::kIdentity),
        response_scale_(options.type == "response" && !identity_),
        prediction_interval_(options.interval == "prediction"),
        linear_(model_.linear,
                !columns_.std_error.empty() || !columns_.lower.empty() ||
                    !columns_.leverage.empty() || !columns_.cooks_distance.empty(),
                options.check_levels ? UnknownLevels::kError : UnknownLevels::kMissing),
        frame_(model_.linear->frame) {
    if (prediction_interval_ && !(identity_ && model_.family.name == Family::Name::kGaussian))
      throw InvalidArgument(
          "`interval = \"prediction\"` is for linear models: of this one take \"confidence\""_named);
    const auto& family = model_.family;
    const bool of_rows = !columns_.leverage.empty() || !columns_.cooks_distance.empty();
    // Means are needed for all but what stands on the scale of the link.
    needs_means_ = response_scale_ || !columns_.residual.empty() || of_rows;
    const bool needs_variances =
        of_rows || (!columns_.residual.empty() &&
                    (residual_ == Residual::kPearson || residual_ == Residual::kDeviance));
    calls_user_ =
        (family.own_link() && needs_means_) || (family.own_functions() && needs_variances);
    if (calls_user_ && !family.user.callable())
      throw InvalidArgument(
          "the model was fitted with " +
          (family.own_functions() ? "the family '" + family.family_name()
                                  : "the link '" + family.link_name()) +
          "', functions of " + family.user.language_name() + " that only the model object of " +
          family.user.language_name() +
          " holds: predict with that object, or on the scale of the link with `type = \"link\"`"_named);
    const double tail = (1 - options.confidence) / 2;
    half_width_ = model_.normal ? qnorm(tail, true) : qt(tail, model_.linear->residual_df, true);
    // A row of frequency weights stands for rows of weight 1.
    const bool weighs = !columns_.leverage.empty() || !columns_.cooks_distance.empty() ||
                        (!columns_.residual.empty() &&
                         (residual_ == Residual::kPearson || residual_ == Residual::kDeviance));
    if (!weighs || frame_.frequency_weights) frame_.weights.clear();
    frame_.frequency_weights = false;
    response_ = frame_.responses[0];
    needs_response_ = !columns_.residual.empty() || !columns_.cooks_distance.empty();
    frame_.responses.clear();
    if (needs_response_) frame_.responses.push_back(response_);
    if (model_.offset) frame_.responses.push_back(*model_.offset);
    using State = LinearModel::ColumnState;
    rank_ = static_cast<double>(std::ranges::count(model_.linear->columns, State::kKept));
  }

  std::vector<Field> outputs() const override {
    std::vector<Field> fields;
    for (const auto* name :
         {&columns_.prediction, &columns_.residual, &columns_.std_error, &columns_.lower,
          &columns_.upper, &columns_.leverage, &columns_.cooks_distance})
      if (!name->empty()) fields.emplace_back().name = *name;
    return fields;
  }

  std::vector<std::string> source_columns() const override {
    return frame_.source_columns(needs_response_ || model_.offset || !frame_.weights.empty());
  }

  bool needs_calling_thread() const override { return calls_user_; }

  std::vector<Column> predict(const Chunk& chunk) const override {
    auto values = linear_.at(chunk);
    auto& eta = values.fitted;
    const std::size_t n = eta.size();
    if (model_.offset) {
      const auto offset = numbers_of(frame_.variable_rows(*model_.offset, chunk).values);
      for (std::size_t i = 0; i < n; ++i) eta[i] += offset[i];
    }
    std::vector<double> y;
    if (needs_response_) {
      y = numbers_of(frame_.variable_rows(response_, chunk).values);
      for (std::size_t i = 0; i < n; ++i)
        if (std::isnan(y[i])) eta[i] = kNaN;  // no output for such a row
    }
    const auto& family = model_.family;
    std::vector<double> means, slope;
    if (!identity_ && needs_means_) {
      means.resize(n);
      slope.resize(n);
      family.means(eta.data(), means.data(), slope.data(), n);
    }
    const auto& mu = identity_ ? eta : means;
    std::vector<Column> result;
    const auto add = [&](const std::string& name, auto&& value) {
      if (name.empty()) return;
      std::vector<double> out(n);
      for (std::size_t i = 0; i < n; ++i) out[i] = std::isnan(eta[i]) ? kNaN : value(i);
      result.push_back(Column::own(Type::kFloat64, std::move(out)));
    };
    add(columns_.prediction, [&](std::size_t i) { return response_scale_ ? mu[i] : eta[i]; });
    const auto weights = frame_.weight_rows(chunk);
    const auto weight = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };
    std::vector<double> variances, deviances;
    if (residual_ == Residual::kPearson || !columns_.leverage.empty() ||
        !columns_.cooks_distance.empty()) {
      variances.resize(n);
      model_.family.variances(mu.data(), variances.data(), n);
    }
    const auto pearson = [&](std::size_t i) {
      return (y[i] - mu[i]) * std::sqrt(weight(i)) / std::sqrt(variances[i]);
    };
    if (!columns_.residual.empty() && residual_ == Residual::kDeviance) {
      deviances.resize(n);
      model_.family.deviances(y.data(), mu.data(), deviances.data(), n);
    }
    add(columns_.residual, [&](std::size_t i) {
      const double rest = y[i] - mu[i];
      switch (residual_) {
        case Residual::kPearson:
          return pearson(i);
        case Residual::kDeviance:
          return std::copysign(std::sqrt(std::max(0.0, weight(i) * deviances[i])), rest);
        case Residual::kWorking:
          return identity_ ? rest : rest / slope[i];
        case Residual::kResponse:
          break;
      }
      return rest;
    });
    // Not by the squares, which are empty for a chunk without rows too.
    if (columns_.std_error.empty() && columns_.lower.empty() && columns_.leverage.empty() &&
        columns_.cooks_distance.empty())
      return result;

    const double sigma = model_.linear->sigma[0];
    const auto error = [&](std::size_t i) { return sigma * std::sqrt(values.squares[i]); };
    add(columns_.std_error,
        [&](std::size_t i) { return response_scale_ ? std::fabs(slope[i]) * error(i) : error(i); });
    if (!columns_.lower.empty()) {
      std::vector<double> low(n), high(n);
      for (std::size_t i = 0; i < n; ++i) {
        const double e = error(i);
        const double width =
            half_width_ * (prediction_interval_ ? std::sqrt(e * e + sigma * sigma) : e);
        low[i] = eta[i] - width;
        high[i] = eta[i] + width;
      }
      if (response_scale_) {
        // Of the mean: the bounds on the scale of the link, which may turn them round.
        std::vector<double> unused(n);
        family.means(low.data(), low.data(), unused.data(), n);
        family.means(high.data(), high.data(), unused.data(), n);
        for (std::size_t i = 0; i < n; ++i)
          if (high[i] < low[i]) std::swap(low[i], high[i]);
      }
      add(columns_.lower, [&](std::size_t i) { return low[i]; });
      add(columns_.upper, [&](std::size_t i) { return high[i]; });
    }
    const auto leverage = [&](std::size_t i) {
      const double working = identity_ ? 1 / variances[i] : slope[i] * slope[i] / variances[i];
      return weight(i) * working * values.squares[i];
    };
    add(columns_.leverage, leverage);
    add(columns_.cooks_distance, [&](std::size_t i) {
      const double h = leverage(i), rest = pearson(i) / (1 - h);
      return rest * rest * h / (sigma * sigma * rank_);
    });
    return result;
  }

 private:
  Regression model_;
  AddedColumns columns_;
  Residual residual_;
  bool identity_, response_scale_, prediction_interval_;
  bool needs_means_ = false, calls_user_ = false;
  LinearPredictor linear_;
  ModelFrame frame_;            ///< its responses are what is read beside the terms
  std::uint32_t response_ = 0;  ///< position of the response's variable
  bool needs_response_ = false;
  double half_width_ = 0;  ///< of an interval in units of its standard error
  double rank_ = 0;        ///< coefficients that were not dropped
};

class LinearModelOfKind final : public Model {
 public:
  explicit LinearModelOfKind(LinearModel model)
      : model_(std::make_shared<const LinearModel>(std::move(model))) {}

  const ModelFrame& frame() const override { return model_->frame; }
  const std::string& pipeline() const override { return model_->pipeline; }
  Bytes save() const override { return model_->save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    return regression_predictor({model_, Family()}, options);
  }

 private:
  std::shared_ptr<const LinearModel> model_;
};

}  // namespace

std::shared_ptr<const Predictor> regression_predictor(Regression model,
                                                      const PredictOptions& options) {
  return std::make_shared<const RegressionPredictor>(std::move(model), options);
}

std::shared_ptr<const Model> as_model(LinearModel model) {
  return std::make_shared<const LinearModelOfKind>(std::move(model));
}

std::shared_ptr<const Model> load_linear_model(std::string_view sealed) {
  return as_model(LinearModel::load(sealed));
}

}  // namespace insitu
