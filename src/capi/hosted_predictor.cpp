#include "capi/hosted_predictor.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "algorithms/model.hpp"
#include "algorithms/predict.hpp"
#include "analysis/compute_context.hpp"
#include "base/current_call.hpp"
#include "base/error.hpp"
#include "capi/border.hpp"
#include "capi/call.hpp"
#include "capi/model_pipeline.hpp"
#include "capi/piped_run.hpp"
#include "capi/pipeline_request.hpp"
#include "capi/request_keys.hpp"
#include "capi/words.hpp"
#include "data/no_rows.hpp"
#include "methods/model_file.hpp"
#include "methods/predict_options.hpp"
#include "sources/registry.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// For a source that asks for all rows before it gives one.
class NoPasses final : public ComputeContext {
 public:
  std::string name() const override { return "RxLocalSeq"; }
  Capabilities capabilities() const override { return {}; }
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override {
    refuse();
  }
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>&,
            RunControl&) override {
    refuse();
  }

 private:
  [[noreturn]] static void refuse() {
    throw Unsupported(
        "the model's transforms look at the levels of all rows before they give one, and rows come "
        "piece by piece here: name the levels in the transforms of the fit");
  }
};

/// What becomes of the columns, and where rows come from, is the host's.
void check_keys(const json& document) {
  static constexpr std::array kHost = {"model", "writeModelVars", "extraVarsToWrite",
                                       "removeMissings"};
  const auto known = PredictRequestOptions::keys();
  for (const auto& [name, value] : document.items()) {
    const bool taken = std::ranges::find(known, name, &OptionKey::key) != known.end() &&
                       std::ranges::find(kHost, name) == kHost.end();
    if (!taken && name != "face")
      throw InvalidArgument("predict: " + name +
                            " cannot be given where a host brings the rows: leave it out");
  }
}

}  // namespace

HostedPredictor::HostedPredictor(std::string_view bytes, const std::string& text,
                                 const SchemaPtr& schema)
    : rows_(std::make_shared<HostedRows>(schema)) {
  auto words = words_of_face("r", "predict");
  try {
    auto given = text.empty() ? json::object() : parse_document(text);
    if (!given.is_object())
      throw InvalidArgument("the options of predictions must be an object, {\"type\": \"link\"}");
    if (const auto face = given.find("face"); face != given.end() && face->is_string())
      words = words_of_face(face->get<std::string>(), "predict");
    check_keys(given);
    const auto model = load_model(model_in(std::string(bytes)));
    if (model->user_family())
      throw Unsupported("a model whose family is a function of a language predicts there alone");
    const auto pipeline = model_pipeline_from(model->pipeline());
    if (pipeline.contains("transformFunc"))
      throw Unsupported(
          "the model was fitted with a function of a language, which predicts there alone: fit "
          "with "
          "transforms that the engine evaluates (docs/expressions.md)");
    const auto document = with_model_pipeline(std::move(given), pipeline);
    NoPasses context;
    RunControl control;
    const CallScope scope(control);
    SourceMaker sources(stored_formats(), {});
    Request request;
    Reply reply;
    Call call{document, Options(document), request, control, context, sources, reply};
    const auto wanted = predict_options(document);
    auto piped = pipeline_of(call, {{"type", "frame"}}, *rows_);
    piped.remove_missings = false;
    piped.prediction = true;
    (void)run_piped(call,
                    {.input = rows_,
                     .pipeline = std::move(piped),
                     .later = expressions_of_formula(model->frame().formula),
                     .factors = FunctionFactors::kGrow},
                    [&](const SourcePtr& source) {
                      auto found = predicted(source, model, wanted);
                      source_ = std::move(found.source);
                      columns_ = std::move(found.columns);
                      return json();
                    });
    outputs_ = select_columns(*source_->schema(), columns_);
    rows_->chunk = no_rows(schema);
    (void)source_->open({0, 0, 0, 0}, {.columns = columns_});
    const auto& asked = rows_->asked();
    inputs_ = asked ? select_columns(*schema, *asked) : schema;
    arrow_inputs_ = std::make_shared<const OwnedArrowSchema>(*inputs_);
  } catch (...) {
    rethrow_in(words);
  }
}

std::vector<Chunk> HostedPredictor::pieces(Chunk rows) {
  std::vector<Chunk> found;
  for (std::size_t at = 0; at == 0 || at < rows.rows; at += kRowsPerChunk) {
    const auto count = std::min(rows.rows - at, kRowsPerChunk);
    // The others are not looked at.
    auto piece = slice(rows, at, count);
    piece.from = {0, at / kRowsPerChunk, static_cast<std::int64_t>(at),
                  static_cast<std::int64_t>(count)};
    Chunk all{rows_->schema(), {}, count, piece.from};
    for (const auto& field : rows_->schema()->fields()) {
      const auto place = inputs_->find(field.name);
      all.columns.push_back(place ? std::move(piece.columns[*place]) : Column());
    }
    rows_->chunk = std::move(all);
    const auto length = static_cast<std::int64_t>(count);
    const auto reader =
        source_->open({0, 0, static_cast<std::uint64_t>(count), length}, {.columns = columns_});
    while (auto next = reader->next()) found.push_back(std::move(*next));
  }
  return found;
}

Chunk HostedPredictor::predict(Chunk rows) {
  const auto wanted = rows.rows;
  auto found = pieces(std::move(rows));
  Chunk all{outputs_, {}, 0, {}};
  for (const auto& piece : found) all.rows += piece.rows;
  // The transforms of a model keep all rows: predictions would be beside others' rows.
  if (all.rows != wanted)
    throw DataError("the model's transforms made " + std::to_string(all.rows) + " rows of " +
                    std::to_string(wanted));
  if (found.size() == 1) {
    all.columns = std::move(found.front().columns);
    return all;
  }
  for (std::size_t i = 0; i < outputs_->size(); ++i) {
    std::vector<Column> parts;
    for (const auto& piece : found) parts.push_back(piece.columns[i]);
    all.columns.push_back(parts.empty() ? no_rows(outputs_).columns[i] : concatenate(parts));
  }
  return all;
}

}  // namespace insitu
