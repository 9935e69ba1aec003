#include "algorithms/predict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "data/decorated_source.hpp"
#include "math/distributions.hpp"

namespace insitu {

namespace {

using nlohmann::json;
using ModelPtr = std::shared_ptr<const LinearModel>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A model in the form in which rows use it. Immutable; shared by readers.
struct Predictor {
  ModelPtr model;
  PredictedColumns columns;
  ModelFrame frame;                  ///< without weights, which prediction does not need
  std::vector<double> coefficients;  ///< 0 where dropped, NaN where empty
  std::vector<std::size_t> offsets;  ///< first column of each term
  double half_width = 0;             ///< of an interval in units of its standard error

  Predictor(ModelPtr m, PredictedColumns c)
      : model(std::move(m)), columns(std::move(c)), frame(model->frame) {
    frame.weights.clear();
    frame.frequency_weights = false;
    std::size_t offset = model->intercept ? 1 : 0;
    for (std::size_t t = 0; t < frame.terms.size(); ++t) {
      offsets.push_back(offset);
      offset += frame.cells(t);
    }
    for (std::size_t k = 0; k < model->columns.size(); ++k)
      coefficients.push_back(model->columns[k] == LinearModel::ColumnState::kKept
                                 ? model->coefficients[k]
                             : model->columns[k] == LinearModel::ColumnState::kDropped ? 0.0
                                                                                       : kNaN);
    half_width = qt((1 - columns.confidence) / 2, model->residual_df, true);
  }

  bool needs_response() const { return !columns.residual.empty(); }
  bool needs_errors() const { return !columns.std_error.empty() || !columns.lower.empty(); }

  std::vector<std::string> source_columns() const { return frame.source_columns(needs_response()); }

  /// The added columns of a chunk, in the order of columns.names().
  std::vector<Column> predict(const Chunk& chunk) const {
    const auto rows = frame.rows(
        chunk, needs_response(),
        columns.unknown_levels_are_errors ? UnknownLevels::kError : UnknownLevels::kMissing);
    const auto fitted = fitted_values(rows);
    std::vector<Column> result;
    const auto add = [&](const std::string& name, auto&& value) {
      if (name.empty()) return;
      std::vector<double> out(chunk.rows, kNaN);
      const bool all = rows.row_in_chunk.empty() && rows.rows == chunk.rows;
      for (std::size_t i = 0; i < rows.rows; ++i) out[all ? i : rows.row_in_chunk[i]] = value(i);
      result.push_back(Column::own(Type::kFloat64, std::move(out)));
    };
    add(columns.prediction, [&](std::size_t i) { return fitted[i]; });
    add(columns.residual, [&](std::size_t i) { return rows.responses[0][i] - fitted[i]; });
    if (!needs_errors()) return result;
    const auto errors = std_errors(rows);
    const double sigma = model->sigma[0];
    const auto width = [&](std::size_t i) {
      return half_width * (columns.prediction_interval
                               ? std::sqrt(errors[i] * errors[i] + sigma * sigma)
                               : errors[i]);
    };
    add(columns.std_error,
        [&](std::size_t i) { return errors[i] + 0 * fitted[i]; });  // missing where the fit is
    add(columns.lower, [&](std::size_t i) { return fitted[i] - width(i); });
    add(columns.upper, [&](std::size_t i) { return fitted[i] + width(i); });
    return result;
  }

  std::vector<double> fitted_values(const ModelRows& rows) const {
    std::vector<double> fitted(rows.rows, model->intercept ? coefficients[0] : 0.0);
    for (std::size_t t = 0; t < frame.terms.size(); ++t) {
      const auto& term = rows.terms[t];
      const double* b = coefficients.data() + offsets[t];
      const double centre = model->centres[offsets[t]];  // of a numeric term; 0 for cells
      for (std::size_t i = 0; i < rows.rows; ++i) {
        const double coefficient = b[term.cell.empty() ? 0 : term.cell[i]];
        fitted[i] += term.value.empty() ? coefficient : coefficient * (term.value[i] - centre);
      }
    }
    return fitted;
  }

  std::vector<double> std_errors(const ModelRows& rows) const {
    const std::size_t p = model->columns.size();
    std::vector<double> errors(rows.rows);
    std::vector<std::pair<std::size_t, double>> active;  // columns that are not zero in this row
    for (std::size_t i = 0; i < rows.rows; ++i) {
      active.clear();
      if (model->intercept) active.emplace_back(0, 1.0);
      for (std::size_t t = 0; t < frame.terms.size(); ++t) {
        const auto& term = rows.terms[t];
        const auto column =
            offsets[t] + static_cast<std::size_t>(term.cell.empty() ? 0 : term.cell[i]);
        active.emplace_back(column,
                            term.value.empty() ? 1.0 : term.value[i] - model->centres[column]);
      }
      double square = 0;
      for (std::size_t a = 0; a < active.size(); ++a) {
        const double* row = model->covariance.data() + active[a].first * p;
        double sum = 0;
        for (std::size_t b = 0; b < a; ++b) sum += row[active[b].first] * active[b].second;
        square += active[a].second * (2 * sum + row[active[a].first] * active[a].second);
      }
      errors[i] = model->sigma[0] * std::sqrt(std::max(0.0, square));
    }
    return errors;
  }
};

using PredictorPtr = std::shared_ptr<const Predictor>;

/// Fields of a source and the columns that are added to it.
SchemaPtr extended_schema(const Schema& inner, const PredictedColumns& columns) {
  const auto added = columns.names();
  std::vector<Field> fields;
  for (const auto& field : inner.fields())
    if (std::find(added.begin(), added.end(), field.name) == added.end()) fields.push_back(field);
  for (const auto& name : added) {
    Field field;
    field.name = name;
    fields.push_back(field);
  }
  return std::make_shared<const Schema>(std::move(fields));
}

class PredictingReader final : public ChunkReader {
 public:
  PredictingReader(std::unique_ptr<ChunkReader> inner, PredictorPtr predictor,
                   std::vector<std::string> wanted)
      : inner_(std::move(inner)), predictor_(std::move(predictor)), wanted_(std::move(wanted)) {}

  std::optional<Chunk> next() override {
    auto chunk = inner_->next();
    if (!chunk) return chunk;
    const auto added = predictor_->columns.names();
    const auto any = std::any_of(wanted_.begin(), wanted_.end(), [&](const std::string& name) {
      return std::find(added.begin(), added.end(), name) != added.end();
    });
    const auto values = any ? predictor_->predict(*chunk) : std::vector<Column>();
    Chunk result;
    result.rows = chunk->rows;
    result.from = chunk->from;
    std::vector<Field> fields;
    for (const auto& name : wanted_) {
      const auto at = std::find(added.begin(), added.end(), name);
      if (at == added.end()) {
        const auto position = chunk->schema->index(name);
        fields.push_back((*chunk->schema)[position]);
        result.columns.push_back(chunk->columns[position]);
      } else {
        fields.emplace_back();
        fields.back().name = name;
        result.columns.push_back(values[static_cast<std::size_t>(at - added.begin())]);
      }
    }
    if (chunk->schema != inner_schema_) {
      inner_schema_ = chunk->schema;
      schema_ = std::make_shared<const Schema>(std::move(fields));
    }
    result.schema = schema_;
    return result;
  }

 private:
  std::unique_ptr<ChunkReader> inner_;
  PredictorPtr predictor_;
  std::vector<std::string> wanted_;
  SchemaPtr inner_schema_, schema_;
};

class PredictedSource final : public DecoratedSource {
 public:
  PredictedSource(std::shared_ptr<const DataSource> source, ModelPtr model,
                  PredictedColumns columns)
      : DecoratedSource(std::move(source)) {
    if (model->responses() != 1)
      throw InvalidArgument("predictions need a model with one dependent variable; this one has " +
                            std::to_string(model->responses()) + ": fit them one by one");
    predictor_ = std::make_shared<const Predictor>(std::move(model), std::move(columns));
    const auto& wanted = predictor_->columns;
    if (predictor_->needs_errors()) {
      if (predictor_->model->cube)
        throw InvalidArgument(
            "standard errors and intervals cannot be computed for a model fitted with `cube = TRUE`"_named);
      if (predictor_->model->covariance.empty())
        throw InvalidArgument(
            "standard errors and intervals need a model that was fitted with `covCoef = TRUE`"_named);
    }
    if (!(wanted.confidence > 0 && wanted.confidence < 1))
      throw InvalidArgument("`confLevel` must be between 0 and 1: "_named +
                            general_text(wanted.confidence, 15));
    auto names = wanted.names();
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
      throw InvalidArgument("two output columns have the same name: " + *twice);
    const auto inner = source_->schema();
    for (const auto& name : predictor_->source_columns()) inner->index(name);
    schema_ = extended_schema(*inner, wanted);
  }

  SchemaPtr schema() const override { return schema_; }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    const auto wanted = options.columns ? *options.columns : schema_->names();
    const auto added = predictor_->columns.names();
    ReadOptions inner;
    inner.columns.emplace();
    const auto read = [&](const std::string& name) {
      if (std::find(inner.columns->begin(), inner.columns->end(), name) == inner.columns->end())
        inner.columns->push_back(name);
    };
    bool predicts = false;
    for (const auto& name : wanted) {
      if (std::find(added.begin(), added.end(), name) != added.end())
        predicts = true;
      else
        read(name);
    }
    if (predicts)
      for (const auto& name : predictor_->source_columns()) read(name);
    return std::make_unique<PredictingReader>(source_->open(split, inner), predictor_, wanted);
  }
  Recipe recipe() const override {
    const auto& c = predictor_->columns;
    const json options = {{"type", "predicted"},
                          {"source", json::parse(source_->recipe().options)},
                          {"model", to_base64(predictor_->model->save())},
                          {"columns",
                           {{"prediction", c.prediction},
                            {"residual", c.residual},
                            {"stdError", c.std_error},
                            {"lower", c.lower},
                            {"upper", c.upper},
                            {"predictionInterval", c.prediction_interval},
                            {"confidence", c.confidence},
                            {"unknownLevelsAreErrors", c.unknown_levels_are_errors}}}};
    return {"predicted", options.dump(-1, ' ', false, json::error_handler_t::replace)};
  }

 private:
  PredictorPtr predictor_;
  SchemaPtr schema_;
};

}  // namespace

std::vector<std::string> PredictedColumns::names() const {
  std::vector<std::string> result;
  for (const auto* name : {&prediction, &residual, &std_error, &lower, &upper})
    if (!name->empty()) result.push_back(*name);
  return result;
}

std::shared_ptr<const DataSource> predicted(std::shared_ptr<const DataSource> source,
                                            std::shared_ptr<const LinearModel> model,
                                            PredictedColumns columns) {
  return std::make_shared<PredictedSource>(std::move(source), std::move(model), std::move(columns));
}

std::shared_ptr<const DataSource> predicted_from_json(
    const json& recipe, const std::function<std::shared_ptr<const DataSource>(const json&)>& make) {
  try {
    const auto& options = recipe.at("columns");
    PredictedColumns columns;
    columns.prediction = options.at("prediction").get<std::string>();
    columns.residual = options.at("residual").get<std::string>();
    columns.std_error = options.at("stdError").get<std::string>();
    columns.lower = options.at("lower").get<std::string>();
    columns.upper = options.at("upper").get<std::string>();
    columns.prediction_interval = options.at("predictionInterval").get<bool>();
    columns.confidence = options.at("confidence").get<double>();
    columns.unknown_levels_are_errors = options.at("unknownLevelsAreErrors").get<bool>();
    auto model = std::make_shared<const LinearModel>(
        LinearModel::load(from_base64(recipe.at("model").get<std::string>())));
    return predicted(make(recipe.at("source")), std::move(model), std::move(columns));
  } catch (const json::exception&) {
    throw DataError("a recipe of predictions needs source, model and columns");
  }
}

}  // namespace insitu
