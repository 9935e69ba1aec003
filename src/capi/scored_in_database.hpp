#pragma once
// rxPredict where the rows are: from a table or query of a database into a table of the same one,
// by one statement. The rows stay there.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "capi/call.hpp"
#include "capi/make_sink.hpp"
#include "contexts/execution_record.hpp"
#include "methods/predict_options.hpp"

namespace insitu {

struct DatabaseScoring {
  SourcePtr input;                   ///< as it was opened
  nlohmann::json data;               ///< its descriptor
  SourcePtr rows;                    ///< the input with all that decorates it, before predictions
  std::vector<Field> outputs;        ///< of the model, under the names that were asked for
  std::vector<std::string> columns;  ///< to be written, in this order
};

struct ScoredInDatabase {
  std::optional<std::int64_t> rows;  ///< that were written; nothing: they have to be read
  std::string reason;  ///< why they have to be read; "": this is no matter of databases
  std::vector<std::string> statements;

  PassPlace where() const;
  /// {"tier": "database", "statements"}, or {"tier": "stream", "reason"}, for the reply; null where
  /// there is nothing to say.
  nlohmann::json place() const;
};

/// Adds what the reply of a prediction says of its place to the passes of the call.
void note_scoring(const nlohmann::ordered_json& reply, ExecutionRecord&);

/// In an explanation it writes nothing, and says what it would do (capi/explain.hpp).
/// Throws InvalidArgument as rxPredict does (levels that the model does not know, a target that
/// exists); Unsupported where the context asks for the database and it cannot.
ScoredInDatabase score_in_database(Call&, const DatabaseScoring&, const PredictRequestOptions&,
                                   const Target&);

}  // namespace insitu
