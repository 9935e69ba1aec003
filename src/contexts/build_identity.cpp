#include "contexts/build_identity.hpp"

namespace insitu {

/// Written at every build that finds other sources (cmake/InsituSourceVersion.cmake).
extern const char* const kSourceVersion;

std::string source_version() { return kSourceVersion; }

std::string build_id() {
#if defined(__clang__)
  const std::string compiler = "clang " __clang_version__;
#elif defined(__GNUC__)
  const std::string compiler = "gcc " + std::to_string(__GNUC__) + "." +
                               std::to_string(__GNUC_MINOR__) + "." +
                               std::to_string(__GNUC_PATCHLEVEL__);
#else
  const std::string compiler = "unknown compiler";
#endif
  return source_version() + " " + compiler;
}

std::string arithmetic() {
#if defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "unknown machine";
#endif
}

}  // namespace insitu
