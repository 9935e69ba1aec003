#include "sources/xdf/cache.hpp"

#include <algorithm>
#include <chrono>

#include "base/current_call.hpp"

namespace insitu {

namespace {

std::size_t bytes_of(const Column& column) {
  if (column.type() != Type::kString)
    return column.size() * static_cast<std::size_t>(type_width(column.type()));
  return (column.size() + 1) * sizeof(std::int32_t) +
         static_cast<std::size_t>(column.string_offsets()[column.size()]);
}

}  // namespace

XdfCache::ColumnPtr XdfCache::find(Entry& entry) {
  entry.last_use = ++clock_;
  auto column = entry.column ? entry.column : entry.borrowed.lock();
  if (column && entry.rows_used >= column->size()) entry.rows_used = 0;  // another pass begins
  return column;
}

// Returns null when another thread is decoding it. The lock is not held while decoding.
XdfCache::ColumnPtr XdfCache::find_or_load(const Key& key) {
  {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    if (entry.loading) return nullptr;
    if (auto ready = find(entry)) return ready;
    entry.loading = true;
    ++loads_;
  }
  ColumnPtr column;
  try {
    column = std::make_shared<const Column>(load_(key.first, key.second));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    entries_.erase(key);  // whoever waits tries itself and meets the same error
    loaded_.notify_all();
    throw;
  }
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[key];
  entry.loading = false;
  entry.bytes = bytes_of(*column);
  entry.rows_used = 0;
  entry.last_use = ++clock_;
  entry.borrowed = column;
  entry.column = column;
  kept_ += entry.bytes;
  evict();
  loaded_.notify_all();
  return column;
}

std::vector<XdfCache::ColumnPtr> XdfCache::get(std::size_t block,
                                               std::span<const std::size_t> columns,
                                               std::span<const std::size_t> by_cost) {
  std::map<std::size_t, ColumnPtr> found;
  // First whatever nobody is working on; what others are decoding is probably done afterwards.
  for (const auto column : by_cost) found[column] = find_or_load({block, column});
  for (auto& [column, value] : found) {
    while (!value) {
      {
        std::unique_lock lock(mutex_);
        loaded_.wait_for(lock, std::chrono::milliseconds(20), [&] {
          return !entries_[{block, column}].loading;
        });
      }
      poll_current_call();
      value = find_or_load({block, column});
    }
  }
  std::vector<ColumnPtr> ordered;
  ordered.reserve(columns.size());
  for (const auto column : columns) ordered.push_back(found.at(column));
  return ordered;
}

void XdfCache::used(std::size_t block, std::span<const std::size_t> columns, std::size_t rows) {
  const std::lock_guard lock(mutex_);
  for (const auto column : columns)
    if (const auto found = entries_.find({block, column}); found != entries_.end())
      found->second.rows_used += rows;
  evict();
}

XdfCache::Columns XdfCache::newest(std::size_t most_bytes) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::map<Key, Entry>::const_iterator> kept;
  for (auto it = entries_.begin(); it != entries_.end(); ++it)
    if (it->second.column) kept.push_back(it);
  std::sort(kept.begin(), kept.end(),
            [](const auto& a, const auto& b) { return a->second.last_use > b->second.last_use; });
  Columns columns;
  std::size_t bytes = 0;
  for (const auto& it : kept)
    if ((bytes += it->second.bytes) <= most_bytes) columns.emplace(it->first, it->second.column);
  return columns;
}

void XdfCache::adopt(const Columns& columns) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, column] : columns) {
    auto& entry = entries_[key];
    if (entry.column || entry.loading) continue;
    entry.bytes = bytes_of(*column);
    entry.last_use = ++clock_;
    entry.borrowed = entry.column = column;
    kept_ += entry.bytes;
  }
}

std::size_t XdfCache::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

std::size_t XdfCache::loads() const {
  const std::lock_guard lock(mutex_);
  return loads_;
}

// Columns that have been read through go first, the oldest before the others. Of the rest, those go
// that no reader holds and whose block is not one of the two touched last: somebody reads only
// parts of the file.
void XdfCache::evict() {
  if (kept_ <= budget_) return;
  std::vector<std::map<Key, Entry>::iterator> candidates;
  std::map<std::size_t, std::uint64_t> touched;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto& entry = it->second;
    if (entry.column || entry.loading)
      touched[it->first.first] = std::max(touched[it->first.first], entry.last_use);
    if (entry.column) candidates.push_back(it);
    const bool gone = !entry.column && !entry.loading && entry.borrowed.expired();
    it = gone ? entries_.erase(it) : std::next(it);
  }
  std::vector<std::uint64_t> uses;
  for (const auto& [block, use] : touched) uses.push_back(use);
  std::sort(uses.rbegin(), uses.rend());
  const auto recent = uses.size() > 2 ? uses[1] : 0;
  const auto is_done = [](const Entry& entry) { return entry.rows_used >= entry.column->size(); };
  const auto is_idle = [&](const auto& it) {
    return it->second.column.use_count() == 1 && touched[it->first.first] < recent;
  };
  std::sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
    const bool a_done = is_done(a->second), b_done = is_done(b->second);
    return a_done != b_done ? a_done : a->second.last_use < b->second.last_use;
  });
  for (const auto& candidate : candidates) {
    if (kept_ <= budget_) break;
    auto& entry = candidate->second;
    if (!is_done(entry) && !is_idle(candidate)) continue;
    kept_ -= entry.bytes;
    entry.column.reset();
  }
}

}  // namespace insitu
