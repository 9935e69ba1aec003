#include "contexts/start_conditions.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/file_identity.hpp"

extern char** environ;

namespace insitu {

namespace {

/// Which file it is and which version; "" where there is none. A folder's time and size change with
/// what lies in it, which everybody sees.
std::string version_of(const std::string& path, bool folder = false) {
  const auto found = file_identity(path);
  if (!found) return "";
  return folder ? std::to_string(found->device) + ":" + std::to_string(found->inode)
                : found->text();
}

}  // namespace

std::string version_of_program(const std::string& program) {
  if (program.find('/') != std::string::npos) return version_of(program);
  const char* variable = std::getenv("PATH");
  std::string_view path = variable ? variable : "/bin:/usr/bin";
  for (;;) {
    const auto end = std::min(path.find(':'), path.size());
    const auto file = std::string(end ? path.substr(0, end) : ".") + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return file + " " + version_of(file);
    if (end == path.size()) return "";
    path.remove_prefix(end + 1);
  }
}

namespace {

/// The mask of new files' modes. It cannot be read without being set, which other threads would
/// see, but the kernel tells it.
std::string file_mask() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Umask:")) return line;
  return "";
}

}  // namespace

std::string start_conditions_of(const std::string& program,
                                std::initializer_list<std::string_view> of) {
  std::string all = version_of_program(program);
  const auto add = [&](std::string_view text) {
    all += '\0';
    all += text;
  };
  char folder[PATH_MAX];
  add(::getcwd(folder, sizeof folder) ? folder : "");
  add(version_of(".", true));
  for (const auto number : {::getuid(), ::geteuid(), ::getgid(), ::getegid()})
    add(std::to_string(number));
  add(file_mask());
  add(std::to_string(::getpriority(PRIO_PROCESS, 0)));
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (::sched_getaffinity(0, sizeof cpus, &cpus) == 0)
    add({reinterpret_cast<const char*>(&cpus), sizeof cpus});
  for (int which = 0; which < static_cast<int>(RLIM_NLIMITS); ++which) {
    struct rlimit limit {};
    if (::getrlimit(static_cast<decltype(RLIMIT_AS)>(which), &limit) == 0)
      add(std::to_string(limit.rlim_cur) + "/" + std::to_string(limit.rlim_max));
  }
  std::vector<std::string_view> variables;
  for (char** each = environ; each && *each; ++each)
    if (const std::string_view variable = *each;
        of.size() == 0 ||
        std::ranges::any_of(of, [&](auto name) { return variable.starts_with(name); }))
      variables.push_back(variable);
  std::sort(variables.begin(), variables.end());
  for (const auto variable : variables) add(variable);
  return all;
}

}  // namespace insitu
