#include "columnar/columnar_source.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "columnar/columnar_files.hpp"
#include "data/chunk_cutter.hpp"
#include "data/schema_json.hpp"

namespace insitu {

namespace {

SchemaPtr schema_of(const StoredColumns& columns, const std::string& path) {
  std::vector<Field> fields;
  for (const auto& column : columns.usable) fields.push_back(column.field);
  try {
    return std::make_shared<const Schema>(std::move(fields));
  } catch (const DataError& failure) {
    throw DataError(std::string(failure.what()) + ": " + path);
  }
}

/// The files of one source have the same columns, in any order.
void check_same(const Schema& first, const std::string& first_path, const ColumnFile& file) {
  const auto schema = schema_of(file.columns(), file.path());
  const auto differs = [&](const std::string& name, const std::string& how) {
    throw DataError("the files of a folder must have the same columns, but '" + name + "' " + how +
                    ": " + file.path() + " against " + first_path +
                    "; keep files of one kind in a folder");
  };
  for (const auto& field : first.fields()) {
    const auto place = schema->find(field.name);
    if (!place) differs(field.name, "is missing");
    const auto type = (*schema)[*place].type;
    if (type != field.type)
      differs(field.name,
              "is " + std::string(type_name(type)) + ", not " + std::string(type_name(field.type)));
  }
  for (const auto& field : schema->fields())
    if (!first.find(field.name)) differs(field.name, "is there only");
}

}  // namespace

ColumnarSource::ColumnarSource(ColumnFormat format, std::string path) : path_(std::move(path)) {
  for (auto& each : columnar_files(path_)) {
    files_.push_back(std::make_unique<ColumnFile>(format, std::move(each)));
    const auto& file = *files_.back();
    if (files_.size() == 1)
      schema_ = schema_of(file.columns(), file.path());
    else
      check_same(*schema_, files_[0]->path(), file);
    for (std::size_t number = 0; number < file.group_rows().size(); ++number) {
      const auto rows = file.group_rows()[number];
      if (rows == 0) continue;
      groups_.push_back({files_.size() - 1, number, rows_, rows});
      if (__builtin_add_overflow(rows_, rows, &rows_))
        throw DataError("more rows than can be counted: " + file.path());
    }
  }
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
  return {"pushed", R"({"type":"pushed","schema":)" + schema_to_json(*schema_) + "}"};
}

/// Where the wanted columns lie in one of the files.
std::vector<StoredColumn> ColumnarSource::stored(std::size_t file, const Schema& wanted) const {
  std::vector<StoredColumn> columns;
  const auto& usable = files_[file]->columns().usable;
  for (const auto& field : wanted.fields())
    columns.push_back(*std::find_if(usable.begin(), usable.end(), [&](const StoredColumn& column) {
      return column.field.name == field.name;
    }));
  return columns;
}

class ColumnarSource::Reader final : public ChunkReader {
 public:
  Reader(std::unique_ptr<GroupReader> rows, SchemaPtr schema, std::uint64_t split,
         const Group& group)
      : rows_(std::move(rows)),
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
    if (rows_) return rows_->next();
    if (left_ == 0) return std::nullopt;
    const auto count = std::min<std::int64_t>(left_, kRowsPerChunk);  // rows without columns
    left_ -= count;
    return Chunk{schema_, {}, static_cast<std::size_t>(count), {}};
  }

  std::unique_ptr<GroupReader> rows_;  // null: no column is wanted, and no byte is read
  SchemaPtr schema_;
  std::uint64_t split_, number_ = 0;
  std::int64_t row_, left_;
  ChunkCutter cutter_;
  bool ended_ = false;
};

std::unique_ptr<ChunkReader> ColumnarSource::open(const Split& split,
                                                  const ReadOptions& options) const {
  const auto& group = group_of(split);
  const auto schema = options.columns ? select_columns(*schema_, *options.columns) : schema_;
  std::unique_ptr<GroupReader> rows;
  if (schema->size() > 0)
    rows = files_[group.file]->read(group.number, stored(group.file, *schema));
  return std::make_unique<Reader>(std::move(rows), schema, split.index, group);
}

}  // namespace insitu
