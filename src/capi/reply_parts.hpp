#pragma once
// The arrays of a reply as bytes that another process reads, and what of a reply that comes from
// elsewhere must be looked at.
#include <nlohmann/json.hpp>
#include <string>

#include "capi/facade.hpp"

namespace insitu {

/// Takes the arrays of the reply.
Bytes save_arrays(Reply&, const std::string& kind);
/// Adds them to the reply. `what` is read, in messages: "the result of the job". Throws DataError
/// for bytes that are not well formed.
void load_arrays(std::string_view sealed, const std::string& kind, const std::string& what, Reply&);

/// A document at most as deep as requests may be, whose positions ({"$array": k}, {"$frame": k})
/// the reply has: one that it does not have would be read beyond its end by a face. Throws
/// DataError for any other.
nlohmann::ordered_json checked_document(const std::string& text, const std::string& what,
                                        const Reply&);

}  // namespace insitu
