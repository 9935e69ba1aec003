#include "shaping/key_counts.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "base/plausible_counts.hpp"
#include "base/short_bytes.hpp"

namespace insitu {

namespace {

[[noreturn]] void throw_too_many() {
  throw DataError("the keys have more than " + std::to_string(GroupCounts::kMost) +
                  " different values: group by fewer variables, or by coarser ones");
}

}  // namespace

void GroupCounts::index_all() const {
  std::size_t size = 64;
  while (size < 2 * (keys_.size() + 1)) size *= 2;
  slots_.assign(size, 0);
  indexed_ = 0;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    auto slot = hash_of_short_bytes(keys_[i]) & (size - 1);
    while (slots_[slot]) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
  indexed_ = keys_.size();
}

/// Where the key stands, or would stand.
std::size_t GroupCounts::slot_of(std::string_view key) const {
  if (indexed_ != keys_.size() || slots_.size() < 2 * (keys_.size() + 1)) index_all();
  const auto mask = slots_.size() - 1;
  auto slot = hash_of_short_bytes(key) & mask;
  while (slots_[slot] && !same_short_bytes(keys_[slots_[slot] - 1], key)) slot = (slot + 1) & mask;
  return slot;
}

void GroupCounts::add(std::string_view key, std::int64_t rows) {
  const auto slot = slot_of(key);
  if (slots_[slot]) {
    rows_[slots_[slot] - 1] += rows;
    return;
  }
  if (keys_.size() >= kMost) throw_too_many();
  keys_.emplace_back(key);
  rows_.push_back(rows);
  slots_[slot] = static_cast<std::uint32_t>(keys_.size());
  indexed_ = keys_.size();
}

void GroupCounts::merge(const GroupCounts& next) {
  if (next.keys_.empty()) return;
  std::vector<std::string> keys;
  std::vector<std::int64_t> rows;
  keys.reserve(std::max(keys_.size(), next.keys_.size()));
  rows.reserve(keys.capacity());
  std::size_t mine = 0, theirs = 0;
  while (mine < keys_.size() || theirs < next.keys_.size()) {
    const int order = mine == keys_.size()          ? 1
                      : theirs == next.keys_.size() ? -1
                                                    : keys_[mine].compare(next.keys_[theirs]);
    rows.push_back((order <= 0 ? rows_[mine] : 0) + (order >= 0 ? next.rows_[theirs] : 0));
    keys.push_back(order <= 0 ? std::move(keys_[mine++]) : next.keys_[theirs]);
    if (order >= 0) ++theirs;
  }
  if (keys.size() > kMost) throw_too_many();
  keys_ = std::move(keys);
  rows_ = std::move(rows);
  slots_.clear();
  indexed_ = 0;
}

std::uint32_t GroupCounts::find(std::string_view key) const {
  const auto found = slots_.empty() && keys_.empty() ? 0 : slots_[slot_of(key)];
  if (!found) throw DataError("the rows have changed while they were read: a new group");
  return found - 1;
}

void GroupCounts::sort() {
  std::vector<std::uint32_t> order(keys_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](auto a, auto b) { return keys_[a] < keys_[b]; });
  std::vector<std::string> keys(keys_.size());
  std::vector<std::int64_t> rows(keys_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    keys[i] = std::move(keys_[order[i]]);
    rows[i] = rows_[order[i]];
  }
  keys_ = std::move(keys);
  rows_ = std::move(rows);
  slots_.clear();
  indexed_ = 0;
}

void GroupCounts::check() const {
  if (keys_.size() != rows_.size() || keys_.size() > kMost || !plausible_counts(rows_) ||
      std::ranges::adjacent_find(keys_, std::ranges::greater_equal()) != keys_.end() ||
      std::ranges::find(rows_, 0) != rows_.end())
    throw DataError("the counts of the groups are damaged");
}

void KeyCounts::accumulate(State& state, const Chunk& chunk) const {
  const auto keys = KeyCodec(*chunk.schema, columns).encode(chunk);
  GroupCounts found;
  // Rows of one group often come together.
  for (std::size_t row = 0; row < keys.size();) {
    auto end = row + 1;
    while (end < keys.size() && same_short_bytes(keys[end], keys[row])) ++end;
    found.add(keys[row], static_cast<std::int64_t>(end - row));
    row = end;
  }
  found.sort();
  state.groups.merge(found);
}

GroupCounts KeyCounts::finalize(const State& state) const { return state.groups; }

}  // namespace insitu
