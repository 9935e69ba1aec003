#pragma once
// Rows as a host of workers leaves them in a file: frames as they came (docs/worker.md). The first
// is DATA with the `schema`; each BLOCK behind it has some rows, in their order.
#include <memory>
#include <string>

#include "data/source.hpp"

namespace insitu {

/// Throws DataError where the file is none of these. Its rows are one split.
std::shared_ptr<const DataSource> block_file(const std::string& path);

}  // namespace insitu
