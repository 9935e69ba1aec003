#include "contexts/spark_rows.hpp"

#include <deque>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/error.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
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
  Reader(const SparkRows& rows, Split split, std::optional<std::vector<std::string>> columns)
      : rows_(rows), split_(split), columns_(std::move(columns)) {
    schema_ = columns_ ? select_columns(*rows_.schema_, *columns_) : rows_.schema_;
  }

  std::optional<Chunk> next() override {
    if (!fetched_) fetch();
    if (chunks_.empty()) return std::nullopt;
    auto chunk = std::move(chunks_.front());
    chunks_.pop_front();
    return chunk;
  }

 private:
  void fetch() {
    fetched_ = true;
    const json task = {{"mode", "transform"},
                       {"protocol", kWorkerProtocol},
                       {"arithmetic", arithmetic()},
                       {"build", build_id()},
                       {"source", {{"name", "pushed"}, {"options", R"({"type": "pushed"})"}}},
                       {"columns", schema_->names()},
                       {"pushed",
                        {{"asked", false},
                         {"schema", json::parse(schema_to_json(*rows_.schema_))},
                         {"rows", -1},
                         {"splits", json::array({split_to_json(split_)})}}}};
    RunControl control;
    rows_.session_->call(
        "READ_ROWS",
        {{"task", task},
         {"handle", rows_.handle_},
         {"columns", schema_->names()},
         {"splits", json::array({json::array({split_.index, split_to_json(split_)})})}},
        {}, control, [&](Frame& frame) {
          if (frame.type != FrameType::kOut || frame.payload.empty()) return;
          const auto document = json::parse(frame.json);
          auto chunk = decode_block(std::move(frame.payload), schema_);
          chunk.from = {split_.index, document.value("chunk", std::uint64_t{0}),
                        document.value("firstRow", std::int64_t{-1}),
                        static_cast<std::int64_t>(chunk.rows)};
          chunks_.push_back(std::move(chunk));
        });
  }

  const SparkRows& rows_;
  Split split_;
  std::optional<std::vector<std::string>> columns_;
  SchemaPtr schema_;
  bool fetched_ = false;
  std::deque<Chunk> chunks_;
};

SparkRows::SparkRows(std::shared_ptr<SparkSession> session, const json& opened,
                     std::string description)
    : session_(std::move(session)), description_(std::move(description)) {
  try {
    handle_ = opened.at("handle").get<std::string>();
    schema_ = schema_from_json(opened.at("schema").dump());
    ordered_ = opened.value("ordered", false);
    for (const auto& one : opened.at("splits"))
      splits_.push_back({one.at(0).get<std::uint64_t>(), one.at(1).get<std::uint64_t>(),
                         one.at(2).get<std::uint64_t>(), one.at(3).get<std::int64_t>()});
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
  return std::make_unique<Reader>(*this, split, options.columns);
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
  std::vector<std::int64_t> rows;
  for (const auto& split : splits_) {
    if (split.rows < 0) return {};
    rows.push_back(split.rows);
  }
  return rows;
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
    if (written.splits.size() != before + 1)
      throw Unsupported("the rows of " + description_ +
                        " cannot be read in this way on Spark: a transformation asks for rows of "
                        "several row groups at once; write it as an expression in transforms");
    demand.splits.push_back(written.splits.back());
  }
  demand.columns = std::move(written.columns);
  return demand;
}

}  // namespace insitu
