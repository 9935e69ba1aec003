#include "contexts/local.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "analysis/merge_tree.hpp"
#include "contexts/ordered_work.hpp"
#include "contexts/progress.hpp"

namespace insitu {

namespace {

/// How many states may live at once beside those in the merge tree: all together at most a quarter
/// of the memory.
std::size_t state_window(std::size_t state_bytes, int threads) {
  const auto memory = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_PHYS_PAGES))) *
                      static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_PAGESIZE)));
  return std::clamp<std::size_t>(memory / 4 / std::max<std::size_t>(state_bytes, 1), 1,
                                 4 * static_cast<std::size_t>(threads));
}

}  // namespace

LocalContext::LocalContext(int threads, std::string name) : name_(std::move(name)) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  threads_ = threads <= 0 || threads > cores ? cores : threads;
}

LocalContext LocalContext::with_threads(int threads) {
  LocalContext context;
  context.threads_ = std::max(1, threads);
  return context;
}

Capabilities LocalContext::capabilities() const {
  return {.runs_r_functions = true, .runs_python_functions = true};
}

std::unique_ptr<Accumulator> LocalContext::run(const Pass& pass, const DataSource& source,
                                               RunControl& control) {
  const auto splits = source.splits();
  const ReadOptions options{.columns = pass.variables()};
  MergeTree tree;
  ProgressMeter meter(source, control);
  std::atomic<std::int64_t> rows = 0;
  const auto accumulate = [&](const Split& split, auto&& before_chunk) {
    auto state = pass.start();
    const auto reader = source.open(split, options);
    while (const auto chunk = reader->next()) {
      before_chunk();
      state->accumulate(*chunk);
      rows += chunk->from.source_rows;
    }
    return state;
  };
  if (source.needs_calling_thread()) {
    for (const auto& split : splits) {
      tree.add({split.index, 0}, accumulate(split, [&] {
                 meter.reach(rows);
                 control.poll();
                 control.cancel.throw_if_raised();
               }));
      meter.reach(rows);
    }
  } else {
    std::vector<std::unique_ptr<Accumulator>> states(splits.size());
    OrderedWork job{.count = splits.size(), .threads = threads_};
    // Until the first state tells how large they are, no more of them than threads.
    job.window = static_cast<std::size_t>(threads_);
    job.work = [&](std::size_t i) {
      states[i] = accumulate(splits[i], [&] { control.cancel.throw_if_raised(); });
    };
    job.collect = [&](std::size_t i) {
      if (i == 0) job.window = state_window(states[0]->size(), threads_);
      tree.add({splits[i].index, 0}, std::move(states[i]));
      meter.reach(rows);
    };
    job.while_waiting = [&] { meter.reach(rows); };
    ordered_work(job, control);
  }
  meter.reach(rows);
  meter.finish();
  return std::move(tree).finish(pass, splits.size());
}

void LocalContext::read(const DataSource& source, const ReadOptions& options,
                        const std::function<void(const Chunk&)>& consume, RunControl& control) {
  const auto splits = source.splits();
  ProgressMeter meter(source, control);
  if (source.needs_calling_thread()) {
    for (const auto& split : splits) {
      const auto reader = source.open(split, options);
      while (const auto chunk = reader->next()) {
        control.poll();
        control.cancel.throw_if_raised();
        consume(*chunk);
        meter.add(chunk->from.source_rows);
      }
    }
  } else {
    std::vector<std::vector<Chunk>> chunks(splits.size());
    OrderedWork job{.count = splits.size(), .threads = threads_};
    job.window = 2 * static_cast<std::size_t>(threads_);
    job.work = [&](std::size_t i) {
      const auto reader = source.open(splits[i], options);
      while (auto chunk = reader->next()) {
        control.cancel.throw_if_raised();
        chunks[i].push_back(std::move(*chunk));
      }
    };
    job.collect = [&](std::size_t i) {
      for (auto& chunk : chunks[i]) {
        consume(chunk);
        meter.add(chunk.from.source_rows);
        chunk = {};  // not held until the last one of the split is consumed
      }
      chunks[i] = {};
    };
    ordered_work(job, control);
  }
  meter.finish();
}

}  // namespace insitu
