#include "sessions/near_end.hpp"

#include <poll.h>

#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr int kPollMilliseconds = 50;
constexpr double kSecondsToEnd = 12;  // it removes its files, and kills itself where it is stuck

/// Bytes of the character that begins here, 0: none does.
std::size_t length_of_character(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 && first < 0xF5 ? 4
                             : first >= 0xE0               ? 3
                             : first >= 0xC2               ? 2
                                                           : 0;
  if (length == 0 || first >= 0xF5) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return length;  // not all there
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (bytes.size() > 1) {
    const auto second = byte(1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
      return 0;
  }
  return length;
}

}  // namespace

std::string shown_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = length_of_character(bytes);
    if (length == 0 || length > bytes.size() || bytes[0] == '\0') {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      text += "\\x";
      text += digits[byte >> 4];
      text += digits[byte & 15];
      bytes.remove_prefix(1);
    } else {
      text += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  return text;
}

std::size_t whole_characters(std::string_view bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const auto rest = bytes.substr(bytes.size() - back);
    if ((static_cast<unsigned char>(rest[0]) & 0xC0) == 0x80) continue;
    return length_of_character(rest) > back ? bytes.size() - back : bytes.size();
  }
  return bytes.size();
}

NearEnd::NearEnd(const std::vector<std::string>& command, std::string name)
    // Documents of a session hold what its user asks for, as listings of a workspace.
    : process_(command, std::string(kSessionMark), FrameLimits{}), name_(std::move(name)) {}

void NearEnd::close() {
  if (!std::exchange(open_, false)) return;
  process_.hang_up();
  process_.await_end(kSecondsToEnd);
}

void NearEnd::fail(const std::string& why) {
  open_ = false;
  throw WorkerError("the remote session on " + name_ + " is lost: " + why);
}

void NearEnd::wait(const Interrupted& interrupted) {
  if (!open_) fail("it has ended");
  pollfd polled[2] = {
      {process_.line(), static_cast<short>(process_.wants_to_write() ? POLLIN | POLLOUT : POLLIN),
       0},
      {process_.errors(), POLLIN, 0}};
  ::poll(polled, 2, kPollMilliseconds);
  process_.write_some();
  process_.read_errors();
  try {
    process_.read_some();
  } catch (const DataError& error) {
    process_.kill();
    fail(error.what());
  }
  if (interrupted && interrupted()) throw Cancelled();
}

void NearEnd::put(FrameType type, std::uint32_t request, std::string_view json,
                  std::string_view payload) {
  if (!open_) fail("it has ended");
  process_.send(type, request, json, payload);
}

void NearEnd::flush(const Interrupted& interrupted) {
  while (process_.wants_to_write()) {
    wait(interrupted);
    if (process_.gone()) fail(process_.last_words());
  }
}

void NearEnd::send(FrameType type, std::uint32_t request, std::string_view json,
                   std::string_view payload, const Interrupted& interrupted) {
  put(type, request, json, payload);
  flush(interrupted);
}

Frame NearEnd::receive(const Interrupted& interrupted) {
  for (;;) {
    if (auto frame = process_.take()) {
      if (frame->type == FrameType::kOut) frame->payload = shown_text(frame->payload);
      return std::move(*frame);
    }
    if (open_ && process_.gone()) fail(process_.last_words());
    wait(interrupted);
  }
}

}  // namespace insitu
