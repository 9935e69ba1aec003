#include "contexts/split_runs.hpp"

#include <algorithm>
#include <bit>

namespace insitu {

namespace {

constexpr std::size_t kRunsPerWorker = 4;

std::vector<std::vector<Split>> runs_of(const std::vector<Split>& splits, std::size_t length) {
  std::vector<std::vector<Split>> runs;
  for (const auto& split : splits) {
    if (runs.empty() || runs.back().front().index / length != split.index / length)
      runs.emplace_back();
    runs.back().push_back(split);
  }
  return runs;
}

}  // namespace

std::vector<std::vector<Split>> split_runs(const std::vector<Split>& splits, std::size_t workers) {
  const auto share = splits.size() / (kRunsPerWorker * std::max<std::size_t>(workers, 1));
  return runs_of(splits, std::bit_floor(std::max<std::size_t>(share, 1)));
}

std::vector<std::vector<Split>> few_split_runs(const std::vector<Split>& splits, std::size_t most) {
  const auto runs = std::max<std::size_t>(most, 1);
  return runs_of(splits,
                 std::bit_ceil(std::max<std::size_t>((splits.size() + runs - 1) / runs, 1)));
}

}  // namespace insitu
