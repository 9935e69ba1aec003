#include "contexts/build_identity.hpp"

#ifndef INSITU_VERSION
#define INSITU_VERSION "0.1.0"
#endif

namespace insitu {

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
  return INSITU_VERSION " " + compiler;
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
