#include "contexts/local.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "analysis/merge_tree.hpp"
#include "contexts/ordered_work.hpp"
#include "contexts/progress.hpp"

namespace insitu {

LocalContext::LocalContext(int threads, std::string name) : name_(std::move(name)) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  threads_ = threads <= 0 || threads > cores ? cores : threads;
}

Capabilities LocalContext::capabilities() const {
  return {.runs_r_functions = true, .runs_python_functions = true};
}

std::unique_ptr<Accumulator> LocalContext::run(const Pass& pass, const DataSource& source, RunControl& control) {
  const auto splits = source.splits();
  const ReadOptions options{.columns = pass.variables()};
  MergeTree tree;
  ProgressMeter meter(source, control);
  const auto accumulate = [&](const Split& split, std::int64_t& rows) {
    auto state = pass.start();
    const auto reader = source.open(split, options);
    while (const auto chunk = reader->next()) {
      control.cancel.throw_if_raised();
      state->accumulate(*chunk);
      rows += chunk->from.source_rows;
    }
    return state;
  };
  if (source.needs_calling_thread()) {
    for (const auto& split : splits) {
      control.poll();
      control.cancel.throw_if_raised();
      std::int64_t rows = 0;
      tree.add({split.index, 0}, accumulate(split, rows));
      meter.add(rows);
    }
  } else {
    std::vector<std::unique_ptr<Accumulator>> states(splits.size());
    std::vector<std::int64_t> rows(splits.size(), 0);
    ordered_work(
        splits.size(), threads_, 4 * static_cast<std::size_t>(threads_), control,
        [&](std::size_t i) { states[i] = accumulate(splits[i], rows[i]); },
        [&](std::size_t i) {
          tree.add({splits[i].index, 0}, std::move(states[i]));
          meter.add(rows[i]);
        });
  }
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
    ordered_work(
        splits.size(), threads_, 2 * static_cast<std::size_t>(threads_), control,
        [&](std::size_t i) {
          const auto reader = source.open(splits[i], options);
          while (auto chunk = reader->next()) {
            control.cancel.throw_if_raised();
            chunks[i].push_back(std::move(*chunk));
          }
        },
        [&](std::size_t i) {
          for (const auto& chunk : chunks[i]) {
            consume(chunk);
            meter.add(chunk.from.source_rows);
          }
          chunks[i] = {};
        });
  }
  meter.finish();
}

}  // namespace insitu
