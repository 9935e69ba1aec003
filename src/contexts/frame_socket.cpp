#include "contexts/frame_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::size_t kPreamble = 1 << 20;

}  // namespace

FrameSocket::FrameSocket(int descriptor, FrameLimits limits)
    : descriptor_(descriptor), owner_(::getpid()), decoder_(limits) {
  // States and blocks are large: fewer turns between the two processes.
  const int buffer = 1 << 20;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

FrameSocket::~FrameSocket() { close(); }

FrameSocket::FrameSocket(FrameSocket&& other) noexcept { *this = std::move(other); }

FrameSocket& FrameSocket::operator=(FrameSocket&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  owner_ = other.owner_;
  gone_ = other.gone_;
  outgoing_ = std::move(other.outgoing_);
  written_ = other.written_;
  queued_ = other.queued_;
  decoder_ = std::move(other.decoder_);
  received_ = other.received_;
  frames_ = std::move(other.frames_);
  after_ = std::move(other.after_);
  preamble_ = std::move(other.preamble_);
  return *this;
}

void FrameSocket::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void FrameSocket::hang_up() {
  // A forked copy of this process holds the line too, so closing our end would not end it.
  if (descriptor_ >= 0 && owner_ == ::getpid()) ::shutdown(descriptor_, SHUT_RDWR);
  close();
}

void FrameSocket::send(FrameType type, std::uint32_t request, std::string_view json,
                       std::string_view payload) {
  outgoing_.push_back(encode_frame(type, request, json, payload));
  queued_ += outgoing_.back().size();
  write_some();
}

void FrameSocket::write_some() {
  while (!gone_ && !outgoing_.empty()) {
    const auto& bytes = outgoing_.front();
    const auto count = ::send(descriptor_, bytes.data() + written_, bytes.size() - written_,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count < 0) {
      forget_outgoing();  // the end of the line shows when it is read
      return;
    }
    written_ += static_cast<std::size_t>(count);
    queued_ -= static_cast<std::size_t>(count);
    if (written_ == bytes.size()) {
      outgoing_.pop_front();
      written_ = 0;
    }
  }
}

void FrameSocket::decode(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = decoder_.room();
    const auto count = bytes.copy(room.data(), room.size());
    bytes.remove_prefix(count);
    decoder_.filled(count);
    while (auto frame = decoder_.take()) frames_.push_back(std::move(*frame));
  }
}

void FrameSocket::forget_outgoing() {
  outgoing_.clear();
  written_ = queued_ = 0;
}

void FrameSocket::read_some() {
  try {
    read_what_is_there();
  } catch (...) {
    // Where the next frame would begin is not known any more.
    gone_ = true;
    forget_outgoing();
    throw;
  }
}

void FrameSocket::read_what_is_there() {
  char skipped[4096];
  for (std::size_t total = 0; !gone_ && total < 4 << 20;) {
    const auto room = after_.empty() ? decoder_.room() : std::span<char>(skipped);
    const auto count = ::recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT);
    if (count > 0) {
      total += static_cast<std::size_t>(count);
      received_ += static_cast<std::uint64_t>(count);
      if (!after_.empty()) {
        preamble_.append(skipped, static_cast<std::size_t>(count));
        if (const auto at = preamble_.find(after_); at != preamble_.npos) {
          const auto rest = preamble_.substr(at + after_.size());
          after_.clear();
          preamble_.clear();
          decode(rest);
        } else if (preamble_.size() > kPreamble) {
          throw DataError("only other text arrived, where frames were to begin");
        }
        continue;
      }
      decoder_.filled(static_cast<std::size_t>(count));
      while (auto frame = decoder_.take()) frames_.push_back(std::move(*frame));
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return;
    } else {
      gone_ = true;
    }
  }
}

std::optional<Frame> FrameSocket::take() {
  if (frames_.empty()) return std::nullopt;
  auto frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

}  // namespace insitu
