#pragma once
// Sources for tests of contexts: numbers made on the way, numbers in a file, and a decorator; with
// faults on demand.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "contexts/worker.hpp"
#include "data/file_system.hpp"
#include "data/source.hpp"
#include "moments.hpp"

namespace insitu::testing {

using nlohmann::json;

inline double number(std::uint64_t row) {
  return std::sin(static_cast<double>(row)) * std::ldexp(1.0, static_cast<int>(row % 40) - 20);
}

/// What goes wrong when split `fault.split` is read: "throw", "kill", "exit" (after some words on
/// stderr), "hang", "bug" (an exception that is no Error). With "once": only while that file does
/// not exist, which is then made.
inline void commit_fault(const json& fault, std::uint64_t split) {
  if (fault.is_null() || fault.at("split").get<std::uint64_t>() != split) return;
  if (fault.contains("once")) {
    const auto path = fault["once"].get<std::string>();
    struct stat ignored {};
    if (::stat(path.c_str(), &ignored) == 0) return;
    std::ofstream(path) << "done";
  }
  const auto what = fault.at("what").get<std::string>();
  if (what == "kill") ::raise(SIGKILL);
  if (what == "exit") {
    std::fputs("the disk of this worker is on fire\n", stderr);
    std::fflush(stderr);
    ::_exit(3);
  }
  if (what == "throw") throw DataError("split " + std::to_string(split) + " is unreadable");
  if (what == "bug") throw std::runtime_error("index out of bounds");
  if (what == "hang") std::this_thread::sleep_for(std::chrono::seconds(20));
  if (what == "print") std::puts("text that must not break the protocol"), std::fflush(stdout);
}

/// {"type": "generated", "rows": n, "splitRows": m, "fault": {...}, "microseconds": pause per
/// chunk}
class GeneratedSource final : public DataSource {
 public:
  explicit GeneratedSource(json options)
      : options_(std::move(options)),
        rows_(options_.at("rows")),
        split_rows_(options_.at("splitRows")) {}

  SchemaPtr schema() const override {
    return std::make_shared<const Schema>(
        std::vector<Field>{{.name = "x"}, {.name = "row", .type = Type::kInt64}});
  }
  std::vector<Split> splits() const override {
    std::vector<Split> splits;
    for (std::uint64_t begin = 0; begin < rows_; begin += split_rows_)
      splits.push_back({splits.size(), begin, std::min(rows_, begin + split_rows_), -1});
    return splits;
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    struct Reader final : ChunkReader {
      const GeneratedSource& source;
      Split split;
      ReadOptions options;
      std::uint64_t next_row, number_ = 0;
      Reader(const GeneratedSource& s, const Split& p, ReadOptions o)
          : source(s), split(p), options(std::move(o)), next_row(p.begin) {}
      std::optional<Chunk> next() override {
        if (next_row >= split.end) return std::nullopt;
        const auto count = std::min<std::uint64_t>(kRowsPerChunk, split.end - next_row);
        // In the middle of the split where it has more than one chunk.
        if (number_ == 1 || split.end - split.begin <= kRowsPerChunk)
          commit_fault(source.options_.value("fault", json()), split.index);
        std::this_thread::sleep_for(
            std::chrono::microseconds(source.options_.value("microseconds", 0)));
        std::vector<double> x(count);
        std::vector<std::int64_t> row(count);
        for (std::uint64_t i = 0; i < count; ++i) {
          x[i] = number(next_row + i);
          row[i] = static_cast<std::int64_t>(next_row + i);
        }
        Chunk all{
            source.schema(),
            {Column::own(Type::kFloat64, std::move(x)), Column::own(Type::kInt64, std::move(row))},
            count,
            {split.index, number_++, static_cast<std::int64_t>(next_row),
             static_cast<std::int64_t>(count)}};
        next_row += count;
        if (!options.columns) return all;
        Chunk chunk{select_columns(*all.schema, *options.columns), {}, count, all.from};
        for (const auto& name : *options.columns) chunk.columns.push_back(all.column(name));
        return chunk;
      }
    };
    return std::make_unique<Reader>(*this, split, options);
  }
  Recipe recipe() const override { return {"generated", options_.dump()}; }
  std::optional<std::int64_t> row_count() const override {
    return static_cast<std::int64_t>(rows_);
  }
  std::string description() const override { return "generated"; }

 private:
  json options_;
  std::uint64_t rows_, split_rows_;
};

/// {"type": "numbers", "file": path}: doubles as they lie in a file, 10,000 to a split.
class NumbersSource final : public DataSource {
 public:
  NumbersSource(json options, std::shared_ptr<const FileSystem> files)
      : options_(std::move(options)), file_(files->open(options_.at("file"))) {}

  SchemaPtr schema() const override {
    return std::make_shared<const Schema>(std::vector<Field>{{.name = "x"}});
  }
  std::vector<Split> splits() const override {
    std::vector<Split> splits;
    const auto rows = file_->size() / 8;
    for (std::uint64_t begin = 0; begin < rows; begin += 10000)
      splits.push_back({splits.size(), begin, std::min<std::uint64_t>(rows, begin + 10000), -1});
    return splits;
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions&) const override {
    struct Reader final : ChunkReader {
      const NumbersSource& source;
      Split split;
      bool given = false;
      Reader(const NumbersSource& s, const Split& p) : source(s), split(p) {}
      std::optional<Chunk> next() override {
        if (std::exchange(given, true)) return std::nullopt;
        std::vector<double> x(split.end - split.begin);
        const std::span<char> bytes(reinterpret_cast<char*>(x.data()), x.size() * 8);
        if (source.file_->read_at(split.begin * 8, bytes) != bytes.size())
          throw DataError("the file is too short");
        const auto rows = x.size();
        return Chunk{source.schema(),
                     {Column::own(Type::kFloat64, std::move(x))},
                     rows,
                     {split.index, 0, static_cast<std::int64_t>(split.begin),
                      static_cast<std::int64_t>(rows)}};
      }
    };
    return std::make_unique<Reader>(*this, split);
  }
  Recipe recipe() const override { return {"numbers", options_.dump()}; }
  std::string description() const override { return "numbers"; }

 private:
  json options_;
  std::shared_ptr<RandomAccessFile> file_;
};

/// {"type": "doubled", "source": {...}}: x doubled, rows below 100 left out; stands for every
/// decorator.
class DoubledSource final : public DataSource {
 public:
  explicit DoubledSource(std::shared_ptr<const DataSource> inner) : inner_(std::move(inner)) {}

  SchemaPtr schema() const override { return inner_->schema(); }
  std::vector<Split> splits() const override { return inner_->splits(); }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    struct Reader final : ChunkReader {
      std::unique_ptr<ChunkReader> inner;
      std::optional<Chunk> next() override {
        auto chunk = inner->next();
        if (!chunk) return chunk;
        const auto place = chunk->schema->index("x");
        std::vector<double> x(chunk->rows);
        chunk->columns[place].numbers(x.data());
        for (auto& each : x) each *= 2;
        chunk->columns[place] = Column::own(Type::kFloat64, std::move(x));
        std::vector<std::uint32_t> rows;
        for (std::uint32_t i = 0; i < chunk->rows; ++i)
          if (chunk->from.first_row + i >= 100) rows.push_back(i);
        return take(*chunk, rows);
      }
    };
    auto reader = std::make_unique<Reader>();
    reader->inner = inner_->open(split, options);
    return reader;
  }
  Recipe recipe() const override {
    return {"doubled",
            json{{"type", "doubled"}, {"source", json::parse(inner_->recipe().options)}}.dump()};
  }
  const DataSource* row_holder() const override { return inner_->row_holder(); }
  std::string description() const override { return "doubled " + inner_->description(); }

 private:
  std::shared_ptr<const DataSource> inner_;
};

inline std::shared_ptr<const DataSource> make_test_source(const json& document,
                                                          const WorkerInputs& inputs) {
  const auto type = document.at("type").get<std::string>();
  if (type == "generated") return std::make_shared<GeneratedSource>(document);
  if (type == "numbers") return std::make_shared<NumbersSource>(document, inputs.files);
  if (type == "doubled")
    return std::make_shared<DoubledSource>(make_test_source(document.at("source"), inputs));
  if (type == "pushed" && inputs.pushed) return inputs.pushed;
  throw InvalidArgument("unknown source: " + type);
}

/// Files of this machine, plainly.
class PlainFiles final : public FileSystem {
 public:
  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    struct File final : RandomAccessFile {
      std::string bytes;
      std::uint64_t size() const override { return bytes.size(); }
      std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
        if (offset >= bytes.size()) return 0;
        const auto count = std::min<std::size_t>(out.size(), bytes.size() - offset);
        std::memcpy(out.data(), bytes.data() + offset, count);
        return count;
      }
    };
    std::ifstream in(path, std::ios::binary);
    if (!in) throw DataError("file not found: " + path);
    auto file = std::make_shared<File>();
    file->bytes.assign(std::istreambuf_iterator<char>(in), {});
    return file;
  }
  bool exists(const std::string& path) const override { return ::access(path.c_str(), F_OK) == 0; }
  bool is_directory(const std::string&) const override { return false; }
  std::vector<std::string> list(const std::string&) const override { return {"a", "b"}; }
};

inline WorkerParts test_parts(bool own_files) {
  return {
      .make_pass =
          [](const Recipe& recipe) {
            if (recipe.name != Moments::name)
              throw InvalidArgument("unknown analysis: " + recipe.name);
            return pass_from_recipe<Moments>(recipe.options);
          },
      .fields_of =
          [](std::string_view name) { return name == Moments::name ? fields_of<Moments>() : ""; },
      .make_source =
          [](const Recipe& recipe, const WorkerInputs& inputs) {
            return make_test_source(json::parse(recipe.options), inputs);
          },
      .files = own_files ? std::make_shared<const PlainFiles>() : nullptr};
}

}  // namespace insitu::testing
