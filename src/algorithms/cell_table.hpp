#pragma once
// Values by cell of a categorical term. A table of few values holds all cells, in their order. A
// larger one holds the cells that rows have touched, in the order in which they first were, until
// half of them are: so a state costs what its rows touched, not what the model has, and so does
// merging it. What is added to a cell, and in which order, is the same either way.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "base/error.hpp"

namespace insitu {

template <class T>
class CellTable {
  static constexpr std::size_t kAhead = 16;  ///< rows between asking for memory and using it

  struct Slot {
    std::int32_t key = -1;  ///< a cell; -1: free
    std::int32_t place = 0;
  };

  std::uint64_t cells_ = 0;
  std::uint32_t width_ = 1;
  bool dense_ = true;
  std::vector<std::int32_t> keys_;  ///< the cells that are held, unless all are
  std::vector<T> values_;
  mutable std::vector<Slot> slots_;  ///< where keys_ are, by hash; not part of the value
  mutable std::size_t indexed_ = 0;  ///< how many of keys_ have a slot
  mutable std::uint32_t shift_ = 0;

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
    own.resize(rows);
    index(rows);
    std::int32_t last = -1, place = -1;
    for (std::size_t i = 0; i < rows; ++i) {
      if (i + kAhead < rows) __builtin_prefetch(&slots_[first_slot(cell[i + kAhead])]);
      if (cell[i] != last) {
        last = cell[i];
        place = last < 0 ? last : place_of(last);
      }
      own[i] = place;
    }
    values_.resize(keys_.size() * width_);
    if (2 * keys_.size() <= cells_) return own.data();
    hold_all();
    return cell;
  }
  T* values() { return values_.data(); }

  /// The values of a cell; null: no row touched it. Not from several threads at once.
  const T* find(std::uint64_t cell) const {
    if (dense_) return values_.data() + cell * width_;
    index();
    const auto& slot = slot_of(static_cast<std::int32_t>(cell));
    return slot.key < 0 ? nullptr : values_.data() + static_cast<std::size_t>(slot.place) * width_;
  }
  /// Value k of a cell; T{} where no row touched it.
  T value(std::uint64_t cell, std::size_t k = 0) const {
    const T* found = find(cell);
    return found ? found[k] : T{};
  }

  /// visit(cell, its values) for the cells that are held: in the order of the cells where all are,
  /// else as they were first touched.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t i = 0; i < held(); ++i)
      visit(dense_ ? i : static_cast<std::size_t>(keys_[i]), values_.data() + i * width_);
  }

  /// add(values here, values there) for the cells that `next` holds. Throws DataError when it is a
  /// table of another model.
  template <class Add>
  void merge(const CellTable& next, Add add) {
    if (next.cells_ != cells_ || next.width_ != width_ || !fits() || !next.fits())
      throw DataError("states of different models cannot be merged");
    if (next.dense_) hold_all();
    std::vector<std::int32_t> own;
    const auto* place = next.dense_ ? nullptr : places(next.keys_.data(), next.held(), own);
    const std::size_t count = next.held();
    for (std::size_t i = 0; i < count; ++i) {
      if (place && i + kAhead < count)
        __builtin_prefetch(values_.data() + static_cast<std::size_t>(place[i + kAhead]) * width_,
                           1);
      add(values_.data() + (place ? static_cast<std::size_t>(place[i]) : i) * width_,
          next.values_.data() + i * width_);
    }
  }

  /// For bytes from outside: whether this is a table of that size.
  bool belongs_to(std::uint64_t cells, std::uint32_t width) const {
    if (cells_ != cells || width_ != width || !fits()) return false;
    index();
    return indexed_ == keys_.size();  // no cell twice
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

  std::size_t first_slot(std::int32_t cell) const {
    return (static_cast<std::uint32_t>(cell) * 0x9E3779B1U) >> shift_;
  }
  /// The slot that holds the cell, or the free one where it belongs. REQUIRES: a free one.
  Slot& slot_of(std::int32_t cell) const {
    const auto mask = slots_.size() - 1;
    auto at = first_slot(cell);
    while (slots_[at].key >= 0 && slots_[at].key != cell) at = (at + 1) & mask;
    return slots_[at];
  }

  /// REQUIRES: index(1)
  std::int32_t place_of(std::int32_t cell) {
    auto& slot = slot_of(cell);
    if (slot.key < 0) {
      slot = {cell, static_cast<std::int32_t>(keys_.size())};
      keys_.push_back(cell);
      ++indexed_;
    }
    return slot.place;
  }

  /// All keys in their slots (those of a state that was loaded, too), and room for more of them.
  void index(std::size_t more = 0) const {
    const auto most = std::min<std::size_t>(keys_.size() + more, cells_);
    if (indexed_ == keys_.size() && 2 * most < slots_.size()) return;
    const auto size = std::bit_ceil(2 * most + 1024);
    slots_.assign(size, {});
    shift_ = static_cast<std::uint32_t>(32 - std::countr_zero(size));
    indexed_ = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      auto& slot = slot_of(keys_[i]);
      if (slot.key < 0) slot = {keys_[i], static_cast<std::int32_t>(i)}, ++indexed_;
    }
  }

  void hold_all() {
    if (dense_) return;
    std::vector<T> all(cells_ * width_);
    for (std::size_t i = 0; i < keys_.size(); ++i)
      std::copy_n(values_.data() + i * width_, width_,
                  all.data() + static_cast<std::size_t>(keys_[i]) * width_);
    values_ = std::move(all);
    dense_ = true;
    keys_ = {};
    slots_ = {};
    indexed_ = 0;
  }
};

}  // namespace insitu
