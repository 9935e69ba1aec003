#include "remote/ssh_failure.hpp"

#include <string_view>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

/// The last line that says something, without the name of the program.
std::string last_line(std::string_view said) {
  while (!said.empty() && (said.back() == '\n' || said.back() == '\r' || said.back() == ' '))
    said.remove_suffix(1);
  if (const auto at = said.rfind('\n'); at != std::string_view::npos) said.remove_prefix(at + 1);
  if (said.starts_with("ssh: ")) said.remove_prefix(5);
  return std::string(said);
}

}  // namespace

void throw_ssh_failure(const SshTarget& target, const std::string& said) {
  const auto has = [&](std::string_view text) { return said.find(text) != std::string::npos; };
  const auto& host = target.host;
  const auto line = last_line(said);
  const auto reason = line.empty() ? std::string() : " (ssh: " + line + ")";
  if (has("HOST IDENTIFICATION HAS CHANGED"))
    throw WorkerError("the host key of '" + host +
                      "' is not the one that is known: it may be another machine, so nothing was "
                      "sent; if it was set up anew, remove the old key: ssh-keygen -R " +
                      host);
  if (has("Host key verification failed") || has("host key is known for"))
    throw WorkerError("the host key of '" + host +
                      "' is not known yet: connect once by hand (ssh " + target.shown() +
                      ") and accept it, or add it to known_hosts");
  if (has("Permission denied") || has("Too many authentication failures"))
    throw WorkerError("'" + host + "' did not let " +
                      (target.user.empty() ? std::string("this user") : target.user) +
                      " in: no key of ~/.ssh or of the agent is accepted there, and no password is "
                      "asked for; try: ssh " +
                      target.shown() + reason);
  if (has("Could not resolve hostname"))
    throw WorkerError("there is no host '" + host +
                      "': check `sshHostname`, or its name in ~/.ssh/config"_named + reason);
  if (has("Connection refused"))
    throw WorkerError("'" + host +
                      "' refuses connections: no ssh server listens there, or on another "
                      "port (`sshSwitches`: -p)"_named +
                      reason);
  if (has("timed out") || has("Timeout, server"))
    throw WorkerError("'" + host + "' does not answer" + reason);
  if (has("No route to host") || has("Network is unreachable"))
    throw WorkerError("'" + host + "' cannot be reached from here" + reason);
  if (has("Bad configuration option") || has("unknown option") || has("illegal option") ||
      has("keyword") || has("Bad port"))
    throw InvalidArgument("`sshSwitches`: ssh does not take them"_named + reason);
  if (has("onnection closed") || has("onnection reset") || has("Broken pipe") ||
      has("lost connection") || has("onnection to "))
    throw WorkerError("the connection to '" + host + "' was lost" + reason);
  throw WorkerError("no connection to '" + host + "'" +
                    (reason.empty() ? "; ssh did not say why" : reason));
}

}  // namespace insitu
