#pragma once
// Rows as bytes, for BLOCK and OUT frames: the columns of a chunk in their physical layout, one
// buffer after the other (docs/worker.md, "Blocks"). Decoding checks every length, offset and code,
// and copies nothing.
#include <memory>

#include "base/bytes.hpp"
#include "data/chunk.hpp"

namespace insitu {

/// `known` is what the other side has as schema: the levels of factors that are declared there are
/// not sent.
Bytes encode_block(const Chunk&, const Schema& known);

/// The rows; `known` as in encode_block. The columns keep `bytes` alive. Throws DataError for
/// anything not well formed.
Chunk decode_block(Bytes bytes, const SchemaPtr& known);

}  // namespace insitu
