#include "shaping/row_exchange.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/error.hpp"
#include "data/frame_source.hpp"

namespace insitu {
namespace {

/// Files in memory.
struct Files {
  std::map<std::string, std::pair<SchemaPtr, std::vector<Chunk>>> files;
  int reads = 0;

  struct Sink final : DataSink {
    Sink(Files& f, std::string p, SchemaPtr s) : all(f), path(std::move(p)), schema(std::move(s)) {}
    void write(const Chunk& chunk) override { rows.push_back(chunk); }
    void finish() override { all.files[path] = {schema, std::move(rows)}; }
    Files& all;
    std::string path;
    SchemaPtr schema;
    std::vector<Chunk> rows;
  };

  ExchangeFiles made() {
    return {"folder",
            [this](const std::string& path, const SchemaPtr& schema, const SinkOptions&) {
              return std::make_unique<Sink>(*this, path, schema);
            },
            [this](const std::string& path) {
              ++reads;
              const auto& [schema, chunks] = files.at(path);
              return std::make_shared<FrameSource>(schema, chunks);
            }};
  }
};

struct Row {
  std::int32_t key;
  std::string text;
  bool operator==(const Row&) const = default;
};

Chunk chunk_of(const std::vector<Row>& rows, std::size_t begin, std::size_t end) {
  std::vector<Field> fields(2);
  fields[0].name = "k", fields[0].type = Type::kInt32;
  fields[1].name = "t", fields[1].type = Type::kString;
  std::vector<std::int32_t> keys;
  StringBuilder texts;
  for (auto i = begin; i < end; ++i) keys.push_back(rows[i].key), texts.append(rows[i].text);
  return {std::make_shared<const Schema>(fields),
          {Column::own(Type::kInt32, keys), texts.finish()},
          end - begin,
          {}};
}

std::vector<Row> random_rows(std::size_t rows, int groups, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Row> all;
  for (std::size_t i = 0; i < rows; ++i) {
    // Some groups are far larger than others.
    const auto most = 1 + random() % static_cast<unsigned>(groups);
    all.push_back({static_cast<std::int32_t>(random() % most) - 3,
                   std::to_string(i) + std::string(random() % 20, 'x')});
  }
  return all;
}

GroupCounts counted(const std::vector<Row>& rows, std::size_t piece) {
  const KeyCounts analysis{{"k"}};
  auto total = analysis.init();
  for (std::size_t begin = 0; begin < rows.size(); begin += piece) {
    auto state = analysis.init();
    analysis.accumulate(state, chunk_of(rows, begin, std::min(begin + piece, rows.size())));
    total.merge(load<KeyCounts::State>(save(state)));
  }
  return analysis.finalize(total);
}

std::map<std::int32_t, std::vector<Row>> expected(const std::vector<Row>& rows) {
  std::map<std::int32_t, std::vector<Row>> groups;
  for (const auto& row : rows) groups[row.key].push_back(row);
  return groups;
}

TEST(KeyCounts, CountsInAnyPieces) {
  const auto rows = random_rows(3000, 40, 1);
  const auto whole = counted(rows, rows.size());
  const auto by_key = expected(rows);
  ASSERT_EQ(whole.keys().size(), by_key.size());
  std::size_t at = 0;
  for (const auto& [key, group] : by_key)
    EXPECT_EQ(whole.rows()[at++], static_cast<std::int64_t>(group.size()));
  for (const std::size_t piece : {1, 7, 1000}) {
    const auto pieces = counted(rows, piece);
    EXPECT_EQ(pieces.keys(), whole.keys());
    EXPECT_EQ(pieces.rows(), whole.rows());
  }
}

TEST(KeyCounts, RefusesDamagedStates) {
  const KeyCounts analysis{{"k"}};
  auto state = analysis.init();
  analysis.accumulate(state, chunk_of({{1, "a"}, {2, "b"}}, 0, 2));
  EXPECT_NO_THROW(analysis.check(state));
  using Parts = std::pair<std::vector<std::string>, std::vector<std::int64_t>>;
  for (const auto& parts : {Parts{{"a", "b"}, {1}}, Parts{{"a"}, {0}}, Parts{{"a"}, {-1}}})
    EXPECT_THROW(analysis.check(load<KeyCounts::State>(save(parts.first) + save(parts.second))),
                 DataError);
}

TEST(RowExchange, BringsGroupsTogetherUnderAnyBudget) {
  const auto rows = random_rows(5000, 60, 2);
  const auto groups = counted(rows, 512);
  const auto by_key = expected(rows);
  for (const std::uint64_t memory :
       {std::uint64_t{1}, std::uint64_t{2000}, std::uint64_t{30000}, std::uint64_t{1} << 30}) {
    Files files;
    const auto schema = chunk_of(rows, 0, 1).schema;
    RowExchange exchange(groups, schema, {"k"}, memory, files.made());
    for (std::size_t begin = 0; begin < rows.size(); begin += 333)
      exchange.add(chunk_of(rows, begin, std::min<std::size_t>(begin + 333, rows.size())));
    exchange.finish();
    EXPECT_EQ(files.files.size(), exchange.ranges().size());
    if (memory == 1) {
      EXPECT_EQ(exchange.ranges().size(), by_key.size());
    } else if (memory > 1000000) {
      EXPECT_EQ(exchange.ranges().size(), 1u);
    }
    const CancelFlag cancel;
    auto next = by_key.begin();
    std::uint32_t number = 0;
    for (const auto& range : exchange.ranges())
      exchange.for_each_group(range, cancel, [&](std::uint32_t group, const auto& source) {
        EXPECT_EQ(group, number++);
        ASSERT_EQ(source->schema()->names(), schema->names());
        std::vector<Row> found;
        for (const auto& split : source->splits()) {
          const auto reader = source->open(split, {});
          while (const auto chunk = reader->next())
            for (std::size_t i = 0; i < chunk->rows; ++i)
              found.push_back({chunk->columns[0].template values<std::int32_t>()[i],
                               std::string(chunk->columns[1].string_at(i))});
        }
        EXPECT_EQ(found, next->second);
        ++next;
      });
    EXPECT_EQ(next, by_key.end());
  }
}

TEST(RowExchange, OpensFewFilesAndReadsEachOnceWhereGroupsAreMany) {
  std::vector<Row> rows;
  for (int i = 0; i < 6000; ++i) rows.push_back({i * 7 % 3000, ""});
  const auto groups = counted(rows, 1000);
  Files files;
  RowExchange exchange(groups, chunk_of(rows, 0, 1).schema, {"k"}, 1, files.made());
  EXPECT_LE(exchange.ranges().size(), 401u);
  exchange.add(chunk_of(rows, 0, rows.size()));
  exchange.finish();
  std::int32_t seen = 0;
  for (const auto& range : exchange.ranges())
    exchange.for_each_group(range, CancelFlag(), [&](std::uint32_t, const auto& source) {
      EXPECT_EQ(source->row_count(), 2);
      ++seen;
    });
  EXPECT_EQ(seen, 3000);
  EXPECT_EQ(files.reads, static_cast<int>(exchange.ranges().size()));
}

TEST(RowExchange, ReadsAFileAgainWhereTextsAreLong) {
  std::vector<Row> rows;
  for (int i = 0; i < 400; ++i) rows.push_back({i % 4, std::string(1000, 'a')});
  const auto groups = counted(rows, 100);
  Files files;
  // 12 bytes a row without its text: all in one range, one group at a time in memory.
  RowExchange exchange(groups, chunk_of(rows, 0, 1).schema, {"k"}, 150000, files.made());
  exchange.add(chunk_of(rows, 0, rows.size()));
  exchange.finish();
  ASSERT_EQ(exchange.ranges().size(), 1u);
  int seen = 0;
  exchange.for_each_group(exchange.ranges()[0], CancelFlag(),
                          [&](std::uint32_t, const auto& source) {
                            EXPECT_EQ(source->row_count(), 100);
                            ++seen;
                          });
  EXPECT_EQ(seen, 4);
  EXPECT_EQ(files.reads, 4);
}

TEST(RowExchange, SaysWhenRowsChangeBetweenThePasses) {
  const std::vector<Row> rows{{1, "a"}, {2, "b"}, {1, "c"}};
  const auto groups = counted(rows, 3);
  const auto schema = chunk_of(rows, 0, 1).schema;
  Files files;
  RowExchange other(groups, schema, {"k"}, 1000, files.made());
  EXPECT_THROW(other.add(chunk_of({{7, "a"}}, 0, 1)), DataError);
  RowExchange fewer(groups, schema, {"k"}, 1000, files.made());
  fewer.add(chunk_of(rows, 0, 2));
  EXPECT_THROW(fewer.finish(), DataError);
}

TEST(RowExchange, TakesNoRowsAtAll) {
  Files files;
  const auto groups = counted({}, 1);
  RowExchange exchange(groups, chunk_of({}, 0, 0).schema, {"k"}, 1000, files.made());
  exchange.add(chunk_of({}, 0, 0));
  exchange.finish();
  EXPECT_TRUE(exchange.ranges().empty());
}

}  // namespace
}  // namespace insitu
