#include "contexts/find_worker.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

bool readable(const fs::path& path, int how) {
  std::error_code none;
  return fs::is_regular_file(path, none) && ::access(path.c_str(), how) == 0;
}

std::vector<fs::path> homes() {
  std::vector<fs::path> found;
  std::error_code failure;
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&find_worker), &info) && info.dli_fname) {
    const auto library = fs::canonical(info.dli_fname, failure);
    if (!failure) found.push_back(library.parent_path());
  }
  const auto program = fs::read_symlink("/proc/self/exe", failure);
  if (!failure && (found.empty() || found[0] != program.parent_path()))
    found.push_back(program.parent_path());
  return found;
}

std::string find(const std::string& name, const char* variable, const std::string& build_folder,
                 std::initializer_list<const char*> places, int how) {
  if (const char* given = std::getenv(variable); given && *given) {
    if (!readable(given, how))
      throw WorkerError(std::string(variable) +
                        (how == X_OK ? " names no program that can be run: "
                                     : " names no file that can be read: ") +
                        given);
    return given;
  }
  std::string looked;
  for (const auto& home : homes()) {
    looked += (looked.empty() ? "" : ", ") + home.string();
    for (const auto* place : places)
      if (const auto path = home / place / name; readable(path, how))
        return fs::weakly_canonical(path).string();
    auto folder = home;
    for (int up = 0; up < 5 && folder.has_relative_path(); ++up, folder = folder.parent_path())
      if (const auto path = folder / build_folder / name; readable(path, how)) return path.string();
  }
  throw WorkerError(name + " was not found near " + looked + "; set " + variable + " to its path");
}

}  // namespace

std::string find_worker() {
  return find("insitu-worker", "INSITU_WORKER", "hosts/worker",
              {".", "bin", "../bin", "../libexec/insitu", "../../bin"}, X_OK);
}

std::string find_companion(const std::string& name, const char* variable,
                           const std::string& build_folder,
                           std::initializer_list<const char*> places) {
  return find(name, variable, build_folder, places, R_OK);
}

}  // namespace insitu
