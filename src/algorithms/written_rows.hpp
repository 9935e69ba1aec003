#pragma once
// What must be known of rows before several tasks write them side by side: how many each split
// keeps, where blocks of the input begin among them, and all levels of factors that do not declare
// theirs. One pass in any context.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/find_levels.hpp"
#include "analysis/analysis.hpp"

namespace insitu {

/// The rows of a source, split by split.
struct CountedRows {
  std::vector<std::int64_t> kept;  ///< of each split, those that are written
  /// Of each of WrittenRows::borders, how many rows are written before it; empty where it is not
  /// known which rows of the source were kept.
  std::vector<std::int64_t> before_borders;
  std::vector<std::vector<std::string>> levels;  ///< of each of WrittenRows::lists_of

  std::int64_t rows() const;
};

struct WrittenRows {
  static constexpr std::string_view name = "written_rows";
  static constexpr std::string_view meaning = "how many rows of each split are written";

  std::vector<std::string> columns;   ///< to be looked at: those of lists_of; all, if `complete`
  std::vector<std::string> lists_of;  ///< factors whose levels are wanted, as chunks list them
  bool complete = false;              ///< rows with a missing value in `columns` are left out
  /// Numbers of rows of the source, rising, from 1.
  std::vector<std::int64_t> borders;
  bool by_blocks = false;  ///< rows are written in the blocks of their input
  std::uint64_t splits = 0;
  static constexpr auto fields =
      std::tuple{&WrittenRows::columns, &WrittenRows::lists_of,  &WrittenRows::complete,
                 &WrittenRows::borders, &WrittenRows::by_blocks, &WrittenRows::splits};

  struct State {
    // Of the splits that have rows, in their order.
    std::vector<std::uint64_t> split;
    std::vector<std::int64_t> first, source, kept;  ///< first row, or -1; rows read; rows kept
    // Of the borders that were met within a split.
    std::vector<std::uint64_t> border, border_split;
    std::vector<std::int64_t> border_kept;  ///< rows of its split that are kept before it
    std::int64_t unplaced = 0;  ///< chunks of which it is not known which rows they keep
    std::vector<DistinctStrings> lists;
    static constexpr auto fields = std::tuple{
        &State::split,        &State::first,       &State::source,   &State::kept, &State::border,
        &State::border_split, &State::border_kept, &State::unplaced, &State::lists};
    void merge(const State& next);
  };

  std::vector<std::string> variables() const { return columns; }
  State init() const;
  void check(const State&) const;
  void accumulate(State&, const Chunk&) const;
  CountedRows finalize(const State&) const;
};

}  // namespace insitu
