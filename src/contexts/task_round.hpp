#pragma once
// The tasks of one rxExec on the workers of a crew.
#include <cstddef>
#include <list>

#include "analysis/task_runner.hpp"
#include "contexts/crew_round.hpp"
#include "contexts/task_ledger.hpp"

namespace insitu {

/// Gives neighbouring tasks out in batches, as many at once as take about a tenth of a second, or
/// as the caller says. A worker that dies in a batch of many leaves open which task it was: what is
/// not back yet goes out again, reported one by one.
class TaskRound final : public CrewRound {
 public:
  TaskRound(WorkerCrew& crew, const TaskCall& call, RunControl& control);
  void run();

 private:
  struct Batch : SeatTask, TaskLedger::Batch {
    Clock::time_point given, since;  // since: the last sign that a task has begun
  };

  void hand_out() override;
  bool waiting() const override { return ledger_.waiting(); }
  void handle(WorkerSeat& seat, Frame& frame) override;
  void again(WorkerSeat& seat, const std::string& reason) override;
  void watch(WorkerSeat& seat) override;

  static Batch& batch_of(WorkerSeat& seat) { return static_cast<Batch&>(*seat.task); }
  std::size_t batch_size() const;
  void give(WorkerSeat& seat, const TaskLedger::Range& range);
  void ended(WorkerSeat& seat, const nlohmann::json& document);
  /// Takes the batch from the seat.
  Batch release(WorkerSeat& seat);

  const TaskCall& call_;
  TaskLedger ledger_;
  std::list<Batch> open_;     // with workers
  double task_seconds_ = -1;  // of the last batch that came back; -1: none has
};

}  // namespace insitu
