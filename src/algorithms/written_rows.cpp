#include "algorithms/written_rows.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/error.hpp"
#include "formula/rows/row_selection.hpp"

namespace insitu {

namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// The rows of a chunk that are written, as places among those that it was read from; nothing:
/// all of them, or it is not known which.
struct ChunkRows {
  explicit ChunkRows(const Chunk& chunk, bool complete) : rows(chunk.rows) {
    source_rows = std::max<std::int64_t>(chunk.from.source_rows, static_cast<std::int64_t>(rows));
    const bool all = source_rows == static_cast<std::int64_t>(rows);
    known = all || chunk.from.kept || rows == 0;
    if (chunk.from.kept) places = *chunk.from.kept;
    if (!all && rows == 0) places.emplace();
    if (!complete) return;
    std::vector<std::size_t> columns(chunk.columns.size());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    auto left = complete_rows(chunk, columns);
    if (!left) return;
    rows = left->size();
    if (places)
      for (auto& row : *left) row = (*places)[row];
    if (known) places = std::move(*left);
  }
  /// Of the first `source_row` rows that were read. REQUIRES: known.
  std::int64_t before(std::int64_t source_row) const {
    if (!places) return source_row;
    return std::ranges::lower_bound(*places, static_cast<std::uint64_t>(source_row)) -
           places->begin();
  }

  std::size_t rows;
  std::int64_t source_rows;
  bool known;
  std::optional<std::vector<std::uint32_t>> places;
};

}  // namespace

std::int64_t CountedRows::rows() const {
  return std::accumulate(kept.begin(), kept.end(), std::int64_t{0});
}

void WrittenRows::State::merge(const State& next) {
  append(split, next.split);
  append(first, next.first);
  append(source, next.source);
  append(kept, next.kept);
  append(border, next.border);
  append(border_split, next.border_split);
  append(border_kept, next.border_kept);
  unplaced += next.unplaced;
  for (std::size_t i = 0; i < lists.size(); ++i) lists[i].merge(next.lists[i], "");
}

WrittenRows::State WrittenRows::init() const {
  State state;
  state.lists.resize(lists_of.size());
  return state;
}

void WrittenRows::check(const State& state) const {
  const auto count = state.split.size(), met = state.border.size();
  bool fits = state.first.size() == count && state.source.size() == count &&
              state.kept.size() == count && state.border_split.size() == met &&
              state.border_kept.size() == met && state.lists.size() == lists_of.size();
  for (const auto number : state.split) fits &= number < splits;
  for (const auto number : state.border_split) fits &= number < splits;
  for (const auto place : state.border) fits &= place < borders.size();
  if (!fits) throw DataError("a state of counted rows does not fit its pass");
}

void WrittenRows::accumulate(State& state, const Chunk& chunk) const {
  const auto& from = chunk.from;
  if (state.split.empty() || state.split.back() != from.split) {
    state.split.push_back(from.split);
    state.first.push_back(from.first_row);
    state.source.push_back(0);
    state.kept.push_back(0);
  }
  const ChunkRows rows(chunk, complete);
  if (!rows.known) ++state.unplaced;
  if (rows.known && from.first_row >= 0) {
    const auto end = from.first_row + rows.source_rows;
    for (auto border = std::ranges::lower_bound(borders, from.first_row);
         border != borders.end() && *border < end; ++border) {
      state.border.push_back(static_cast<std::uint64_t>(border - borders.begin()));
      state.border_split.push_back(from.split);
      state.border_kept.push_back(state.kept.back() + rows.before(*border - from.first_row));
    }
  }
  state.source.back() += rows.source_rows;
  state.kept.back() += static_cast<std::int64_t>(rows.rows);
  // Levels of rows that were left out are levels, too, but not where rows are cut into the blocks
  // of their input and were left out on their way there (capi/block_writer.hpp).
  if (by_blocks && chunk.rows > 0 && rows.rows == 0) return;
  for (std::size_t i = 0; i < lists_of.size(); ++i)
    if (const auto& column = chunk.column(lists_of[i]); column.levels())
      state.lists[i].add_listed(column, lists_of[i]);
}

CountedRows WrittenRows::finalize(const State& state) const {
  CountedRows counted;
  counted.kept.resize(splits);
  std::vector<std::int64_t> begin(splits), first(splits, -1), source(splits);
  for (std::size_t i = 0; i < state.split.size(); ++i) {
    const auto split = state.split[i];
    counted.kept[split] += state.kept[i];
    source[split] += state.source[i];
    if (first[split] < 0) first[split] = state.first[i];
  }
  // Rows are found by their numbers where these count from the first row that comes.
  bool numbered = state.unplaced == 0;
  std::int64_t row = 0, written = 0;
  for (std::size_t split = 0; split < splits; ++split) {
    begin[split] = written;
    numbered &= source[split] == 0 || first[split] == row;
    row += source[split];
    written += counted.kept[split];
  }
  if (numbered) {
    counted.before_borders.assign(borders.size(), written);  // what is not met lies at the end
    for (std::size_t i = 0; i < state.border.size(); ++i)
      counted.before_borders[state.border[i]] = begin[state.border_split[i]] + state.border_kept[i];
  }
  for (const auto& list : state.lists) counted.levels.push_back(list.values());
  return counted;
}

}  // namespace insitu
