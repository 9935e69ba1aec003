#pragma once
// Values by cell of a categorical term. A table of few values holds all cells. A larger one holds
// the cells that rows have touched, until half of them are: so a state costs what its rows touched,
// not what the model has, and so does merging it. Either way they lie in the order of the cells:
// rows find theirs by sorting a chunk, and states merge by going through both, so that nothing is
// looked up at random places of memory. What is added to a cell, and in which order, is the same
// either way.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "algorithms/sort_by_key.hpp"
#include "base/error.hpp"

namespace insitu {

template <class T>
class CellTable {
  std::uint64_t cells_ = 0;
  std::uint32_t width_ = 1;
  bool dense_ = true;
  // In order once order() has seen them: states may come with their cells in any order.
  mutable std::vector<std::int32_t> keys_;  ///< the cells that are held, unless all are
  mutable std::vector<T> values_;
  mutable std::size_t ordered_ = 0;  ///< how many of keys_ are known to be in order
  mutable std::size_t last_ = 0;     ///< where find() looked last

 public:
  /// Tables up to this size hold all cells: going through them costs about as much as finding the
  /// places of a split's rows.
  static constexpr std::uint64_t kDenseBytes = std::uint64_t{1} << 22;

  CellTable() = default;
  /// `width` values, T{} at first, for each of `cells` cells.
  explicit CellTable(std::uint64_t cells, std::uint32_t width = 1)
      : cells_(cells), width_(width), dense_(cells * width * sizeof(T) <= kDenseBytes) {
    if (dense_) values_.resize(cells * width);
  }

  std::uint64_t cells() const { return cells_; }
  std::uint32_t width() const { return width_; }
  bool dense() const { return dense_; }  ///< all cells are held

  /// Where the values of each row's cell begin in values(), in units of the width; makes room for
  /// new cells. Cells below 0 (missing) stay as they are. Points into `own`, or is `cell` itself.
  /// REQUIRES: cells below cells().
  const std::int32_t* places(const std::int32_t* cell, std::size_t rows,
                             std::vector<std::int32_t>& own) {
    if (dense_) return cell;
    order();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> touched;  // by the first rows of runs
    touched.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i)
      if (cell[i] >= 0 && (i == 0 || cell[i] != cell[i - 1]))
        touched.emplace_back(static_cast<std::uint32_t>(cell[i]), static_cast<std::uint32_t>(i));
    sort_by_key(touched, static_cast<std::uint32_t>(cells_ - 1));
    std::vector<std::int32_t> keys(touched.size()), place;
    std::size_t count = 0;  // branchless: how often a cell recurs is anybody's guess
    for (const auto& item : touched) {
      const auto key = static_cast<std::int32_t>(item.first);
      count += count == 0 || keys[count - 1] != key;
      keys[count - 1] = key;
    }
    keys.resize(count);
    hold(keys, place);
    if (dense_) return cell;
    own.resize(rows);
    count = 0;
    for (const auto& [key, row] : touched) {
      count += keys[count] != static_cast<std::int32_t>(key);
      own[row] = place[count];
    }
    for (std::size_t i = 0; i < rows; ++i) {
      if (cell[i] < 0)
        own[i] = cell[i];
      else if (i > 0 && cell[i] == cell[i - 1])
        own[i] = own[i - 1];
    }
    return own.data();
  }
  T* values() { return values_.data(); }
  /// From now on values() holds all cells, in their order.
  void hold_all() {
    if (dense_) return;
    std::vector<T> all(cells_ * width_);
    for (std::size_t i = 0; i < keys_.size(); ++i)
      std::copy_n(values_.data() + i * width_, width_,
                  all.data() + static_cast<std::size_t>(keys_[i]) * width_);
    values_ = std::move(all);
    dense_ = true;
    keys_ = {};
    ordered_ = 0;
  }

  /// The values of a cell; null: no row touched it. Not from several threads at once.
  const T* find(std::uint64_t cell) const {
    if (dense_) return values_.data() + cell * width_;
    order();
    const auto key = static_cast<std::int32_t>(cell);
    const auto is_place = [&](std::size_t at) {  // of the first cell that is not below
      return (at == 0 || keys_[at - 1] < key) && (at == keys_.size() || key <= keys_[at]);
    };
    if (last_ > keys_.size() || !is_place(last_)) {  // mostly cells are asked for in their order
      if (last_ < keys_.size() && is_place(last_ + 1))
        ++last_;
      else
        last_ = static_cast<std::size_t>(std::ranges::lower_bound(keys_, key) - keys_.begin());
    }
    return last_ < keys_.size() && keys_[last_] == key ? values_.data() + last_ * width_ : nullptr;
  }
  /// Value k of a cell; T{} where no row touched it.
  T value(std::uint64_t cell, std::size_t k = 0) const {
    const T* found = find(cell);
    return found ? found[k] : T{};
  }

  /// visit(cell, its values) for the cells that are held, in their order.
  template <class Visit>
  void each(Visit visit) const {
    order();
    for (std::size_t i = 0; i < held(); ++i)
      visit(dense_ ? i : static_cast<std::size_t>(keys_[i]), values_.data() + i * width_);
  }

  /// add(values here, values there) for the cells that `next` holds. Throws DataError when it is a
  /// table of another model.
  template <class Add>
  void merge(const CellTable& next, Add add) {
    if (next.cells_ != cells_ || next.width_ != width_ || !fits() || !next.fits() ||
        holds_twice() || next.holds_twice())
      throw DataError("states of different models cannot be merged");
    std::vector<std::int32_t> place;
    if (next.dense_)
      hold_all();
    else
      hold(next.keys_, place);
    const auto* at = dense_ ? next.keys_.data() : place.data();
    for (std::size_t i = 0; i < next.held(); ++i)
      add(values_.data() + (next.dense_ ? i : static_cast<std::size_t>(at[i])) * width_,
          next.values_.data() + i * width_);
  }

  /// For bytes from outside: whether this is a table of that size.
  bool belongs_to(std::uint64_t cells, std::uint32_t width) const {
    return cells_ == cells && width_ == width && fits() && !holds_twice();
  }

  static constexpr auto fields =
      std::tuple{&CellTable::cells_, &CellTable::width_, &CellTable::dense_, &CellTable::keys_,
                 &CellTable::values_};

 private:
  std::size_t held() const { return dense_ ? cells_ : keys_.size(); }

  bool fits() const {
    const auto count = dense_ ? cells_ : keys_.size();
    if (width_ == 0 ? !values_.empty()
                    : values_.size() / width_ != count || values_.size() % width_)
      return false;
    return dense_ ? keys_.empty() : std::all_of(keys_.begin(), keys_.end(), [&](std::int32_t key) {
      return key >= 0 && static_cast<std::uint64_t>(key) < cells_;
    });
  }

  bool holds_twice() const {
    order();
    return std::ranges::adjacent_find(keys_) != keys_.end();
  }

  /// Cells that a state came with in another order are put in theirs.
  void order() const {
    if (ordered_ == keys_.size()) return;
    if (!std::ranges::is_sorted(keys_)) {
      std::vector<std::size_t> by_key(keys_.size());
      std::iota(by_key.begin(), by_key.end(), std::size_t{0});
      std::ranges::stable_sort(by_key, {}, [&](std::size_t i) { return keys_[i]; });
      std::vector<std::int32_t> keys;
      std::vector<T> values;
      for (const auto i : by_key) {
        keys.push_back(keys_[i]);
        const auto from = values_.begin() + static_cast<std::ptrdiff_t>(i * width_);
        values.insert(values.end(), from, from + width_);
      }
      keys_ = std::move(keys);
      values_ = std::move(values);
    }
    ordered_ = keys_.size();
  }

  /// Makes room for these cells, too, which are in order: all of them once half are held. Their
  /// places go to `place`, unless the table is dense.
  void hold(const std::vector<std::int32_t>& more, std::vector<std::int32_t>& place) {
    if (dense_) return;
    // Which list comes next is random, so there are no branches on it.
    const auto old_size = keys_.size(), more_size = more.size();
    std::vector<std::int32_t> keys(old_size + more_size), old_place(old_size + 1);
    place.resize(more_size + 1);
    std::size_t i = 0, j = 0, k = 0;
    for (; i < old_size && j < more_size; ++k) {
      const auto old = keys_[i], next = more[j];
      keys[k] = old < next ? old : next;
      old_place[i] = static_cast<std::int32_t>(k);
      place[j] = static_cast<std::int32_t>(k);
      i += old <= next;
      j += next <= old;
    }
    for (; i < old_size; ++i, ++k) keys[k] = keys_[i], old_place[i] = static_cast<std::int32_t>(k);
    for (; j < more_size; ++j, ++k) keys[k] = more[j], place[j] = static_cast<std::int32_t>(k);
    if (2 * k > cells_) return hold_all();
    if (k == old_size) return;
    keys.resize(k);
    std::vector<T> values(k * width_);
    for (i = 0; i < old_size; ++i)
      std::copy_n(values_.data() + i * width_, width_,
                  values.data() + static_cast<std::size_t>(old_place[i]) * width_);
    keys_ = std::move(keys);
    values_ = std::move(values);
    ordered_ = k;
  }
};

}  // namespace insitu
