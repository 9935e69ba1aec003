#include "odbc/source.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "data/schema_json.hpp"
#include "odbc/database.hpp"
#include "odbc/packed_postgres.hpp"
#include "odbc/sqlite_types.hpp"
#include "sql/table_name.hpp"

namespace insitu {

namespace {

constexpr std::int64_t kBlockRows = 8192;

/// A query that ends in an order or begins with WITH is no table of another one in SQL Server.
bool stands_in_query(OdbcLine& line, const std::string& query) {
  if (line.dialect() != SqlDialect::kSqlServer) return true;
  if (query.size() > 4 && std::equal(query.begin(), query.begin() + 4, "with",
                                     [](char a, char b) { return ascii_lower(a) == b; }))
    return false;
  try {
    line.execute("SELECT * FROM " + as_table(query) + " WHERE 1 = 0");
    return true;
  } catch (const ConnectionLost&) {
    throw;
  } catch (const DataError&) {
    return false;
  }
}

}  // namespace

OdbcSource::OdbcSource(OdbcOptions options)
    : options_(std::move(options)), pool_(std::make_shared<LinePool>(options_.line)) {
  const PooledLine line(pool_);
  dialect_ = line->dialect();
  description_ = options_.table.empty() ? options_.query : options_.table;
  std::vector<std::string> path;
  if (!options_.table.empty()) {
    path = table_path(options_.table);
    from_ = quoted_path(path, dialect_);
    result_ = line->columns_of(line->execute("SELECT * FROM " + from_ + " WHERE 1 = 0").get());
  } else if (stands_in_query(*line, options_.query)) {
    from_ = as_table(options_.query);
    result_ = line->columns_of(line->execute("SELECT * FROM " + from_ + " WHERE 1 = 0").get());
  } else {
    result_ = line->columns_of(line->execute(options_.query).get());
  }
  if (dialect_ == SqlDialect::kSqlite) look_at_values(*line, from_, result_);
  if (result_.empty()) throw DataError("the query gives no columns: " + description_);
  std::vector<std::string> all;
  bool apart = true;  // the names tell the columns apart
  for (std::size_t i = 0; i < result_.size(); ++i) {
    auto& column = result_[i];
    if (column.name.empty()) column.name = "V" + std::to_string(i + 1), apart = false;
    if (std::ranges::find(all, column.name) != all.end()) {
      apart = false;
      auto name = column.name;
      for (int k = 1; std::ranges::find(all, name) != all.end(); ++k)
        name = column.name + "." + std::to_string(k);
      column.name = name;
    }
    all.push_back(column.name);
  }
  if (dialect_ == SqlDialect::kSqlite && !apart)
    throw InvalidArgument(
        options_.type +
        ": `sqlQuery` gives columns without a name, or two of the same: name them "
        "apart with AS"_named);
  stored_ = all;
  if (!apart && !from_.empty()) {
    std::string aliases;
    for (std::size_t i = 0; i < stored_.size(); ++i) {
      stored_[i] = "insitu_c" + std::to_string(i + 1);
      aliases += (i ? ", " : " (") + stored_[i];
    }
    from_ += aliases + ")";
  }
  for (const auto& [name, wanted] : options_.columns)
    if (std::ranges::find(all, name) == all.end())
      throw InvalidArgument(options_.type +
                            ": `colInfo` names a variable that is not there: "_named + name +
                            did_you_mean(name, all));
  std::vector<Field> fields;
  for (std::size_t i = 0; i < result_.size(); ++i) {
    const auto& column = result_[i];
    const auto wanted = options_.columns.find(column.name);
    // A query that cannot stand in another one comes as it is.
    const auto transfer =
        from_.empty() ? transfer_of(column, dialect_, false) : exact_transfer_of(column, dialect_);
    if (transfer.how == Transfer::kRefused) {
      if (wanted != options_.columns.end())
        throw InvalidArgument("`colInfo` of "_named + column.name +
                              ": its type has no counterpart here: " + column.type_name);
      left_out_.emplace_back(column.name, column.type_name);
      continue;
    }
    columns_.emplace_back(transfer, wanted == options_.columns.end() ? nullptr : &wanted->second,
                          options_.strings_as_factors, options_.trim_space);
    names_.push_back(stored_[i]);
    if (may_round(columns_.back().transfer())) rounded_.push_back(column.name);
    fields.push_back(columns_.back().field());
  }
  schema_ = std::make_shared<const Schema>(std::move(fields));
  key_ = options_.key;
  if (!key_.empty() && from_.empty())
    throw InvalidArgument(options_.type +
                          ": `key` needs a query that can stand in another one; leave ORDER BY and "
                          "WITH out of it"_named);
  for (const auto& each : key_)
    if (std::ranges::find(all, each) == all.end())
      throw InvalidArgument(options_.type + ": `key` names a column that is not there: "_named +
                            each + did_you_mean(each, all));
  if (key_.empty() && !path.empty()) {
    key_ = primary_key(*line, path);
    key_known_ = dialect_ != SqlDialect::kSqlite;  // whose primary keys may be missing
    // A key of a type that cannot be written down as a constant orders nothing here.
    if (!std::ranges::all_of(key_transfers(), [&](const ColumnTransfer& each) {
          return can_be_key(each, dialect_);
        }))
      key_.clear();
  }
  read_ranges_at_once();
}

/// Ranges are small: their rows may come at once.
void OdbcSource::read_ranges_at_once() {
  if (dialect_ != SqlDialect::kPostgres || key_.empty()) return;
  options_.line.where.set({"UseDeclareFetch"}, "0");
  pool_ = std::make_shared<LinePool>(options_.line);
}

std::vector<ColumnTransfer> OdbcSource::key_transfers() const {
  std::vector<ColumnTransfer> found;
  for (const auto& name : key_) {
    const auto place = std::ranges::find(result_, name, &ResultColumn::name) - result_.begin();
    found.push_back(transfer_of(result_[static_cast<std::size_t>(place)], dialect_, false));
    found.back().column.name = stored_[static_cast<std::size_t>(place)];
  }
  return found;
}

const KeyRanges& OdbcSource::ranges() const {
  const std::lock_guard lock(mutex_);
  if (!ranges_) {
    const PooledLine line(pool_);
    ranges_.emplace(*line, from_, key_transfers(), key_known_);
  }
  return *ranges_;
}

std::string OdbcSource::column_in_from(std::size_t i) const {
  return quoted_name(names_[i], dialect_);
}

std::optional<std::vector<std::string>> OdbcSource::range_clauses() const {
  if (key_.empty()) return std::nullopt;
  std::vector<std::string> clauses;
  const auto& all = ranges();
  for (std::int64_t begin = 0; begin < all.rows(); begin += kRowsPerRange)
    clauses.push_back(all.clauses(clauses.size()));
  return clauses;
}

std::string OdbcSource::order() const {
  std::string text;
  for (const auto& each : key_transfers())
    text += (text.empty() ? " ORDER BY " : ", ") + quoted_name(each.column.name, dialect_);
  return text;
}

std::optional<std::int64_t> OdbcSource::row_count() const {
  if (!key_.empty()) return ranges().rows();
  return std::nullopt;
}

std::vector<Split> OdbcSource::splits() const {
  std::vector<Split> splits;
  const auto cut = [&](std::int64_t rows, bool known) {
    for (std::int64_t begin = 0; begin < rows; begin += kRowsPerRange) {
      const auto end = std::min(rows, begin + kRowsPerRange);
      splits.push_back({splits.size(), static_cast<std::uint64_t>(begin),
                        static_cast<std::uint64_t>(end), known ? end - begin : -1});
    }
  };
  if (!key_.empty()) {
    cut(ranges().rows(), true);
    return splits;
  }
  if (!from_.empty()) {
    const std::lock_guard lock(mutex_);
    if (!counted_) {
      const PooledLine line(pool_);
      counted_ = count_of(*line, "SELECT COUNT(*) FROM " + from_);
    }
    cut(*counted_, false);
  }
  // Rows that come while they are counted, and those of a query that cannot be counted.
  if (splits.empty()) splits.push_back({0, 0, static_cast<std::uint64_t>(kRowsPerRange), -1});
  return splits;
}

RowSelection OdbcSource::select(const ReadOptions& options) const {
  RowSelection selection;
  selection.schema = options.columns ? select_columns(*schema_, *options.columns) : schema_;
  selection.block_rows = static_cast<std::size_t>(
      options_.row_buffering ? std::min(kBlockRows, options_.rows_per_read) : 1);
  std::vector<std::size_t> wanted;
  for (const auto& field : selection.schema->fields()) wanted.push_back(schema_->index(field.name));
  for (const auto column : wanted) selection.columns.push_back(columns_[column]);
  if (from_.empty()) {
    // All columns come, those that are not asked for are thrown away.
    for (const auto& column : result_) {
      const auto known = std::ranges::find(names_, column.name);
      if (known == names_.end()) {
        selection.transfers.push_back({column, Transfer::kRefused, Type::kString});
        continue;
      }
      const auto at = static_cast<std::size_t>(known - names_.begin());
      auto transfer = columns_[at].transfer();
      transfer.column.name = columns_[at].field().name;
      selection.transfers.push_back(std::move(transfer));
    }
    selection.places = wanted;
    selection.select = options_.query;
    return selection;
  }
  std::string list;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto transfer = columns_[wanted[i]].transfer();
    selection.names.push_back(quoted_name(names_[wanted[i]], dialect_));
    list += (i ? ", " : "") + exact_select(transfer, selection.names.back(), dialect_);
    transfer.column.name = (*selection.schema)[i].name;
    selection.transfers.push_back(std::move(transfer));
    selection.places.push_back(i);
  }
  if (list.empty()) {  // rows are counted only
    list = "1";
    selection.names.push_back(list);
    selection.transfers.push_back(
        {{"0", SQL_INTEGER, 10, 0, "int4"}, Transfer::kInt32, Type::kInt32});
  }
  selection.select = "SELECT " + list + " FROM " + from_;
  return selection;
}

/// The rows of one range. A line that is lost is opened again: the key says where to go on.
class OdbcSource::RangeReader final : public ChunkReader {
 public:
  RangeReader(const OdbcSource& source, const Split& split, RowSelection selection)
      : pool_(source.pool_),
        selection_(std::move(selection)),
        split_(split),
        row_(static_cast<std::int64_t>(split.begin)),
        expected_(static_cast<std::int64_t>(split.end - split.begin)),
        what_(source.description_) {
    const auto clauses =
        source.ranges().clauses(static_cast<std::size_t>(split.begin) / kRowsPerRange);
    selection_.select += clauses;
    if (source.dialect_ == SqlDialect::kPostgres && source.options_.row_buffering)
      packed_ = packed_select(selection_.names, selection_.transfers, source.from_ + clauses);
    selection_.block_rows = std::min<std::size_t>(selection_.block_rows, kRowsPerRange);
  }

  std::optional<Chunk> next() override {
    for (;;) {
      auto chunk = cutter_.take_full();
      if (!chunk && ended_) chunk = cutter_.take_rest();
      if (chunk) {
        chunk->from = {split_.index, number_++, row_, static_cast<std::int64_t>(chunk->rows)};
        row_ += static_cast<std::int64_t>(chunk->rows);
        return finished(selection_, std::move(*chunk));
      }
      if (ended_) return std::nullopt;
      read();
    }
  }

 private:
  void read() {
    constexpr int kMostAttempts = 3;
    try {
      if (packed_) return read_all();
      if (!cursor_) {
        line_.emplace(pool_);
        cursor_.emplace(**line_, (*line_)->execute(selection_.select), selection_.transfers,
                        selection_.block_rows);
        skip_ = came_;
        came_ = 0;
      }
      auto rows = cursor_->next();
      if (!rows) {
        if (came_ != expected_) changed();
        ended_ = true;
        cursor_.reset();
        line_.reset();
        return;
      }
      came_ += static_cast<std::int64_t>(rows->rows);
      if (came_ > expected_) changed();
      if (skip_ > 0) {  // those that came before the line was lost
        const auto skipped = std::min<std::int64_t>(skip_, static_cast<std::int64_t>(rows->rows));
        skip_ -= skipped;
        if (skipped == static_cast<std::int64_t>(rows->rows)) return;
        *rows = slice(*rows, static_cast<std::size_t>(skipped),
                      rows->rows - static_cast<std::size_t>(skipped));
      }
      cutter_.add(std::move(*rows));
    } catch (const ConnectionLost&) {
      came_ = std::max(came_, came_ + skip_);
      cursor_.reset();
      line_.reset();
      if (++attempts_ >= kMostAttempts) throw;
    }
  }

  /// All rows of the range at once.
  void read_all() {
    line_.emplace(pool_);
    std::optional<Chunk> rows;
    try {
      rows = read_packed(**line_, *packed_, row_);
    } catch (const ConnectionLost&) {
      throw;
    } catch (const DataError&) {
      // Texts that are too much for one value, or a value that cannot be held: read value by value,
      // the error names its row.
      packed_.reset();
      line_.reset();
      return;
    }
    line_.reset();
    came_ = static_cast<std::int64_t>(rows->rows);
    if (came_ != expected_) changed();
    ended_ = true;
    if (came_ > 0) cutter_.add(std::move(*rows));
  }

  [[noreturn]] void changed() const {
    throw DataError("the rows changed while they were read: " + std::to_string(expected_) +
                    " rows were counted from row " + std::to_string(split_.begin + 1) +
                    " on, and " + (came_ > expected_ ? "more" : std::to_string(came_)) +
                    " came: " + what_ + "; read them when nobody writes, or a copy of them");
  }

  std::shared_ptr<LinePool> pool_;
  RowSelection selection_;
  Split split_;
  std::optional<PackedSelect> packed_;
  std::optional<PooledLine> line_;
  std::optional<OdbcCursor> cursor_;
  ChunkCutter cutter_;
  std::uint64_t number_ = 0;
  std::int64_t row_, expected_, came_ = 0, skip_ = 0;
  int attempts_ = 0;
  bool ended_ = false;
  std::string what_;
};

namespace {

class PieceReader final : public ChunkReader {
 public:
  PieceReader(std::shared_ptr<RowStream> stream, const Split& split)
      : stream_(std::move(stream)),
        piece_(split.begin / static_cast<std::uint64_t>(kRowsPerRange)),
        split_(split.index) {}

  std::optional<Chunk> next() override {
    auto chunk = stream_->next(piece_);
    if (chunk) chunk->from.split = split_;
    return chunk;
  }

 private:
  std::shared_ptr<RowStream> stream_;
  std::uint64_t piece_, split_;
};

}  // namespace

std::unique_ptr<ChunkReader> OdbcSource::open(const Split& split,
                                              const ReadOptions& options) const {
  auto selection = select(options);
  if (!key_.empty()) return std::make_unique<RangeReader>(*this, split, std::move(selection));
  const auto pieces = splits().size();
  const std::lock_guard lock(mutex_);
  const auto piece = split.begin / static_cast<std::uint64_t>(kRowsPerRange);
  const bool same = stream_ && stream_->selection().select == selection.select &&
                    stream_->selection().schema->names() == selection.schema->names();
  if (!same || !stream_->begin(piece)) {
    stream_ = nullptr;  // its line may serve the new one, when no reader holds it
    stream_ = std::make_shared<RowStream>(PooledLine(pool_), std::move(selection), pieces, seen_,
                                          description_);
    stream_->begin(piece);
  }
  return std::make_unique<PieceReader>(stream_, split);
}

Recipe OdbcSource::recipe() const {
  return {"pushed", R"({"type":"pushed","schema":)" + schema_to_json(*schema_) + "}"};
}

}  // namespace insitu
