#include "filesystems/hdfs/http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/current_call.hpp"
#include "base/lower_text.hpp"
#include "base/system_library.hpp"

namespace insitu {

namespace {

constexpr long kConnectSeconds = 15, kSilentSeconds = 60;

struct Curl {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) init = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_reset) reset = nullptr;
  decltype(&::curl_easy_setopt) set = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) info = nullptr;
  decltype(&::curl_easy_strerror) message = nullptr;
  decltype(&::curl_slist_append) append = nullptr;
  decltype(&::curl_slist_free_all) free_list = nullptr;
};

Curl loaded() {
  const SystemLibrary library(
      "libcurl.so.4",
      "files of HDFS are reached through libcurl, which is not installed here (libcurl.so.4 was "
      "not found): install the package libcurl4 of Debian or Ubuntu (apt install libcurl4)",
      "files of HDFS cannot be reached: libcurl of this machine is too old");
  Curl curl;
  library.look_up("curl_global_init", curl.global_init);
  library.look_up("curl_easy_init", curl.init);
  library.look_up("curl_easy_cleanup", curl.cleanup);
  library.look_up("curl_easy_reset", curl.reset);
  library.look_up("curl_easy_setopt", curl.set);
  library.look_up("curl_easy_perform", curl.perform);
  library.look_up("curl_easy_getinfo", curl.info);
  library.look_up("curl_easy_strerror", curl.message);
  library.look_up("curl_slist_append", curl.append);
  library.look_up("curl_slist_free_all", curl.free_list);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw Unsupported("files of HDFS cannot be reached: libcurl does not start");
  return curl;
}

const Curl& curl() {
  static const Curl kCurl = loaded();
  return kCurl;
}

bool is_plain(char c, std::string_view more) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         more.find(c) != std::string_view::npos;
}

std::string encoded(std::string_view text, std::string_view more) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string all;
  for (const char c : text) {
    if (is_plain(c, more)) {
      all += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    all += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return all;
}

}  // namespace

struct HttpLine::Handle {
  CURL* easy = nullptr;
  std::array<char, CURL_ERROR_SIZE> message{};
  const HttpRequest* request = nullptr;
  HttpReply reply;
  std::exception_ptr thrown;

  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (easy) curl().cleanup(easy);
  }

  long status() const {
    long found = 0;
    curl().info(easy, CURLINFO_RESPONSE_CODE, &found);
    return found;
  }

  /// No exception may pass through C.
  template <class F>
  std::size_t guarded(std::size_t failed, F&& f) {
    try {
      return std::forward<F>(f)();
    } catch (...) {
      thrown = std::current_exception();
      return failed;
    }
  }

  static std::size_t take(char* bytes, std::size_t, std::size_t size, void* self) {
    auto& handle = *static_cast<Handle*>(self);
    return handle.guarded(0, [&] {
      const auto status = handle.status();
      if (handle.request->sink && status >= 200 && status < 300) {
        handle.request->sink({bytes, size});
        return size;
      }
      if (handle.reply.body.size() + size > kMostBody)
        throw DataError("a reply of HDFS is longer than " + std::to_string(kMostBody) + " bytes");
      handle.reply.body.append(bytes, size);
      return size;
    });
  }

  static std::size_t give(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& handle = *static_cast<Handle*>(self);
    return handle.guarded(CURL_READFUNC_ABORT, [&] {
      return handle.request->body({bytes, size * count});
    });
  }

  static std::size_t header(char* bytes, std::size_t, std::size_t size, void* self) {
    auto& handle = *static_cast<Handle*>(self);
    return handle.guarded(0, [&] {
      constexpr std::string_view kName = "location:";
      const std::string_view line(bytes, size);
      if (line.size() > kName.size() &&
          lower_text(std::string(line.substr(0, kName.size()))) == kName) {
        auto value = line.substr(kName.size());
        while (!value.empty() &&
               (value.back() == ' ' || value.back() == '\r' || value.back() == '\n'))
          value.remove_suffix(1);
        while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        handle.reply.location = value;
      }
      return size;
    });
  }

  static int look(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<int>(static_cast<Handle*>(self)->guarded(1, [] {
      poll_current_call();
      return std::size_t{0};
    }));
  }
};

HttpLine::HttpLine() : handle_(std::make_unique<Handle>()) {
  handle_->easy = curl().init();
  if (!handle_->easy) throw LineFailure("libcurl has no memory for a request");
}

HttpLine::~HttpLine() = default;
HttpLine::HttpLine(HttpLine&&) noexcept = default;

HttpReply HttpLine::send(const HttpRequest& request) {
  // Servers say where to go next: not to files of this machine.
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://"))
    throw DataError("not an address of the web: " + request.url);
  auto& handle = *handle_;
  const auto& c = curl();
  handle.request = &request;
  handle.reply = {};
  handle.thrown = nullptr;
  handle.message = {};
  auto* easy = handle.easy;
  c.reset(easy);
  void* self = &handle;
  c.set(easy, CURLOPT_URL, request.url.c_str());
  c.set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  c.set(easy, CURLOPT_PROXY, "");  // a cluster is not behind the proxy of the web
  c.set(easy, CURLOPT_NOSIGNAL, 1L);
  c.set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  c.set(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  c.set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  c.set(easy, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  c.set(easy, CURLOPT_ERRORBUFFER, handle.message.data());
  c.set(easy, CURLOPT_BUFFERSIZE, 512L * 1024);
  c.set(easy, CURLOPT_WRITEFUNCTION, &Handle::take);
  c.set(easy, CURLOPT_WRITEDATA, self);
  c.set(easy, CURLOPT_HEADERFUNCTION, &Handle::header);
  c.set(easy, CURLOPT_HEADERDATA, self);
  c.set(easy, CURLOPT_NOPROGRESS, 0L);
  c.set(easy, CURLOPT_XFERINFOFUNCTION, &Handle::look);
  c.set(easy, CURLOPT_XFERINFODATA, self);
  // Who has a certificate of an authority of its own names the file; by default the machine's hold.
  if (const char* authorities = std::getenv("INSITU_HDFS_CA"); authorities && *authorities)
    c.set(easy, CURLOPT_CAINFO, authorities);
  if (request.negotiate) {
    if (c.set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_NEGOTIATE)) != CURLE_OK)
      throw Unsupported(
          "this HDFS asks for tickets of Kerberos, which the libcurl of this machine cannot use: "
          "install one that is built with GSSAPI, as libcurl4 of Debian is");
    c.set(easy, CURLOPT_USERPWD, ":");  // the ticket says who
  }
  curl_slist* headers = c.append(nullptr, "Expect:");
  if (request.body) {
    headers = c.append(headers, "Content-Type: application/octet-stream");
    headers = c.append(headers, "Transfer-Encoding: chunked");
    c.set(easy, CURLOPT_UPLOAD, 1L);
    c.set(easy, CURLOPT_UPLOAD_BUFFERSIZE, 1024L * 1024);
    c.set(easy, CURLOPT_READFUNCTION, &Handle::give);
    c.set(easy, CURLOPT_READDATA, self);
  } else if (request.method == "POST" || request.method == "PUT") {
    headers = c.append(headers, "Content-Length: 0");
  }
  c.set(easy, CURLOPT_HTTPHEADER, headers);
  const auto result = c.perform(easy);
  c.free_list(headers);
  handle.request = nullptr;
  if (handle.thrown) std::rethrow_exception(handle.thrown);
  if (result != CURLE_OK)
    throw LineFailure(handle.message[0] ? handle.message.data() : c.message(result));
  handle.reply.status = handle.status();
  return std::move(handle.reply);
}

std::string url_path(std::string_view path) { return encoded(path, "/-_.~="); }
std::string url_value(std::string_view value) { return encoded(value, "-_.~"); }

}  // namespace insitu
