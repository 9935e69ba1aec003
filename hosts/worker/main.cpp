// insitu-worker: serves one host over stdin and stdout, or over a Unix socket with --connect PATH
// (docs/worker.md). With --arrow LIBRARY LIMIT it is the process of their own in which Parquet and
// ORC files are written and ORC files are read (plugins/arrow/apart.cpp).
#ifndef INSITU_STATIC_WORKER
#include <dlfcn.h>
#endif

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "capi/facade.hpp"
#include "capi/serve.hpp"
#include "capi/serve_requests.hpp"
#include "contexts/build_identity.hpp"

namespace {

/// Standard input is a socket to the library in another process.
int serve_arrow(const char* path, const char* limit) {
#ifdef INSITU_STATIC_WORKER
  (void)limit;
  std::fprintf(stderr, "insitu-worker: this build loads no library: %s\n", path);
  return 2;
#else
  void* library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  using Serve = int (*)(int, std::int64_t);
  const auto serve =
      library ? reinterpret_cast<Serve>(::dlsym(library, "insitu_arrow_serve")) : nullptr;
  if (!serve) {
    std::fprintf(stderr, "insitu-worker: %s\n", ::dlerror());
    return 2;
  }
  // Without the ends of libraries, which may wait for threads: nothing is left to be put in order.
  std::_Exit(serve(0, std::strtoll(limit, nullptr, 10)));
#endif
}

}  // namespace

int main(int argc, char** argv) {
  std::string socket;
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::printf("insitu-worker %s\n", insitu::version().c_str());
    return 0;
  }
  if (argc == 4 && std::strcmp(argv[1], "--arrow") == 0) return serve_arrow(argv[2], argv[3]);
  if (argc == 2 && std::strcmp(argv[1], "--build") == 0) {
    std::printf("%s\n", insitu::build_id().c_str());
    return 0;
  }
  if ((argc == 2 || argc == 3) && std::strcmp(argv[1], "--serve") == 0)
    return insitu::serve_requests(argc == 3 ? argv[2] : "");
  if (argc == 3 && std::strcmp(argv[1], "--job") == 0) {
    try {
      return insitu::run_served_job(argv[2]);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "insitu-worker: %s\n", failure.what());
      return 1;
    }
  }
  if (argc == 3 && std::strcmp(argv[1], "--connect") == 0) {
    socket = argv[2];
  } else if (argc != 1) {
    std::fputs(
        "usage: insitu-worker [--connect PATH | --serve [FOLDER] | --build | --version]\nServes a "
        "host "
        "of the worker protocol; not for use by hand.\n",
        stderr);
    return 2;
  }
  try {
    insitu::serve_worker({}, "", socket);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "insitu-worker: %s\n", error.what());
    return 1;
  }
}
