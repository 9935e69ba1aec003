#include "columnar/columnar_source.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "columnar/columnar_files.hpp"
#include "data/chunk_cutter.hpp"
#include "data/schema_json.hpp"

namespace insitu {

ColumnarSource::ColumnarSource(ColumnFormat format, std::string path, const FileSystem* files)
    : path_(std::move(path)) {
  for (auto& each : files ? columnar_files(path_, *files) : columnar_files(path_)) {
    auto far = files ? files->open(each) : nullptr;
    files_.push_back(std::make_unique<ColumnFile>(format, std::move(each), std::move(far)));
    const auto& file = *files_.back();
    for (std::size_t number = 0; number < file.group_rows().size(); ++number) {
      const auto rows = file.group_rows()[number];
      if (rows == 0) continue;
      groups_.push_back({files_.size() - 1, number, rows_, rows});
      if (__builtin_add_overflow(rows_, rows, &rows_))
        throw DataError("more rows than can be counted: " + file.path());
    }
  }
  united_ = unite_columns(files_);
}

std::vector<Split> ColumnarSource::splits() const {
  std::vector<Split> splits;
  splits.reserve(groups_.size());
  for (const auto& group : groups_)
    splits.push_back({splits.size(), static_cast<std::uint64_t>(group.first_row),
                      static_cast<std::uint64_t>(group.first_row + group.rows), group.rows});
  return splits;
}

std::vector<std::int64_t> ColumnarSource::read_chunks() const {
  std::vector<std::int64_t> chunks;
  for (const auto& group : groups_) chunks.push_back(group.rows);
  return chunks;
}

const ColumnarSource::Group& ColumnarSource::group_of(const Split& split) const {
  // By its rows, not its number: what selects rows numbers the splits that are left anew.
  const auto found = std::lower_bound(groups_.begin(), groups_.end(), split.begin,
                                      [](const Group& group, std::uint64_t row) {
                                        return static_cast<std::uint64_t>(group.first_row) < row;
                                      });
  if (found == groups_.end() || static_cast<std::uint64_t>(found->first_row) != split.begin ||
      static_cast<std::uint64_t>(found->first_row + found->rows) != split.end)
    throw InvalidArgument("the split does not lie in " + path_);
  return *found;
}

std::string ColumnarSource::file_of(const Split& split) const {
  return files_[group_of(split).file]->path();
}

Recipe ColumnarSource::recipe() const {
  return {"pushed", R"({"type":"pushed","schema":)" + schema_to_json(*schema()) + "}"};
}

class ColumnarSource::Reader final : public ChunkReader {
 public:
  /// `places[i]`: which column of `rows` the i-th of the schema is; nothing: the file lacks it.
  Reader(std::unique_ptr<GroupReader> rows, std::vector<std::optional<std::size_t>> places,
         SchemaPtr schema, std::uint64_t split, const Group& group)
      : rows_(std::move(rows)),
        places_(std::move(places)),
        schema_(std::move(schema)),
        split_(split),
        row_(group.first_row),
        left_(group.rows) {}

  std::optional<Chunk> next() override {
    for (;;) {
      auto chunk = cutter_.take_full();
      if (!chunk && ended_) chunk = cutter_.take_rest();
      if (chunk) {
        chunk->schema = schema_;
        chunk->from = {split_, number_++, row_, static_cast<std::int64_t>(chunk->rows)};
        row_ += static_cast<std::int64_t>(chunk->rows);
        return chunk;
      }
      if (ended_) return std::nullopt;
      if (auto piece = next_piece())
        cutter_.add(std::move(*piece));
      else
        ended_ = true;
    }
  }

 private:
  std::optional<Chunk> next_piece() {
    std::optional<Chunk> read;
    Chunk piece{schema_, {}, 0, {}};
    if (rows_) {
      read = rows_->next();
      if (!read) return std::nullopt;
      piece.rows = read->rows;
    } else {
      if (left_ == 0) return std::nullopt;
      const auto count = std::min<std::int64_t>(left_, kRowsPerChunk);
      left_ -= count;
      piece.rows = static_cast<std::size_t>(count);
    }
    for (std::size_t i = 0; i < schema_->size(); ++i) {
      const auto type = (*schema_)[i].type;
      piece.columns.push_back(places_[i] ? widened_column(read->columns[*places_[i]], type)
                                         : missing_column(type, piece.rows));
    }
    return piece;
  }

  std::unique_ptr<GroupReader> rows_;  // null: the file has none of the columns; no byte is read
  std::vector<std::optional<std::size_t>> places_;
  SchemaPtr schema_;
  std::uint64_t split_, number_ = 0;
  std::int64_t row_, left_;
  ChunkCutter cutter_;
  bool ended_ = false;
};

/// The chunks of a group, without rows.
class ColumnarSource::SkippedGroup final : public ChunkReader {
 public:
  SkippedGroup(SchemaPtr schema, std::uint64_t split, const Group& group)
      : schema_(std::move(schema)), split_(split), row_(group.first_row), left_(group.rows) {
    for (const auto& field : schema_->fields()) none_.push_back(missing_column(field.type, 0));
  }

  std::optional<Chunk> next() override {
    if (left_ == 0) return std::nullopt;
    const auto rows = std::min<std::int64_t>(left_, kRowsPerChunk);
    Chunk chunk{schema_, none_, 0, {split_, number_++, row_, rows}};
    row_ += rows;
    left_ -= rows;
    return chunk;
  }

 private:
  SchemaPtr schema_;
  std::vector<Column> none_;
  std::uint64_t split_, number_ = 0;
  std::int64_t row_, left_;
};

bool ColumnarSource::may_hold_all(const std::vector<Condition>& conditions,
                                  const Group& group) const {
  const auto& file = *files_[group.file];
  for (const auto& condition : conditions) {
    const auto& usable = file.columns().usable;
    const auto stored = std::ranges::find(usable, condition.column, [](const StoredColumn& each) {
      return std::string_view(each.field.name);
    });
    if (stored != usable.end() && stored->format != "n" &&
        !may_hold(condition, file.statistics(group.number, *stored)))
      return false;
  }
  return true;
}

SchemaPtr ColumnarSource::chosen(const ReadOptions& options) const {
  return options.columns ? select_columns(*united_.schema, *options.columns) : united_.schema;
}

ColumnarSource::StoredPlaces ColumnarSource::places_in(const ColumnFile& file,
                                                       const Schema& schema) {
  StoredPlaces found_places;
  auto& [stored, places] = found_places;
  for (const auto& field : schema.fields()) {
    const auto& usable = file.columns().usable;
    const auto found = std::find_if(usable.begin(), usable.end(), [&](const StoredColumn& column) {
      return column.field.name == field.name;
    });
    places.push_back(found == usable.end() ? std::nullopt : std::optional(stored.size()));
    if (found != usable.end()) stored.push_back(*found);
    // A column of nothing but nulls takes the type of the other files.
    if (found != usable.end() && found->format == "n") {
      stored.pop_back();
      places.back() = std::nullopt;
    }
  }
  return found_places;
}

ReadCost ColumnarSource::read_cost(const Split& split, const ReadOptions& options) const {
  const auto& group = group_of(split);
  if (!may_hold_all(options.conditions, group)) return {.bytes = 0, .left_out = true};
  const auto& file = *files_[group.file];
  return {.bytes = file.stored_bytes(group.number, places_in(file, *chosen(options)).stored)};
}

std::unique_ptr<ChunkReader> ColumnarSource::open(const Split& split,
                                                  const ReadOptions& options) const {
  const auto& group = group_of(split);
  const auto schema = chosen(options);
  if (!may_hold_all(options.conditions, group))
    return std::make_unique<SkippedGroup>(schema, split.index, group);
  const auto& file = *files_[group.file];
  auto [stored, places] = places_in(file, *schema);
  std::unique_ptr<GroupReader> rows;
  if (!stored.empty()) rows = file.read(group.number, std::move(stored));
  return std::make_unique<Reader>(std::move(rows), std::move(places), schema, split.index, group);
}

}  // namespace insitu
