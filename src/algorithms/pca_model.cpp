#include "algorithms/pca_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "algorithms/linear_model.hpp"
#include "algorithms/linear_predictor.hpp"
#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

/// Scores as linear functions of the columns: a constant and (loading / scale) each.
class PcaPredictor final : public Predictor {
 public:
  PcaPredictor(const PcaModel& model, const PredictOptions& options)
      : frame_(model.frame),
        unknown_levels_(options.check_levels ? UnknownLevels::kError : UnknownLevels::kMissing) {
    const std::string what = "principal components";
    refuse_errors(options, what);
    refuse_penalties(options);
    if (options.residuals)
      throw InvalidArgument("residuals are not defined for " + what + ": leave the argument out");
    if (options.type != "response")
      throw InvalidArgument(
          "`type` is for regressions; of principal components there are scores: leave it out"_named);
    const auto most = static_cast<std::int64_t>(model.components());
    const auto wanted = options.components == -1 ? most : options.components;
    if (wanted < 1 || wanted > most)
      throw InvalidArgument("`numComponents` must be from 1 to "_named + std::to_string(most) +
                            ", not " + std::to_string(wanted));
    names_ = options.prediction_names;
    if (names_.empty())
      for (std::int64_t k = 1; k <= wanted; ++k) names_.push_back("PC" + std::to_string(k));
    if (names_.size() != static_cast<std::size_t>(wanted) ||
        std::ranges::count(names_, std::string()) > 0)
      throw InvalidArgument("`predVarNames` must be "_named + std::to_string(wanted) +
                            (wanted == 1 ? " name" : " names, one for each component"));
    frame_.weights.clear();  // which prediction does not need
    frame_.frequency_weights = false;
    // Numbers are counted from their means; the means of cells go into the constant.
    const auto p = model.centres.size();
    centres_.assign(p + 1, 0.0);
    std::vector<bool> number(p, false);
    for (std::size_t t = 0, column = 0; t < frame_.terms.size(); column += frame_.cells(t), ++t) {
      number[column] = std::ranges::none_of(frame_.terms[t].variables, [&](std::uint32_t v) {
        return frame_.variables[v].categorical;
      });
      if (number[column]) centres_[column + 1] = model.centres[column];
    }
    for (std::int64_t k = 0; k < wanted; ++k) {
      auto& b = coefficients_.emplace_back(1, 0.0);
      const double* loading = model.loadings.data() + static_cast<std::size_t>(k) * p;
      for (std::size_t i = 0; i < p; ++i) {
        b.push_back(loading[i] / model.scales[i]);
        if (!number[i]) b[0] -= model.centres[i] * b.back();
      }
    }
  }

  std::vector<Field> outputs() const override {
    std::vector<Field> fields;
    for (const auto& name : names_) fields.emplace_back().name = name;
    return fields;
  }

  std::vector<std::string> source_columns() const override { return frame_.source_columns(false); }

  std::vector<Column> predict(const Chunk& chunk) const override {
    const auto rows = frame_.rows(chunk, false, unknown_levels_);
    std::vector<Column> result;
    for (const auto& b : coefficients_)
      result.push_back(Column::own(
          Type::kFloat64, over_chunk(linear_values(frame_, true, b.data(), centres_.data(), rows),
                                     rows, chunk.rows)));
    return result;
  }

 private:
  ModelFrame frame_;
  UnknownLevels unknown_levels_;
  std::vector<std::string> names_;
  std::vector<double> centres_;                    ///< behind 0 for the constant
  std::vector<std::vector<double>> coefficients_;  ///< of each component, the constant first
};

class PcaModelOfKind final : public Model {
 public:
  explicit PcaModelOfKind(PcaModel model) : model_(std::move(model)) {}

  const ModelFrame& frame() const override { return model_.frame; }
  const std::string& pipeline() const override { return model_.pipeline; }
  Bytes save() const override { return model_.save(); }
  std::shared_ptr<const Predictor> predictor(const PredictOptions& options) const override {
    return std::make_shared<const PcaPredictor>(model_, options);
  }

 private:
  PcaModel model_;
};

}  // namespace

Bytes PcaModel::save() const { return seal(kKind, insitu::save(*this)); }

PcaModel PcaModel::load(std::string_view sealed) {
  const auto content = unseal(kKind, sealed);
  const auto version = ByteReader(content).get<std::uint32_t>();
  if (version != kVersion)
    throw DataError("the model was saved in format " + std::to_string(version) +
                    ", this version reads format " + std::to_string(kVersion) + ": fit it again");
  auto model = insitu::load<PcaModel>(content);
  check_frame(model.frame);
  std::uint64_t columns = 0;
  for (std::size_t t = 0; t < model.frame.terms.size(); ++t) columns += model.frame.cells(t);
  const auto p = model.centres.size();
  if (p == 0 || p != columns || model.scales.size() != p || model.loadings.size() % p != 0 ||
      model.components() < 1 || model.components() > p || !model.frame.responses.empty() ||
      !std::ranges::all_of(model.scales, [](double scale) { return scale > 0; }))
    throw DataError("the model contradicts itself: its sizes do not fit its formula");
  return model;
}

std::shared_ptr<const Model> load_pca_model(std::string_view sealed) {
  return std::make_shared<const PcaModelOfKind>(PcaModel::load(sealed));
}

}  // namespace insitu
