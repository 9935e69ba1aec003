#include "contexts/gateway/line.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/build_identity.hpp"

namespace insitu {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kHelloPatience = std::chrono::seconds(20);
constexpr auto kCancelPatience = std::chrono::seconds(15);

json parsed(const Frame& frame, const GatewayWords& words) {
  if (frame.json.empty()) return json::object();
  auto document = json::parse(frame.json, nullptr, false);
  if (!document.is_object())
    throw WorkerError(words.gateway() + " sent a " + std::string(frame_name(frame.type)) +
                      " frame that cannot be read");
  return document;
}

[[noreturn]] void throw_failure(const Frame& frame, const GatewayWords& words) {
  const auto failure = parsed(frame, words);
  const auto code = failure.value("code", static_cast<int>(ErrorCode::kWorker));
  // Floors above number codes of their own from kUserCode on (src/formula/rows/new_level.hpp).
  constexpr int kMostCode = 15;
  const bool known = code >= static_cast<int>(ErrorCode::kInternal) && code <= kMostCode;
  throw_error(known ? static_cast<ErrorCode>(code) : ErrorCode::kWorker,
              failure.value("message", words.gateway() + " failed without a message"));
}

}  // namespace

GatewayLine::GatewayLine(const std::string& socket, const std::string& token, GatewayWords words)
    : words_(std::move(words)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path)
    throw InvalidArgument("the path of the gateway's socket is too long: " + socket);
  std::memcpy(address.sun_path, socket.data(), socket.size());
  descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0 ||
      ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const std::string reason = std::strerror(errno);
    if (descriptor_ >= 0) ::close(descriptor_);
    throw WorkerError(words_.application() + " has ended: nobody listens at " + socket + " (" +
                      reason + "); connect again with " + words_.connect);
  }
  try {
    send_all(encode_frame(FrameType::kHello, 0,
                          json({{"protocol", kWorkerProtocol}, {"token", token}}).dump()));
    RunControl nobody;
    const auto begin = Clock::now();
    nobody.callbacks.interrupted = [&] { return Clock::now() - begin > kHelloPatience; };
    Frame answer;
    try {
      answer = receive(nobody, nullptr, 0);
    } catch (const Cancelled&) {
      throw GatewaySilent(words_.application() + " at " + socket +
                          " does not answer; wait until it is free, or end it (" + words_.end +
                          ") and connect again");
    }
    if (answer.type == FrameType::kFail) throw_failure(answer, words_);
    if (answer.type != FrameType::kHello)
      throw LineLost("what listens at " + socket + " is no " + words_.engine + " gateway");
    const auto hello = parsed(answer, words_);
    if (const auto protocol = hello.value("protocol", 0); protocol != kWorkerProtocol)
      throw WorkerError(words_.gateway() + " speaks protocol " + std::to_string(protocol) +
                        ", this engine speaks " + std::to_string(kWorkerProtocol) +
                        "; end the application (" + words_.end + ") and connect again");
    hello_ = answer.json;
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

GatewayLine::~GatewayLine() { ::close(descriptor_); }

void GatewayLine::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw LineLost(words_.application() + " has ended: " + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Frame GatewayLine::receive(RunControl& control, bool* cancel_sent, std::uint32_t request) {
  Clock::time_point deadline;
  for (;;) {
    if (auto frame = decoder_.take()) return std::move(*frame);
    pollfd line{descriptor_, POLLIN, 0};
    const int ready = ::poll(&line, 1, 50);
    if (ready < 0 && errno != EINTR)
      throw LineLost("the line to " + words_.application() + ": " + std::strerror(errno));
    control.poll();
    if (control.cancel.raised()) {
      if (!cancel_sent) throw Cancelled();
      if (!*cancel_sent) {
        *cancel_sent = true;
        deadline = Clock::now() + kCancelPatience;
        send_all(encode_frame(FrameType::kCancel, request, "{}"));
      } else if (Clock::now() > deadline && ready == 0) {
        throw LineLost(words_.application() + " does not stop the job that was cancelled");
      }
    }
    if (ready <= 0) continue;
    const auto room = decoder_.room();
    const auto got = ::recv(descriptor_, room.data(), room.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0)
      throw LineLost(words_.application() + " has ended" +
                     (got == 0 ? std::string() : std::string(": ") + std::strerror(errno)));
    decoder_.filled(static_cast<std::size_t>(got));
  }
}

Frame GatewayLine::call(const char* op, const json& arguments, std::string_view payload,
                        RunControl& control, const std::function<void(Frame&)>& on_frame) {
  control.poll();
  control.cancel.throw_if_raised();
  const auto request = next_request_++;
  json document = {{"op", op}};
  if (arguments.is_object()) document.update(arguments);
  const auto text = document.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto header = frame_header(FrameType::kCall, request, text.size(), payload.size());
  send_all({header.data(), header.size()});
  send_all(text);
  send_all(payload);
  bool cancel_sent = false;
  std::exception_ptr failure;
  for (;;) {
    auto frame = receive(control, &cancel_sent, request);
    if (frame.request != request) continue;  // of a call that was given up
    if (frame.type == FrameType::kReply || frame.type == FrameType::kFail) {
      if (failure) std::rethrow_exception(failure);
      if (cancel_sent) throw Cancelled();
      if (frame.type == FrameType::kFail) throw_failure(frame, words_);
      return frame;
    }
    if (failure || !on_frame) continue;
    try {
      on_frame(frame);
    } catch (...) {
      // The line must be read to the answer, or the next call would begin in the middle of this
      // one.
      failure = std::current_exception();
      cancel_sent = true;
      send_all(encode_frame(FrameType::kCancel, request, "{}"));
    }
  }
}

}  // namespace insitu
