#pragma once
// Private folders for files that live as long as one call: processes of ours read them while it
// runs, and whoever asked for the folder removes it in the end.
#include <string>

namespace insitu {

/// Makes a folder (mode 0700) in `within`, and removes what processes that died, or were killed,
/// have left there. As long as this process lives and the folder is there it is held: nobody takes
/// it for forsaken. Throws DataError where it cannot be made.
std::string make_working_folder(const std::string& within);

}  // namespace insitu
