#include "contexts/split_runs.hpp"

#include <algorithm>
#include <bit>

namespace insitu {

namespace {

constexpr std::size_t kRunsPerWorker = 4;

}  // namespace

std::vector<std::vector<Split>> split_runs(const std::vector<Split>& splits, std::size_t workers) {
  const auto share = splits.size() / (kRunsPerWorker * std::max<std::size_t>(workers, 1));
  const auto length = std::bit_floor(std::max<std::size_t>(share, 1));
  std::vector<std::vector<Split>> runs;
  for (const auto& split : splits) {
    if (runs.empty() || runs.back().front().index / length != split.index / length)
      runs.emplace_back();
    runs.back().push_back(split);
  }
  return runs;
}

}  // namespace insitu
