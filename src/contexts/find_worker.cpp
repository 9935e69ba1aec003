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

bool can_run(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none) && ::access(path.c_str(), X_OK) == 0;
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

}  // namespace

std::string find_worker() {
  constexpr const char* kName = "insitu-worker";
  if (const char* given = std::getenv("INSITU_WORKER"); given && *given) {
    if (!can_run(given))
      throw WorkerError("INSITU_WORKER names no program that can be run: " + std::string(given));
    return given;
  }
  std::string looked;
  for (const auto& home : homes()) {
    looked += (looked.empty() ? "" : ", ") + home.string();
    for (const auto* place : {".", "bin", "../bin", "../libexec/insitu", "../../bin"})
      if (const auto path = home / place / kName; can_run(path))
        return fs::weakly_canonical(path).string();
    auto folder = home;
    for (int up = 0; up < 5 && folder.has_relative_path(); ++up, folder = folder.parent_path())
      if (const auto path = folder / "hosts" / "worker" / kName; can_run(path))
        return path.string();
  }
  throw WorkerError("insitu-worker was not found near " + looked +
                    "; set INSITU_WORKER to its path, or give the argument worker");
}

}  // namespace insitu
