#pragma once
// The reply of a method as bytes that a database carries to its client, exact: document and arrays.
#include <string_view>

#include "capi/facade.hpp"

namespace insitu {

/// Takes the arrays of the reply. Throws Unsupported for one with data frames.
Bytes reply_to_bytes(Reply&);
/// Throws DataError for bytes that are damaged or of something else.
Reply reply_from_bytes(std::string_view sealed);

}  // namespace insitu
