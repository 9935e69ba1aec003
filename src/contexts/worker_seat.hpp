#pragma once
// What the processes context keeps of its workers: places, each with a process that may be
// replaced, and the tasks that are given to them.
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/merge_tree.hpp"
#include "contexts/processes.hpp"
#include "contexts/worker_line.hpp"

namespace insitu {

/// What a worker is given at once.
struct SeatTask {
  std::size_t position = 0;  // in the order of the call
};

/// A run of neighbouring splits.
struct WorkerTask : SeatTask {
  std::vector<Split> splits;
  int lost = 0;              // workers that were lost with it
  std::int64_t counted = 0;  // rows shown as progress
  bool done = false, failed = false;
  // What has come of this attempt:
  std::int64_t rows = 0;
  std::vector<std::pair<MergeTree::Key, Bytes>> nodes;
  std::deque<Chunk> chunks;  // not yet consumed
  std::uint64_t received = 0, consumed = 0;
  std::size_t splits_finished = 0;

  /// "splits 3 to 5", for messages.
  std::string describe() const;
  void forget_attempt();
};

/// A place for a worker; the process in it may be replaced.
struct WorkerSeat {
  using Clock = std::chrono::steady_clock;

  std::size_t number = 0;
  std::unique_ptr<WorkerLine> process;
  int greetings_due = 0;  // HELLOs to come: after the start, and after each RESET
  bool kept = false;      // has served an earlier call and is as new, or will be
  Clock::time_point started;
  Clock::time_point heard;     // when it said anything last
  std::uint64_t received = 0;  // bytes of it until then
  SeatTask* task = nullptr;
  std::uint32_t request = 0;
  std::string source;       // what the worker holds as source, as sent
  bool has_shared = false;  // what all tasks of this call need
  // The rows that the worker asks for:
  std::unique_ptr<ChunkReader> reader;
  std::optional<Chunk> ahead;
  std::uint64_t reader_split = 0;

  bool greeted() const { return process && greetings_due == 0; }
  /// "worker 2 (process 4711)", for messages. REQUIRES: process.
  std::string name() const;
  void vacate();
};

/// The workers of a context.
struct WorkerCrew {
  ProcessesOptions options;
  /// Starts the worker of a place, counted from 1; empty: as a child of this process.
  std::function<std::unique_ptr<WorkerLine>(std::size_t number)> start;
  std::vector<std::unique_ptr<WorkerSeat>> seats;
  std::uint32_t next_request = 1;
  int owner = 0;          // process that started them
  std::int64_t lost = 0;  // workers that were lost with a task in this call

  ~WorkerCrew() { dismiss(); }
  /// In a forked copy of the process that started them: leaves them to it, so that own ones start.
  void claim();
  /// The call has ended well: all workers become as new, and end by themselves when nothing is
  /// asked of them for so many seconds. Those of which this cannot be known end now. Returns
  /// whether any is left.
  bool reset(double seconds);
  /// Ends all, at once.
  void dismiss();
};

}  // namespace insitu
