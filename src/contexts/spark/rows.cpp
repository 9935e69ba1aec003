#include "contexts/spark/rows.hpp"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/gateway/job.hpp"
#include "contexts/split_json.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

namespace {

/// What a reading asks for, written down while nothing is read. A reader is opened on the thread
/// that asks, so a note per thread keeps demands of different calls apart.
struct Note {
  std::unordered_set<std::string> seen;
  std::vector<std::string> columns;
  std::vector<std::size_t> splits;
};
thread_local Note* note = nullptr;

}  // namespace

/// One split, fetched as a whole on first use: nothing happens when a reader is only opened.
class SparkRows::Reader final : public ChunkReader {
 public:
  Reader(const SparkRows& rows, std::size_t split,
         const std::optional<std::vector<std::string>>& columns)
      : rows_(rows),
        split_(split),
        schema_(columns ? select_columns(*rows.schema_, *columns) : rows.schema_) {}

  std::optional<Chunk> next() override {
    if (!std::exchange(fetched_, true)) chunks_ = rows_.chunks_of(split_, schema_);
    if (chunks_.empty()) return std::nullopt;
    auto chunk = std::move(chunks_.front());
    chunks_.pop_front();
    return chunk;
  }

 private:
  const SparkRows& rows_;
  std::size_t split_;
  SchemaPtr schema_;
  bool fetched_ = false;
  std::deque<Chunk> chunks_;
};

std::deque<Chunk> SparkRows::chunks_of(std::size_t split, const SchemaPtr& schema) const {
  // Each question starts a job, so neighbours are asked for in growing numbers, within these rows.
  constexpr std::size_t kMostSplits = 64;
  constexpr std::int64_t kMostRows = 500'000;
  const std::lock_guard lock(ahead_.mutex);
  if (ahead_.columns != schema->names()) {
    ahead_.splits.clear();
    ahead_.columns = schema->names();
    ahead_.next = UINT64_MAX;
  }
  if (const auto found = ahead_.splits.extract(split)) return std::move(found.mapped());
  const auto wanted = ahead_.next == split ? std::min(2 * ahead_.fetched, kMostSplits) : 1;
  auto end = split + 1;
  for (auto rows = splits_[split].rows; rows >= 0 && end < splits_.size() && end - split < wanted;
       ++end) {
    if (splits_[end].rows < 0 || (rows += splits_[end].rows) > kMostRows) break;
  }
  ahead_.splits = fetch(split, end, schema);
  ahead_.next = end;
  ahead_.fetched = end - split;
  auto chunks = std::move(ahead_.splits[split]);
  ahead_.splits.erase(split);
  return chunks;
}

std::map<std::uint64_t, std::deque<Chunk>> SparkRows::fetch(std::size_t first, std::size_t end,
                                                            const SchemaPtr& schema) const {
  auto asked = json::array(), wanted = json::array();
  for (auto i = first; i < end; ++i) {
    asked.push_back(split_to_json(splits_[i]));
    wanted.push_back({splits_[i].index, asked.back()});
  }
  auto task = gateway_task("transform", recipe());
  task["columns"] = schema->names();
  task["pushed"] = {{"asked", false},
                    {"schema", json::parse(schema_to_json(*schema_))},
                    {"rows", -1},
                    {"splits", std::move(asked)}};
  std::map<std::uint64_t, std::deque<Chunk>> chunks;
  RunControl control;
  session_->call("READ_ROWS",
                 {{"task", task},
                  {"handle", handle_},
                  {"columns", schema->names()},
                  {"splits", std::move(wanted)}},
                 {}, control, [&](Frame& frame) {
                   if (frame.type != FrameType::kOut || frame.payload.empty()) return;
                   const auto document = json::parse(frame.json);
                   const auto split = document.value("split", std::uint64_t{first});
                   auto chunk = decode_block(std::move(frame.payload), schema);
                   chunk.from = {split, document.value("chunk", std::uint64_t{0}),
                                 document.value("firstRow", std::int64_t{-1}),
                                 static_cast<std::int64_t>(chunk.rows)};
                   chunks[split].push_back(std::move(chunk));
                 });
  return chunks;
}

SparkRows::SparkRows(std::shared_ptr<SparkSession> session, const json& opened,
                     std::string description, const DataSource* kept)
    : session_(std::move(session)), description_(std::move(description)) {
  try {
    handle_ = opened.at("handle").get<std::string>();
    schema_ = schema_from_json(opened.at("schema").dump());
    ordered_ = opened.value("ordered", false);
    for (const auto& one : opened.at("splits"))
      splits_.push_back({one.at(0).get<std::uint64_t>(), one.at(1).get<std::uint64_t>(),
                         one.at(2).get<std::uint64_t>(), one.at(3).get<std::int64_t>()});
    for (const auto& one : opened.value("files", json::array()))
      files_.emplace(one.at(0).get<std::uint64_t>(), one.at(1).get<std::string>());
    for (const auto& one : opened.value("leftOut", json::array()))
      left_out_.push_back(one.at("name").get<std::string>() + " (" +
                          one.at("type").get<std::string>() + ")");
  } catch (const json::exception& failure) {
    throw WorkerError(std::string("the Spark gateway's description of ") + description_ +
                      " cannot be read: " + failure.what());
  }
  for (std::size_t i = 0; i < splits_.size(); ++i)
    if (splits_[i].index != i)
      throw WorkerError("the Spark gateway numbers the splits of " + description_ +
                        " out of order");
  if (!kept) return;
  read_chunks_ = kept->read_chunks();
  for (const auto& split : splits_)
    if (auto file = kept->file_of(split); files_.empty() || files_.rbegin()->second != file)
      files_.emplace(split.index, std::move(file));
}

SparkRows::~SparkRows() {
  try {
    RunControl control;
    session_->ask("CLOSE", {{"handle", handle_}}, control);
  } catch (...) {
    // The application has ended, and the handle with it.
  }
}

std::unique_ptr<ChunkReader> SparkRows::open(const Split& split, const ReadOptions& options) const {
  if (note) {
    for (const auto& name : options.columns ? *options.columns : schema_->names())
      if (note->seen.insert(name).second) note->columns.push_back(name);
    note->splits.push_back(split.index);
  }
  if (split.index >= splits_.size())
    throw InvalidArgument("there is no split number " + std::to_string(split.index) + " in " +
                          description_);
  return std::make_unique<Reader>(*this, split.index, options.columns);
}

Recipe SparkRows::recipe() const { return {"pushed", R"({"type": "pushed"})"}; }

std::optional<std::int64_t> SparkRows::row_count() const {
  std::int64_t rows = 0;
  for (const auto& split : splits_) {
    if (split.rows < 0) return std::nullopt;
    rows += split.rows;
  }
  return rows;
}

std::vector<std::int64_t> SparkRows::read_chunks() const {
  if (read_chunks_) return *read_chunks_;
  std::vector<std::int64_t> rows;
  for (const auto& split : splits_) {
    if (split.rows < 0) return {};
    rows.push_back(split.rows);
  }
  return rows;
}

std::string SparkRows::file_of(const Split& split) const {
  const auto after = files_.upper_bound(split.index);
  return after == files_.begin() ? description_ : std::prev(after)->second;
}

SparkRows::Demand SparkRows::demand_of(const DataSource& top, const ReadOptions& options) const {
  Demand demand;
  Note written;
  struct Writing {
    explicit Writing(Note& to) : before(note) { note = &to; }
    ~Writing() { note = before; }
    Note* before;
  } writing(written);
  for (const auto& split : top.splits()) {
    const auto before = written.splits.size();
    const auto reader = top.open(split, options);
    if (written.splits.size() == before)
      throw WorkerError("no rows of " + description_ + " are read for split " +
                        std::to_string(split.index));
    const auto [first, last] = std::minmax_element(
        written.splits.begin() + static_cast<std::ptrdiff_t>(before), written.splits.end());
    demand.splits.emplace_back(*first, *last);
  }
  demand.columns = std::move(written.columns);
  return demand;
}

}  // namespace insitu
