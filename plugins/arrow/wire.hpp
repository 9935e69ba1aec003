#pragma once
// What this library says to itself in a process of its own: frames of a letter, a length and bytes,
// over a pair of sockets. Decoders that bad bytes can crash run there (serve.cpp); the callers'
// side is apart.cpp. Both are one file, so that there are no versions of this.
#include <arrow/buffer.h>
#include <arrow/result.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace insitu::arrow_plugin {

enum class Message : char {
  kOpen = 'O',    ///< kind, place; answered by kOpened
  kRead = 'R',    ///< kind, place, group, batch rows, columns; answered by kRows..., kDone
  kCreate = 'C',  ///< kind, path, schema; answered by kDone, as the next three are
  kWrite = 'W',   ///< rows
  kEndGroup = 'G',
  kFinish = 'Z',
  kOpened = 'o',  ///< rows of the groups, schema
  kRows = 'r',    ///< a record batch
  kDone = 'd',
  kNeed = 'n',   ///< offset, length: of a file elsewhere, before another answer; then it waits for
  kBytes = 'b',  ///< these; none: they cannot be had
  kFailed = 'f'  ///< code of arrow::StatusCode, whether it is the system's, message
};

/// Of one kNeed.
constexpr std::int64_t kMostNeeded = 8 << 20;

struct Parcel {
  Message message;
  std::shared_ptr<arrow::Buffer> bytes;
};

/// Writes to a socket. Fails when nobody reads it any more.
arrow::Status send_parcel(int socket, Message, std::string_view bytes);
/// Waits for one. More than `most` bytes are refused. IOError when the other side is gone.
arrow::Result<Parcel> receive_parcel(int socket, std::int64_t most);

/// Numbers and texts, one after the other.
class Writing {
 public:
  Writing& number(std::int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Writing& text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Throws std::runtime_error at the end of the bytes.
class Reading {
 public:
  explicit Reading(std::string_view bytes) : rest_(bytes) {}
  std::int64_t number() {
    std::int64_t value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view text() { return take(static_cast<std::size_t>(number())); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw std::runtime_error("the decoding process sent half a message");
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
};

}  // namespace insitu::arrow_plugin
