#include "base/find_worker.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "base/installed_file.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

template <int how>
bool readable(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none) && ::access(path.c_str(), how) == 0;
}

template <int how>
std::string find(const std::string& name, const char* variable, const std::string& build_folder,
                 std::initializer_list<const char*> places) {
  if (const char* given = std::getenv(variable); given && *given) {
    if (!readable<how>(given))
      throw WorkerError(std::string(variable) +
                        (how == X_OK ? " names no program that can be run: "
                                     : " names no file that can be read: ") +
                        given);
    return given;
  }
  const auto found = find_installed_file(name, places, build_folder, readable<how>);
  if (found.path.empty())
    throw WorkerError(name + " was not found near " + found.looked_near + "; set " + variable +
                      " to its path");
  return found.path;
}

}  // namespace

std::string find_worker() {
  return find<X_OK>("insitu-worker", "INSITU_WORKER", "hosts/worker",
                    {".", "bin", "../bin", "../libexec/insitu", "../../bin"});
}

std::string find_decoding_worker() {
  const char* given = std::getenv("INSITU_DECODING_WORKER");
  return given && *given ? find<X_OK>("insitu-worker", "INSITU_DECODING_WORKER", "", {})
                         : find_worker();
}

std::string find_companion(const std::string& name, const char* variable,
                           const std::string& build_folder,
                           std::initializer_list<const char*> places) {
  return find<R_OK>(name, variable, build_folder, places);
}

}  // namespace insitu
