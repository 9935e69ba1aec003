#include "base/installed_file.hpp"

#include <dlfcn.h>

#include <system_error>
#include <vector>

namespace insitu {

namespace fs = std::filesystem;

namespace {

/// The folders of the library that this code is in, and of the running program.
std::vector<fs::path> homes() {
  std::vector<fs::path> found;
  std::error_code failure;
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&find_installed_file), &info) && info.dli_fname) {
    const auto library = fs::canonical(info.dli_fname, failure);
    if (!failure) found.push_back(library.parent_path());
  }
  const auto program = fs::read_symlink("/proc/self/exe", failure);
  if (!failure && (found.empty() || found[0] != program.parent_path()))
    found.push_back(program.parent_path());
  return found;
}

}  // namespace

InstalledFile find_installed_file(const std::string& name,
                                  std::initializer_list<const char*> places,
                                  const fs::path& build_folder, bool (*usable)(const fs::path&)) {
  InstalledFile found;
  for (const auto& home : homes()) {
    found.looked_near += (found.looked_near.empty() ? "" : ", ") + home.string();
    for (const auto* place : places)
      if (const auto path = home / place / name; usable(path)) {
        found.path = fs::weakly_canonical(path).string();
        return found;
      }
    auto folder = home;
    for (int up = 0; up < 5 && folder.has_relative_path(); ++up, folder = folder.parent_path())
      if (const auto path = folder / build_folder / name; usable(path)) {
        found.path = path.string();
        return found;
      }
  }
  return found;
}

}  // namespace insitu
