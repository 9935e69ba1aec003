#pragma once
// Requests of HTTP over libcurl, which is loaded at the first one.
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace insitu {

/// The line failed: no connection, none any more, or a silence. What was asked may be asked again.
struct LineFailure : DataError {
  using DataError::DataError;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  /// Says who asks by a ticket of Kerberos (SPNEGO).
  bool negotiate = false;
  /// What is sent: fills the bytes and says how many; 0 at the end. Null: nothing is sent.
  std::function<std::size_t(std::span<char>)> body;
  /// Takes what a successful reply (2xx) brings. Null: it is in HttpReply::body.
  std::function<void(std::string_view)> sink;
};

struct HttpReply {
  long status = 0;
  std::string body;      ///< of a reply that no sink has taken
  std::string location;  ///< where the reply sends the client; no redirect is followed
};

/// One line; for one thread at a time.
class HttpLine {
 public:
  /// Throws Unsupported where libcurl is missing.
  HttpLine();
  ~HttpLine();
  HttpLine(HttpLine&&) noexcept;

  /// Throws LineFailure; Unsupported where libcurl knows no Kerberos and it is asked for; what
  /// `body` and `sink` throw; Cancelled when this thread's call is interrupted
  /// (base/current_call.hpp). Waits 15 s for a connection, and a minute for the next byte.
  HttpReply send(const HttpRequest&);

  /// Bytes of a reply without a sink; more is an error.
  static constexpr std::size_t kMostBody = std::size_t{256} << 20;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

/// Percent-encoded for a path of a URL: all but letters, digits and / - _ . ~ =
std::string url_path(std::string_view path);
/// Percent-encoded for a value in the query of a URL.
std::string url_value(std::string_view value);

}  // namespace insitu
