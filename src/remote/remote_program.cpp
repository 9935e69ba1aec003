#include "remote/remote_program.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <string_view>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "contexts/build_identity.hpp"

namespace insitu {

namespace {

/// What can be copied: the worker that needs no library, else the one of this installation, which
/// runs where the same libraries are.
std::string program_here() {
  try {
    return find_companion("insitu-worker-static", "INSITU_STATIC_WORKER", "hosts/worker",
                          {".", "bin", "../bin", "../libexec/insitu", "../../bin"});
  } catch (const WorkerError&) {
    return find_worker();
  }
}

struct There {
  std::string system, machine, cache;
  std::string found, build;  // of insitu-worker in PATH
};

There look_there(SshChannel& channel, RunControl& control) {
  const auto answer =
      channel.run({"sh", "-c",
                   "uname -s; uname -m; printf '%s\\n' \"${XDG_CACHE_HOME:-$HOME/.cache}\"; "
                   "found=$(command -v insitu-worker) && printf '%s\\n' \"$found\" && "
                   "\"$found\" --build </dev/null 2>/dev/null; exit 0"},
                  "", control);
  There there;
  std::string_view rest = answer.output;
  for (auto* each : {&there.system, &there.machine, &there.cache, &there.found, &there.build}) {
    const auto end = std::min(rest.find('\n'), rest.size());
    *each = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (answer.status != 0 || there.cache.empty() || there.cache[0] != '/')
    throw WorkerError("'" + channel.target().host +
                      "' has no shell (sh) that answers, or its shell prints words of its own: " +
                      answer.errors + answer.output.substr(0, 200));
  return there;
}

}  // namespace

std::string program_there(SshChannel& channel, RunControl& control) {
  const auto& host = channel.target().host;
  const auto there = look_there(channel, control);
  if (there.build == build_id()) return there.found;
  utsname here{};
  ::uname(&here);
  if (there.system != here.sysname || there.machine != here.machine)
    throw WorkerError(
        "'" + host + "' is " + there.system + " " + there.machine + ", this machine is " +
        here.sysname + " " + here.machine + ", so the engine cannot be copied: install insitu " +
        build_id() + " there, with insitu-worker in PATH" +
        (there.build.empty() ? std::string() : "; the one that is there is of " + there.build));
  const auto file = program_here();
  const auto path = there.cache + "/insitu/" + sha256_of_file(file) + "/insitu-worker";
  try {
    (void)channel.copy(file, path, "700", control);
  } catch (const DataError& failure) {
    throw WorkerError("the engine cannot be copied to '" + host + "': " + failure.what() +
                      "; make room or the folder there, or install insitu there, with "
                      "insitu-worker in PATH");
  }
  return path;
}

}  // namespace insitu
