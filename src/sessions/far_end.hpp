#pragma once
// The far end of a remote session: in a process of the language, which it turns into one that
// answers calls over what were its standard input and output. What the process and its children
// print from then on becomes OUT frames; standard input is empty.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "contexts/frame.hpp"

namespace insitu {

/// Calls come in on a thread of its own, so that a call that runs can be interrupted (SIGINT to the
/// process and its children) and the end of the line is seen while it does: then the call is
/// interrupted, too, and a process that has not ended some seconds later is killed with its
/// children.
class FarEnd {
 public:
  /// Once in a process, which it stays with. `folder`: what is removed when the process has to be
  /// killed ("": nothing).
  static FarEnd& start(std::string folder);

  /// The next CALL, BLOCK or END; nothing: the near end is gone. A CALL runs until it is answered.
  std::optional<Frame> receive();
  /// Sends a frame behind all that was printed before. REPLY and FAIL end the call that runs. What
  /// cannot be sent any more is dropped.
  void send(FrameType, std::uint32_t request, std::string_view json, std::string_view payload = {});

 private:
  explicit FarEnd(std::string folder);
  void read();
  void pump();
  void forward(int stream, bool all);
  void write(FrameType, std::uint32_t request, std::string_view json, std::string_view payload);
  void hung_up();

  const std::string folder_;
  int in_ = -1, out_ = -1;
  int printed_[2] = {-1, -1};  // what is read of standard output and error

  std::mutex sending_;      // of out_, printed_, carried_
  std::string carried_[2];  // the beginning of a character
  bool broken_ = false;

  std::mutex receiving_;  // of what follows
  std::condition_variable changed_;
  std::deque<Frame> frames_;
  std::size_t waiting_bytes_ = 0;
  std::optional<std::uint32_t> running_, cancelled_;  // the latter: before it was begun
  bool closed_ = false;
};

}  // namespace insitu
