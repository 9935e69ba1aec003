#pragma once
// The books of one call of rxExec: which tasks are still to be given out, which have come back, how
// often workers were lost with one. Whoever runs tasks keeps them the same way.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/task_runner.hpp"

namespace insitu {

class TaskLedger {
 public:
  struct Range {
    std::size_t first, count;
    bool each;  // report after every task
  };
  /// Tasks that are with a worker.
  struct Batch {
    std::size_t next = 0, end = 0;  ///< those that are not back
    bool each = false;
    std::size_t count = 0;
  };

  explicit TaskLedger(const TaskCall& call);

  bool waiting() const { return !again_.empty() || cursor_ < limit_; }
  /// Tasks from here on are not needed.
  std::size_t limit() const { return limit_; }
  /// Tasks that were never given out.
  std::size_t fresh() const { return limit_ - cursor_; }
  bool has_again() const { return !again_.empty(); }
  /// What is given out next: of fresh tasks at most so many. REQUIRES: waiting().
  Range take(std::size_t most);

  /// They are given out.
  Batch begin(const Range&);
  /// Values have come: {"first", "count", "failed"} and what the language wrote. Throws WorkerError
  /// where `who` was not given these tasks.
  void values(Batch&, const nlohmann::json& document, Bytes&& values, const std::string& who);
  /// The batch is over; what is not back goes nowhere.
  void close(const Batch&);
  /// Its worker, `who`, is gone. A worker that dies in a batch of many leaves open which task it
  /// was: what is not back yet goes out again, reported one by one.
  void lost(const Batch&, const std::string& who, const std::string& reason);
  /// One of its tasks, nobody knows which, cannot be run at all; `why` where it has only one. Of
  /// more each goes out again by itself.
  void refused(const Batch&, const std::string& why);
  /// Its next task took longer than it may; its worker is ended.
  void late(const Batch&);
  /// It was not begun: it goes out again as it was.
  void not_run(const Batch&);

  /// Tells the caller how far it is, every now and then; `now`: in any case.
  void tell(bool now = false);
  /// How many tasks run, where it is not all that were given out.
  void running(std::size_t tasks) { progress_.running = tasks; }
  std::size_t done() const { return progress_.done; }

 private:
  using Clock = std::chrono::steady_clock;

  void give_up(std::size_t index, const std::string& why);
  void stop_behind(std::size_t index);
  void put_back(std::size_t first, std::size_t end, bool each);

  const TaskCall& call_;
  std::size_t cursor_ = 0;  // the first task that was never given out
  std::size_t limit_;
  std::deque<Range> again_;            // in the order of the tasks
  std::map<std::size_t, int> losses_;  // of tasks, by the death of workers
  TaskProgress progress_;
  Clock::time_point begin_ = Clock::now(), told_;
};

}  // namespace insitu
