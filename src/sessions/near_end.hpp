#pragma once
// The near end of a remote session (docs/remote-sessions.md): the client's side of a line to a
// process of the same language, here or on another machine, that answers calls. Used by one thread.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "contexts/frame.hpp"
#include "contexts/transport.hpp"

namespace insitu {

/// What the far end writes before its first frame.
inline constexpr std::string_view kSessionMark = "\nINSITU-SESSION-1\n";

/// Frames of a session. CALL: json, payload; answered by REPLY or FAIL with its number. BLOCK and
/// END: the pieces of a file, in either direction. OUT: what the far process has printed; the
/// number is the descriptor, 1 or 2. CANCEL: the call of that number is to be interrupted. HELLO:
/// what the far end is.
class NearEnd {
 public:
  /// True: the caller wants to stop waiting. It may not throw.
  using Interrupted = std::function<bool()>;

  /// Starts the far end; `name` is what messages call it. Throws WorkerError.
  NearEnd(const std::vector<std::string>& command, std::string name);

  /// Puts a frame in the queue, for flush() to send. Throws WorkerError when the far end is gone.
  void put(FrameType, std::uint32_t request, std::string_view json, std::string_view payload);
  /// Waits until little is left in the queue. Throws Cancelled when interrupted, what is queued
  /// stays there; WorkerError when the far end is gone.
  void flush(const Interrupted&);
  /// Both.
  void send(FrameType, std::uint32_t request, std::string_view json, std::string_view payload,
            const Interrupted&);
  /// The next frame. The text of an OUT frame is UTF-8: bytes that are none are written as \xNN.
  /// Throws Cancelled when interrupted, no frame is lost by it; WorkerError when the far end is
  /// gone or has sent what is no frame.
  Frame receive(const Interrupted&);
  /// The far end can be spoken to.
  bool open() const { return open_; }
  /// Closes the line, which ends the far end, and waits some seconds for that.
  void close();

 private:
  void wait(const Interrupted&);
  [[noreturn]] void fail(const std::string& why);

  WorkerProcess process_;
  std::string name_;
  bool open_ = true;
};

/// Text as UTF-8 without NUL; other bytes are written as \xNN.
std::string shown_text(std::string_view bytes);

/// How many of the bytes are whole characters of UTF-8, or none at all: at most three less than
/// all.
std::size_t whole_characters(std::string_view bytes);

}  // namespace insitu
