#include "shaping/row_exchange.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "base/memory_limit.hpp"
#include "base/short_bytes.hpp"
#include "data/frame_source.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostFiles = 400;  // open at once
constexpr std::int64_t kRowsPerBlock = 65536;

bool holds_one(const GroupRange& range) { return range.end - range.begin == 1; }

SchemaPtr with_group_column(const Schema& schema) {
  auto fields = schema.fields();
  Field group;
  group.name = RowExchange::kGroup;
  group.type = Type::kInt32;
  fields.push_back(std::move(group));
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace

std::uint64_t row_bytes(const Schema& schema) {
  std::uint64_t bytes = sizeof(std::int32_t);
  for (const auto& field : schema.fields())
    bytes += field.type == Type::kString ? sizeof(std::int32_t)
                                         : static_cast<std::uint64_t>(type_width(field.type));
  return bytes;
}

std::vector<GroupRange> ranges_of(const GroupCounts& groups, std::int64_t most_rows) {
  std::vector<GroupRange> ranges;
  const auto& rows = groups.rows();
  for (std::uint32_t group = 0; group < rows.size(); ++group) {
    if (ranges.empty() || ranges.back().rows + rows[group] > most_rows)
      ranges.push_back({group, group, 0, ""});
    ranges.back().end = group + 1;
    ranges.back().rows += rows[group];
  }
  return ranges;
}

RowExchange::RowExchange(const GroupCounts& groups, SchemaPtr schema, std::vector<std::string> keys,
                         std::uint64_t memory, ExchangeFiles files)
    : groups_(groups),
      schema_(std::move(schema)),
      with_group_(with_group_column(*schema_)),
      keys_(std::move(keys)),
      files_(std::move(files)),
      memory_(memory),
      seen_(groups.keys().size(), 0),
      bytes_(groups.keys().size(), 0) {
  const auto most = std::max<std::uint64_t>(1, memory / row_bytes(*schema_));
  ranges_ = ranges_of(groups_, static_cast<std::int64_t>(std::min<std::uint64_t>(most, 1u << 31)));
  if (ranges_.size() > kMostFiles) {
    const auto all = std::accumulate(groups_.rows().begin(), groups_.rows().end(), std::int64_t{0});
    require_memory(2.0 * static_cast<double>(all) * static_cast<double>(row_bytes(*schema_)) /
                       static_cast<double>(kMostFiles),
                   "bringing the rows of the groups together", "keep fewer variables");
    const auto rows = 2 * all / static_cast<std::int64_t>(kMostFiles) + 1;
    ranges_ = ranges_of(groups_, rows);
    memory_ = std::max(memory_, static_cast<std::uint64_t>(rows) * row_bytes(*schema_));
  }
  range_of_.resize(groups_.keys().size());
  // How long texts are is only known when they come.
  in_memory_ = ranges_.size() == 1 && !holds_one(ranges_.front()) &&
               std::ranges::none_of(schema_->fields(),
                                    [](const Field& field) { return field.type == Type::kString; });
  if (in_memory_) return;
  // A block of each file is in memory while they are written.
  const auto block = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(memory / row_bytes(*schema_) / (2 * ranges_.size() + 1)), 1024,
      kRowsPerBlock);
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    auto& range = ranges_[i];
    std::fill(range_of_.begin() + range.begin, range_of_.begin() + range.end,
              static_cast<std::uint32_t>(i));
    range.path = files_.folder + "/" + std::to_string(i) + ".xdf";
    const SinkOptions options{.overwrite = true,  // of a run that was begun again
                              .rows_per_block = block,
                              .compression_level = 0,
                              .compute_low_high = false};
    // The rows of a group that has its file alone need no number.
    sinks_.push_back(files_.sink(range.path, holds_one(range) ? schema_ : with_group_, options));
  }
}

RowExchange::~RowExchange() = default;

void RowExchange::without_group(Chunk& chunk) const {
  chunk.columns.pop_back();
  chunk.schema = schema_;
}

void RowExchange::add(const Chunk& chunk) {
  if (chunk.rows == 0) return;
  const auto keys = KeyCodec(*chunk.schema, keys_).encode(chunk);
  std::vector<std::int32_t> group_of(chunk.rows);
  std::vector<std::vector<std::uint32_t>> rows_of(ranges_.size());
  for (std::size_t row = 0; row < chunk.rows; ++row) {
    const auto group = row > 0 && same_short_bytes(keys[row], keys[row - 1])
                           ? static_cast<std::uint32_t>(group_of[row - 1])
                           : groups_.find(keys[row]);
    group_of[row] = static_cast<std::int32_t>(group);
    ++seen_[group];
    if (!in_memory_) rows_of[range_of_[group]].push_back(static_cast<std::uint32_t>(row));
  }
  Chunk wide{with_group_, {}, chunk.rows, chunk.from};
  const auto fixed = row_bytes(*schema_);
  for (const auto group : group_of) bytes_[static_cast<std::uint32_t>(group)] += fixed;
  for (const auto& field : schema_->fields()) {
    const auto& column = chunk.column(field.name);
    if (column.type() == Type::kString)
      for (std::size_t row = 0; row < chunk.rows; ++row)
        bytes_[static_cast<std::uint32_t>(group_of[row])] += column.string_at(row).size();
    wide.columns.push_back(column);
  }
  wide.columns.push_back(Column::own(Type::kInt32, std::move(group_of)));
  if (in_memory_) {
    kept_.push_back(std::move(wide));
    return;
  }
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    if (rows_of[i].empty()) continue;
    auto part = rows_of[i].size() == chunk.rows ? wide : take(wide, rows_of[i]);
    if (holds_one(ranges_[i])) without_group(part);
    sinks_[i]->write(part);
  }
}

void RowExchange::finish() {
  if (seen_ != groups_.rows())
    throw DataError(
        "the rows have changed while they were read: groups have other numbers of rows "
        "than before");
  for (auto& sink : sinks_) sink->finish();
  sinks_.clear();
}

/// Neighbouring groups of one file that fit the memory together.
struct RowExchange::Part {
  std::uint32_t begin = 0, end = 0;
  std::vector<Chunk> rows = {};           ///< group after group
  std::vector<std::size_t> begins = {0};  ///< first row of each group, and the end
};

void RowExchange::for_each_group(const GroupRange& range, const CancelFlag& cancel,
                                 const OneGroup& one) const {
  if (holds_one(range)) return one(range.begin, files_.source(range.path));
  for_each_part(range, cancel, [&](const Part& part) {
    for (auto group = part.begin; group < part.end; ++group) {
      cancel.throw_if_raised();
      const auto begin = part.begins[group - part.begin];
      const auto rows = part.begins[group - part.begin + 1] - begin;
      one(group, std::make_shared<FrameSource>(
                     schema_,
                     part.end - part.begin == 1
                         ? part.rows
                         : std::vector<Chunk>{slice(part.rows.front(), begin, rows)},
                     "group " + std::to_string(group + 1)));
    }
  });
}

void RowExchange::sorted(const GroupRange& range, const CancelFlag& cancel,
                         const std::function<void(const Chunk&)>& consume) const {
  if (!holds_one(range))
    return for_each_part(range, cancel, [&](const Part& part) {
      for (const auto& chunk : part.rows) consume(chunk);
    });
  const auto source = files_.source(range.path);
  for (const auto& split : source->splits()) {
    const auto reader = source->open(split, {});
    while (const auto chunk = reader->next()) {
      cancel.throw_if_raised();
      consume(*chunk);
    }
  }
}

/// Texts may take more memory than the ranges were cut for: then the file is read several times.
void RowExchange::for_each_part(const GroupRange& range, const CancelFlag& cancel,
                                const std::function<void(const Part&)>& use) const {
  for (auto begin = range.begin; begin < range.end;) {
    auto bytes = bytes_[begin];
    Part part{begin, begin + 1};
    while (part.end < range.end && bytes + bytes_[part.end] <= memory_) bytes += bytes_[part.end++];
    part.rows = rows_of(range, part, cancel);
    sort(part);
    use(part);
    begin = part.end;
  }
}

/// The rows of a part, as they lie in the file of its range.
std::vector<Chunk> RowExchange::rows_of(const GroupRange& range, const Part& part,
                                        const CancelFlag& cancel) const {
  std::vector<Chunk> pieces;
  const auto choose = [&](const Chunk& chunk) {
    cancel.throw_if_raised();
    // All of them are wanted, and were kept as they came.
    if (in_memory_ && part.begin == range.begin && part.end == range.end) {
      pieces.push_back(chunk);
      return;
    }
    const auto group_of = chunk.columns.back().values<std::int32_t>();
    std::vector<std::uint32_t> rows;
    for (std::size_t row = 0; row < group_of.size(); ++row) {
      const auto group = static_cast<std::uint32_t>(group_of[row]);
      if (group < range.begin || group >= range.end)
        throw DataError("a file of the exchange of rows is damaged: " + range.path);
      if (group >= part.begin && group < part.end) rows.push_back(static_cast<std::uint32_t>(row));
    }
    if (!rows.empty()) pieces.push_back(rows.size() == chunk.rows ? chunk : take(chunk, rows));
  };
  if (in_memory_) {
    std::ranges::for_each(kept_, choose);
    return pieces;
  }
  const auto source = files_.source(range.path);
  for (const auto& split : source->splits()) {
    const auto reader = source->open(split, {});
    while (const auto chunk = reader->next()) choose(*chunk);
  }
  return pieces;
}

/// Puts the rows of the part's groups together.
void RowExchange::sort(Part& part) const {
  const auto groups = part.end - part.begin;
  if (groups == 1) {
    for (auto& piece : part.rows) {
      without_group(piece);
      part.begins[0] += piece.rows;
    }
    part.begins.insert(part.begins.begin(), 0);
    return;
  }
  const auto width = schema_->size();
  std::vector<Column> columns;
  for (std::size_t c = 0; c <= width; ++c) {
    std::vector<Column> pieces;
    for (auto& piece : part.rows) pieces.push_back(std::exchange(piece.columns[c], Column()));
    columns.push_back(concatenate(pieces));
  }
  // Counted, then each row put in its place.
  const auto group_of = columns.back().values<std::int32_t>();
  auto& begins = part.begins;
  begins.assign(groups + 1, 0);
  for (const auto group : group_of) ++begins[static_cast<std::uint32_t>(group) - part.begin + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  auto next = begins;
  std::vector<std::uint32_t> order(group_of.size());
  for (std::size_t row = 0; row < order.size(); ++row)
    order[next[static_cast<std::uint32_t>(group_of[row]) - part.begin]++] =
        static_cast<std::uint32_t>(row);
  Chunk all{schema_, {}, order.size(), {}};
  for (std::size_t c = 0; c < width; ++c) {
    const auto& levels = (*schema_)[c].levels;
    auto column = std::exchange(columns[c], Column()).take(order);
    all.columns.push_back(levels ? column.with_levels(levels) : std::move(column));
  }
  part.rows = {std::move(all)};
}

}  // namespace insitu
