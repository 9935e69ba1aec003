#pragma once
// Frames: what a worker and its host say to each other (docs/worker.md). A frame is a header of 24
// bytes, a JSON document and a payload of bytes. Lengths are checked against limits before anything
// is allocated, and memory grows with the bytes that arrive, never with the length that a header
// claims.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace insitu {

/// The numbers are part of the wire format.
enum class FrameType : std::uint16_t {
  kHello = 1,
  kTask = 2,
  kRead = 3,
  kData = 4,
  kBlock = 5,
  kGroup = 6,
  kState = 7,
  kOut = 8,
  kNext = 9,
  kResult = 10,
  kLog = 11,
  kProgress = 12,
  kError = 13,
  kEnd = 14,
  kCancel = 15,
  // Between the engine and a gateway into another platform.
  kCall = 16,
  kReply = 17,
  kFail = 18,
  // To a worker between two calls.
  kReset = 19,
  // Between a client and the ranks of MPI: holds a frame of or for the worker of a rank.
  kRelay = 20,
};

/// "TASK", for messages.
std::string_view frame_name(FrameType);

struct Frame {
  FrameType type = FrameType::kHello;
  std::uint32_t request = 0;  ///< number of the task it belongs to; 0: none
  std::string json;           ///< UTF-8, may be empty
  Bytes payload;
};

struct FrameLimits {
  std::uint64_t json = 256ULL << 20;
  std::uint64_t payload = 64ULL << 30;
};

inline constexpr std::size_t kFrameHeaderSize = 24;

std::array<char, kFrameHeaderSize> frame_header(FrameType, std::uint32_t request,
                                                std::size_t json_size, std::size_t payload_size);

/// The whole frame as bytes.
Bytes encode_frame(FrameType, std::uint32_t request, std::string_view json,
                   std::string_view payload = {});

/// Puts frames together from bytes that arrive in pieces. Ask for room, put bytes there, say how
/// many. Throws DataError for a header that is no header of ours or passes the limits; it cannot be
/// used after that.
class FrameDecoder {
 public:
  explicit FrameDecoder(FrameLimits limits = {}) : limits_(limits) {}

  /// Where the next bytes belong; never empty.
  std::span<char> room();
  /// `count` bytes of the room have been filled. REQUIRES: count <= room().size().
  void filled(std::size_t count);
  /// The frame, once it is complete; then nothing until the next one is.
  std::optional<Frame> take();
  /// Some bytes of a frame that is not complete have arrived.
  bool in_the_middle() const { return header_size_ > 0; }

 private:
  void read_header();
  static std::span<char> grow(std::string& to, std::size_t& have, std::uint64_t size);

  FrameLimits limits_;
  std::array<char, kFrameHeaderSize> header_{};
  std::size_t header_size_ = 0, json_have_ = 0, payload_have_ = 0;
  std::uint64_t json_size_ = 0, payload_size_ = 0;
  Frame frame_;
};

/// The one frame that these bytes are. Throws DataError for anything else.
Frame decode_frame(std::string_view bytes, FrameLimits limits = {});

}  // namespace insitu
