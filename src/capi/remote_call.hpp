#pragma once
// One call over the line to the engine on another machine (docs/worker.md, "Whole requests").
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/control.hpp"
#include "capi/facade.hpp"
#include "capi/remote_wire.hpp"
#include "remote/remote_engine.hpp"

namespace insitu {

class RemoteCall {
 public:
  RemoteCall(RemoteEngine& engine, RunControl& control)
      : engine_(engine), control_(control), number_(engine.next_call()) {}
  ~RemoteCall();
  RemoteCall(const RemoteCall&) = delete;
  RemoteCall& operator=(const RemoteCall&) = delete;

  /// Takes the streams over. `tasks`: who has the call of a job to submit, or takes the value of
  /// one; null: nobody, and no value comes. Throws what the call has failed with there, WorkerError
  /// for a line that is lost and for an engine that does not keep to the protocol.
  Reply run(const nlohmann::json& document, std::vector<ArrowArrayStream*>& streams,
            HostTasks* tasks = nullptr);
  /// The engine has said the last word of the call, as an answer or as a failure, and can be called
  /// again. Otherwise what it still says would be taken for the answer to the next call.
  bool answered() const { return answered_; }

 private:
  void send(const nlohmann::json& document, std::vector<ArrowArrayStream*>& streams);
  void send_call_of_job(HostTasks&);
  bool take(Frame&);
  void tell_progress(const nlohmann::json& step);
  void stop();

  RemoteEngine& engine_;
  RunControl& control_;
  std::uint32_t number_;
  ReceivedRows rows_;
  Reply reply_;
  bool takes_value_ = false;
  std::optional<Bytes> value_;
  bool answered_ = false;
  bool asked_to_stop_ = false;
  std::chrono::steady_clock::time_point asked_at_;
};

}  // namespace insitu
