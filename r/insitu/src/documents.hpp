#pragma once
// Documents (docs/requests.md) from R's lists and back, so that no JSON is parsed in R.
#include <nlohmann/json_fwd.hpp>

#include "capi/facade.hpp"
#include "guard.hpp"

namespace insitu_r {

/// Named lists become objects, other lists and AsIs vectors arrays, vectors of length one scalars.
/// Throws InvalidArgument for what has no counterpart.
nlohmann::json to_json(SEXP);

/// The reply as a list: objects are named lists in the order of the document, arrays of one kind
/// vectors (null: NA), other arrays lists; its arrays and frames are in place. Takes the frames
/// over. The result is not protected. Throws DataError for what R cannot hold.
SEXP reply_to_r(insitu::Reply&);

}  // namespace insitu_r
