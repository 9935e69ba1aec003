#pragma once
// Private folders for files that live as long as one call: processes of ours read them while it
// runs, and whoever asked for the folder removes it in the end.
#include <string>

namespace insitu {

/// Makes a folder (mode 0700) in `within`, "" for where temporary files go, and removes what
/// processes that died, or were killed, have left there. As long as this process lives and the
/// folder is there it is held: nobody takes it for forsaken. Throws DataError where it cannot be
/// made.
std::string make_working_folder(const std::string& within);

/// Removes a folder that was made so by this process or another one of this user, with all that is
/// in it. False: it is none.
bool remove_working_folder(const std::string& path) noexcept;
/// All that are there still: for processes that make them for another machine, when they end.
void remove_working_folders() noexcept;
bool has_working_folders() noexcept;

}  // namespace insitu
