#pragma once
// Tasks: calls of one function of a language with different arguments, each on its own (rxExec). A
// compute context that can run them somewhere else offers a TaskRunner beside `run` and `read`; one
// that cannot knows nothing of them.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "base/bytes.hpp"
#include "base/control.hpp"
#include "base/error.hpp"

namespace insitu {

struct TaskProgress {
  std::size_t total = 0, done = 0;  ///< `done` includes the failed ones
  std::size_t running = 0;          ///< given to workers and not back yet
  std::size_t failed = 0;
  double seconds = 0;  ///< since the call began
};

/// One call: `count` tasks, numbered from 0. All functions are called on the thread of the caller.
/// What arguments and values look like is between the two sides of the language; the context moves
/// bytes.
struct TaskCall {
  Bytes shared;  ///< what all tasks need; sent once to each worker
  std::size_t count = 0;
  /// The arguments of tasks first to first + count - 1.
  std::function<Bytes(std::size_t first, std::size_t count)> arguments;
  std::size_t chunk = 0;         ///< tasks given to a worker at once; 0: by the time they take
  double timeout = 0;            ///< seconds that a task may take; 0: any
  int attempts = 3;              ///< how many workers may be lost with one task
  bool stop_at_failure = false;  ///< tasks behind the first one that fails are not needed
  bool show_output = false;      ///< what tasks print goes to the caller's console

  /// The values of some neighbouring tasks; comes in any order. Each task comes once, here or in
  /// `lost`; with stop_at_failure those up to the first that failed, and perhaps more.
  std::function<void(std::size_t first, std::size_t count, Bytes&& values)> done;
  /// A task has no value: its workers died, or it took too long.
  std::function<void(std::size_t index, const std::string& why)> lost;
  std::function<void(const TaskProgress&)> progress;  ///< may be empty
};

class TaskRunner {
 public:
  virtual ~TaskRunner() = default;
  /// Returns when every task is done or lost. A task whose worker dies runs again, up to
  /// `attempts` times. Throws UserCodeError when `shared` cannot be loaded, WorkerError when
  /// workers cannot be started, Cancelled when interrupted: then nothing runs on.
  virtual void run_tasks(const TaskCall&, RunControl&) = 0;
};

/// Tasks over rows that stay where the context has them: each gets those of a range of groups, in a
/// file that its worker can read (ExecBatch::rows).
class RangeRunner {
 public:
  virtual ~RangeRunner() = default;
  /// How many tasks may run at once.
  virtual std::size_t parallelism(RunControl&) = 0;
  /// `pieces` are cut by so many ranges (shaping/range_pieces.hpp); task i gets the rows of range
  /// `range_of_task[i]`, which rise. Otherwise as TaskRunner::run_tasks.
  virtual void run_over_ranges(const DataSource& pieces, std::uint32_t ranges,
                               const std::vector<std::uint32_t>& range_of_task, const TaskCall&,
                               RunControl&) = 0;
};

/// What a compute context is besides, if it may run tasks.
class OffersTasks {
 public:
  virtual ~OffersTasks() = default;
  /// Null: it cannot, as it is described.
  virtual TaskRunner* task_runner() = 0;
  /// Null: rows of groups go through the caller's process.
  virtual RangeRunner* range_runner() { return nullptr; }
};

/// Null: tasks run in the caller's process only.
inline TaskRunner* task_runner_of(ComputeContext& context) {
  auto* offers = dynamic_cast<OffersTasks*>(&context);
  return offers ? offers->task_runner() : nullptr;
}

inline RangeRunner* range_runner_of(ComputeContext& context) {
  auto* offers = dynamic_cast<OffersTasks*>(&context);
  return offers ? offers->range_runner() : nullptr;
}

}  // namespace insitu
