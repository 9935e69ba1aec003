#pragma once
// The task of a worker as a conversation: what it asks of its host while it runs, and what may come
// in between.
#include <cstdint>

#include "contexts/host_connection.hpp"

namespace insitu {

/// Used by one thread at a time.
class TaskSession {
 public:
  explicit TaskSession(HostConnection& host) : host_(host) {}

  /// A new task begins; frames of earlier ones are passed over from now on.
  void begin(std::uint32_t request) {
    request_ = request;
    ended_ = cancelled_ = pushed_ = false;
  }
  /// Waits for a frame of this type. Throws Cancelled when the host cancels, DataError when another
  /// frame comes.
  Frame await(FrameType);
  /// The next frame of this type, or nothing when END comes instead (or came before).
  std::optional<Frame> await_or_end(FrameType);
  /// Throws Cancelled if the host has asked for it; call it at every chunk. Does not wait.
  void check();
  /// While rows are pushed unasked they stand in the line, and `check` must not look past them.
  void rows_are_pushed() { pushed_ = true; }
  /// Number of the task that runs.
  std::uint32_t request() const { return request_; }
  /// Reads to END, so that the host never waits for a reader. Cancellation ends it too.
  void drain();

  void send(FrameType type, std::string_view json, std::string_view payload = {}) {
    host_.send(type, request_, json, payload);
  }

 private:
  Frame receive();

  HostConnection& host_;
  std::uint32_t request_ = 0;
  bool ended_ = false, cancelled_ = false, pushed_ = false;
};

}  // namespace insitu
