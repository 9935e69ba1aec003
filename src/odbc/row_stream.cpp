#include "odbc/row_stream.hpp"

#include "base/error.hpp"
#include "base/named.hpp"
#include "odbc/key_ranges.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostWaiting = std::size_t{2} << 30;
constexpr std::uint64_t kChunksOfPiece = kRowsPerRange / kRowsPerChunk;
static_assert(kRowsPerRange % kRowsPerChunk == 0);

std::size_t bytes_of(const Chunk& chunk) {
  std::size_t bytes = 0;
  for (const auto& each : chunk.columns) {
    if (each.type() == Type::kString)
      bytes += chunk.rows * 4 +
               (each.size() ? static_cast<std::size_t>(each.string_offsets()[each.size()]) : 0);
    else
      bytes += chunk.rows * static_cast<std::size_t>(type_width(each.type()));
  }
  return bytes;
}

}  // namespace

Chunk finished(const RowSelection& selection, Chunk raw) {
  Chunk chunk{selection.schema, {}, raw.rows, std::move(raw.from)};
  for (std::size_t i = 0; i < selection.columns.size(); ++i)
    chunk.columns.push_back(
        selection.columns[i].finish(raw.columns[selection.places[i]], chunk.from.first_row));
  return chunk;
}

void RowsSeen::see(std::int64_t count, const std::string& what) {
  const std::lock_guard lock(mutex);
  if (!rows) rows = count;
  if (*rows != count)
    throw DataError("the rows changed between two passes over them: " + std::to_string(*rows) +
                    " came first, then " + std::to_string(count) + ": " + what +
                    "; read them when nobody writes, or a copy of them");
}

RowStream::RowStream(PooledLine line, RowSelection selection, std::uint64_t pieces,
                     std::shared_ptr<RowsSeen> seen, std::string what)
    : line_(std::move(line)),
      selection_(std::move(selection)),
      pieces_(pieces),
      seen_(std::move(seen)),
      what_(std::move(what)) {}

bool RowStream::begin(std::uint64_t piece) {
  const std::lock_guard lock(mutex_);
  return begun_.insert(piece).second;
}

std::optional<Chunk> RowStream::cut() {
  auto chunk = cutter_.take_full();
  if (!chunk && read_all_) chunk = cutter_.take_rest();
  return chunk;
}

std::optional<Chunk> RowStream::read() {
  if (!cursor_)
    cursor_.emplace(*line_, line_->execute(selection_.select), selection_.transfers,
                    selection_.block_rows);
  for (;;) {
    if (auto chunk = cut()) return chunk;
    if (read_all_) return std::nullopt;
    if (auto rows = cursor_->next())
      cutter_.add(std::move(*rows));
    else
      read_all_ = true;
  }
}

std::optional<Chunk> RowStream::next(std::uint64_t piece) {
  const std::lock_guard lock(mutex_);
  for (;;) {
    auto& mine = waiting_[piece];
    if (!mine.empty()) {
      auto chunk = std::move(mine.front());
      mine.pop_front();
      waiting_bytes_ -= bytes_of(chunk);
      return finished(selection_, std::move(chunk));
    }
    if (ended_ || piece_ > piece) return std::nullopt;
    auto chunk = read();
    if (!chunk) {
      ended_ = true;
      cursor_.reset();  // the statement ends, and what it locks
      seen_->see(row_, what_);
      return std::nullopt;
    }
    const auto of = piece_;
    chunk->from = {of, chunk_, row_, static_cast<std::int64_t>(chunk->rows)};
    row_ += static_cast<std::int64_t>(chunk->rows);
    // More rows than were counted are of the last piece.
    if (++chunk_ == kChunksOfPiece && piece_ + 1 < pieces_) ++piece_, chunk_ = 0;
    if (of == piece) return finished(selection_, std::move(*chunk));
    waiting_bytes_ += bytes_of(*chunk);
    if (waiting_bytes_ > kMostWaiting)
      throw Unsupported(
          "rows without a key come in one stream, and more of them wait for their worker than "
          "memory should hold: name columns that are different in each row with `key`, or use "
          "`RxLocalSeq`"_named);
    waiting_[of].push_back(std::move(*chunk));
  }
}

}  // namespace insitu
