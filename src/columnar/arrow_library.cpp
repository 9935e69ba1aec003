#include "columnar/arrow_library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <system_error>

#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/installed_file.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "libinsitu_arrow.so";
constexpr const char* kWayOut =
    "; to read and write Parquet and ORC, install pyarrow and then build or install insitu with "
    "that "
    "Python, or set INSITU_ARROW to the path of libinsitu_arrow.so";

bool is_file(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none);
}

std::string find_library() {
  if (const char* given = std::getenv("INSITU_ARROW"); given && *given) {
    if (!is_file(given))
      throw Unsupported("INSITU_ARROW names no file: " + std::string(given) + kWayOut);
    return given;
  }
  // Python's _lib; R's bin, seen from libs; lib/insitu of an installation, from bin or lib.
  const auto found = find_installed_file(
      kName, {".", "_lib", "bin", "../bin", "insitu", "../lib/insitu"}, "plugins/arrow", is_file);
  if (found.path.empty())
    throw Unsupported(std::string(kName) + " was not found near " + found.looked_near + kWayOut);
  return found.path;
}

/// Closes the library unless it is kept.
struct Handle {
  void* library;
  explicit Handle(const std::string& path)
      : library(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (library) return;
    const char* reason = ::dlerror();
    throw Unsupported("Arrow cannot be loaded: " + std::string(reason ? reason : path.c_str()) +
                      "; libarrow.so.2600 and the like belong to pyarrow 26 and so on" + kWayOut);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (library) ::dlclose(library);
  }

  template <class F>
  void find(F& function, const char* name, const std::string& path) const {
    function = reinterpret_cast<F>(::dlsym(library, name));
    if (!function) throw Unsupported(std::string(name) + " is not in " + path + kWayOut);
  }
};

/// What one piece of a file may take: $INSITU_ARROW_LIMIT in MiB, or a quarter of the machine's
/// memory, and not more than a chunk's texts of 2 GiB (data/column.hpp) in two places.
std::int64_t most_piece_bytes() {
  constexpr std::int64_t kMost = std::int64_t{4} << 30;
  if (const char* given = std::getenv("INSITU_ARROW_LIMIT"); given && *given) {
    char* end = nullptr;
    const auto mebibytes = std::strtoll(given, &end, 10);
    if (*end || mebibytes <= 0 || mebibytes > INT32_MAX)
      throw InvalidArgument("INSITU_ARROW_LIMIT is no number of MiB: " + std::string(given));
    return mebibytes << 20;
  }
  const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? std::min(kMost, static_cast<std::int64_t>(pages) / 4 * size)
                               : kMost;
}

std::unique_ptr<const ArrowLibrary> load() {
  const auto path = find_library();
  Handle handle(path);
  decltype(&insitu_arrow_abi) abi = nullptr;
  handle.find(abi, "insitu_arrow_abi", path);
  if (abi() != INSITU_ARROW_ABI)
    throw Unsupported("the library for Parquet and ORC has interface " + std::to_string(abi()) +
                      ", this engine needs " + std::to_string(INSITU_ARROW_ABI) +
                      ": install both from one version: " + path);
  auto found = std::make_unique<ArrowLibrary>();
  found->path = path;
  handle.find(found->version, "insitu_arrow_version", path);
  handle.find(found->open, "insitu_arrow_open", path);
  handle.find(found->close, "insitu_arrow_close", path);
  handle.find(found->file_error, "insitu_arrow_file_error", path);
  handle.find(found->schema, "insitu_arrow_schema", path);
  handle.find(found->groups, "insitu_arrow_groups", path);
  handle.find(found->group_rows, "insitu_arrow_group_rows", path);
  handle.find(found->read, "insitu_arrow_read", path);
  handle.find(found->statistics, "insitu_arrow_statistics", path);
  handle.find(found->stored, "insitu_arrow_stored", path);
  handle.find(found->create, "insitu_arrow_create", path);
  handle.find(found->write, "insitu_arrow_write", path);
  handle.find(found->end_group, "insitu_arrow_end_group", path);
  handle.find(found->finish, "insitu_arrow_finish", path);
  handle.find(found->destroy, "insitu_arrow_destroy", path);
  handle.find(found->writer_error, "insitu_arrow_writer_error", path);
  decltype(&insitu_arrow_limit) limit = nullptr;
  handle.find(limit, "insitu_arrow_limit", path);
  limit(most_piece_bytes());
  handle.library = nullptr;  // kept: Arrow's threads and caches do not survive being unloaded
  return found;
}

/// Loading is an act on the process, so the memory of it is the process's too.
struct LoadedArrow {
  ForkSafeMutex mutex;
  std::unique_ptr<const ArrowLibrary> library;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
LoadedArrow& loaded_arrow = *new LoadedArrow;

}  // namespace

const ArrowLibrary& arrow_library() {
  auto& [mutex, library] = loaded_arrow;
  const std::lock_guard lock(mutex);
  if (!library) library = load();
  return *library;
}

}  // namespace insitu
