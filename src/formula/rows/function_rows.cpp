#include "formula/rows/function_rows.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/rows/new_level.hpp"
#include "formula/rows/row_selection.hpp"

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
Chunk returned_by(const FunctionPlan& plan, const Chunk& given, const ChunkInfo& info) {
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
    throw UserCodeError(named(plan.name) + " failed on " + place(info) + ": " + error.what());
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
                         const FunctionPlan& plan) {
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
    } else if (plan.levels_grow) {
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
      throw NewLevel(named(plan.name) + ": factor '" + field.name + "' has on " + place(info) +
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

/// Types that numbers may be given in where those behind them are announced.
int width_of(Type type) {
  switch (type) {
    case Type::kLogical:
      return 1;
    case Type::kInt16:
    case Type::kUInt16:
      return 2;
    case Type::kInt32:
      return 3;
    case Type::kInt64:
      return 4;
    case Type::kFloat32:
      return 5;
    case Type::kFloat64:
      return 6;
    default:
      return 0;
  }
}

bool widens(Type from, Type to) {
  return width_of(from) > 0 && width_of(from) < width_of(to) && to != Type::kFloat32 &&
         to != Type::kInt16 && to != Type::kUInt16;
}

Column widened(const Column& column, Type type) {
  if (type == Type::kFloat64) {
    std::vector<double> numbers(column.size());
    column.numbers(numbers.data());
    return Column::own(type, std::move(numbers));
  }
  return dispatch(type, [&]<class T>(T*) {
    std::vector<T> values(column.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = column.is_missing(i) ? missing_value<T>() : static_cast<T>(column.number_at(i));
    return Column::own(type, std::move(values));
  });
}

bool all_are_missing(const Column& column) {
  for (std::size_t i = 0; i < column.size(); ++i)
    if (!column.is_missing(i)) return false;
  return true;
}

/// A column as the first calls announced it.
Column as_announced(const Column& column, const Field& field, const ChunkInfo& info,
                    const FunctionPlan& plan) {
  const auto type = column.type();
  if (type == field.type)
    return is_factor(type) ? with_known_levels(column, field, info, plan) : column;
  if (all_are_missing(column)) return all_missing(field, column.size());
  if (widens(type, field.type)) return widened(column, field.type);
  throw UserCodeError(named(plan.name) + ": variable '" + field.name + "' is " +
                      std::string(type_name(type)) + " on " + place(info) + ", but was " +
                      std::string(type_name(field.type)) +
                      " before; it must have one type in all chunks, as as.numeric(), "
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

/// A variable that came back from the test chunk and from the first rows in earnest.
Field joined_field(Field field, const Column& column, const Field& tested, const Column& test) {
  if (is_factor(field.type)) {
    if (!is_factor(tested.type) || !test.levels()) return field;
    auto levels = field.levels ? *field.levels : std::vector<std::string>();
    for (const auto& level : *test.levels())
      if (std::find(levels.begin(), levels.end(), level) == levels.end()) levels.push_back(level);
    if (!field.levels || levels.size() != field.levels->size())
      field.levels = make_levels(std::move(levels));
    return field;
  }
  if (field.type == tested.type) return field;
  const bool says_nothing = all_are_missing(column);
  if ((says_nothing && !all_are_missing(test)) || widens(field.type, tested.type)) {
    field.type = tested.type;
    if (is_factor(tested.type)) field.levels = test.levels();
  }
  return field;
}

/// The variables of a result; factors have the levels of its column.
std::vector<Field> fields_of(const Chunk& result) {
  auto fields = result.schema->fields();
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (is_factor(fields[i].type)) fields[i].levels = result.columns[i].levels();
  return fields;
}

}  // namespace

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

std::optional<FunctionRows::Read> FunctionRows::read() {
  const auto& grid = plan_->grid;
  Read read;
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
    read.pieces.push_back(std::move(piece));
  }
  if (read.pieces.empty()) return std::nullopt;
  std::vector<Chunk> parts;
  for (auto& piece : read.pieces) parts.push_back(piece.chunk);
  read.rows = join_chunks(parts);
  if (plan_->remove_missings_on_read) remove_incomplete(read.rows, read.offsets);
  read.first_row = first;
  read.info = {.start_row = first + 1,
               .chunk_number = static_cast<std::int64_t>(number) + 1,
               .rows = static_cast<std::int64_t>(read.rows.rows),
               .test_chunk = false,
               .prediction = plan_->prediction,
               .file_name = plan_->files.of(read.pieces[0].split)};
  return read;
}

void FunctionRows::call(Read& read) {
  if (read.result) return;
  if (returned_ && returned_->first_row == read.first_row)
    read.result = std::move(returned_->rows);
  else
    read.result = returned_by(*plan_, selected(read.rows, plan_->given), read.info);
  returned_.reset();
}

SchemaPtr FunctionRows::result_of_first_calls() {
  first_ = read();
  Chunk test{select_columns(*plan_->source->schema(), plan_->given), {}, 0, {}};
  if (first_) {
    auto rows = first_->pieces[0].chunk;
    rows = selected(slice(rows, 0, std::min(kTestRows, rows.rows)), plan_->given);
    std::vector<std::uint32_t> offsets;
    if (plan_->remove_missings_on_read) remove_incomplete(rows, offsets);
    test.columns = std::move(rows.columns);
    test.rows = rows.rows;
  } else {
    for (const auto& field : test.schema->fields()) test.columns.push_back(all_missing(field, 0));
  }
  const auto tested = returned_by(
      *plan_, test,
      {.start_row = plan_->begin + 1,
       .chunk_number = 0,
       .rows = static_cast<std::int64_t>(test.rows),
       .test_chunk = true,
       .prediction = plan_->prediction,
       .file_name = plan_->files.of(first_ ? first_->pieces[0].split : std::size_t{0})});
  auto fields = fields_of(tested);
  if (first_) {
    call(*first_);
    const auto& result = *first_->result;
    if (!result.columns.empty()) {  // else it kept no rows of them, and says nothing
      fields = fields_of(result);
      for (std::size_t i = 0; i < fields.size(); ++i)
        if (const auto at = tested.schema->find(fields[i].name))
          fields[i] = joined_field(fields[i], result.columns[i], (*tested.schema)[*at],
                                   tested.columns[*at]);
    }
  }
  for (auto& field : fields) {
    if (!is_factor(field.type)) continue;
    // A factor that passes through without declared levels keeps chunk-local ones.
    const auto before = test.schema->find(field.name);
    if (before && is_factor((*test.schema)[*before].type) && !(*test.schema)[*before].levels)
      field.levels = nullptr;
  }
  return std::make_shared<const Schema>(std::move(fields));
}

std::optional<FunctionRows::Returned> FunctionRows::take_returned() {
  if (returned_) return std::exchange(returned_, std::nullopt);
  if (!first_ || !first_->result) return std::nullopt;
  Returned returned{first_->first_row, std::move(*first_->result)};
  first_.reset();
  return returned;
}

bool FunctionRows::process() {
  auto now = first_ ? std::exchange(first_, std::nullopt) : read();
  if (!now) return false;
  call(*now);
  const auto result = shaped(*now);
  const auto& offsets = now->offsets;
  const bool same_rows = result.rows == now->rows.rows;

  // Cut the result where the source's chunks end.
  std::size_t at = 0;
  for (std::size_t i = 0; i < now->pieces.size(); ++i) {
    auto& piece = now->pieces[i];
    const auto begin_offset = static_cast<std::uint32_t>(piece.first_row - now->first_row);
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

Chunk FunctionRows::shaped(const Read& read) const {
  const auto& rows = read.rows;
  const auto& result = *read.result;
  const auto& info = read.info;
  for (const auto& field : result.schema->fields())
    if (!plan_->result->find(field.name))
      throw UserCodeError(named(plan_->name) + ": variable '" + field.name + "' is new on " +
                          place(info) +
                          "; every chunk must return the same variables, with missing values where "
                          "there are none");
  Chunk out{wanted_, {}, result.rows, rows.from};
  for (const auto& field : wanted_->fields()) {
    if (const auto announced = plan_->result->find(field.name)) {
      if (result.columns.empty()) {
        out.columns.push_back(all_missing(field, 0));
        continue;
      }
      const auto found = result.schema->find(field.name);
      if (!found)
        throw UserCodeError(named(plan_->name) + ": variable '" + field.name + "' is missing on " +
                            place(info) +
                            ", but was there before; every chunk must return the same variables, "
                            "with missing values where there are none");
      out.columns.push_back(
          as_announced(result.columns[*found], (*plan_->result)[*announced], info, *plan_));
      continue;
    }
    if (result.rows != rows.rows) {
      if (result.rows == 0) {
        out.columns.push_back(rows.column(field.name).slice(0, 0));
        continue;
      }
      throw UserCodeError(
          named(plan_->name) + " returned " + std::to_string(result.rows) + " rows for " +
          std::to_string(rows.rows) + " on " + place(info) + ", but variable '" + field.name +
          "' does not pass through it; name all variables in `transformVars`, or "_named
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
