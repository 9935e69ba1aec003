#pragma once
// Predictions as columns of a source: the rows of a source, with what a model says of each
// (rxPredict). A decorated source is a source, so predictions are computed where the rows are read,
// in any compute context.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "algorithms/model.hpp"
#include "data/source.hpp"

namespace insitu {

struct Predictions {
  std::shared_ptr<const DataSource> source;  ///< the given one with the columns behind its own
  std::vector<std::string> columns;          ///< that were added, in their order
};

/// `source` with the columns of the model's predictor behind its own; a column of the source with
/// the same name gives way. Throws InvalidArgument: options that the model cannot serve, unknown
/// variables, two output columns of one name.
Predictions predicted(std::shared_ptr<const DataSource> source, std::shared_ptr<const Model> model,
                      PredictOptions options);

/// Rebuilds it from its recipe, {"type": "predicted", "source": ..., "model": base64, "options":
/// base64}; `make` builds the inner source. Throws DataError for anything else.
std::shared_ptr<const DataSource> predicted_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make);

}  // namespace insitu
