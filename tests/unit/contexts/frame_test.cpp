#include "contexts/frame.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/error.hpp"

namespace insitu {
namespace {

/// Feeds bytes in pieces of at most `step`; the frames that come out.
std::vector<Frame> decode(std::string_view bytes, std::size_t step, FrameLimits limits = {}) {
  FrameDecoder decoder(limits);
  std::vector<Frame> frames;
  while (!bytes.empty()) {
    const auto room = decoder.room();
    const auto count = std::min({room.size(), step, bytes.size()});
    std::memcpy(room.data(), bytes.data(), count);
    decoder.filled(count);
    bytes.remove_prefix(count);
    if (auto frame = decoder.take()) frames.push_back(std::move(*frame));
  }
  return frames;
}

Bytes with_header(std::size_t at, auto value) {
  auto bytes = encode_frame(FrameType::kTask, 7, "{}", "payload");
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

TEST(Frame, ComesBackTheSameInPiecesOfAnySize) {
  const std::string large(300000, 'p');
  const auto bytes = encode_frame(FrameType::kTask, 7, R"({"mode":"map"})", large) +
                     encode_frame(FrameType::kEnd, 8, "") +
                     encode_frame(FrameType::kState, 9, "", "s");
  for (const std::size_t step : {1u, 23u, 24u, 25u, 4096u, 1000000u}) {
    const auto frames = decode(bytes, step);
    ASSERT_EQ(frames.size(), 3u) << step;
    EXPECT_EQ(frames[0].type, FrameType::kTask);
    EXPECT_EQ(frames[0].request, 7u);
    EXPECT_EQ(frames[0].json, R"({"mode":"map"})");
    EXPECT_EQ(frames[0].payload, large);
    EXPECT_EQ(frames[1].type, FrameType::kEnd);
    EXPECT_EQ(frames[1].json, "");
    EXPECT_EQ(frames[2].payload, "s");
  }
}

TEST(Frame, TheHeaderIsAsDocumented) {
  const auto bytes = encode_frame(FrameType::kCancel, 0x01020304, "{}", "abc");
  const std::string expected("RXF1\x0f\0\0\0\4\3\2\1\2\0\0\0\3\0\0\0\0\0\0\0{}abc", 29);
  EXPECT_EQ(bytes, expected);
}

TEST(Frame, AnythingElseIsRefused) {
  EXPECT_THROW(decode(with_header(0, std::uint32_t{0x31465853}), 64), DataError);
  EXPECT_THROW(decode(with_header(4, std::uint16_t{0}), 64), DataError);
  EXPECT_THROW(decode(with_header(4, std::uint16_t{21}), 64), DataError);
  EXPECT_THROW(decode(with_header(6, std::uint16_t{1}), 64), DataError);
  EXPECT_THROW(decode("HTTP/1.1 400 Bad Request\r\n\r\n", 64), DataError);
}

TEST(Frame, AClaimedLengthAllocatesNothingBeforeTheBytesCome) {
  EXPECT_THROW(decode(with_header(16, std::uint64_t{1} << 60), 64), DataError);
  EXPECT_THROW(decode(with_header(12, std::uint32_t{0xffffffff}), 64), DataError);
  EXPECT_THROW(
      decode(encode_frame(FrameType::kTask, 1, "{}", "12345"), 64, {.json = 2, .payload = 4}),
      DataError);
  // Within the limits but a lie: memory stays near what came.
  FrameDecoder decoder;
  const auto bytes = with_header(16, std::uint64_t{40} << 30);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto room = decoder.room();
    EXPECT_LE(room.size(), std::size_t{1} << 17);
    const auto count = std::min(room.size(), bytes.size() - at);
    std::memcpy(room.data(), bytes.data() + at, count);
    decoder.filled(count);
    at += count;
  }
  EXPECT_FALSE(decoder.take());
  EXPECT_TRUE(decoder.in_the_middle());
}

TEST(Frame, RandomBytesNeverDoHarm) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    auto bytes = encode_frame(FrameType::kBlock, 1, R"({"split":0})", std::string(100, 'x'));
    for (int flips = 0; flips < 3; ++flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    try {
      decode(bytes, 1 + random() % 200, {.json = 1 << 16, .payload = 1 << 16});
    } catch (const DataError&) {
    }
  }
}

}  // namespace
}  // namespace insitu
