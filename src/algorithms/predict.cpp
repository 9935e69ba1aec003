#include "algorithms/predict.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "data/decorated_source.hpp"

namespace insitu {

namespace {

using nlohmann::json;
using ModelPtr = std::shared_ptr<const Model>;
using PredictorPtr = std::shared_ptr<const Predictor>;

std::vector<std::string> names_of(const Predictor& predictor) {
  std::vector<std::string> names;
  for (const auto& field : predictor.outputs()) names.push_back(field.name);
  return names;
}

/// Fields of a source and the columns that are added to it.
SchemaPtr extended_schema(const Schema& inner, const std::vector<Field>& added) {
  std::vector<Field> fields;
  for (const auto& field : inner.fields())
    if (std::ranges::find(added, field.name, &Field::name) == added.end()) fields.push_back(field);
  fields.insert(fields.end(), added.begin(), added.end());
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
    const auto added = predictor_->outputs();
    const auto any = std::any_of(wanted_.begin(), wanted_.end(), [&](const std::string& name) {
      return std::ranges::find(added, name, &Field::name) != added.end();
    });
    const auto values = any ? predictor_->predict(*chunk) : std::vector<Column>();
    Chunk result;
    result.rows = chunk->rows;
    result.from = chunk->from;
    std::vector<Field> fields;
    for (const auto& name : wanted_) {
      const auto at = std::ranges::find(added, name, &Field::name);
      if (at == added.end()) {
        const auto position = chunk->schema->index(name);
        fields.push_back((*chunk->schema)[position]);
        result.columns.push_back(chunk->columns[position]);
      } else {
        fields.push_back(*at);
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
  PredictedSource(std::shared_ptr<const DataSource> source, ModelPtr model, PredictOptions options)
      : DecoratedSource(std::move(source)),
        model_(std::move(model)),
        options_(std::move(options)),
        predictor_(model_->predictor(options_)) {
    auto names = names_of(*predictor_);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
      throw InvalidArgument("two output columns have the same name: " + *twice);
    const auto inner = source_->schema();
    for (const auto& name : predictor_->source_columns())
      if (!inner->find(name))
        throw InvalidArgument("variable not found: " + name + did_you_mean(name, inner->names()) +
                              ": the model needs it, so add it to the data");
    schema_ = extended_schema(*inner, predictor_->outputs());
  }

  std::vector<std::string> added() const { return names_of(*predictor_); }
  SchemaPtr schema() const override { return schema_; }
  bool needs_calling_thread() const override {
    return predictor_->needs_calling_thread() || source_->needs_calling_thread();
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    const auto wanted = options.columns ? *options.columns : schema_->names();
    const auto added = names_of(*predictor_);
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
    const json options = {{"type", "predicted"},
                          {"source", json::parse(source_->recipe().options)},
                          {"model", to_base64(model_->save())},
                          {"options", to_base64(insitu::save(options_))}};
    return {"predicted", options.dump(-1, ' ', false, json::error_handler_t::replace)};
  }

 private:
  ModelPtr model_;
  PredictOptions options_;
  PredictorPtr predictor_;
  SchemaPtr schema_;
};

}  // namespace

Predictions predicted(std::shared_ptr<const DataSource> source, std::shared_ptr<const Model> model,
                      PredictOptions options) {
  auto made = std::make_shared<const PredictedSource>(std::move(source), std::move(model),
                                                      std::move(options));
  auto columns = made->added();
  return {std::move(made), std::move(columns)};
}

std::shared_ptr<const DataSource> predicted_from_json(
    const json& recipe, const std::function<std::shared_ptr<const DataSource>(const json&)>& make) {
  try {
    const auto text = [&](const char* key) {
      return from_base64(recipe.at(key).get_ref<const std::string&>());
    };
    return predicted(make(recipe.at("source")), load_model(text("model")),
                     load<PredictOptions>(text("options")))
        .source;
  } catch (const json::exception&) {
    throw DataError("a recipe of predictions needs source, model and options");
  }
}

}  // namespace insitu
