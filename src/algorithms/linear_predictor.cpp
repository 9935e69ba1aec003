#include "algorithms/linear_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "math/distributions.hpp"

namespace insitu {

namespace {

using LinearModelPtr = std::shared_ptr<const LinearModel>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The name given for one output column, or `otherwise`.
std::string name_or(const std::vector<std::string>& given, const char* key, std::string otherwise) {
  if (given.empty()) return otherwise;
  if (given.size() != 1 || given[0].empty())
    throw InvalidArgument(named(key) + " must be one name: the model has one dependent variable");
  return given[0];
}

}  // namespace

AddedColumns added_columns(const LinearModel& model, const PredictOptions& options) {
  if (model.responses() != 1)
    throw InvalidArgument("predictions need a model with one dependent variable; this one has " +
                          std::to_string(model.responses()) + ": fit them one by one");
  if (options.type == "class")
    throw InvalidArgument(
        "`type = \"class\"` is for a multinomial model: of this one take \"response\""_named);
  const auto y = model.response_name(0);
  AddedColumns columns;
  columns.prediction = name_or(options.prediction_names, "predVarNames", y + "_Pred");
  if (options.residuals)
    columns.residual = name_or(options.residual_names, "residVarNames", y + "_Resid");
  if (options.std_errors)
    columns.std_error = name_or(options.std_error_names, "stdErrorsVarNames", y + "_StdErr");
  if (options.interval != "none") {
    auto bounds = options.interval_names;
    if (bounds.empty()) bounds = {y + "_Lower", y + "_Upper"};
    if (bounds.size() != 2 || bounds[0].empty() || bounds[1].empty())
      throw InvalidArgument(
          "`intervalVarNames` must be two names, of the lower and the upper bound"_named);
    columns.lower = bounds[0];
    columns.upper = bounds[1];
  }
  if ((options.std_errors || options.interval != "none")) {
    if (model.cube)
      throw InvalidArgument(
          "standard errors and intervals cannot be computed for a model fitted with `cube = TRUE`"_named);
    if (model.covariance.empty())
      throw InvalidArgument(
          "standard errors and intervals need a model that was fitted with `covCoef = TRUE`"_named);
  }
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidArgument("`confLevel` must be between 0 and 1: "_named +
                          general_text(options.confidence, 15));
  return columns;
}

namespace {

/// A model in the form in which rows use it.
class LinearPredictor final : public Predictor {
 public:
  LinearPredictor(LinearModelPtr m, const PredictOptions& options)
      : model_(std::move(m)),
        columns_(added_columns(*model_, options)),
        prediction_interval_(options.interval == "prediction"),
        unknown_levels_(options.check_levels ? UnknownLevels::kError : UnknownLevels::kMissing),
        frame_(model_->frame) {
    frame_.weights.clear();  // which prediction does not need
    frame_.frequency_weights = false;
    std::size_t offset = model_->intercept ? 1 : 0;
    for (std::size_t t = 0; t < frame_.terms.size(); ++t) {
      offsets_.push_back(offset);
      offset += frame_.cells(t);
    }
    for (std::size_t k = 0; k < model_->columns.size(); ++k)
      coefficients_.push_back(model_->columns[k] == LinearModel::ColumnState::kKept
                                  ? model_->coefficients[k]
                              : model_->columns[k] == LinearModel::ColumnState::kDropped ? 0.0
                                                                                         : kNaN);
    half_width_ = qt((1 - options.confidence) / 2, model_->residual_df, true);
  }

  std::vector<Field> outputs() const override {
    std::vector<Field> fields;
    for (const auto* name : {&columns_.prediction, &columns_.residual, &columns_.std_error,
                             &columns_.lower, &columns_.upper})
      if (!name->empty()) fields.emplace_back().name = *name;
    return fields;
  }

  std::vector<std::string> source_columns() const override {
    return frame_.source_columns(needs_response());
  }

  std::vector<Column> predict(const Chunk& chunk) const override {
    const auto rows = frame_.rows(chunk, needs_response(), unknown_levels_);
    const auto fitted = fitted_values(rows);
    std::vector<Column> result;
    const auto add = [&](const std::string& name, auto&& value) {
      if (name.empty()) return;
      std::vector<double> out(chunk.rows, kNaN);
      const bool all = rows.row_in_chunk.empty() && rows.rows == chunk.rows;
      for (std::size_t i = 0; i < rows.rows; ++i) out[all ? i : rows.row_in_chunk[i]] = value(i);
      result.push_back(Column::own(Type::kFloat64, std::move(out)));
    };
    add(columns_.prediction, [&](std::size_t i) { return fitted[i]; });
    add(columns_.residual, [&](std::size_t i) { return rows.responses[0][i] - fitted[i]; });
    if (columns_.std_error.empty() && columns_.lower.empty()) return result;
    const auto errors = std_errors(rows);
    const double sigma = model_->sigma[0];
    const auto width = [&](std::size_t i) {
      return half_width_ *
             (prediction_interval_ ? std::sqrt(errors[i] * errors[i] + sigma * sigma) : errors[i]);
    };
    add(columns_.std_error,
        [&](std::size_t i) { return errors[i] + 0 * fitted[i]; });  // missing where the fit is
    add(columns_.lower, [&](std::size_t i) { return fitted[i] - width(i); });
    add(columns_.upper, [&](std::size_t i) { return fitted[i] + width(i); });
    return result;
  }

 private:
  bool needs_response() const { return !columns_.residual.empty(); }

  std::vector<double> fitted_values(const ModelRows& rows) const {
    std::vector<double> fitted(rows.rows, model_->intercept ? coefficients_[0] : 0.0);
    for (std::size_t t = 0; t < frame_.terms.size(); ++t) {
      const auto& term = rows.terms[t];
      const double* b = coefficients_.data() + offsets_[t];
      const double centre = model_->centres[offsets_[t]];  // of a numeric term; 0 for cells
      for (std::size_t i = 0; i < rows.rows; ++i) {
        const double coefficient = b[term.cell.empty() ? 0 : term.cell[i]];
        fitted[i] += term.value.empty() ? coefficient : coefficient * (term.value[i] - centre);
      }
    }
    return fitted;
  }

  std::vector<double> std_errors(const ModelRows& rows) const {
    const std::size_t p = model_->columns.size();
    std::vector<double> errors(rows.rows);
    std::vector<std::pair<std::size_t, double>> active;  // columns that are not zero in this row
    for (std::size_t i = 0; i < rows.rows; ++i) {
      active.clear();
      if (model_->intercept) active.emplace_back(0, 1.0);
      for (std::size_t t = 0; t < frame_.terms.size(); ++t) {
        const auto& term = rows.terms[t];
        const auto column =
            offsets_[t] + static_cast<std::size_t>(term.cell.empty() ? 0 : term.cell[i]);
        active.emplace_back(column,
                            term.value.empty() ? 1.0 : term.value[i] - model_->centres[column]);
      }
      double square = 0;
      for (std::size_t a = 0; a < active.size(); ++a) {
        const double* row = model_->covariance.data() + active[a].first * p;
        double sum = 0;
        for (std::size_t b = 0; b < a; ++b) sum += row[active[b].first] * active[b].second;
        square += active[a].second * (2 * sum + row[active[a].first] * active[a].second);
      }
      errors[i] = model_->sigma[0] * std::sqrt(std::max(0.0, square));
    }
    return errors;
  }

  LinearModelPtr model_;
  AddedColumns columns_;
  bool prediction_interval_;
  UnknownLevels unknown_levels_;
  ModelFrame frame_;
  std::vector<double> coefficients_;  ///< 0 where dropped, NaN where empty
  std::vector<std::size_t> offsets_;  ///< first column of each term
  double half_width_ = 0;             ///< of an interval in units of its standard error
};

class LinearModelOfKind final : public Model {
 public:
  explicit LinearModelOfKind(LinearModel model)
      : model_(std::make_shared<const LinearModel>(std::move(model))) {}

  const ModelFrame& frame() const override { return model_->frame; }
  const std::string& pipeline() const override { return model_->pipeline; }
  Bytes save() const override { return model_->save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    return linear_predictor(model_, options);
  }

 private:
  LinearModelPtr model_;
};

}  // namespace

std::shared_ptr<const Predictor> linear_predictor(LinearModelPtr model,
                                                  const PredictOptions& options) {
  return std::make_shared<const LinearPredictor>(std::move(model), options);
}

std::shared_ptr<const Model> as_model(LinearModel model) {
  return std::make_shared<const LinearModelOfKind>(std::move(model));
}

std::shared_ptr<const Model> load_linear_model(std::string_view sealed) {
  return as_model(LinearModel::load(sealed));
}

}  // namespace insitu
