#include "contexts/mpi/merge_round.hpp"

#include <string>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

MergeRound::MergeRound(WorkerCrew& crew, RunControl& control, json document, Bytes payload,
                       std::uint64_t splits)
    : CrewRound(crew, control),
      document_(std::move(document)),
      payload_(std::move(payload)),
      splits_(splits) {}

std::vector<std::pair<MergeTree::Key, Bytes>> MergeRound::run() {
  run_all();
  return std::move(nodes_);
}

void MergeRound::hand_out() {
  make_seats(1);
  auto& seat = *crew_.seats.front();
  if (!waiting_ || seat.task || !ready(seat)) return;
  waiting_ = false;
  nodes_.clear();
  send_task(seat, task_, document_, payload_, usual_heartbeat());
}

void MergeRound::handle(WorkerSeat& seat, Frame& frame) {
  switch (frame.type) {
    case FrameType::kState:
      return add(seat, frame);
    case FrameType::kProgress:
      return;
    case FrameType::kError:
      return again_or_throw(seat, json::parse(frame.json));
    case FrameType::kEnd:
      if (json::parse(frame.json).value("nodes", std::size_t{0}) != nodes_.size())
        throw WorkerError(seat.name() + " announced other states than it sent");
      seat.task = nullptr;
      return;
    default:
      refuse(seat, frame);
  }
}

void MergeRound::add(WorkerSeat& seat, Frame& frame) {
  const auto node = json::parse(frame.json);
  const MergeTree::Key key{node.at("index"), node.at("level")};
  if (key.level > 62 || key.index >> (62 - key.level) || key.end_split() > splits_)
    throw WorkerError(seat.name() + " sent a state of splits that there are not");
  nodes_.emplace_back(key, std::move(frame.payload));
}

void MergeRound::again(WorkerSeat& seat, const std::string& reason) {
  const auto who = seat.name();
  if (++lost_ >= crew_.options.attempts)
    throw WorkerError(who + " was lost while it merged what the ranks have computed, " +
                      std::to_string(lost_) + " times: " + reason);
  control_.warn(
      who + " was lost while it merged what the ranks have computed; another one does: " + reason);
  seat.task = nullptr;
  waiting_ = true;
}

}  // namespace insitu
