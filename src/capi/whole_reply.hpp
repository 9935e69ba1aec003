#pragma once
// A reply as one document: what `insitu --json` prints, and what a database gives its clients.
#include <nlohmann/json.hpp>

#include "capi/facade.hpp"

namespace insitu {

/// The reply's document with arrays, tables and data frames in their places, missing values null.
/// Uses up the data frames. Errors as those of the streams.
nlohmann::ordered_json whole_reply(Reply&);

}  // namespace insitu
