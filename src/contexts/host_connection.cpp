#include "contexts/host_connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace insitu {

Frame HostConnection::receive() {
  for (;;) {
    if (auto frame = decoder_.take()) return std::move(*frame);
    const auto room = decoder_.room();
    const auto count = ::read(in_, room.data(), room.size());
    if (count > 0) {
      decoder_.filled(static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      throw HostGone();
    }
  }
}

bool HostConnection::readable_within(std::chrono::milliseconds patience) const {
  if (decoder_.in_the_middle()) return true;
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    pollfd line{.fd = in_, .events = POLLIN, .revents = 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    const auto found =
        ::poll(&line, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX)));
    if (found > 0) return true;
    if (left.count() <= 0) return false;
  }
}

void HostConnection::send(FrameType type, std::uint32_t request, std::string_view json,
                          std::string_view payload) {
  const std::lock_guard lock(sending_);
  if (json.size() + payload.size() < 1 << 16) {
    write_all(encode_frame(type, request, json, payload));
    return;
  }
  const auto header = frame_header(type, request, json.size(), payload.size());
  write_all({header.data(), header.size()});
  write_all(json);
  write_all(payload);
}

void HostConnection::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(out_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno != EINTR) {
      throw HostGone();
    }
  }
}

}  // namespace insitu
