#include "contexts/this_thread.hpp"

#include <utility>

#include "analysis/merge_tree.hpp"

namespace insitu {

std::unique_ptr<Accumulator> ThisThreadContext::run(const Pass& pass, const DataSource& source,
                                                    RunControl& control) {
  const auto splits = source.splits();
  const ReadOptions options{.columns = pass.variables()};
  const auto state_of = [&](const Split& split) {
    auto state = pass.start();
    const auto reader = source.open(split, options);
    while (const auto chunk = reader->next()) {
      control.cancel.throw_if_raised();
      state->accumulate(*chunk);
    }
    return state;
  };
  if (splits.size() == 1) return state_of(splits.front());
  MergeTree tree;
  for (const auto& split : splits) tree.add({split.index, 0}, state_of(split));
  return std::move(tree).finish(pass, splits.size());
}

void ThisThreadContext::read(const DataSource& source, const ReadOptions& options,
                             const std::function<void(const Chunk&)>& consume,
                             RunControl& control) {
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, options);
    while (const auto chunk = reader->next()) {
      control.cancel.throw_if_raised();
      consume(*chunk);
    }
  }
}

}  // namespace insitu
