#include "algorithms/find_levels.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/error.hpp"
#include "data/declared_levels.hpp"

namespace insitu {
namespace {

using Strings = std::vector<std::string>;

const Strings kData{"pear", "fig",   "pear", "",     "apple", "fig",
                    "kiwi", "apple", "pear", "date", "",      "kiwi"};

/// Rows [begin, end) of kData ("" is missing) as a string column `s` and as a factor `f` with local
/// levels, in an order of their own.
Chunk part(std::size_t begin, std::size_t end) {
  StringBuilder strings;
  Strings local;
  for (std::size_t i = begin; i < end; ++i)
    if (!kData[i].empty() && std::ranges::find(local, kData[i]) == local.end())
      local.push_back(kData[i]);
  std::ranges::sort(local);
  std::vector<std::int32_t> codes;
  for (std::size_t i = begin; i < end; ++i) {
    kData[i].empty() ? strings.append_missing() : strings.append(kData[i]);
    codes.push_back(kData[i].empty() ? -1
                                     : static_cast<std::int32_t>(
                                           std::ranges::find(local, kData[i]) - local.begin()));
  }
  std::vector<Field> fields(2);
  fields[0].name = "s", fields[0].type = Type::kString;
  fields[1].name = "f", fields[1].type = Type::kFactor;
  Chunk chunk;
  chunk.schema = std::make_shared<const Schema>(fields);
  chunk.rows = end - begin;
  chunk.columns = {strings.finish(), Column::own(Type::kFactor, codes, make_levels(local))};
  return chunk;
}

FoundDomains found_in(std::size_t chunk_rows, std::size_t split_rows) {
  const FindLevels find{{"s", "f"}, {}};
  auto total = find.init();
  for (std::size_t split = 0; split < kData.size(); split += split_rows) {
    auto state = find.init();
    const auto split_end = std::min(split + split_rows, kData.size());
    for (auto begin = split; begin < split_end; begin += chunk_rows)
      find.accumulate(state, part(begin, std::min(begin + chunk_rows, split_end)));
    // Through bytes, as from another process.
    total.merge(load<FindLevels::State>(save(state)));
  }
  return find.finalize(total);
}

TEST(FindLevels, FactorLevelsDoNotDependOnChunks) {
  const Strings expected{"pear", "fig", "apple", "kiwi", "date"};
  for (std::size_t chunk_rows = 1; chunk_rows <= 12; ++chunk_rows) {
    const auto found = found_in(chunk_rows, 12);
    EXPECT_EQ(found.levels.at("s"), expected);
    EXPECT_EQ(found.levels.at("f"), expected);
  }
}

TEST(FindLevels, FactorLevelsDoNotDependOnSplits) {
  const Strings expected{"pear", "fig", "apple", "kiwi", "date"};
  for (std::size_t split_rows = 1; split_rows <= 12; ++split_rows) {
    const auto found = found_in(2, split_rows);
    EXPECT_EQ(found.levels.at("s"), expected);
    EXPECT_EQ(found.levels.at("f"), expected);
  }
}

TEST(FindLevels, FactorLevelsDoNotDependOnTheOrderOfMerging) {
  const FindLevels find{{"s"}, {}};
  std::vector<FindLevels::State> states(4, find.init());
  for (std::size_t i = 0; i < 4; ++i) find.accumulate(states[i], part(3 * i, 3 * i + 3));
  auto left = states[0], right = states[2];
  left.merge(states[1]), right.merge(states[3]), left.merge(right);
  auto chain = states[0];
  for (std::size_t i = 1; i < 4; ++i) chain.merge(states[i]);
  EXPECT_EQ(save(left), save(chain));
}

TEST(FindLevels, ManyLevels) {
  const FindLevels find{{"s"}, {}};
  auto state = find.init(), other = find.init();
  const auto add = [&](FindLevels::State& to, int begin, int end) {
    StringBuilder strings;
    for (int i = begin; i < end; ++i) strings.append("level " + std::to_string(i));
    std::vector<Field> fields(1);
    fields[0].name = "s", fields[0].type = Type::kString;
    find.accumulate(to, {std::make_shared<const Schema>(fields),
                         {strings.finish()},
                         static_cast<std::size_t>(end - begin),
                         {}});
  };
  add(state, 0, 60000);
  add(other, 40000, 100000);
  state.merge(other);
  const auto levels = find.finalize(state).levels.at("s");
  ASSERT_EQ(levels.size(), 100000u);
  EXPECT_EQ(levels[99999], "level 99999");
}

TEST(FindLevels, RangesOfNumbers) {
  std::vector<Field> fields(1);
  fields[0].name = "x", fields[0].type = Type::kInt32;
  const FindLevels find{{}, {"x"}};
  auto state = find.init();
  find.accumulate(state, {std::make_shared<const Schema>(fields),
                          {Column::own(Type::kInt32,
                                       std::vector<std::int32_t>{
                                           5, -3, std::numeric_limits<std::int32_t>::min(), 12})},
                          4,
                          {}});
  EXPECT_EQ(find.finalize(state).ranges.at("x"), (std::pair{-3.0, 12.0}));
  EXPECT_EQ(find.finalize(find.init()).ranges.at("x"), (std::pair{0.0, 0.0}));
}

/// Yields `part` chunks of `rows` rows.
class Parts final : public DataSource {
 public:
  explicit Parts(std::size_t rows) : rows_(rows) {}
  SchemaPtr schema() const override { return part(0, 0).schema; }
  std::vector<Split> splits() const override {
    return {{0, 0, kData.size(), static_cast<std::int64_t>(kData.size())}};
  }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override {
    struct Reader final : ChunkReader {
      std::size_t rows = 0, at = 0;
      std::optional<Chunk> next() override {
        if (at >= kData.size()) return std::nullopt;
        const auto begin = at;
        at = std::min(at + rows, kData.size());
        return part(begin, at);
      }
    };
    auto reader = std::make_unique<Reader>();
    reader->rows = rows_;
    return reader;
  }
  Recipe recipe() const override { return {"parts", R"({"type": "parts"})"}; }
  std::string description() const override { return "parts"; }

 private:
  std::size_t rows_;
};

TEST(DeclaredLevels, EveryChunkCarriesTheGlobalLevels) {
  const Strings levels{"pear", "fig", "apple", "kiwi", "date"};
  for (const std::size_t rows : {1, 5, 12}) {
    const auto source =
        declare_levels(std::make_shared<Parts>(rows), {{"s", levels}, {"f", levels}});
    EXPECT_EQ(source->schema()->field("s").type, Type::kFactor);
    EXPECT_EQ(*source->schema()->field("f").levels, levels);
    std::vector<std::int32_t> s, f;
    const auto reader = source->open({}, {});
    while (const auto chunk = reader->next()) {
      EXPECT_EQ(chunk->column("s").levels(), source->schema()->field("s").levels);
      for (const auto code : chunk->column("s").values<std::int32_t>()) s.push_back(code);
      for (const auto code : chunk->column("f").values<std::int32_t>()) f.push_back(code);
    }
    EXPECT_EQ(s, (std::vector<std::int32_t>{0, 1, 0, -1, 2, 1, 3, 2, 0, 4, -1, 3}));
    EXPECT_EQ(f, s);
  }
}

TEST(DeclaredLevels, ValuesOutsideAreAnErrorOrMissing) {
  const auto strict = declare_levels(std::make_shared<Parts>(12), {{"f", {"pear"}}});
  EXPECT_THROW(strict->open({}, {})->next(), DataError);
  const auto lenient =
      declare_levels(std::make_shared<Parts>(12), {{"f", {"pear"}}}, OutsideLevels::kMissing);
  const auto chunk = lenient->open({}, {})->next();
  EXPECT_EQ(chunk->column("f").values<std::int32_t>()[1], -1);
  EXPECT_EQ(chunk->column("f").values<std::int32_t>()[2], 0);
  EXPECT_THROW(declare_levels(std::make_shared<Parts>(1), {{"nothing", {"a"}}}), InvalidArgument);
  EXPECT_THROW(declare_levels(std::make_shared<Parts>(1), {{"f", {"a", "a"}}}), InvalidArgument);
}

TEST(DeclaredLevels, IsRebuiltFromItsRecipe) {
  const auto source =
      declare_levels(std::make_shared<Parts>(4), {{"f", {"pear", "fig", "apple", "kiwi", "date"}}});
  const auto document = nlohmann::json::parse(source->recipe().options);
  EXPECT_EQ(document["type"], "declared_levels");
  const auto rebuilt = declared_levels_from_json(
      document, [](const nlohmann::json& inner) -> std::shared_ptr<const DataSource> {
        EXPECT_EQ(inner["type"], "parts");
        return std::make_shared<Parts>(4);
      });
  EXPECT_EQ(rebuilt->recipe().options, source->recipe().options);
  EXPECT_THROW(declared_levels_from_json(nlohmann::json::parse(R"({"levels": 3})"), nullptr),
               DataError);
}

}  // namespace
}  // namespace insitu
