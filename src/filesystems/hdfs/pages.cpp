#include "filesystems/hdfs/pages.hpp"

#include <algorithm>
#include <chrono>

#include "base/current_call.hpp"

namespace insitu {

Pages::Page Pages::find(const Key& key) {
  const auto at = pages_.find(key);
  if (at == pages_.end()) return nullptr;
  auto& kept = at->second;
  order_.splice(order_.begin(), order_, kept.order);
  if (std::exchange(kept.ahead, false)) --ahead_;
  return kept.page;
}

Pages::Found Pages::find_or_claim(const Key& key, std::uint64_t most) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (auto page = find(key)) return {std::move(page), 0};
    if (const auto failed = failed_.find(key); failed != failed_.end()) {
      const auto why = failed->second;
      failed_.erase(failed);  // who asks once more tries once more
      std::rethrow_exception(why);
    }
    if (!claimed_.contains(key)) break;
    changed_.wait_for(lock, std::chrono::milliseconds(100));
    lock.unlock();
    poll_current_call();
    lock.lock();
  }
  std::uint64_t count = 0;
  do claimed_.emplace(std::pair(key.first, key.second + count++), false);
  while (count < most && !known({key.first, key.second + count}));
  return {nullptr, count};
}

Pages::Ahead Pages::claim_ahead(const Key& key, std::uint64_t window, std::uint64_t pages_of_file,
                                std::uint64_t most) {
  const std::lock_guard guard(mutex_);
  const auto end = std::min(key.second + window, pages_of_file);
  auto first = key.second;
  while (first < end && known({key.first, first})) ++first;
  std::uint64_t count = 0;
  while (count < most && first + count < end && !known({key.first, first + count})) ++count;
  // The end of the window moves on with its reader: a few pages now would be small requests.
  if (count < most && first + count == end && end != pages_of_file) return {};
  if (ahead_ + count > most_ / 2) return {};
  for (std::uint64_t i = 0; i < count; ++i) claimed_.emplace(std::pair(key.first, first + i), true);
  ahead_ += count;
  return {first, count};
}

void Pages::keep(const Key& key, Page page) {
  const std::lock_guard guard(mutex_);
  const auto claim = claimed_.find(key);
  const bool ahead = claim != claimed_.end() && claim->second;
  if (claim != claimed_.end()) claimed_.erase(claim);
  changed_.notify_all();
  if (pages_.contains(key)) {
    if (ahead) --ahead_;
    return;
  }
  order_.push_front(key);
  pages_.emplace(key, Kept{std::move(page), order_.begin(), ahead});
  if (pages_.size() <= most_) return;
  const auto oldest = pages_.find(order_.back());
  if (oldest->second.ahead) --ahead_;
  pages_.erase(oldest);
  order_.pop_back();
}

void Pages::unclaim(const Key& key) {
  const auto claim = claimed_.find(key);
  if (claim == claimed_.end()) return;
  if (claim->second) --ahead_;
  claimed_.erase(claim);
}

void Pages::release(const Key& key, std::uint64_t count) {
  const std::lock_guard guard(mutex_);
  for (std::uint64_t i = 0; i < count; ++i) unclaim({key.first, key.second + i});
  changed_.notify_all();
}

void Pages::fail(const Key& key, std::uint64_t count, const std::exception_ptr& why) {
  const std::lock_guard guard(mutex_);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Key each{key.first, key.second + i};
    unclaim(each);
    if (!pages_.contains(each)) failed_[each] = why;
  }
  changed_.notify_all();
}

}  // namespace insitu
