#pragma once
// Names of files and folders that are being written. They begin with a dot, so that no source of a
// folder reads them and no listing shows them, and say who writes them: host, process and its
// start. What a dead owner left behind is removed by the next writer in that folder.
#include <string>
#include <string_view>

namespace insitu {

/// A name beside `target` that nobody has: "<folder>/.insitu-new-<host>-<process>-<start>-<n>".
/// O_EXCL (or mkdir) settles what is left.
std::string temporary_name(const std::string& target);

/// Whether a name, without its folder, is one of these.
bool is_temporary_name(std::string_view name);

/// Removes from a folder what owners that are dead left there. Owners of this host are looked up;
/// those of other hosts (and of this one before it was started anew) count as dead when an hour has
/// passed and nobody holds the lock of the file. Looks at a folder at most once a second; never
/// throws.
void collect_left_overs(const std::string& folder) noexcept;

/// Whether the writer of a temporary name on this host is dead; false for other names and hosts.
bool owner_is_dead(std::string_view name);

/// The folder of a path, "." where it names none.
std::string folder_of(const std::string& path);

}  // namespace insitu
