#include "formula/rows/row_grid.hpp"

#include <string>

#include "data/chunk.hpp"
#include "data/survey.hpp"

namespace insitu {

std::pair<std::size_t, std::size_t> RowGrid::splits_read_with(std::size_t split) const {
  const auto first = std::max(splits[split], reads.front());
  const auto end = std::min(splits[split + 1], reads.back());
  if (first >= end) return {split, split};
  return {split_of(reads[read_of(first)]), split_of(reads[read_of(end - 1) + 1] - 1)};
}

namespace {

/// Counting so few rows is no work for a context.
constexpr std::int64_t kFewRows = 1 << 20;

/// What the splits' rows depend on, as a text; "": not known.
std::string key_of(const DataSource& source, const std::vector<Split>& splits) {
  std::string key = "rows of splits\n" + source.recipe().options + '\n';
  std::string last;
  for (const auto& split : splits) {
    const auto file = source.file_of(split);
    if (file != last) {
      const auto version = version_for_surveys(file);
      if (!version) return "";
      key += file + ' ' + *version + '\n';
      last = file;
    }
    key += std::to_string(split.begin) + '-' + std::to_string(split.end) + ' ';
  }
  return key;
}

/// All rows, counted in the context of the call.
std::vector<std::int64_t> counted_rows(const DataSource& source, const std::vector<Split>& splits) {
  auto* surveys = current_surveys();
  const auto key = surveys ? key_of(source, splits) : "";
  if (!key.empty())
    if (const auto known = surveys->find(key); known && known->size() == splits.size())
      return {known->begin(), known->end()};
  std::vector<std::int64_t> rows(splits.size(), 0);
  survey_rows(source, {.columns = std::vector<std::string>{}}, [&](const Chunk& chunk) {
    rows.at(chunk.from.split) += static_cast<std::int64_t>(chunk.rows);
  });
  if (!key.empty()) surveys->keep(key, {rows.begin(), rows.end()});
  return rows;
}

}  // namespace

std::vector<std::int64_t> rows_of_splits(const DataSource& source, const std::vector<Split>& splits,
                                         std::int64_t last_row) {
  const bool told = std::ranges::none_of(splits, [](const Split& each) { return each.rows < 0; });
  if (!told && (last_row < 0 || last_row > kFewRows)) return counted_rows(source, splits);
  std::vector<std::int64_t> rows;
  rows.reserve(splits.size());
  std::int64_t total = 0;
  for (const auto& split : splits) {
    auto count = split.rows;
    if (last_row >= 0 && total >= last_row) {
      count = std::max<std::int64_t>(count, 0);
    } else if (count < 0) {
      count = 0;
      const auto reader = source.open(split, {.columns = std::vector<std::string>{}});
      while (const auto chunk = reader->next()) count += static_cast<std::int64_t>(chunk->rows);
    }
    rows.push_back(count);
    total += count;
  }
  return rows;
}

RowGrid make_row_grid(std::span<const std::int64_t> rows_of_splits, const ReadSizes& sizes,
                      std::int64_t begin, std::int64_t end) {
  RowGrid grid;
  std::int64_t row = 0;
  for (const auto rows : rows_of_splits) {
    grid.splits.push_back(row);
    row += rows;
  }
  grid.splits.push_back(row);
  begin = std::min(begin, row);
  end = end < 0 ? row : std::clamp(end, begin, row);
  if (!sizes.chunks.empty()) {
    std::int64_t at = 0;
    for (const auto rows : sizes.chunks) {
      const auto next = at + std::max<std::int64_t>(rows, 0);
      if (next > begin && at < end) grid.reads.push_back(std::max(at, begin));
      at = next;
    }
    if (at < end && at > begin) grid.reads.push_back(at);  // more rows than it said
  } else {
    const auto length = std::max<std::int64_t>(sizes.rows, 1);
    auto stop = sizes.breaks.begin();
    for (auto at = begin; at < end;) {
      grid.reads.push_back(at);
      while (stop != sizes.breaks.end() && grid.splits[*stop] <= at) ++stop;
      const auto most = stop != sizes.breaks.end() ? std::min(end, grid.splits[*stop]) : end;
      at = length < most - at ? at + length : most;
    }
  }
  if (grid.reads.empty()) grid.reads.push_back(begin);
  grid.reads.push_back(end);
  return grid;
}

}  // namespace insitu
