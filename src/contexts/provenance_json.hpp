#pragma once
// Where the rows of an OUT frame come from, as its document says it (docs/worker.md).
#include <nlohmann/json_fwd.hpp>

#include "data/chunk.hpp"

namespace insitu {

/// {"split", "chunk", "firstRow", "sourceRows", "kept"}; kept, a bit for each source row in base64,
/// only where rows were selected.
nlohmann::json provenance_to_json(const Provenance&);
/// Throws DataError for a document that does not fit `rows` rows.
Provenance provenance_from_json(const nlohmann::json&, std::size_t rows);

}  // namespace insitu
