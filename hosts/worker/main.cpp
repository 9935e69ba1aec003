// insitu-worker: serves one host over stdin and stdout, or over a Unix socket with --connect PATH
// (docs/worker.md).
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "capi/facade.hpp"
#include "capi/serve.hpp"

int main(int argc, char** argv) {
  std::string socket;
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::printf("insitu-worker %s\n", insitu::version().c_str());
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "--connect") == 0) {
    socket = argv[2];
  } else if (argc != 1) {
    std::fputs(
        "usage: insitu-worker [--connect PATH | --version]\nServes a host of the worker protocol; "
        "not for use by hand.\n",
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
