#include "contexts/worker_write.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "contexts/split_json.hpp"
#include "data/schema_json.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::size_t kLeastSent = std::size_t{1} << 20;
constexpr std::size_t kMostSent = std::size_t{4} << 20;

std::string dumped(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The bytes of a file on their way to the host.
class SentFile {
 public:
  SentFile(TaskSession& session, std::string name) : session_(session), name_(std::move(name)) {}

  void put(std::string_view bytes) {
    size_ += bytes.size();
    if (waiting_.size() + bytes.size() < kLeastSent) {
      waiting_ += bytes;
      return;
    }
    send(waiting_);
    waiting_.clear();
    for (; bytes.size() >= kLeastSent; bytes.remove_prefix(std::min(bytes.size(), kMostSent)))
      send(bytes.substr(0, kMostSent));
    waiting_ = bytes;
  }
  void finish(const Bytes& report) {
    send(waiting_);
    session_.send(FrameType::kOut, dumped({{"part", name_}, {"last", true}, {"bytes", size_}}),
                  report);
  }

 private:
  void send(std::string_view bytes) {
    session_.check();
    if (!bytes.empty()) session_.send(FrameType::kOut, dumped({{"part", name_}}), bytes);
  }

  TaskSession& session_;
  std::string name_;
  std::string waiting_;
  std::uint64_t size_ = 0;
};

/// Cuts rows that come in order into the parts of a task.
class Parts {
 public:
  Parts(TaskSession& session, const PartSet& set, SchemaPtr schema, const json& write)
      : session_(session), set_(set), schema_(std::move(schema)) {
    skip_ = write.value("skip", std::int64_t{0});
    for (const auto& part : write.at("parts")) waiting_.push_back(part_from_json(part));
    if (skip_ < 0) throw DataError("a task to write skips less than no row");
    begin_next();
  }

  bool complete() const { return !file_; }

  void take(const Chunk& chunk) {
    const auto rows = static_cast<std::int64_t>(chunk.rows);
    auto at = std::min(rows, skip_);
    skip_ -= at;
    while (at < rows && file_) {
      const auto here = std::min(rows - at, left_);
      auto piece = here == rows
                       ? chunk
                       : slice(chunk, static_cast<std::size_t>(at), static_cast<std::size_t>(here));
      piece.schema = schema_;
      writer_->write(piece);
      at += here;
      left_ -= here;
      if (left_ == 0) end_part();
    }
  }

  void finish() const {
    if (file_)
      throw DataError(
          "the source gave fewer rows when they were written than when they were counted");
  }

 private:
  void begin_next() {
    while (!file_ && !waiting_.empty()) {
      const auto part = std::move(waiting_.front());
      waiting_.pop_front();
      file_ = std::make_unique<SentFile>(session_, part.name);
      writer_ = set_.open(part, [file = file_.get()](std::string_view bytes) { file->put(bytes); });
      left_ = part.rows();
      if (left_ == 0) end_part();
    }
  }
  void end_part() {
    const auto report = writer_->finish();
    writer_.reset();
    file_->finish(report);
    file_.reset();
    begin_next();
  }

  TaskSession& session_;
  const PartSet& set_;
  SchemaPtr schema_;
  std::int64_t skip_ = 0, left_ = 0;
  std::deque<PartPlan> waiting_;
  std::unique_ptr<SentFile> file_;
  std::unique_ptr<PartWriter> writer_;  // goes before its file
};

}  // namespace

json part_to_json(const PartPlan& part) { return {part.name, part.first_row, part.blocks}; }

PartPlan part_from_json(const json& document) {
  if (!document.is_array() || document.size() != 3)
    throw DataError("a part must be [name, first row, [rows, ...]]");
  PartPlan part{document[0].get<std::string>(), document[1].get<std::int64_t>(),
                document[2].get<std::vector<std::int64_t>>()};
  bool fits = part.first_row >= 0;
  std::int64_t rows = 0;
  for (const auto block : part.blocks)
    fits &= block >= 0 && !__builtin_add_overflow(rows, block, &rows);
  if (!fits) throw DataError("a part has a number of rows that is none");
  return part;
}

void write_parts(TaskSession& session, const json& task, const DataSource& source,
                 const WorkerParts& made_of, const std::function<void(const Split&)>& begins,
                 const std::function<void(std::int64_t rows)>& done) {
  if (!made_of.make_part_set) throw Unsupported("this worker writes no files");
  const auto& write = task.at("write");
  const auto& about = write.at("sink");
  SinkOptions sink;
  sink.rows_per_block = about.at("rowsPerBlock").get<std::int64_t>();
  sink.compression_level = about.at("compressionLevel").get<int>();
  sink.compute_low_high = about.at("computeLowHigh").get<bool>();
  const auto schema = schema_from_json(write.at("schema").dump());
  const auto set = made_of.make_part_set(
      {write.at("type").get<std::string>(), write.at("options").get<std::string>()}, schema, sink,
      write.value("folder", false));
  const ReadOptions options{.columns = task.at("columns").get<std::vector<std::string>>()};
  if (options.columns->size() != schema->size())
    throw DataError("a task to write has other columns than its target");
  Parts parts(session, *set, schema, write);
  const auto splits = splits_from_json(task.at("splits"));
  for (const auto& split : splits) {
    if (parts.complete()) break;
    begins(split);
    const auto reader = source.open(split, options);
    session.check();
    while (const auto chunk = reader->next()) {
      parts.take(*chunk);
      session.check();
      done(chunk->from.source_rows);
      if (parts.complete()) break;
    }
  }
  parts.finish();
}

}  // namespace insitu
