#include "contexts/gateway/checks.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <regex>
#include <utility>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "contexts/run_program.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

constexpr int kLeastJava = 17;  // insitu-jvm.jar is compiled for it
constexpr double kLeastSpace = 64.0 * (1 << 20);

/// 17 of 'openjdk version "17.0.15" ...', 8 of '"1.8.0_402"'; 0: nothing of the kind.
int java_version(const std::string& text) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex("version \"(?:1\\.)?([0-9]{1,3})"))) return 0;
  return static_cast<int>(number_of_text(found[1].str()).value_or(0));
}

}  // namespace

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

GatewayCheck passed_check(std::string what, std::string found) {
  return {std::move(what), true, std::move(found), ""};
}
GatewayCheck failed_check(std::string what, std::string found, std::string mend) {
  return {std::move(what), false, std::move(found), std::move(mend)};
}

std::string program_of_path(const std::string& name) {
  const auto path = environment_variable("PATH");
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = path.find(':', begin);
    const auto folder = path.substr(begin, end - begin);
    if (!folder.starts_with('/')) continue;
    auto program = folder + "/" + name;
    std::error_code none;
    if (fs::is_regular_file(program, none) && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return "";
}

GatewayCheck check_java(const std::string& context, std::string& java) {
  const auto home = environment_variable("JAVA_HOME");
  java = home.empty() ? program_of_path("java") : home + "/bin/java";
  const auto answer = java.empty() ? ProgramAnswer{} : run_program({java, "-version"});
  const auto where = home.empty() ? std::string("of PATH") : "of JAVA_HOME=" + home;
  const auto* mend = "install Java 17 (Debian: openjdk-17-jre-headless) and let JAVA_HOME name it";
  if (!answer.started || answer.status == 127)
    return failed_check("Java", context + " needs Java 17 or newer; there is no java " + where,
                        mend);
  const int version = java_version(answer.output);
  if (version < kLeastJava)
    return failed_check(
        "Java",
        context + " needs Java 17 or newer; the java " + where + " is " +
            (version ? "version " + std::to_string(version) : "not one that tells its version"),
        mend);
  return passed_check("Java", "version " + std::to_string(version) + " " + where);
}

GatewayCheck check_jvm_jar(std::string& jar) {
  try {
    jar = find_jvm_jar();
    return passed_check("insitu-jvm.jar", jar);
  } catch (const Error& failure) {
    return failed_check(
        "insitu-jvm.jar", failure.what(),
        "build it (cmake with Java and Spark or Hadoop at hand), or name it in INSITU_JVM_JAR");
  }
}

GatewayCheck check_folder(const char* what, const std::string& folder) {
  std::error_code failure;
  const auto name = named(what);
  if (!fs::is_directory(folder, failure))
    return failed_check(what, name + " is no folder: " + folder, "make it, or name another one");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return failed_check(what, name + " cannot be written to: " + folder,
                        "change its permissions, or name another one");
  const auto space = fs::space(folder, failure);
  if (!failure && static_cast<double>(space.available) < kLeastSpace)
    return failed_check(
        what,
        name + " has " + std::to_string(space.available >> 20) + " MiB of free space: " + folder,
        "make room, or name another one");
  return passed_check(what, folder);
}

std::string find_jvm_jar() {
  return find_companion("insitu-jvm.jar", "INSITU_JVM_JAR", "hosts/jvm",
                        {"../share/insitu", "share/insitu", "../../share/insitu", "jvm", "../jvm"});
}

std::string cannot_connect(const std::string& host, const std::string& port) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found))
    return ::gai_strerror(failure);
  std::string reason = "no address";
  for (auto* each = found; each; each = each->ai_next) {
    const int line = ::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                              each->ai_protocol);
    if (line < 0) continue;
    int failure = ::connect(line, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    if (failure == EINPROGRESS) {
      pollfd end{line, POLLOUT, 0};
      socklen_t size = sizeof failure;
      if (::poll(&end, 1, 2000) <= 0)
        failure = ETIMEDOUT;
      else
        ::getsockopt(line, SOL_SOCKET, SO_ERROR, &failure, &size);
    }
    ::close(line);
    if (failure == 0) {
      reason.clear();
      break;
    }
    reason = std::strerror(failure);
  }
  ::freeaddrinfo(found);
  return reason;
}

}  // namespace insitu
