#pragma once
// Runs a row function of the host language over a source in the order of the data. Private to
// src/formula.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formula/rows/row_grid.hpp"
#include "formula/rows/split_files.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

/// A chunk whose rows know where they stood in the source.
struct LocatedChunk {
  Chunk chunk;
  std::int64_t first_row = -1;         ///< of the rows that were read for it; -1: not known
  std::vector<std::uint32_t> offsets;  ///< of each row from first_row; empty: 0, 1, 2, ...
  std::int64_t row(std::size_t i) const {
    return first_row + static_cast<std::int64_t>(offsets.empty() ? i : offsets[i]);
  }
};

/// What running a function needs to know. Immutable; outlives the cursors over it.
struct FunctionPlan {
  std::shared_ptr<const DataSource> source;
  RowFunction function;
  std::string name;  ///< of the function, as its user calls it
  SplitFiles files;
  bool prediction = false;
  bool remove_missings_on_read = false;
  bool levels_grow = false;        ///< levels that `result` does not have join a chunk's list
  std::vector<std::string> given;  ///< variables that the function gets
  SchemaPtr result;                ///< variables that it gives, from its first calls
  std::vector<Split> splits;       ///< of the source
  RowGrid grid;
  std::int64_t begin = 0, end = 0;  ///< rows to use
};

/// A cursor: reads the source from some split on, calls the function once per read chunk, and gives
/// the rows back in the source's own chunks.
class FunctionRows {
 public:
  /// `columns`: to be read; those not given to the function are passed by it. `wanted`: to be
  /// returned, of both; null: told before next().
  FunctionRows(std::shared_ptr<const FunctionPlan>, std::vector<std::string> columns,
               SchemaPtr wanted, std::size_t first_split);

  const std::vector<std::string>& columns() const { return columns_; }
  const SchemaPtr& wanted() const { return wanted_; }
  void want(SchemaPtr wanted) { wanted_ = std::move(wanted); }

  /// The variables that the function gives: from a call on the first 50 rows, the test chunk, and
  /// one on the first rows in earnest, whose rows next() will give without another call. What the
  /// latter returns counts; the test chunk tells the types of what is only missing there, and all
  /// where nothing came back. Throws UserCodeError.
  SchemaPtr result_of_first_calls();

  /// What the function returned for rows that next() has not begun to give yet: for a cursor over
  /// other columns that begins at the same row.
  struct Returned {
    std::int64_t first_row = -1;
    Chunk rows;
  };
  std::optional<Returned> take_returned();
  void give_returned(std::optional<Returned> returned) { returned_ = std::move(returned); }

  /// The next chunk of a split; nothing at its end. Splits must be asked for in order.
  std::optional<LocatedChunk> next(std::size_t split);

 private:
  struct Piece {  // rows of one of the source's chunks
    std::size_t split = 0;
    Chunk chunk;
    std::int64_t first_row = 0;
    std::vector<std::uint32_t> offsets;
    bool ends_chunk = false, ends_split = false;
  };

  struct Read {  // the rows of one read chunk, and what the function made of them
    std::vector<Piece> pieces;
    Chunk rows;
    std::vector<std::uint32_t> offsets;  // of the rows that removeMissingsOnRead kept
    std::int64_t first_row = 0;
    ChunkInfo info;
    std::optional<Chunk> result;
  };

  bool fetch();                     // makes sure that input_ has rows; false at the end
  std::optional<Read> read();       // the next read chunk, before the function
  void call(Read&);                 // runs the function, where it has not returned already
  bool process();                   // reads, calls, fills pieces_; false at the end
  Chunk shaped(const Read&) const;  // the wanted columns, as announced

  std::shared_ptr<const FunctionPlan> plan_;
  std::vector<std::string> columns_;
  SchemaPtr wanted_;
  std::size_t split_;  // being read
  std::unique_ptr<ChunkReader> reader_;
  std::optional<Chunk> input_, ahead_;  // the chunk being used up, and the one after it
  std::size_t used_ = 0;                // rows of input_ already used
  bool last_of_split_ = false;
  std::int64_t row_ = 0;              // number of the next row of input
  std::optional<Read> first_;         // read and called ahead
  std::optional<Returned> returned_;  // by a call of another cursor
  std::deque<Piece> pieces_;
  std::size_t finished_ = 0;  // splits before this one have been given completely
};

}  // namespace insitu
