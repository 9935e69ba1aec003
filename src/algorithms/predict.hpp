#pragma once
// Predictions as columns of a source: the rows of a source, with what a linear model says of each
// (rxPredict). A decorated source is a source, so predictions are computed where the rows are read,
// in any compute context.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "algorithms/linear_model.hpp"
#include "data/source.hpp"

namespace insitu {

/// Which columns are added, by name; "": not that one.
struct PredictedColumns {
  std::string prediction;    ///< x'b
  std::string residual;      ///< response - prediction; rows without the response then have no
                             ///< prediction either
  std::string std_error;     ///< of the mean response: sigma sqrt(x' V x)
  std::string lower, upper;  ///< both or none
  bool prediction_interval = false;  ///< of a new response, not of its mean
  double confidence = 0.95;
  bool unknown_levels_are_errors =
      true;  ///< else rows with a level that the model does not know have no prediction

  /// The names that are not "", in the order in which they are written.
  std::vector<std::string> names() const;
};

/// `source` with the columns added behind its own; a column of the source with the same name gives
/// way. NaN where a variable is missing, or where the model knows nothing of a combination of
/// levels. Throws InvalidArgument: several responses, errors or intervals asked of a model without
/// covariance, unknown variables.
std::shared_ptr<const DataSource> predicted(std::shared_ptr<const DataSource> source,
                                            std::shared_ptr<const LinearModel> model,
                                            PredictedColumns columns);

/// Rebuilds it from its recipe, {"type": "predicted", "source": ..., "model": base64, "columns":
/// {...}}; `make` builds the inner source. Throws DataError for anything else.
std::shared_ptr<const DataSource> predicted_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make);

}  // namespace insitu
