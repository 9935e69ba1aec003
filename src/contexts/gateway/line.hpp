#pragma once
// The client's end of the line to a gateway (docs/worker.md, "The gateway"): one call after the
// other, each with any number of frames on its way and one answer at its end.
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/control.hpp"
#include "contexts/frame.hpp"
#include "contexts/gateway/words.hpp"

namespace insitu {

/// The other side has closed the line in the middle of a conversation.
struct LineLost : WorkerError {
  using WorkerError::WorkerError;
};

/// Somebody listens, but says nothing: busy, stopped, or short of memory.
struct GatewaySilent : LineLost {
  using LineLost::LineLost;
};

/// Used by one thread at a time.
class GatewayLine {
 public:
  /// Connects to a Unix socket and says HELLO. Throws WorkerError if nobody listens there,
  /// GatewaySilent if it does not answer within 20 s, LineLost if the gateway turns us away.
  GatewayLine(const std::string& socket, const std::string& token, GatewayWords words);
  ~GatewayLine();
  GatewayLine(const GatewayLine&) = delete;
  GatewayLine& operator=(const GatewayLine&) = delete;

  /// What the gateway said of itself: app, master, parallelism, pid, attached, ...
  const std::string& hello() const { return hello_; }

  /// Sends {"op": op, ...arguments} with a payload and waits for the answer. `on_frame` gets what
  /// comes before it. Polls the caller's interrupt at least every 50 ms; then the call is cancelled
  /// on the other side and Cancelled thrown. A FAIL is thrown as the kind of Error that it names.
  Frame call(const char* op, const nlohmann::json& arguments, std::string_view payload,
             RunControl& control, const std::function<void(Frame&)>& on_frame = {});

 private:
  Frame receive(RunControl& control, bool* cancel_sent, std::uint32_t request);
  void send_all(std::string_view bytes);

  GatewayWords words_;
  int descriptor_ = -1;
  std::string hello_;
  FrameDecoder decoder_;
  std::uint32_t next_request_ = 1;
};

}  // namespace insitu
