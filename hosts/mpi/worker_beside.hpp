#pragma once
// The worker beside a rank: a child process, spoken to by frames that the client sends through rank
// 0 (contexts/mpi/relay.hpp).
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "contexts/transport.hpp"

namespace insitu::mpi {

class WorkerBeside {
 public:
  /// `tell` gets what goes to the client: documents of the relay, and frames of the worker.
  struct Tell {
    std::function<void(const std::string& document)> document;
    std::function<void(Frame&)> frame;
  };
  explicit WorkerBeside(Tell tell) : tell_(std::move(tell)) {}

  /// A document of the relay: start, end.
  void hear(const nlohmann::json& document);
  /// A frame for the worker; dropped where there is none.
  void send(const Frame& frame, std::uint32_t request);
  /// Writes, and reads unless `full`. Returns whether anything came.
  bool pump(bool full);
  std::size_t queued() const { return worker_ ? worker_->queued() : 0; }
  /// For poll(); -1: none.
  int line() const { return worker_ ? worker_->line() : -1; }
  int errors() const { return worker_ ? worker_->errors() : -1; }
  bool wants_to_write() const { return worker_ && worker_->wants_to_write(); }
  void end();

 private:
  void start(const nlohmann::json& document);
  void say(std::vector<std::string> lines);
  void ended(const std::string& words, bool killed);

  Tell tell_;
  std::unique_ptr<WorkerProcess> worker_;
  std::uint64_t life_ = 0;
};

}  // namespace insitu::mpi
