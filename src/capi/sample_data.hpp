#pragma once
// Sample data of our own under the names that published scripts ask for in their folder of sample
// data: generated, with the columns, types and ranges that are documented for them and made-up
// rows. The operation "sample_data".
#include "capi/call.hpp"

namespace insitu {

/// Keys: `folder` ("": that of the user's cache). Makes what is missing there; the files depend on
/// this version of the engine alone. Reply: {"folder": path, "made": number of files made now}.
/// Throws DataError where the folder cannot be written.
nlohmann::json sample_data_request(Call&);

}  // namespace insitu
