#include "sources/xdf/source.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "sources/xdf/block.hpp"
#include "sources/xdf/cache.hpp"

namespace insitu {

namespace {

constexpr std::uint64_t kRowsPerSplit = 2 * kRowsPerChunk;
/// Decoded columns kept for the next pass: enough for small files to be inflated once by an
/// iterative method, too little to show beside what a pass needs anyway.
constexpr std::size_t kCacheBytes = std::size_t{32} << 20;

using enum KeyKind;

/// Decoded columns of the file that was read last are kept for the next request, so that whoever
/// asks for a few rows at a time has a block decoded once. So many bytes at most.
constexpr std::size_t kBetweenRequests = std::size_t{64} << 20;

class LastFile {
 public:
  XdfCache::Columns columns_of(const FileIdentity& file) const {
    const std::lock_guard lock(mutex_);
    return file_ == file ? columns_ : XdfCache::Columns();
  }
  void keep(const FileIdentity& file, XdfCache::Columns columns) {
    const std::lock_guard lock(mutex_);
    file_ = file;
    columns_ = std::move(columns);
  }

 private:
  mutable ForkSafeMutex mutex_;
  std::optional<FileIdentity> file_;
  XdfCache::Columns columns_;
};

/// Made while the program is loaded, so that no copy of the process is made in the middle of it.
/// As long as the process.
LastFile& last_file = *new LastFile;

/// Whether the identity tells this content from any later one: clocks of file systems tick in
/// milliseconds, and what was written just now could be written again within the same tick.
bool is_settled(const FileIdentity& file) {
  using namespace std::chrono;
  const auto now = system_clock::now().time_since_epoch();
  return duration_cast<nanoseconds>(now).count() - file.modified > 2'000'000'000;
}

constexpr DescriptorKey kKeys[] = {
    {"file", kText},
    {"varsToKeep", kNames},
    {"varsToDrop", kNames},
    {"stringsAsFactors", kFlag},
    {"blocksPerRead", kCount, 1},
    {"createCompositeSet", kFlag},
    {"createPartitionSet", kFlag},
    {"blocksPerCompositeFile", kCount, 1},
    {"fileSystem"},
    {"cache", kFlag},
};

/// Positions in the file of the variables to show, in the order of the file.
std::vector<std::size_t> choose_columns(const XdfDescriptor& descriptor, const Schema& schema) {
  std::vector<bool> chosen(schema.size(), !descriptor.vars_to_keep);
  if (descriptor.vars_to_keep)
    for (const auto& name : *descriptor.vars_to_keep) chosen[schema.index(name)] = true;
  if (descriptor.vars_to_drop)
    for (const auto& name : *descriptor.vars_to_drop) chosen[schema.index(name)] = false;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) columns.push_back(i);
  return columns;
}

}  // namespace

const std::span<const DescriptorKey> kXdfKeys(kKeys);

XdfDescriptor parse_xdf_descriptor(const nlohmann::json& json) {
  check_descriptor("RxXdfData", kXdfKeys, json);
  const DescriptorValues values("RxXdfData");
  XdfDescriptor descriptor;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) continue;
    if (key == "file")
      descriptor.file = values.text(key, value);
    else if (key == "varsToKeep")
      descriptor.vars_to_keep = values.texts(key, value);
    else if (key == "varsToDrop")
      descriptor.vars_to_drop = values.texts(key, value);
    else if (key == "blocksPerRead")
      descriptor.blocks_per_read = values.count(key, value, 1);
    else if (key == "blocksPerCompositeFile")
      descriptor.blocks_per_composite_file = values.count(key, value, 1);
    else if (key == "createCompositeSet")
      descriptor.create_composite_set = values.flag(key, value);
  }
  if (descriptor.file.empty()) throw InvalidArgument("file is missing: name the .xdf file");
  while (descriptor.file.size() > 1 && descriptor.file.back() == '/') descriptor.file.pop_back();
  return descriptor;
}

struct XdfSource::State {
  std::string descriptor;
  std::int64_t blocks_per_read = 1;
  FileSystemPtr files;
  std::shared_ptr<RandomAccessFile> file;  // null for composite sets
  XdfMetadata metadata;
  std::vector<std::uint64_t> block_begin;  // first row of each block, and the number of rows
  mutable std::unique_ptr<XdfCache> cache;
  std::optional<FileIdentity> identity;  // of a file of this machine that is settled

  ~State() {
    try {
      if (!identity || file->identity() != identity) return;
      if (auto columns = cache->newest(kBetweenRequests); !columns.empty())
        last_file.keep(*identity, std::move(columns));
    } catch (...) {  // then they are decoded again
    }
  }

  /// The first rows of a column of a block; nothing where the whole block is to be read.
  std::optional<Column> load_begin(std::size_t block, std::size_t column, std::size_t rows) const {
    const auto& part = file ? metadata.path : metadata.part_files[metadata.part_of_block[block]];
    return read_xdf_block_begin(file ? *file : *files->open(part), metadata.extent(block, column),
                                metadata.block_rows[block], rows, metadata.columns[column]);
  }

  /// One column of one block, from the file that holds it. Names the place when it is damaged.
  Column load(std::size_t block, std::size_t column) const {
    poll_current_call();
    const auto& part = file ? metadata.path : metadata.part_files[metadata.part_of_block[block]];
    try {
      return read_xdf_block(file ? *file : *files->open(part), metadata.extent(block, column),
                            metadata.block_rows[block], metadata.columns[column]);
    } catch (const DataError& error) {
      throw DataError(std::string(error.what()) + ": variable " +
                      metadata.columns[column].field.name + ", block " + std::to_string(block + 1) +
                      " of " + part);
    }
  }
};

namespace {

/// Cuts a split into chunks. Holds the columns of one block at a time.
class XdfReader final : public ChunkReader {
 public:
  using LoadBegin =
      std::function<std::optional<Column>(std::size_t block, std::size_t column, std::size_t rows)>;

  XdfReader(std::shared_ptr<const void> owner, const XdfMetadata& metadata,
            std::span<const std::uint64_t> block_begin, XdfCache& cache, const Split& split,
            SchemaPtr schema, std::vector<std::size_t> columns, LoadBegin load_begin)
      : load_begin_(std::move(load_begin)),
        owner_(std::move(owner)),
        metadata_(metadata),
        block_begin_(block_begin),
        cache_(cache),
        schema_(std::move(schema)),
        columns_(std::move(columns)),
        split_(split.index),
        row_(split.begin),
        end_(split.end) {}

  std::optional<Chunk> next() override {
    if (row_ >= end_) return std::nullopt;
    const auto rows = std::min<std::uint64_t>(kRowsPerChunk, end_ - row_);
    Chunk chunk;
    chunk.schema = schema_;
    chunk.rows = rows;
    chunk.from = {.split = split_,
                  .chunk_in_split = chunk_++,
                  .first_row = static_cast<std::int64_t>(row_),
                  .source_rows = static_cast<std::int64_t>(rows)};
    std::vector<std::vector<Column>> parts(columns_.size());
    for (const auto end = row_ + rows; row_ < end;) {
      hold_block_of(row_);
      const auto take = std::min(end, block_begin_[block_ + 1]) - row_;
      for (std::size_t i = 0; i < columns_.size(); ++i)
        parts[i].push_back(held_[i]->slice(row_ - block_begin_[block_], take));
      row_ += take;
      cache_.used(block_, columns_, take);
    }
    for (auto& part : parts) chunk.columns.push_back(concatenate(part));
    return chunk;
  }

 private:
  void hold_block_of(std::uint64_t row) {
    const auto after = std::upper_bound(block_begin_.begin(), block_begin_.end(), row);
    const auto block = static_cast<std::size_t>(after - block_begin_.begin()) - 1;
    if (block == block_) return;
    held_.clear();
    block_ = block;
    if (hold_begin_of(block)) return;
    check_memory(block);
    auto by_cost = columns_;
    std::stable_sort(by_cost.begin(), by_cost.end(), [&](auto a, auto b) {
      return metadata_.extent(block, a).length > metadata_.extent(block, b).length;
    });
    held_ = cache_.get(block, columns_, by_cost);
  }

  /// Whoever looks at the first rows of a very large block need not have all of it in memory.
  bool hold_begin_of(std::size_t block) {
    const auto rows = metadata_.block_rows[block];
    const auto wanted = std::min(end_ - block_begin_[block], rows);
    if (rows <= kLargeBlock || wanted > kRowsOfBegin) return false;
    for (const auto column : columns_) {
      auto begin = load_begin_(block, column, wanted);
      if (!begin) {
        held_.clear();
        return false;
      }
      held_.push_back(std::make_shared<const Column>(std::move(*begin)));
    }
    return true;
  }

  void check_memory(std::size_t block) const {
    const auto rows = metadata_.block_rows[block];
    if (rows <= kLargeBlock) return;
    double bytes = 0;
    for (const auto column : columns_) {
      const auto type = metadata_.columns[column].field.type;
      bytes += static_cast<double>(metadata_.extent(block, column).length);
      if (type != Type::kString)
        bytes += static_cast<double>(rows) * static_cast<double>(type_width(type));
    }
    require_memory(bytes,
                   "block " + std::to_string(block + 1) + " of " + metadata_.path + " (" +
                       std::to_string(rows) + " rows of " + std::to_string(columns_.size()) +
                       (columns_.size() == 1 ? " variable)" : " variables)"),
                   "use fewer variables, write the file with smaller blocks (`rowsPerRead`)"_named);
  }

  static constexpr std::uint64_t kLargeBlock = std::uint64_t{4} << 20;  // rows
  static constexpr std::uint64_t kRowsOfBegin = 4 * kRowsPerSplit;

  LoadBegin load_begin_;
  std::shared_ptr<const void> owner_;
  const XdfMetadata& metadata_;
  std::span<const std::uint64_t> block_begin_;
  XdfCache& cache_;
  SchemaPtr schema_;
  std::vector<std::size_t> columns_;  // positions in the file
  std::vector<XdfCache::ColumnPtr> held_;
  std::size_t block_ = static_cast<std::size_t>(-1);
  std::uint64_t split_, row_, end_, chunk_ = 0;
};

}  // namespace

XdfSource::XdfSource(const nlohmann::json& json, const FileSystemPtr& files) {
  const auto descriptor = parse_xdf_descriptor(json);
  auto state = std::make_shared<State>();
  state->descriptor = json.dump();
  state->blocks_per_read = descriptor.blocks_per_read;
  state->files = files;
  if (!files->is_directory(descriptor.file)) {
    state->file = files->open(descriptor.file);
    state->metadata = read_xdf_metadata(*state->file, descriptor.file);
  } else {
    state->metadata = read_xdf_metadata(*files, descriptor.file);
  }
  state->block_begin.push_back(0);
  for (const auto rows : state->metadata.block_rows)
    state->block_begin.push_back(state->block_begin.back() + rows);
  const auto* raw = state.get();
  state->cache = std::make_unique<XdfCache>(
      [raw](std::size_t block, std::size_t column) { return raw->load(block, column); },
      kCacheBytes);
  if (state->file) state->identity = state->file->identity();
  // Device 0: of a host, whose clock is not this one.
  if (state->identity && (state->identity->device == 0 || !is_settled(*state->identity)))
    state->identity.reset();
  if (state->identity) state->cache->adopt(last_file.columns_of(*state->identity));
  const auto all = state->metadata.schema();
  std::vector<Field> fields;
  for (const auto column : choose_columns(descriptor, all)) fields.push_back(all[column]);
  schema_ = std::make_shared<const Schema>(std::move(fields));
  state_ = std::move(state);
}

XdfSource::~XdfSource() = default;

std::vector<Split> XdfSource::splits() const {
  std::vector<Split> splits;
  const auto rows = state_->metadata.rows;
  splits.reserve(rows / kRowsPerSplit + 1);
  for (std::uint64_t begin = 0; begin < rows; begin += kRowsPerSplit) {
    const auto end = std::min(rows, begin + kRowsPerSplit);
    splits.push_back({splits.size(), begin, end, static_cast<std::int64_t>(end - begin)});
  }
  return splits;
}

std::vector<std::size_t> XdfSource::positions_of(const Schema& schema) const {
  std::vector<std::size_t> columns;
  const auto& stored = state_->metadata.columns;
  std::unordered_map<std::string_view, std::size_t> positions;
  for (std::size_t i = 0; i < stored.size(); ++i) positions.emplace(stored[i].field.name, i);
  for (const auto& field : schema.fields()) columns.push_back(positions.at(field.name));
  return columns;
}

ReadCost XdfSource::read_cost(const Split& split, const ReadOptions& options) const {
  const auto schema = options.columns ? select_columns(*schema_, *options.columns) : schema_;
  const auto columns = positions_of(*schema);
  const auto& begins = state_->block_begin;
  ReadCost cost{.bytes = 0};
  auto block =
      static_cast<std::size_t>(std::ranges::lower_bound(begins, split.begin) - begins.begin());
  for (; block + 1 < begins.size() && begins[block] < split.end; ++block)
    for (const auto column : columns)
      cost.bytes += static_cast<std::int64_t>(state_->metadata.extent(block, column).length);
  return cost;
}

std::unique_ptr<ChunkReader> XdfSource::open(const Split& split, const ReadOptions& options) const {
  if (split.begin > split.end || split.end > state_->metadata.rows)
    throw InvalidArgument("the split does not lie in " + description());
  const auto schema = options.columns ? select_columns(*schema_, *options.columns) : schema_;
  auto columns = positions_of(*schema);
  return std::make_unique<XdfReader>(state_, state_->metadata, state_->block_begin, *state_->cache,
                                     split, schema, std::move(columns),
                                     [state = state_](auto block, auto column, auto rows) {
                                       return state->load_begin(block, column, rows);
                                     });
}

Recipe XdfSource::recipe() const { return {"RxXdfData", state_->descriptor}; }

std::optional<std::int64_t> XdfSource::row_count() const {
  return static_cast<std::int64_t>(state_->metadata.rows);
}

std::vector<std::int64_t> XdfSource::read_chunks() const {
  std::vector<std::int64_t> chunks;
  std::int64_t blocks = 0;
  for (const auto rows : state_->metadata.block_rows) {
    if (blocks++ % state_->blocks_per_read == 0) chunks.push_back(0);
    chunks.back() += static_cast<std::int64_t>(rows);
  }
  return chunks;
}

std::string XdfSource::description() const { return state_->metadata.path; }

const XdfMetadata& XdfSource::metadata() const { return state_->metadata; }

const XdfCache& XdfSource::cache() const { return *state_->cache; }

std::shared_ptr<const DataSource> make_xdf_source(const nlohmann::json& descriptor,
                                                  const FileSystemPtr& files) {
  return std::make_shared<const XdfSource>(descriptor, files);
}

}  // namespace insitu
