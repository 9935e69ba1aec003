#pragma once
// The rows of one statement in the order of arrival, for readers of pieces of it.
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "data/chunk_cutter.hpp"
#include "data/source.hpp"
#include "odbc/cursor.hpp"
#include "odbc/line_pool.hpp"
#include "odbc/wanted_columns.hpp"

namespace insitu {

/// A SELECT and what becomes of its columns.
struct RowSelection {
  std::string select;              ///< "SELECT a, b FROM t"
  std::vector<std::string> names;  ///< the columns, quoted; none where all come
  std::vector<ColumnTransfer> transfers;
  std::vector<FinishedColumn>
      columns;                      ///< of the transfers that are wanted, in the order asked for
  std::vector<std::size_t> places;  ///< of `columns` among what the cursor gives
  SchemaPtr schema;
  std::size_t block_rows = 8192;
};

/// The rows that a cursor gives as the caller wants them.
Chunk finished(const RowSelection&, Chunk raw);

/// How many rows the streams of one source had, which must be as many each time.
struct RowsSeen {
  std::mutex mutex;
  std::optional<std::int64_t> rows;
  /// Throws DataError.
  void see(std::int64_t count, const std::string& what);
};

/// Safe to use from several threads: who needs a piece that has not come yet reads on, and keeps
/// what belongs to others.
class RowStream {
 public:
  /// `pieces`: how many there are; the last one has all rows that are left.
  RowStream(PooledLine line, RowSelection selection, std::uint64_t pieces,
            std::shared_ptr<RowsSeen> seen, std::string what);

  /// False: this piece was begun before; a new stream is needed.
  bool begin(std::uint64_t piece);
  /// The next chunk of a piece; nothing at its end.
  std::optional<Chunk> next(std::uint64_t piece);
  const RowSelection& selection() const { return selection_; }

 private:
  std::optional<Chunk> read();
  std::optional<Chunk> cut();

  std::mutex mutex_;
  PooledLine line_;
  RowSelection selection_;
  std::uint64_t pieces_;
  std::shared_ptr<RowsSeen> seen_;
  std::string what_;  // for messages
  std::optional<OdbcCursor> cursor_;
  ChunkCutter cutter_;
  std::set<std::uint64_t> begun_;
  std::map<std::uint64_t, std::deque<Chunk>> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t piece_ = 0, chunk_ = 0;  // of the chunk that comes next
  std::int64_t row_ = 0;
  bool read_all_ = false, ended_ = false;
};

}  // namespace insitu
