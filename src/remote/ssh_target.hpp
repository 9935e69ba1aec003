#pragma once
// Which machine, as whom, with which switches: the arguments of a user, checked before any program
// sees them. The client of OpenSSH that the system has does everything else: keys, agent,
// configuration, known hosts. Nothing secret is ever asked for or put on a command line.
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

struct SshTarget {
  std::string host;                   ///< name, address, or an alias of ~/.ssh/config
  std::string user;                   ///< "": as ssh decides
  std::vector<std::string> switches;  ///< of ssh, split: {"-i", "key", "-p", "2222"}

  /// "user@host", for messages.
  std::string shown() const;
};

/// `host` may also be "user@host" or "ssh://user@host:port"; a user of its own wins over them.
/// `switches` is split as a shell would, without a shell. Throws InvalidArgument for names that
/// begin with "-" or hold what a shell would read, and for switches that are none of a connection
/// (a host, a command, -f, -N ...).
SshTarget ssh_target(const std::string& host, const std::string& user, const std::string& switches);

/// Throws InvalidArgument for switches that name a program, a library or a configuration of this
/// machine (which may name a program), that let the other machine use what is here (the agent, the
/// display, tickets), or that a shell could read: of a target that came as text from elsewhere. A
/// configuration passes where it is the user's own, below ~/.ssh.
void require_harmless_switches(const SshTarget&);

/// The words of a line as a POSIX shell splits it: blanks, '...', "...", \; nothing is expanded.
/// Throws InvalidArgument for a quote without an end.
std::vector<std::string> shell_words(std::string_view line);

/// A command line for the shell over there that means exactly these words.
std::string quoted_words(const std::vector<std::string>& words);

}  // namespace insitu
