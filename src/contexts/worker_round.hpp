#pragma once
// One pass of worker processes over the tasks of a call.
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contexts/progress.hpp"
#include "contexts/remote_files.hpp"
#include "contexts/worker_seat.hpp"

namespace insitu {

/// Hands out the tasks, answers the workers' questions, collects what they send.
class WorkerRound {
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
  void loop();
  void hand_out();
  void start(WorkerSeat& seat);
  void give(WorkerSeat& seat, WorkerTask& task);
  void wait(std::chrono::milliseconds patience);
  void hear(WorkerSeat& seat);

  /// One that does not greet was perhaps stopped before it could: another gets its place, until
  /// the program itself must be what is wrong.
  void await_greeting(WorkerSeat& seat);

  /// A worker that computes says so every now and then; one that is stopped is ended and its task
  /// given to another.
  void listen(WorkerSeat& seat);
  void handle(WorkerSeat& seat, Frame& frame);
  void greet(WorkerSeat& seat, const Frame& frame);
  void answer(WorkerSeat& seat, const Frame& frame);

  /// Answers NEXT: one chunk of the rows that this process holds.
  void send_rows(WorkerSeat& seat, const nlohmann::json& request);
  void count(WorkerTask& task, std::int64_t rows);
  void log(const nlohmann::json& message);

  /// A task failed with a message of its own. The failure of the lowest split counts, as on one
  /// thread: what comes after it stops, what comes before it goes on.
  void failed(WorkerSeat& seat, const nlohmann::json& error);
  void ended(WorkerSeat& seat, const nlohmann::json& end);
  void lost(WorkerSeat& seat);

  /// Takes the task from a worker that was lost with it, or gave it back, and puts it first in the
  /// queue.
  void again(WorkerSeat& seat, const std::string& reason);

  /// After a failure: running tasks are cancelled; a worker that does not stop at once is ended.
  void settle() noexcept;

  WorkerCrew& crew_;
  const DataSource& source_;
  RunControl& control_;
  ProgressMeter& meter_;
  ReadServer files_;
  std::string source_head_;
  std::deque<WorkerTask*> waiting_;
  std::vector<WorkerTask>* unfinished_ = nullptr;
  std::size_t first_unfinished_ = 0;
  std::exception_ptr failure_;
  int silent_starts_ = 0;  // workers that never greeted
  std::uint64_t failed_split_ = 0;
  int killed_at_start_ = 0;
};

}  // namespace insitu
