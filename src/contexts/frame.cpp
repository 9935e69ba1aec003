#include "contexts/frame.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::uint32_t kMagic = 0x31465852;  // "RXF1"

constexpr std::array<std::string_view, 21> kNames = {
    "?",     "HELLO",  "TASK", "READ",   "DATA", "BLOCK",    "GROUP",
    "STATE", "OUT",    "NEXT", "RESULT", "LOG",  "PROGRESS", "ERROR",
    "END",   "CANCEL", "CALL", "REPLY",  "FAIL", "RESET",    "RELAY"};

}  // namespace

std::string_view frame_name(FrameType type) {
  const auto number = static_cast<std::size_t>(type);
  return number < kNames.size() ? kNames[number] : kNames[0];
}

std::array<char, kFrameHeaderSize> frame_header(FrameType type, std::uint32_t request,
                                                std::size_t json_size, std::size_t payload_size) {
  if (json_size > std::numeric_limits<std::uint32_t>::max())
    throw DataError("the document of a " + std::string(frame_name(type)) + " frame passes 4 GiB");
  std::array<char, kFrameHeaderSize> header{};
  const auto put = [&](std::size_t at, auto value) {
    std::memcpy(header.data() + at, &value, sizeof value);
  };
  put(0, kMagic);
  put(4, static_cast<std::uint16_t>(type));
  put(8, request);
  put(12, static_cast<std::uint32_t>(json_size));
  put(16, static_cast<std::uint64_t>(payload_size));
  return header;
}

Bytes encode_frame(FrameType type, std::uint32_t request, std::string_view json,
                   std::string_view payload) {
  const auto header = frame_header(type, request, json.size(), payload.size());
  Bytes bytes;
  bytes.reserve(header.size() + json.size() + payload.size());
  bytes.append(header.data(), header.size());
  bytes += json;
  bytes += payload;
  return bytes;
}

std::span<char> FrameDecoder::grow(std::string& to, std::size_t& have, std::uint64_t size) {
  if (to.size() == have) {
    const auto step = std::min<std::uint64_t>(size - have, std::max<std::uint64_t>(have, 1 << 16));
    to.resize(have + step);
  }
  return {to.data() + have, to.size() - have};
}

std::span<char> FrameDecoder::room() {
  if (header_size_ < header_.size()) return std::span(header_).subspan(header_size_);
  if (json_have_ < json_size_) return grow(frame_.json, json_have_, json_size_);
  if (payload_have_ < payload_size_) return grow(frame_.payload, payload_have_, payload_size_);
  throw Error("a complete frame was not taken");
}

void FrameDecoder::filled(std::size_t count) {
  if (header_size_ < header_.size()) {
    header_size_ += count;
    if (header_size_ == header_.size()) read_header();
  } else if (json_have_ < json_size_) {
    json_have_ += count;
  } else {
    payload_have_ += count;
  }
}

void FrameDecoder::read_header() {
  const auto get = [&]<class T>(std::size_t at, T value) {
    std::memcpy(&value, header_.data() + at, sizeof value);
    return value;
  };
  if (get(0, std::uint32_t{}) != kMagic) throw DataError("bytes that are not a frame arrived");
  const auto type = get(4, std::uint16_t{});
  if (type == 0 || type >= kNames.size())
    throw DataError("a frame of unknown type arrived: " + std::to_string(type));
  if (const auto flags = get(6, std::uint16_t{}); flags != 0)
    throw DataError("a frame with unknown flags arrived: " + std::to_string(flags));
  frame_.type = static_cast<FrameType>(type);
  frame_.request = get(8, std::uint32_t{});
  json_size_ = get(12, std::uint32_t{});
  payload_size_ = get(16, std::uint64_t{});
  if (json_size_ > limits_.json || payload_size_ > limits_.payload)
    throw DataError("a " + std::string(frame_name(frame_.type)) +
                    " frame is too large: " + std::to_string(json_size_) + " and " +
                    std::to_string(payload_size_) + " bytes");
}

Frame decode_frame(std::string_view bytes, FrameLimits limits) {
  FrameDecoder decoder(limits);
  for (;;) {
    if (auto frame = decoder.take()) {
      if (!bytes.empty()) throw DataError("bytes stand behind the end of a frame");
      return std::move(*frame);
    }
    const auto room = decoder.room();
    const auto count = std::min(room.size(), bytes.size());
    if (count == 0) throw DataError("a frame ends before its end");
    std::memcpy(room.data(), bytes.data(), count);
    decoder.filled(count);
    bytes.remove_prefix(count);
  }
}

std::optional<Frame> FrameDecoder::take() {
  if (header_size_ < header_.size() || json_have_ < json_size_ || payload_have_ < payload_size_)
    return std::nullopt;
  header_size_ = json_have_ = payload_have_ = 0;
  json_size_ = payload_size_ = 0;
  return std::exchange(frame_, {});
}

}  // namespace insitu
