#include "formula/function_rows.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "formula/new_level.hpp"
#include "formula/row_selection.hpp"

namespace insitu {

namespace {

constexpr std::size_t kTestRows = 50;

std::string place(const ChunkInfo& info) {
  const auto first = info.start_row, last = info.start_row + info.rows - 1;
  const std::string rows =
      info.rows > 0 ? " (rows " + std::to_string(first) + " to " + std::to_string(last) + ")"
                    : " (no rows)";
  return (info.test_chunk ? "the test chunk" : "chunk " + std::to_string(info.chunk_number)) + rows;
}

/// Calls the function; whatever it throws becomes an error that says where.
Chunk call(const FunctionPlan& plan, const Chunk& given, const ChunkInfo& info) {
  try {
    auto result = plan.function(given, info);
    if (!result.schema) result.schema = std::make_shared<const Schema>();
    if (result.columns.size() != result.schema->size())
      throw Error("it returned " + std::to_string(result.columns.size()) + " columns for " +
                  std::to_string(result.schema->size()) + " names");
    for (std::size_t i = 0; i < result.columns.size(); ++i)
      if (result.columns[i].size() != result.rows)
        throw Error("variable '" + (*result.schema)[i].name + "' has " +
                    std::to_string(result.columns[i].size()) + " values, others have " +
                    std::to_string(result.rows));
    if (result.columns.empty()) result.rows = 0;  // it returned nothing: no rows
    return result;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    throw UserCodeError("transformFunc failed on " + place(info) + ": " + error.what());
  }
}

Column all_missing(const Field& field, std::size_t rows) {
  if (field.type == Type::kString) {
    StringBuilder builder;
    for (std::size_t i = 0; i < rows; ++i) builder.append_missing();
    return builder.finish();
  }
  if (is_factor(field.type))
    return Column::own(field.type, std::vector<std::int32_t>(rows, kMissingCode),
                       field.levels ? field.levels : make_levels({}));
  return dispatch(field.type, [&]<class T>(T*) {
    return Column::own(field.type, std::vector<T>(rows, missing_value<T>()));
  });
}

/// Codes in the levels of the field. Others join its list, or are a NewLevel where a row has them.
Column with_known_levels(const Column& column, const Field& field, const ChunkInfo& info,
                         bool grow) {
  if (!field.levels || column.levels() == field.levels || *column.levels() == *field.levels)
    return field.levels ? column.with_levels(field.levels) : column;
  constexpr std::int32_t kUnknown = -2;
  std::unordered_map<std::string_view, std::int32_t> known;
  for (const auto& level : *field.levels)
    known.emplace(level, static_cast<std::int32_t>(known.size()));
  std::vector<std::string> more;
  std::vector<std::int32_t> to;
  for (const auto& level : *column.levels()) {
    const auto found = known.find(level);
    if (found != known.end()) {
      to.push_back(found->second);
    } else if (grow) {
      to.push_back(static_cast<std::int32_t>(known.size()));
      known.emplace(level, to.back());
      more.push_back(level);
    } else {
      to.push_back(kUnknown);
    }
  }
  const auto codes = column.values<std::int32_t>();
  std::vector<std::int32_t> out(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    out[i] = codes[i] < 0 ? kMissingCode : to.at(static_cast<std::size_t>(codes[i]));
    if (out[i] == kUnknown)
      throw NewLevel("transformFunc: factor '" + field.name + "' has on " + place(info) +
                     " the level '" + (*column.levels())[static_cast<std::size_t>(codes[i])] +
                     "', which it did not have before; give all levels where the factor is made: "
                     "factor(x, levels = c(...))");
  }
  auto levels = field.levels;
  if (!more.empty()) {
    auto all = *field.levels;
    all.insert(all.end(), more.begin(), more.end());
    levels = make_levels(std::move(all));
  }
  return Column::own(field.type, std::move(out), std::move(levels));
}

/// A column as the dry run announced it.
Column as_announced(const Column& column, const Field& field, const ChunkInfo& info,
                    bool levels_grow) {
  const auto type = column.type();
  if (type == field.type)
    return is_factor(type) ? with_known_levels(column, field, info, levels_grow) : column;
  bool nothing = true;
  for (std::size_t i = 0; nothing && i < column.size(); ++i) nothing = column.is_missing(i);
  if (nothing) return all_missing(field, column.size());
  const bool widens = field.type == Type::kFloat64 &&
                      (is_integer(type) || type == Type::kLogical || type == Type::kFloat32);
  if (widens) {
    std::vector<double> numbers(column.size());
    column.numbers(numbers.data());
    return Column::own(Type::kFloat64, std::move(numbers));
  }
  throw UserCodeError("transformFunc: variable '" + field.name + "' is " +
                      std::string(type_name(type)) + " on " + place(info) + ", but was " +
                      std::string(type_name(field.type)) +
                      " on the test chunk; it must have one type in all chunks, as as.numeric(), "
                      "as.character() or factor() give it");
}

/// Exactly these columns, in this order.
Chunk selected(const Chunk& chunk, const std::vector<std::string>& names) {
  Chunk out{select_columns(*chunk.schema, names), {}, chunk.rows, chunk.from};
  for (const auto& name : names) out.columns.push_back(chunk.column(name));
  return out;
}

void remove_incomplete(Chunk& chunk, std::vector<std::uint32_t>& offsets) {
  std::vector<std::size_t> columns(chunk.columns.size());
  std::iota(columns.begin(), columns.end(), 0);
  if (auto rows = complete_rows(chunk, columns)) {
    const auto from = chunk.from;
    chunk = take(chunk, *rows);
    chunk.from = from;
    offsets = std::move(*rows);
  }
}

}  // namespace

SchemaPtr function_result(const FunctionPlan& plan) {
  Chunk first{select_columns(*plan.source->schema(), plan.given), {}, 0, {}};
  std::int64_t row = 0;
  bool found = false;
  std::size_t split = 0;
  for (std::size_t s = 0; s < plan.splits.size() && !found; ++s) {
    if (plan.grid.splits[s + 1] <= plan.begin) continue;
    split = s;
    row = plan.grid.splits[s];
    const auto reader = plan.source->open(plan.splits[s], {.columns = plan.given});
    while (auto chunk = reader->next()) {
      const auto rows = static_cast<std::int64_t>(chunk->rows);
      const auto begin = std::max<std::int64_t>(0, plan.begin - row),
                 end = std::min(rows, plan.end - row);
      row += rows;
      if (begin >= end) continue;
      first = slice(*chunk, static_cast<std::size_t>(begin),
                    std::min(kTestRows, static_cast<std::size_t>(end - begin)));
      found = true;
      break;
    }
  }
  if (!found) {
    for (const auto& field : first.schema->fields()) first.columns.push_back(all_missing(field, 0));
  }
  if (plan.remove_missings_on_read) {
    std::vector<std::uint32_t> offsets;
    remove_incomplete(first, offsets);
  }
  const ChunkInfo info{.start_row = plan.begin + 1,
                       .chunk_number = 0,
                       .rows = static_cast<std::int64_t>(first.rows),
                       .test_chunk = true,
                       .prediction = plan.prediction,
                       .file_name = plan.files.of(split)};
  const auto result = call(plan, first, info);
  auto fields = result.schema->fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto& field = fields[i];
    if (!is_factor(field.type)) continue;
    // A factor that passes through without declared levels keeps chunk-local ones.
    const auto before = first.schema->find(field.name);
    const bool open =
        before && is_factor((*first.schema)[*before].type) && !(*first.schema)[*before].levels;
    field.levels = open ? nullptr : result.columns[i].levels();
  }
  return std::make_shared<const Schema>(std::move(fields));
}

FunctionRows::FunctionRows(std::shared_ptr<const FunctionPlan> plan,
                           std::vector<std::string> columns, SchemaPtr wanted,
                           std::size_t first_split)
    : plan_(std::move(plan)), columns_(std::move(columns)), wanted_(std::move(wanted)), split_(0) {
  // Begin with the read chunk that holds the split's first row, which may begin in a split before.
  const auto& grid = plan_->grid;
  const auto wanted_row = std::max(grid.splits[first_split], plan_->begin);
  const auto start =
      std::max(grid.reads[std::min(grid.read_of(wanted_row), grid.reads.size() - 1)], plan_->begin);
  while (split_ + 1 < plan_->splits.size() && grid.splits[split_ + 1] <= start &&
         split_ < first_split)
    ++split_;
  row_ = grid.splits[split_];
  // Nothing is read yet, but who holds the rows is told which of them are wanted.
  if (split_ < plan_->splits.size() && row_ < plan_->end)
    reader_ = plan_->source->open(plan_->splits[split_], {.columns = columns_});
  while (row_ < start && fetch()) {
    const auto skipped =
        std::min<std::int64_t>(start - row_, static_cast<std::int64_t>(input_->rows - used_));
    used_ += static_cast<std::size_t>(skipped);
    row_ += skipped;
  }
}

bool FunctionRows::fetch() {
  for (;;) {
    if (input_ && used_ < input_->rows) return true;
    if (ahead_) {
      input_ = std::exchange(ahead_, std::nullopt);
    } else if (reader_ && !last_of_split_) {
      input_ = reader_->next();
    } else {
      if (reader_) ++split_;
      reader_.reset();
      input_.reset();
      if (split_ >= plan_->splits.size() || plan_->grid.splits[split_] >= plan_->end) return false;
      reader_ = plan_->source->open(plan_->splits[split_], {.columns = columns_});
      last_of_split_ = false;
      row_ = plan_->grid.splits[split_];
      input_ = reader_->next();
    }
    used_ = 0;
    ahead_.reset();
    if (input_) ahead_ = reader_->next();
    last_of_split_ = !ahead_;
  }
}

bool FunctionRows::process() {
  const auto& grid = plan_->grid;
  std::vector<Piece> pieces;
  std::int64_t first = -1, target = 0;
  std::size_t number = 0;
  while (first < 0 || row_ < target) {
    if (!fetch() || row_ >= plan_->end) break;
    if (first < 0) {
      first = row_;
      number = grid.read_of(row_);
      target = number + 1 < grid.reads.size() ? std::min(grid.reads[number + 1], plan_->end)
                                              : plan_->end;
    }
    const auto left = static_cast<std::int64_t>(input_->rows - used_);
    const auto rows = std::min(left, target - row_);
    Piece piece;
    piece.split = split_;
    piece.chunk = slice(*input_, used_, static_cast<std::size_t>(rows));
    piece.first_row = row_;
    piece.ends_chunk = rows == left;
    piece.ends_split = (piece.ends_chunk && last_of_split_) || row_ + rows >= plan_->end;
    used_ += static_cast<std::size_t>(rows);
    row_ += rows;
    pieces.push_back(std::move(piece));
  }
  if (pieces.empty()) return false;

  std::vector<Chunk> parts;
  for (auto& piece : pieces) parts.push_back(piece.chunk);
  auto rows = join_chunks(parts);
  parts.clear();
  std::vector<std::uint32_t> offsets;
  if (plan_->remove_missings_on_read) remove_incomplete(rows, offsets);
  // A read chunk is of one file, except where rowsPerRead joins files: then it bears the first's
  // name.
  const auto result = run(rows, first, number, pieces[0].split);
  const bool same_rows = result.rows == rows.rows;

  // Cut the result where the source's chunks end.
  std::size_t at = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    auto& piece = pieces[i];
    const auto begin_offset = static_cast<std::uint32_t>(piece.first_row - first);
    const auto end_offset = begin_offset + static_cast<std::uint32_t>(piece.chunk.rows);
    const auto from = piece.chunk.from;
    std::size_t end = at;
    if (!same_rows)
      end = i == 0 ? result.rows : at;  // rows of another number have no place of their own
    else if (offsets.empty())
      end = end_offset;
    else
      end = static_cast<std::size_t>(std::lower_bound(offsets.begin(), offsets.end(), end_offset) -
                                     offsets.begin());
    piece.chunk = slice(result, at, end - at);
    if (same_rows && !offsets.empty())
      for (auto j = at; j < end; ++j) piece.offsets.push_back(offsets[j] - begin_offset);
    piece.chunk.from = from;
    at = end;
    pieces_.push_back(std::move(piece));
  }
  return true;
}

Chunk FunctionRows::run(const Chunk& rows, std::int64_t first_row, std::size_t number,
                        std::size_t split) const {
  const ChunkInfo info{.start_row = first_row + 1,
                       .chunk_number = static_cast<std::int64_t>(number) + 1,
                       .rows = static_cast<std::int64_t>(rows.rows),
                       .test_chunk = false,
                       .prediction = plan_->prediction,
                       .file_name = plan_->files.of(split)};
  const auto given = selected(rows, plan_->given);
  const auto result = call(*plan_, given, info);
  Chunk out{wanted_, {}, result.rows, rows.from};
  for (const auto& field : wanted_->fields()) {
    if (const auto announced = plan_->result->find(field.name)) {
      if (result.columns.empty()) {
        out.columns.push_back(all_missing(field, 0));
        continue;
      }
      const auto found = result.schema->find(field.name);
      if (!found)
        throw UserCodeError("transformFunc: variable '" + field.name + "' is missing on " +
                            place(info) +
                            ", but was there on the test chunk; it must be in all chunks");
      out.columns.push_back(as_announced(result.columns[*found], (*plan_->result)[*announced], info,
                                         plan_->levels_grow));
      continue;
    }
    if (result.rows != rows.rows) {
      if (result.rows == 0) {
        out.columns.push_back(rows.column(field.name).slice(0, 0));
        continue;
      }
      throw UserCodeError("transformFunc returned " + std::to_string(result.rows) + " rows for " +
                          std::to_string(rows.rows) + " on " + place(info) + ", but variable '" +
                          field.name +
                          "' does not pass through it; name all variables in transformVars, or "
                          "keep the number of rows");
    }
    out.columns.push_back(rows.column(field.name));
  }
  return out;
}

std::optional<LocatedChunk> FunctionRows::next(std::size_t split) {
  std::vector<Piece> parts;
  while (split >= finished_) {
    while (!pieces_.empty() && pieces_.front().split < split) pieces_.pop_front();
    if (pieces_.empty()) {
      if (!process()) break;
      continue;
    }
    if (pieces_.front().split != split) break;
    parts.push_back(std::move(pieces_.front()));
    pieces_.pop_front();
    if (parts.back().ends_split) finished_ = split + 1;
    if (parts.back().ends_chunk || parts.back().ends_split) break;
  }
  if (parts.empty()) return std::nullopt;
  LocatedChunk located;
  located.first_row = parts[0].first_row;
  const bool some_removed =
      std::any_of(parts.begin(), parts.end(), [](const Piece& p) { return !p.offsets.empty(); }) ||
      plan_->remove_missings_on_read;
  std::vector<Chunk> chunks;
  for (auto& part : parts) {
    if (some_removed) {
      const auto shift = static_cast<std::uint32_t>(part.first_row - located.first_row);
      for (std::size_t i = 0; i < part.chunk.rows; ++i)
        located.offsets.push_back(
            shift + (part.offsets.empty() ? static_cast<std::uint32_t>(i) : part.offsets[i]));
    }
    chunks.push_back(std::move(part.chunk));
  }
  located.chunk = join_chunks(chunks);
  return located;
}

}  // namespace insitu
