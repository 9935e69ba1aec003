#include "wire.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "memory.hpp"

namespace insitu::arrow_plugin {

namespace {

struct Header {
  char message = 0;
  char unused[7] = {};
  std::int64_t size = 0;
};

arrow::Status send_all(int socket, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const auto sent = ::send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return arrow::Status::IOError("the decoding process has ended");
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return arrow::Status::OK();
}

arrow::Status receive_all(int socket, void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    const auto got = ::recv(socket, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return arrow::Status::IOError("the decoding process has ended");
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Status send_parcel(int socket, Message message, std::string_view bytes) {
  Header header;
  header.message = static_cast<char>(message);
  header.size = static_cast<std::int64_t>(bytes.size());
  ARROW_RETURN_NOT_OK(send_all(socket, &header, sizeof header));
  return send_all(socket, bytes.data(), bytes.size());
}

arrow::Result<Parcel> receive_parcel(int socket, std::int64_t most) {
  Header header;
  ARROW_RETURN_NOT_OK(receive_all(socket, &header, sizeof header));
  if (header.size < 0 || (most > 0 && header.size > most))
    return arrow::Status::OutOfMemory("a piece of it needs ", header.size >> 20,
                                      " MiB, and the limit is ", most >> 20, " MiB");
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(header.size, pool()));
  ARROW_RETURN_NOT_OK(
      receive_all(socket, bytes->mutable_data(), static_cast<std::size_t>(header.size)));
  return Parcel{static_cast<Message>(header.message), std::move(bytes)};
}

}  // namespace insitu::arrow_plugin
