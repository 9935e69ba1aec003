#include "contexts/build_identity.hpp"

#if defined(__GLIBC__) || __has_include(<gnu/libc-version.h>)
#include <gnu/libc-version.h>
#endif

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
  std::string name;
#if defined(__x86_64__)
  name = "x86-64";
#if defined(__AVX512F__)
  name += " avx512";
#elif defined(__AVX2__)
  name += " avx2";
#endif
  // exp, log and pow of glibc differ in the last bit between machines with and without fused
  // multiply-add.
  if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) name += " fma";
#elif defined(__aarch64__)
  name = "aarch64";
#else
  name = "unknown machine";
#endif
#if defined(__GLIBC__)
  name += std::string(" glibc ") + gnu_get_libc_version();
#endif
  return name;
}

}  // namespace insitu
