#pragma once
// One pass of worker processes over the tasks of a call.
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contexts/crew_round.hpp"
#include "contexts/progress.hpp"
#include "contexts/remote_files.hpp"
#include "contexts/worker_seat.hpp"

namespace insitu {

/// The splits in runs for so many workers.
std::vector<WorkerTask> map_tasks(const std::vector<Split>& splits, std::size_t workers);

/// Hands out the tasks, answers the workers' questions, collects what they send.
class WorkerRound final : public CrewRound {
 public:
  WorkerRound(WorkerCrew& crew, const DataSource& source, RunControl& control,
              ProgressMeter& meter);

  nlohmann::json mode;                                ///< what else the TASK frame says
  Bytes payload;                                      ///< of the TASK frame
  std::function<void(WorkerTask&, Frame&)> on_frame;  ///< STATE or OUT
  std::function<void(WorkerTask&, const nlohmann::json&)>
      on_end;                     ///< the task is complete; its END
  std::size_t window = SIZE_MAX;  ///< no task starts further ahead of the first unfinished one

  void run(std::vector<WorkerTask>& tasks);

 private:
  void hand_out() override;
  bool waiting() const override { return !waiting_.empty(); }
  void handle(WorkerSeat& seat, Frame& frame) override;
  void give(WorkerSeat& seat, WorkerTask& task);
  static WorkerTask& task_of(WorkerSeat& seat);
  void answer(WorkerSeat& seat, const Frame& frame);

  /// Answers NEXT: one chunk of the rows that this process holds.
  void send_rows(WorkerSeat& seat, const nlohmann::json& request);
  void count(WorkerTask& task, std::int64_t rows);

  /// A task failed with a message of its own. The failure of the lowest split counts, as on one
  /// thread: what comes after it stops, what comes before it goes on.
  void failed(WorkerSeat& seat, const nlohmann::json& error);
  void ended(WorkerSeat& seat, const nlohmann::json& end);

  /// Takes the task from a worker that was lost with it, or gave it back, and puts it first in the
  /// queue.
  void again(WorkerSeat& seat, const std::string& reason) override;

  const DataSource& source_;
  ProgressMeter& meter_;
  ReadServer files_;
  std::string source_head_;
  std::deque<WorkerTask*> waiting_;
  std::vector<WorkerTask>* unfinished_ = nullptr;
  std::size_t first_unfinished_ = 0;
  std::exception_ptr failure_;
  std::uint64_t failed_split_ = 0;
};

}  // namespace insitu
