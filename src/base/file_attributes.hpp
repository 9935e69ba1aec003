#pragma once
// What a file has beside its bytes, when another takes its place.
#include <string>

namespace insitu {

/// Gives the open file `descriptor` the owner of the file at `path` where this process may, its
/// mode, its extended attributes and its access lists, as far as the file system has them.
/// Set-user-id, set-group-id and capabilities are for the old bytes and the old owner: the first
/// two stay where owner and group do, the last never.
void take_attributes(int descriptor, const std::string& path);

}  // namespace insitu
