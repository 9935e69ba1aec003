#pragma once
// A worker as a child process of this one: started with its own descriptors, spoken to without
// waiting, taken leave of without leftovers. Used by one thread.
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contexts/frame_socket.hpp"
#include "contexts/worker_line.hpp"

namespace insitu {

class WorkerProcess final : public WorkerLine {
 public:
  /// Starts `command` (program and arguments; a program without '/' is looked for in PATH) with a
  /// socket as standard input and output and a pipe as standard error. Throws WorkerError when it
  /// cannot be started. `after`: frames begin behind this text; what comes before, as profiles of a
  /// login print it, is skipped. `limits`: of the frames that come.
  explicit WorkerProcess(const std::vector<std::string>& command, std::string after = {},
                         FrameLimits limits = kLimitsOfWorkers);
  /// Closes the line, which ends the worker; one that does not end within a moment is killed.
  /// Nothing is left behind.
  ~WorkerProcess() override;
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const override { return pid_; }
  int line() const override { return line_.descriptor(); }
  int errors() const override { return errors_; }
  bool wants_to_write() const override { return line_.wants_to_write(); }
  std::size_t queued() const { return line_.queued(); }  ///< bytes that wait to be written

  void send(FrameType type, std::uint32_t request, std::string_view json,
            std::string_view payload = {}) override {
    line_.send(type, request, json, payload);
  }
  void write_some() override { line_.write_some(); }
  void read_some() override { line_.read_some(); }
  std::vector<std::string> read_errors() override;
  std::optional<Frame> take() override { return line_.take(); }
  std::uint64_t received() const override { return line_.received(); }

  void hang_up() override { line_.hang_up(); }
  /// Waits for its end, which hang_up() has asked for, at most this long.
  void await_end(double seconds);
  void forget_words() override;
  bool gone() const override { return line_.gone(); }
  /// Waits for its end.
  void kill() override;
  std::string last_words() override;
  bool was_killed() override;

 private:
  void reap(double seconds);
  bool is_ours() const;

  pid_t pid_ = -1, owner_ = -1;
  FrameSocket line_;
  int errors_ = -1;
  bool reaped_ = false;
  int status_ = 0;
  bool status_known_ = false;
  std::string error_line_, error_tail_;
};

}  // namespace insitu
