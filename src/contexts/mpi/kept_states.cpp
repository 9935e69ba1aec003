#include "contexts/mpi/kept_states.hpp"

#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

const std::vector<Frame>& KeptStates::to_worker(std::uint32_t rank, const Frame& frame) {
  static const std::vector<Frame> kNone;
  if (frame.type == FrameType::kReset) {  // the call is over for the client, too
    open_.clear();
    states_.clear();
    pass_ = 0;
  }
  if (frame.type != FrameType::kTask) return kNone;
  const auto task = json::parse(frame.json, nullptr, false);
  if (!task.is_object()) throw DataError("a task cannot be read");
  const auto kept = task.value("kept", json());
  if (kept.is_null()) return kNone;
  const auto mode = task.value("mode", json());
  if (!kept.is_number_unsigned() || kept == 0 || (mode != "map" && mode != "merge"))
    throw DataError("a task of mode " + mode.dump() + " keeps states of pass " + kept.dump());
  if (const auto pass = kept.get<std::uint64_t>(); pass != pass_) {
    if (mode == "merge")
      throw DataError("the states of pass " + std::to_string(pass) + " are not kept here");
    pass_ = pass;
    open_.clear();
    states_.clear();
  }
  if (mode == "map") {
    open_[frame.request] = {rank, {}};
    return kNone;
  }
  // They stay until the next pass: this worker may be lost, also after its END has passed here and
  // before the client has heard it.
  return states_;
}

bool KeptStates::from_worker(std::uint32_t rank, Frame& frame) {
  const auto task = open_.find(frame.request);
  if (task == open_.end() || task->second.rank != rank) return false;
  switch (frame.type) {
    case FrameType::kState:
      task->second.states.push_back(std::move(frame));
      return true;
    case FrameType::kEnd:
      states_.insert(states_.end(), std::make_move_iterator(task->second.states.begin()),
                     std::make_move_iterator(task->second.states.end()));
      open_.erase(task);
      return false;
    case FrameType::kError:
      open_.erase(task);
      return false;
    default:
      return false;
  }
}

void KeptStates::lost(std::uint32_t rank) {
  std::erase_if(open_, [&](const auto& task) { return task.second.rank == rank; });
}

}  // namespace insitu
