#pragma once
// The tasks of one rxExec on the workers of a crew.
#include <cstddef>
#include <deque>
#include <list>
#include <map>

#include "analysis/task_runner.hpp"
#include "contexts/crew_round.hpp"

namespace insitu {

/// Gives neighbouring tasks out in batches, as many at once as take about a tenth of a second, or
/// as the caller says. A worker that dies in a batch of many leaves open which task it was: what is
/// not back yet goes out again, reported one by one.
class TaskRound final : public CrewRound {
 public:
  TaskRound(WorkerCrew& crew, const TaskCall& call, RunControl& control);
  void run();

 private:
  struct Range {
    std::size_t first, count;
    bool each;  // report after every task
  };
  struct Batch : SeatTask {
    std::size_t next = 0, end = 0;  // tasks that are not back
    bool each = false;
    Clock::time_point given, since;  // since: the last sign that a task has begun
    std::size_t count = 0;
  };

  void hand_out() override;
  bool waiting() const override { return !again_.empty() || cursor_ < limit_; }
  void handle(WorkerSeat& seat, Frame& frame) override;
  void again(WorkerSeat& seat, const std::string& reason) override;
  void watch(WorkerSeat& seat) override;

  static Batch& batch_of(WorkerSeat& seat) { return static_cast<Batch&>(*seat.task); }
  Range next_range();
  std::size_t batch_size() const;
  void give(WorkerSeat& seat, const Range& range);
  void values(WorkerSeat& seat, Frame& frame);
  void ended(WorkerSeat& seat, const nlohmann::json& document);
  /// A task has no value and will have none.
  void give_up(std::size_t index, const std::string& why);
  /// Tasks behind `index` are not needed any more.
  void stop_behind(std::size_t index);
  void put_back(std::size_t first, std::size_t end, bool each);
  /// The batch of the seat is over.
  void release(WorkerSeat& seat);
  void tell();

  const TaskCall& call_;
  std::size_t cursor_ = 0;             // the first task that was never given out
  std::size_t limit_;                  // tasks from here on are not needed
  std::deque<Range> again_;            // in the order of the tasks
  std::list<Batch> open_;              // with workers
  std::map<std::size_t, int> losses_;  // of tasks, by the death of workers
  TaskProgress progress_;
  Clock::time_point begin_ = Clock::now(), told_;
  double task_seconds_ = -1;  // of the last batch that came back; -1: none has
};

}  // namespace insitu
