#pragma once
// The ranks of an MPI job as a client sees them: a worker beside each, and one line to rank 0,
// which speaks for the others. MPI itself is in the ranks' program alone (hosts/mpi), so that
// nothing of it is linked here.
#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "contexts/mpi/job.hpp"
#include "contexts/worker_line.hpp"

namespace insitu {

/// Used by one thread.
class Ranks : public std::enable_shared_from_this<Ranks> {
 public:
  /// As MpiJob.
  Ranks(const MpiOptions&, RunControl&);
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int count() const { return static_cast<int>(places_.size()); }
  bool ours() const { return job_.ours(); }
  /// The job runs, as far as is seen without waiting.
  bool alive();
  /// Starts a worker beside a rank, in place of one that is there.
  std::unique_ptr<WorkerLine> start_worker(std::size_t rank);
  pid_t pid() const { return job_.pid(); }  ///< of mpirun

 private:
  class Line;
  /// What has come for the worker that was started last beside a rank.
  struct Place {
    std::uint64_t life = 0;  // its number
    bool there = false;      // its rank has begun to speak of it, and no longer of one before it
    pid_t pid = -1;
    bool ended = false, killed = false;
    std::string words;  // its last
    std::uint64_t received = 0;
    std::deque<Frame> frames;
    std::vector<std::string> said;
  };

  void tell(std::size_t rank, const nlohmann::json& document);
  /// Reads what is there and puts it in its places. Throws WorkerError when the job has ended.
  void read_some();
  void take(const Frame& frame);
  void hear(Place& place, const nlohmann::json& document);

  MpiJob job_;
  std::vector<Place> places_;
  std::vector<std::string> worker_;  // its command
  std::uint64_t lives_ = 0;
};

}  // namespace insitu
