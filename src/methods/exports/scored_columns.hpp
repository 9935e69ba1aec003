#pragma once
// Predictions as columns of the rows of a database, by the engine's rules: missing values, levels
// compared code point by code point, transforms of the pipeline. The same as rxPredict gives, up to
// the last digits.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/model.hpp"
#include "methods/exports/scored_model.hpp"
#include "pushdown/rows.hpp"
#include "sql/connection.hpp"

namespace insitu {

/// Adds what the model says of each row, under these names (those of Predictor::outputs). Throws
/// Unsupported, with the reason, for models and options that only the engine computes.
void add_predictions(SqlRows&, const ScoredModel&, const PredictOptions&,
                     const std::vector<Field>& outputs);

/// Looks for labels that the model does not know in the rows, as rxPredict does where
/// checkFactorLevels says so. Throws InvalidArgument that names one.
void check_labels(SqlConnection&, SqlRows&, const ScoredModel&, RunControl&);

}  // namespace insitu
