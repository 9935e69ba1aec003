#pragma once
// Rows in a file of a job: records, each its length and sealed bytes (base/bytes.hpp); the first is
// the schema, the others are blocks (contexts/block.hpp), the last one has no length. Read block by
// block, so that a result may be larger than memory.
#include <string>
#include <vector>

#include "data/arrow_c.hpp"
#include "data/chunk.hpp"
#include "jobs/private_folder.hpp"

namespace insitu {

/// Throws DataError where it cannot be written.
void save_rows(const PrivateFolder&, const std::string& name, const Schema&,
               const std::vector<Chunk>&);

/// A stream of the chunks; the file stays readable while it is open, also when the folder is gone.
/// Throws DataError for a file that is missing or not well formed; what is found wrong later is an
/// error of the stream.
void stream_rows(const PrivateFolder&, const std::string& name, ArrowArrayStream* out);

}  // namespace insitu
