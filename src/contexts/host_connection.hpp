#pragma once
// The worker's end of the line to its host: whole frames, one after the other, over two
// descriptors.
#include <chrono>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>

#include "contexts/frame.hpp"

namespace insitu {

/// The host has closed the line: whatever is going on ends, without a message. Not an Error, so
/// that nobody mistakes it for a failure of the task.
struct HostGone : std::exception {
  const char* what() const noexcept override { return "the host has closed the connection"; }
};

/// Received from by one thread, sent to by several. Does not close the descriptors.
class HostConnection {
 public:
  HostConnection(int in, int out, FrameLimits limits = {}) : in_(in), out_(out), decoder_(limits) {}

  /// The next frame; waits for it. Throws HostGone at the end, DataError for bytes that are no
  /// frame.
  Frame receive();
  /// A frame or the end of the line is there (at least its first bytes).
  bool readable() const { return readable_within(std::chrono::milliseconds(0)); }
  /// Waits for it so long.
  bool readable_within(std::chrono::milliseconds) const;
  /// Throws HostGone if the host no longer reads.
  void send(FrameType, std::uint32_t request, std::string_view json, std::string_view payload = {});

 private:
  void write_all(std::string_view bytes);

  int in_, out_;
  std::mutex sending_;  // a frame stays together
  FrameDecoder decoder_;
};

}  // namespace insitu
