#pragma once
// A worker as a child process of this one: started with its own descriptors, spoken to without
// waiting, taken leave of without leftovers. Used by one thread.
#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contexts/frame.hpp"

namespace insitu {

class WorkerProcess {
 public:
  /// Starts `command` (program and arguments; a program without '/' is looked for in PATH) with a
  /// socket as standard input and output and a pipe as standard error. Throws WorkerError when it
  /// cannot be started. `after`: frames begin behind this text; what comes before, as profiles of a
  /// login print it, is skipped.
  explicit WorkerProcess(const std::vector<std::string>& command, std::string after = {});
  /// Closes the line, which ends the worker; one that does not end within a moment is killed.
  /// Nothing is left behind.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// For poll(): the line, and standard error (-1 when the worker has closed it).
  int line() const { return line_; }
  int errors() const { return errors_; }
  bool wants_to_write() const { return !outgoing_.empty(); }

  /// Puts a frame in the queue and writes what can be written without waiting.
  void send(FrameType, std::uint32_t request, std::string_view json, std::string_view payload = {});
  /// Writes on, without waiting.
  void write_some();
  /// Reads what is there, without waiting, at most a few MB. Throws DataError for bytes that are no
  /// frame.
  void read_some();
  /// Reads standard error; returns the complete lines that came.
  std::vector<std::string> read_errors();
  /// The next complete frame.
  std::optional<Frame> take();
  /// Bytes that have come so far: whether it says anything.
  std::uint64_t received() const { return received_; }

  /// Closes the line, without waiting for the worker's end.
  void hang_up();
  /// Waits for its end, which hang_up() has asked for, at most this long.
  void await_end(double seconds);
  /// What it has said on standard error is no part of its last words any more.
  void forget_words();
  /// The line is closed from the other side.
  bool gone() const { return gone_; }
  /// Ends the process at once (and what it started); waits for its end.
  void kill();
  /// How the worker ended and what it said last: "exit status 3; it said: ...". Kills it if it has
  /// not ended.
  std::string last_words();
  /// It ended by a signal, not by itself. REQUIRES: gone().
  bool was_killed();

 private:
  void reap(double seconds);
  bool is_ours() const;
  void decode(std::string_view bytes);

  pid_t pid_ = -1, owner_ = -1;
  int line_ = -1, errors_ = -1;
  bool gone_ = false, reaped_ = false;
  int status_ = 0;
  bool status_known_ = false;
  std::deque<Bytes> outgoing_;
  std::size_t written_ = 0;  // of the first in the queue
  // Documents of a worker are short; parsed ones take many times their bytes.
  FrameDecoder decoder_{FrameLimits{.json = 4 << 20}};
  std::uint64_t received_ = 0;
  std::deque<Frame> frames_;
  std::string after_, preamble_;
  std::string error_line_, error_tail_;
};

}  // namespace insitu
