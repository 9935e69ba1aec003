#pragma once
// The states that rank 0 keeps until all splits are done, so that they are merged there and only
// what is left travels to the client.
#include <cstdint>
#include <map>
#include <vector>

#include "contexts/frame.hpp"

namespace insitu {

/// Used by one thread. Frames are those of workers and of their host, with the rank that they
/// belong to.
class KeptStates {
 public:
  /// A frame on its way to a worker. Returns the states to be sent behind it, as frames of its
  /// request: those of the pass that a task of mode merge asks for. Throws DataError for a task
  /// that cannot be read.
  const std::vector<Frame>& to_worker(std::uint32_t rank, const Frame& frame);
  /// A frame that came from a worker. Returns whether it is kept (and moved from): else it goes on
  /// to the client.
  bool from_worker(std::uint32_t rank, Frame& frame);
  /// The worker of a rank has ended: what it had not finished is void.
  void lost(std::uint32_t rank);
  std::size_t size() const { return states_.size(); }  ///< of finished tasks

 private:
  struct Open {
    std::uint32_t rank = 0;
    std::vector<Frame> states;
  };
  std::uint64_t pass_ = 0;              // the one whose states are kept; 0: none yet
  std::map<std::uint32_t, Open> open_;  // tasks of this pass by their request
  std::vector<Frame> states_;
};

}  // namespace insitu
