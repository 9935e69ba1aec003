#include "base/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

std::atomic<std::uint64_t> g_limit{0};  // of the running call; 0: none given

std::uint64_t machine_bytes() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  auto bytes = pages > 0 && size > 0
                   ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size)
                   : std::uint64_t{8} << 30;
  for (const auto* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::uint64_t limit = 0;
    if (file >> limit && limit > 0) bytes = std::min(bytes, limit);  // "max" is no number
  }
  return bytes;
}

std::uint64_t default_limit() {
  static const std::uint64_t limit = [] {
    if (const char* text = std::getenv("INSITU_MEMORY_LIMIT"); text && *text) {
      try {
        return memory_from_text(text, "INSITU_MEMORY_LIMIT");
      } catch (const InvalidArgument&) {  // nobody to tell it to
      }
    }
    return machine_bytes() / 4;
  }();
  return limit;
}

}  // namespace

std::uint64_t memory_limit() {
  const auto given = g_limit.load(std::memory_order_relaxed);
  return given > 0 ? given : default_limit();
}

void require_memory(double bytes, std::string_view what, std::string_view way_out) {
  const auto limit = static_cast<double>(memory_limit());
  if (bytes <= limit) return;
  throw DataError(std::string(what) + " needs about " + memory_text(bytes) +
                  " of memory, more than the limit of " + memory_text(limit) + ": " +
                  std::string(way_out) + ", or raise memoryLimit");
}

MemoryLimit::MemoryLimit(std::uint64_t bytes) : before_(g_limit.exchange(bytes)) {}

MemoryLimit::~MemoryLimit() { g_limit.store(before_); }

std::uint64_t memory_from_text(std::string_view text, std::string_view argument) {
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto rest = text.substr(static_cast<std::size_t>(stop - text.data()));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  std::string unit(rest);
  std::ranges::transform(unit, unit.begin(), ascii_lower);
  double factor = 0;
  constexpr std::string_view kUnits = "kmgt";
  const bool binary = unit.size() == 3 && unit[1] == 'i' && unit[2] == 'b';
  const bool decimal = unit.size() == 1 || (unit.size() == 2 && unit[1] == 'b');
  if (unit.empty() || unit == "b")
    factor = 1;
  else if (const auto power = kUnits.find(unit[0]);
           power != std::string_view::npos && (binary || decimal)) {
    factor = 1;
    for (std::size_t i = 0; i <= power; ++i) factor *= binary ? 1024 : 1000;
  }
  const double bytes = number * factor;
  if (error != std::errc() || factor == 0 || !(bytes >= 1) || bytes > 9e18)
    throw InvalidArgument(std::string(argument) +
                          " must be a number of bytes or a size such as '8GB' or '500MB', not '" +
                          std::string(text.substr(0, 60)) + "'");
  return static_cast<std::uint64_t>(bytes);
}

std::string memory_text(double bytes) {
  constexpr const char* kNames[] = {"bytes", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 999.95 && unit + 1 < std::size(kNames)) bytes /= 1000, ++unit;
  char text[48];
  const auto precision = unit == 0 || bytes >= 99.95 ? 0 : 1;
  auto [end, error] =
      std::to_chars(text, text + sizeof text, bytes, std::chars_format::fixed, precision);
  return (error == std::errc() ? std::string(text, end) : "very many") + " " + kNames[unit];
}

}  // namespace insitu
