#include "shaping/range_pieces.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.hpp"
#include "data/frame_source.hpp"

namespace insitu {
namespace {

std::shared_ptr<const DataSource> rows_of(const std::vector<std::int32_t>& keys) {
  std::vector<Field> fields(2);
  fields[0].name = "k", fields[0].type = Type::kInt32;
  fields[1].name = "row", fields[1].type = Type::kInt32;
  std::vector<std::int32_t> numbers(keys.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int32_t>(i);
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  const Chunk chunk{
      schema,
      {Column::own(Type::kInt32, keys), Column::own(Type::kInt32, std::move(numbers))},
      keys.size(),
      {}};
  return std::make_shared<FrameSource>(schema, std::vector<Chunk>{chunk});
}

std::vector<std::int32_t> many_keys() {
  std::vector<std::int32_t> keys;
  for (std::int32_t i = 0; i < 100'000; ++i) keys.push_back(i * 7919 % 101);
  return keys;
}

TEST(RangePieces, HoldEveryRowOnceInOrderAndEachKeyInOneRange) {
  const auto keys = many_keys();
  constexpr std::uint32_t kRanges = 5;
  const auto source = rows_of(keys);
  const auto pieces = range_pieces(source, {"row", "k"}, {"k"}, kRanges);
  EXPECT_EQ(pieces->schema()->names(), (std::vector<std::string>{"row", "k"}));
  std::map<std::uint64_t, std::vector<std::int32_t>> rows_of_range;
  std::map<std::int32_t, std::uint64_t> range_of;
  std::int64_t source_rows = 0;
  std::size_t rows = 0;
  for (const auto& split : pieces->splits()) {
    const auto reader = pieces->open(split, {});
    while (const auto piece = reader->next()) {
      ASSERT_GT(piece->rows, 0U);
      EXPECT_EQ(piece->from.split, split.index);
      const auto range = piece->from.chunk_in_split % kRanges;
      source_rows += piece->from.source_rows;
      rows += piece->rows;
      const auto numbers = piece->column("row").values<std::int32_t>(),
                 key = piece->column("k").values<std::int32_t>();
      for (std::size_t i = 0; i < piece->rows; ++i) {
        EXPECT_EQ(key[i], keys[static_cast<std::size_t>(numbers[i])]);
        EXPECT_EQ(range_of.try_emplace(key[i], range).first->second, range);
        auto& before = rows_of_range[range];
        if (!before.empty()) EXPECT_LT(before.back(), numbers[i]);
        before.push_back(numbers[i]);
      }
    }
  }
  EXPECT_EQ(rows, keys.size());
  EXPECT_EQ(source_rows, static_cast<std::int64_t>(keys.size()));
  EXPECT_EQ(rows_of_range.size(), kRanges);  // 101 keys: none stays without one
}

TEST(RangePieces, AreRebuiltFromTheirRecipe) {
  const auto source = rows_of(many_keys());
  const auto pieces = range_pieces(source, {"k"}, {"k"}, 3);
  const auto recipe = nlohmann::json::parse(pieces->recipe().options);
  const auto again = range_pieces_from_json(recipe, [&](const nlohmann::json&) { return source; });
  EXPECT_EQ(again->recipe().options, pieces->recipe().options);
  auto damaged = recipe;
  damaged.erase("keys");
  EXPECT_THROW(range_pieces_from_json(damaged, [&](const nlohmann::json&) { return source; }),
               DataError);
  EXPECT_THROW(range_pieces(source, {"k"}, {"k"}, 0), InvalidArgument);
  EXPECT_THROW(range_pieces(source, {"row"}, {"k"}, 2), InvalidArgument);
}

TEST(RangePieces, DoNotDependOnWhereAKeyStands) {
  EXPECT_EQ(range_of_key("abc", 1), 0U);
  EXPECT_EQ(range_of_key("abc", 1000), range_of_key(std::string("xabc").substr(1), 1000));
  EXPECT_NE(range_of_key(std::string(1, '\0'), 1'000'003),
            range_of_key(std::string(2, '\0'), 1'000'003));
}

}  // namespace
}  // namespace insitu
