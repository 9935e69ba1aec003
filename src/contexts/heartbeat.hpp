#pragma once
// Says to the host of a worker that its process runs, while a task takes long over a chunk: a
// worker that is stopped, or whose machine is, is silent and can be told from one that computes.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "contexts/host_connection.hpp"

namespace insitu {

/// Seconds after which a worker that says nothing, or is stopped, counts as lost:
/// INSITU_WORKER_TIMEOUT, else 60.
double worker_patience();

/// Sends an empty PROGRESS of the task `request` every `pause` from a thread of its own, as long as
/// it lives; none with a pause of 0.
class Heartbeat {
 public:
  /// `end_with_host`: the process ends at once when the host is gone, whatever it is doing; else
  /// the thread that works will meet it.
  Heartbeat(HostConnection&, std::uint32_t request, std::chrono::milliseconds pause,
            bool end_with_host = false);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace insitu
