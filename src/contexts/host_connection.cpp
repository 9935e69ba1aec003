#include "contexts/host_connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

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

bool HostConnection::readable() const {
  pollfd line{.fd = in_, .events = POLLIN, .revents = 0};
  return ::poll(&line, 1, 0) > 0;
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
