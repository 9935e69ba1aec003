#pragma once
// Decoded columns of blocks, shared by all readers of a source. Each column of a block is decoded
// once, by the thread that needs it first; meanwhile other threads decode other columns, so that a
// file of one block is inflated side by side. Columns that have been read through are dropped,
// except for a bounded amount (for the next pass over a small file); others stay while a reader
// holds them or their block is one of the two touched last.
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "data/column.hpp"

namespace insitu {

class XdfCache {
 public:
  using ColumnPtr = std::shared_ptr<const Column>;
  /// Decodes a column of a block; called from several threads.
  using Load = std::function<Column(std::size_t block, std::size_t column)>;
  using Key = std::pair<std::size_t, std::size_t>;  ///< block, column
  using Columns = std::map<Key, ColumnPtr>;

  /// `budget_bytes`: how much may be kept of what no reader is known to need.
  XdfCache(Load load, std::size_t budget_bytes) : load_(std::move(load)), budget_(budget_bytes) {}

  /// The columns of a block, in the order asked. Those that are missing are decoded in the order of
  /// `by_cost` (the same columns, the most expensive first). Waits for columns that other threads
  /// are decoding. Throws what Load throws.
  std::vector<ColumnPtr> get(std::size_t block, std::span<const std::size_t> columns,
                             std::span<const std::size_t> by_cost);
  /// Says that `rows` more rows of a block's columns have been used.
  void used(std::size_t block, std::span<const std::size_t> columns, std::size_t rows);

  /// Of the columns that it keeps those used last, up to so many bytes.
  Columns newest(std::size_t most_bytes) const;
  /// Takes columns of the same file that were decoded before.
  void adopt(const Columns&);

  /// Bytes that the cache keeps alive itself.
  std::size_t kept_bytes() const;
  /// How often Load was called; a test counts it.
  std::size_t loads() const;

 private:
  struct Entry {
    ColumnPtr column;                      // kept alive by the cache
    std::weak_ptr<const Column> borrowed;  // alive as long as a reader holds it
    bool loading = false;
    std::size_t bytes = 0, rows_used = 0;
    std::uint64_t last_use = 0;
  };

  ColumnPtr find(Entry&);
  ColumnPtr find_or_load(const Key&);
  void evict();

  const Load load_;
  const std::size_t budget_;
  mutable std::mutex mutex_;
  std::condition_variable loaded_;
  std::map<Key, Entry> entries_;
  std::size_t kept_ = 0, loads_ = 0;
  std::uint64_t clock_ = 0;
};

}  // namespace insitu
