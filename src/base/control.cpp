#include "base/control.hpp"

#include <unistd.h>

#include <cstdio>

namespace insitu {

std::int64_t resident_memory_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file) return 0;
  long long total = 0, resident = 0;
  const int found = std::fscanf(file, "%lld %lld", &total, &resident);  // locale: whole numbers
  std::fclose(file);
  return found == 2 ? resident * sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace insitu
