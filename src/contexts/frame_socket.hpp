#pragma once
// Frames over a socket without waiting: what is sent stands in a queue until the other side takes
// it, what has come is there whole. Used by one thread.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "contexts/frame.hpp"

namespace insitu {

/// What workers say: their documents are short; parsed ones take many times their bytes.
inline constexpr FrameLimits kLimitsOfWorkers{.json = 4 << 20};

/// Owns the descriptor of a stream socket. A forked copy of the process that made it closes its own
/// end only.
class FrameSocket {
 public:
  /// None yet: assign one.
  FrameSocket() = default;
  explicit FrameSocket(int descriptor, FrameLimits limits = {});
  ~FrameSocket();
  FrameSocket(FrameSocket&& other) noexcept;
  FrameSocket& operator=(FrameSocket&& other) noexcept;

  int descriptor() const { return descriptor_; }  ///< for poll(); -1: closed
  bool wants_to_write() const { return !outgoing_.empty(); }
  std::size_t queued() const { return queued_; }  ///< bytes that wait to be written

  /// Frames begin behind this text; what comes before, as profiles of a login print it, is skipped.
  void begin_after(std::string text) { after_ = std::move(text); }
  /// Puts a frame in the queue and writes what can be written without waiting.
  void send(FrameType, std::uint32_t request, std::string_view json, std::string_view payload = {});
  /// Writes on, without waiting.
  void write_some();
  /// Reads what is there, without waiting, at most a few MB. Throws DataError for bytes that are no
  /// frame; nothing is read or written after that, the line is gone.
  void read_some();
  /// The next complete frame.
  std::optional<Frame> take();
  /// Bytes that have come so far: whether the other side says anything.
  std::uint64_t received() const { return received_; }
  /// The line is closed from the other side.
  bool gone() const { return gone_; }
  /// Ends the line; the other side sees it, whatever copies of this process hold it too.
  void hang_up();

 private:
  void close() noexcept;
  void decode(std::string_view bytes);
  void read_what_is_there();
  void forget_outgoing();

  int descriptor_ = -1, owner_ = -1;
  bool gone_ = false;
  std::deque<Bytes> outgoing_;
  std::size_t written_ = 0, queued_ = 0;  // of the first in the queue; in all
  FrameDecoder decoder_;
  std::uint64_t received_ = 0;
  std::deque<Frame> frames_;
  std::string after_, preamble_;
};

}  // namespace insitu
