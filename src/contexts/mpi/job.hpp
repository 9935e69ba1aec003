#pragma once
// An MPI job as a child of this process: mpirun in a session of its own, and rank 0 at the other
// end of a socket in a private folder, which is gone as soon as both have met.
#include <optional>
#include <string>

#include "base/control.hpp"
#include "contexts/frame_socket.hpp"
#include "contexts/gateway/process.hpp"
#include "contexts/mpi/options.hpp"

namespace insitu {

/// Used by one thread.
class MpiJob {
 public:
  /// Starts mpirun and waits until rank 0 has come. Throws WorkerError with the way out when it
  /// does not or is of another build, Cancelled when interrupted; then nothing runs on.
  MpiJob(const MpiOptions&, RunControl&);
  /// Ends it; nothing is left behind. In a forked copy of this process it is left alone.
  ~MpiJob();
  MpiJob(const MpiJob&) = delete;
  MpiJob& operator=(const MpiJob&) = delete;

  int ranks() const { return ranks_; }
  FrameSocket& line() { return line_; }
  pid_t pid() const { return process_->pid(); }  ///< of mpirun; -1: it has ended
  bool ours() const { return process_->ours(); }
  /// mpirun has ended.
  bool ended() { return process_->ended_within(0); }
  /// Waits a moment for its end, for it says why; then what it said last.
  std::string last_words();

 private:
  class Meeting;
  void meet(Meeting&, RunControl&);
  /// Whether what has come is the HELLO of our rank 0. Throws WorkerError for one of another build.
  bool greeted(const Frame&, const std::string& token);
  [[noreturn]] void throw_not_started(const std::string& what);
  void end() noexcept;

  std::string mpirun_;
  int log_ = -1;  // what mpirun prints
  std::optional<GatewayProcess> process_;
  FrameSocket line_;
  int ranks_ = 0;
};

}  // namespace insitu
