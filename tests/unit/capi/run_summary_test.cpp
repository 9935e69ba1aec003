#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/error.hpp"
#include "contexts/local.hpp"
#include "data/frame_source.hpp"
#include "methods/methods.hpp"
#include "unit/capi/plain_reply.hpp"

namespace insitu {
namespace {

using nlohmann::json;

/// Splits of 10 rows; factors with levels local to each chunk, as text gives them.
class LocalLevels final : public DataSource {
 public:
  explicit LocalLevels(std::size_t rows) : rows_(rows) {}
  SchemaPtr schema() const override {
    std::vector<Field> fields(4);
    fields[0].name = "x", fields[0].type = Type::kInt32;
    fields[1].name = "f", fields[1].type = Type::kFactor;
    fields[2].name = "s", fields[2].type = Type::kString;
    fields[3].name = "w", fields[3].type = Type::kFloat64;
    return std::make_shared<const Schema>(fields);
  }
  std::vector<Split> splits() const override {
    std::vector<Split> splits;
    for (std::size_t begin = 0; begin < rows_; begin += 10)
      splits.push_back({splits.size(), begin, std::min(begin + 10, rows_), 10});
    return splits;
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    struct Reader final : ChunkReader {
      std::optional<Chunk> chunk;
      std::optional<Chunk> next() override { return std::exchange(chunk, std::nullopt); }
    };
    std::vector<std::int32_t> x, f;
    std::vector<double> w;
    std::vector<std::string> levels;
    StringBuilder s;
    for (auto i = split.begin; i < split.end; ++i) {
      x.push_back(i % 7 ? static_cast<std::int32_t>(i) : missing_value<std::int32_t>());
      const auto level = "f" + std::to_string(i * i % 5);
      auto at = std::ranges::find(levels, level);
      if (at == levels.end()) at = levels.insert(levels.end(), level);
      f.push_back(static_cast<std::int32_t>(at - levels.begin()));
      s.append(i % 3 ? "odd" : "even");
      w.push_back(static_cast<double>(i % 4));
    }
    Chunk all;
    all.schema = schema();
    all.rows = x.size();
    all.from.first_row = static_cast<std::int64_t>(split.begin);
    all.from.source_rows = static_cast<std::int64_t>(x.size());
    all.columns = {Column::own(Type::kInt32, x), Column::own(Type::kFactor, f, make_levels(levels)),
                   s.finish(), Column::own(Type::kFloat64, w)};
    Chunk chosen = all;
    if (options.columns) {
      chosen.schema = select_columns(*all.schema, *options.columns);
      chosen.columns.clear();
      for (const auto& name : *options.columns) chosen.columns.push_back(all.column(name));
    }
    auto reader = std::make_unique<Reader>();
    reader->chunk = std::move(chosen);
    return reader;
  }
  Recipe recipe() const override { return {"local_levels", "{}"}; }
  std::string description() const override { return "local levels"; }

 private:
  std::size_t rows_;
};

json summary_of(json request, int threads = 1, std::vector<TableToWrite>* tables = nullptr) {
  LocalContext context(threads);
  RunControl control;
  Scope scope(std::make_shared<LocalLevels>(95), context, control);
  nlohmann::ordered_json reply = {{"class", "rxSummary"}};
  std::vector<NumericArray> arrays;
  ReplyWriter writer(reply, arrays);
  method_of_op("summary")->run(Options(request), scope, writer);
  if (tables) *tables = std::move(scope.tables);
  return plain_reply(json(reply), arrays);
}

TEST(RunSummary, RepliesWithTheFieldsOfTheRObject) {
  const auto reply = summary_of({{"formula", "~ x + f"}});
  EXPECT_EQ(reply["class"], "rxSummary");
  EXPECT_EQ(reply["formula"], "~x + f");
  EXPECT_EQ(reply["nobs.valid"], 95);
  EXPECT_EQ(reply["nobs.missing"], 0);
  const auto& table = reply["sDataFrame"];
  EXPECT_EQ(table["Name"], json({"x", "f"}));
  EXPECT_EQ(table["ValidObs"], json({81, 95}));
  EXPECT_EQ(table["MissingObs"], json({14, 0}));
  EXPECT_EQ(table["Min"], json({1, nullptr}));
  EXPECT_EQ(table["Max"], json({94, nullptr}));
  ASSERT_EQ(reply["categorical"].size(), 1u);
  EXPECT_EQ(reply["headings"][0]["statistic"], "counts");
  const auto& entry = reply["categorical"][0];
  EXPECT_EQ(entry["f"], json({"f0", "f1", "f4"}));  // i^2 mod 5 in order of first appearance
  EXPECT_EQ(entry["Counts"], json({19, 38, 38}));
  EXPECT_EQ(reply["categorical.type"], "counts");
}

TEST(RunSummary, CharactersNamedInTheFormulaAreCounted) {
  const auto reply = summary_of({{"formula", "~ s"}});
  EXPECT_EQ(reply["categorical"][0]["s"], json({"even", "odd"}));
  EXPECT_EQ(reply["categorical"][0]["Counts"], json({32, 63}));
  // but "." leaves them out
  EXPECT_EQ(summary_of({{"formula", "~ ."}})["sDataFrame"]["Name"], json({"x", "f", "w"}));
}

TEST(RunSummary, CategoriesOfNumbersAreLabelled) {
  const auto reply = summary_of({{"formula", "x ~ F(w):s"}});
  const auto& entry = reply["categorical"][0];
  EXPECT_EQ(reply["headings"][0]["term"], "x:F(w):s");
  EXPECT_EQ(reply["headings"][0]["variables"], json({"F_w", "s"}));
  EXPECT_EQ(entry["Category"][1], "x for F(w)=1, s=even");
  EXPECT_EQ(entry["F_w"][1], "1");
  EXPECT_EQ(entry.size(), 3 + 5u);
}

TEST(RunSummary, WeightsReplaceCounts) {
  const auto reply = summary_of(
      {{"formula", "~ x"}, {"fweights", "w"}, {"summaryStats", {"Sum", "ValidObs", "MissingObs"}}});
  EXPECT_EQ(reply["weights"], json({{"fweights", "w"}}));
  EXPECT_EQ(reply["sDataFrame"].size(), 4u);
  double sum = 0, weight = 0, missing = 0;
  for (int i = 0; i < 95; ++i) (i % 7 ? weight : missing) += i % 4, sum += i % 7 ? i % 4 * i : 0;
  EXPECT_EQ(reply["sDataFrame"]["Sum"], json({sum}));
  EXPECT_EQ(reply["sDataFrame"]["SumOfWeights"], json({weight}));
  EXPECT_EQ(reply["sDataFrame"]["MissingWeights"], json({missing}));
}

TEST(RunSummary, GroupsGoToTables) {
  std::vector<TableToWrite> tables;
  const auto reply = summary_of({{"formula", "~ x:f:s + w:f:s + x:s"},
                                 {"byGroupOutFile", {{"file", "/tmp/by.xdf"}}},
                                 {"summaryStats", {"Mean", "ValidObs"}}},
                                1, &tables);
  EXPECT_TRUE(reply["categorical"].empty());
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].path, "/tmp/by1.xdf");
  EXPECT_EQ(reply["byGroup"][0], json({{"file", "/tmp/by1.xdf"}, {"term", "x:f:s"}}));
  EXPECT_EQ(reply["byGroup"][1], json({{"file", "/tmp/by1.xdf"}, {"term", "w:f:s"}}));
  EXPECT_EQ(tables[0].rows.schema->names(),
            (std::vector<std::string>{"f", "s", "x_Mean", "x_ValidObs", "w_Mean", "w_ValidObs"}));
  EXPECT_EQ(tables[0].rows.rows, 6u);
  EXPECT_EQ(tables[1].rows.rows, 2u);
}

TEST(RunSummary, ThreadsDoNotChangeABit) {
  const json request = {{"formula", "~ x + w + x:f + f:s + log(w) + x:F(w)"}, {"pweights", "w"}};
  EXPECT_EQ(summary_of(request, 1), summary_of(request, 2));
}

TEST(RunSummary, FactorLevelsDoNotDependOnThreads) {
  EXPECT_EQ(summary_of({{"formula", "~ f:s"}}, 1), summary_of({{"formula", "~ f:s"}}, 2));
}

TEST(RunSummary, ErrorsNameTheWayOut) {
  const auto error_of = [](const json& request) {
    try {
      summary_of(request);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(error_of({{"formula", "~ x"}, {"summaryStats", {"Meen"}}}).find("did you mean Mean?"),
            std::string::npos);
  EXPECT_NE(error_of({{"formula", "~ xx"}}).find("variable not found: xx"), std::string::npos);
  EXPECT_NE(error_of({{"formula", ""}}).find("expected a formula"), std::string::npos);
  EXPECT_NE(error_of({{"formula", "~ x"}, {"pweights", "s"}}).find("weights must be numbers"),
            std::string::npos);
  EXPECT_NE(error_of({{"formula", "~ F(s)"}}).find("character"), std::string::npos);
}

}  // namespace
}  // namespace insitu
