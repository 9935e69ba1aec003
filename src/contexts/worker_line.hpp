#pragma once
// A worker as its host sees it, wherever it runs: spoken to without waiting, taken leave of without
// leftovers. Used by one thread.
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contexts/frame.hpp"

namespace insitu {

class WorkerLine {
 public:
  virtual ~WorkerLine() = default;

  virtual pid_t pid() const = 0;  ///< for messages
  /// For poll(): the line, and standard error (-1 when there is none, or it is closed).
  virtual int line() const = 0;
  virtual int errors() const = 0;
  virtual bool wants_to_write() const = 0;

  /// Puts a frame in the queue and writes what can be written without waiting.
  virtual void send(FrameType, std::uint32_t request, std::string_view json,
                    std::string_view payload = {}) = 0;
  /// Writes on, without waiting.
  virtual void write_some() = 0;
  /// Reads what is there, without waiting, at most a few MB. Throws DataError for bytes that are no
  /// frame.
  virtual void read_some() = 0;
  /// What the worker said on standard error: the complete lines that came.
  virtual std::vector<std::string> read_errors() = 0;
  /// The next complete frame.
  virtual std::optional<Frame> take() = 0;
  /// Bytes that have come so far: whether it says anything.
  virtual std::uint64_t received() const = 0;

  /// Closes the line, without waiting for the worker's end.
  virtual void hang_up() = 0;
  /// What it has said on standard error is no part of its last words any more.
  virtual void forget_words() = 0;
  /// The line is closed from the other side.
  virtual bool gone() const = 0;
  /// Ends the process at once, and what it started.
  virtual void kill() = 0;
  /// How the worker ended and what it said last: "exit status 3; it said: ...". Kills it if it has
  /// not ended.
  virtual std::string last_words() = 0;
  /// It ended by a signal, not by itself. REQUIRES: gone().
  virtual bool was_killed() = 0;
};

}  // namespace insitu
