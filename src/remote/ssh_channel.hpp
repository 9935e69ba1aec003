#pragma once
// One connection to another machine, over which any number of commands and copies go at once
// (ControlMaster of OpenSSH). It is shared by all processes of the user that name the machine in
// the same way, and ends by itself a minute after its last use.
#include <chrono>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/control.hpp"
#include "remote/ssh_target.hpp"

namespace insitu {

struct SshAnswer {
  int status = -1;  ///< exit status of the command over there; -1: it was killed
  Bytes output;
  std::string errors;  ///< what it has said on standard error
};

class SshChannel {
 public:
  /// Starts nothing. Throws DataError where there is no private folder for the connection.
  explicit SshChannel(SshTarget);

  const SshTarget& target() const { return target_; }

  /// Connects, unless a connection is there. Throws WorkerError in words for every reason that ssh
  /// has not to: unknown or silent host, refused, another host key, no permission; Cancelled.
  void connect(RunControl&);

  /// The command line of a local program that runs these words over there, its standard streams
  /// being theirs. No shell may read it here; the one over there gets each word quoted.
  std::vector<std::string> command(const std::vector<std::string>& words) const;

  /// Runs a command to its end; it reads `input`. Throws as connect() does, and WorkerError after
  /// `seconds` (0: any time) and for more output than 256 MiB.
  SshAnswer run(const std::vector<std::string>& words, std::string_view input, RunControl&,
                double seconds = 60);

  /// Puts a copy of a local file there: under a temporary name, compared by its SHA-256, then
  /// renamed. Folders that are missing are made, private ones. A file that is there with these
  /// bytes stays. `mode`: "600", "700". Returns whether bytes went. Throws DataError for what
  /// cannot be read here or written there.
  bool copy(const std::string& file, const std::string& to, const std::string& mode, RunControl&);

  /// Ends the connection, for all who use it.
  void close() noexcept;

  /// The failure that ssh's last words mean, for a process that was started with command().
  [[noreturn]] void fail(const std::string& errors) const;

 private:
  SshAnswer run_local(const std::vector<std::string>& argv, int input, RunControl&,
                      double seconds) const;
  std::vector<std::string> options(bool opens) const;

  SshTarget target_;
  std::string socket_;
  std::chrono::steady_clock::time_point found_;  // when the connection was last seen to be there
};

/// The SHA-256 of a file of this machine as hexadecimal digits, by sha256sum, shasum or openssl.
/// Throws DataError where none of them is, or the file cannot be read.
std::string sha256_of_file(const std::string& path);

/// A function of the shell, `sum FILE`, that prints it; for scripts that run over there.
extern const char* const kShellSha256;

}  // namespace insitu
