#pragma once
// What starts a gateway (spark-submit) as a child of this process: in a session of its own, with a
// pipe as standard input that tells it of our end, however that comes.
#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace insitu {

/// Used by one thread.
class GatewayProcess {
 public:
  /// Starts the program with these variables set; what it prints is appended to `log`. Throws
  /// WorkerError.
  GatewayProcess(const std::vector<std::string>& command,
                 const std::vector<std::pair<std::string, std::string>>& environment,
                 const std::string& log);
  /// Closes the pipe; does not wait.
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  pid_t pid() const { return process_; }  ///< -1: it has ended
  bool ours() const;                      ///< this process started it; false in a forked copy
  void let_go() noexcept;                 ///< closes the pipe
  void ask_to_end() noexcept;             ///< also one that does not look at the pipe yet
  /// Whether it has ended, after a wait of so many seconds at most.
  bool ended_within(double seconds) noexcept;
  void kill() noexcept;  ///< at once, with what it has started

 private:
  pid_t process_ = -1, starter_ = -1;
  int lifeline_ = -1;
};

}  // namespace insitu
