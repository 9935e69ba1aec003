#pragma once
#include "data/chunk.hpp"

namespace insitu {

/// A chunk without rows: the columns of the schema, with the levels that it knows.
Chunk no_rows(const SchemaPtr&);

}  // namespace insitu
