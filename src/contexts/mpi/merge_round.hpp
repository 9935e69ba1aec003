#pragma once
// The end of a pass: the worker beside rank 0 merges what that rank has kept.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "analysis/merge_tree.hpp"
#include "contexts/crew_round.hpp"

namespace insitu {

class MergeRound final : public CrewRound {
 public:
  /// `document` and `payload` of the TASK, `splits` of the data.
  MergeRound(WorkerCrew& crew, RunControl& control, nlohmann::json document, Bytes payload,
             std::uint64_t splits);
  /// What could not be merged further. Throws WorkerError when the worker is lost too often.
  std::vector<std::pair<MergeTree::Key, Bytes>> run();

 private:
  void hand_out() override;
  bool waiting() const override { return waiting_; }
  void handle(WorkerSeat& seat, Frame& frame) override;
  void again(WorkerSeat& seat, const std::string& reason) override;
  void add(WorkerSeat& seat, Frame& frame);

  nlohmann::json document_;
  Bytes payload_;
  std::uint64_t splits_;
  SeatTask task_;
  bool waiting_ = true;
  int lost_ = 0;
  std::vector<std::pair<MergeTree::Key, Bytes>> nodes_;
};

}  // namespace insitu
