#include "base/temporary.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/fork_safe_mutex.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = ".insitu-new-";
constexpr auto kScanPause = std::chrono::seconds(1);
constexpr auto kPatience = std::chrono::hours(1);

/// FNV-1a: short names for long ones, never a secret.
std::uint32_t short_hash(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

/// This machine since it was started, as seen from here: process numbers mean the same only inside
/// one name space of them.
std::string host() {
  static const std::string name = [] {
    char text[256] = {};
    ::gethostname(text, sizeof text - 1);
    std::string all = text;
    std::ifstream boot("/proc/sys/kernel/random/boot_id");
    std::string id;
    if (boot >> id) all += " " + id;
    const auto length = ::readlink("/proc/self/ns/pid", text, sizeof text);
    if (length > 0) all += " " + std::string(text, static_cast<std::size_t>(length));
    const auto digits = hexadecimal_text(short_hash(all));
    return std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits;
  }();
  return name;
}

/// When a process was started, in ticks of the kernel; 0 where that is not told.
std::uint64_t start_of(long process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto at = text.rfind(')');  // the name of the program may hold anything
  if (at == std::string::npos) return 0;
  for (int field = 2; field < 22; ++field) {
    at = text.find(' ', at + 1);
    if (at == std::string::npos) return 0;
  }
  std::uint64_t ticks = 0;
  std::from_chars(text.data() + at + 1, text.data() + text.size(), ticks);
  return ticks;
}

struct Owner {
  std::string host;
  long process = 0;
  std::uint64_t start = 0;
};

std::optional<Owner> owner_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = name.find('-', begin);
    parts.push_back(name.substr(begin, end - begin));
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  if (parts.size() < 4) return std::nullopt;
  Owner owner{std::string(parts[0]), 0, 0};
  const auto read = [](std::string_view text, auto& value) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && stop == text.data() + text.size();
  };
  if (!read(parts[1], owner.process) || !read(parts[2], owner.start) || owner.process <= 0)
    return std::nullopt;
  return owner;
}

bool is_dead(const Owner& owner) {
  if (::kill(static_cast<pid_t>(owner.process), 0) != 0 && errno == ESRCH) return true;
  const auto start = start_of(owner.process);
  return start != 0 && owner.start != 0 && start != owner.start;
}

/// Left by a host that is not this one: old, and nobody holds it.
bool is_forsaken(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  const auto age = std::chrono::system_clock::now() -
                   std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
  if (age < kPatience) return false;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (descriptor < 0) return false;
  const bool free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return free;
}

/// When folders were looked at for what others left; as long as the process.
struct Scans {
  using Clock = std::chrono::steady_clock;
  ForkSafeMutex mutex;
  std::map<std::string, Clock::time_point> by_folder;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
Scans& all_scans = *new Scans;

bool scanned_lately(const std::string& folder) {
  auto& [mutex, scans] = all_scans;
  const std::lock_guard lock(mutex);
  const auto now = Scans::Clock::now();
  if (scans.size() > 1000) scans.clear();
  const auto [found, fresh] = scans.try_emplace(folder, now);
  if (!fresh && now - found->second < kScanPause) return true;
  found->second = now;
  return false;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string temporary_name(const std::string& target) {
  static std::atomic<std::uint64_t> counter{0};
  const auto process = static_cast<long>(::getpid());
  const auto name = std::string(kPrefix) + host() + "-" + std::to_string(process) + "-" +
                    std::to_string(start_of(process)) + "-" + std::to_string(counter.fetch_add(1));
  const auto folder = fs::path(target).parent_path();
  return folder.empty() ? name : (folder / name).string();
}

bool is_temporary_name(std::string_view name) { return owner_of(name).has_value(); }

bool owner_is_dead(std::string_view name) {
  const auto owner = owner_of(name);
  return owner && owner->host == host() && is_dead(*owner);
}

void collect_left_overs(const std::string& folder) noexcept {
  try {
    if (scanned_lately(folder)) return;
    std::vector<fs::path> dead;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const auto name = entry->path().filename().string();
      const auto owner = owner_of(name);
      if (!owner) continue;
      if (owner->host == host() ? is_dead(*owner) : is_forsaken(entry->path()))
        dead.push_back(entry->path());
    }
    for (const auto& path : dead) fs::remove_all(path, error);
  } catch (...) {  // another one will clean
  }
}

}  // namespace insitu
