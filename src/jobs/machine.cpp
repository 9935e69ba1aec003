#include "jobs/machine.hpp"

#include <unistd.h>

#include <fstream>

namespace insitu {

Machine this_machine() {
  Machine machine;
  char text[256] = {};
  if (::gethostname(text, sizeof text - 1) == 0) machine.host = text;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> machine.boot;
  const auto length = ::readlink("/proc/self/ns/pid", text, sizeof text);
  if (length > 0) machine.processes.assign(text, static_cast<std::size_t>(length));
  return machine;
}

}  // namespace insitu
