#include <sys/resource.h>

#include <csignal>

#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class DataStepTest : public RequestTest {
 protected:
  void SetUp() override {
    RequestTest::SetUp();
    std::string text = "id,group,value\n";
    for (int i = 1; i <= 100; ++i)
      text += std::to_string(i) + "," +
              (i % 3 == 0   ? "c"
               : i % 3 == 1 ? "a"
                            : "b") +
              "," + (i % 10 == 0 ? "NA" : std::to_string(i) + ".5") + "\n";
    auto source = text_source(write("a.csv", text));
    source["stringsAsFactors"] = true;
    run({{"op", "import"}, {"inData", source}, {"outFile", path("a.xdf")}, {"rowsPerRead", 30}});
  }
  json step(json request) {
    request["op"] = "data_step";
    if (!request.contains("inData")) request["inData"] = path("a.xdf");
    return request;
  }
};

TEST_F(DataStepTest, KeepsAndDropsVariables) {
  EXPECT_EQ(table(run(step({{"varsToKeep", {"value", "id"}}}))["frame"]).schema->names(),
            (std::vector<std::string>{"id", "value"}));
  EXPECT_EQ(table(run(step({{"varsToDrop", {"group"}}}))["frame"]).schema->names(),
            (std::vector<std::string>{"id", "value"}));
  EXPECT_EQ(error(step({{"varsToKeep", {"vlaue"}}})),
            "variable not found: vlaue (did you mean value?)");
  EXPECT_EQ(error(step({{"varsToDrop", {"ids"}}})), "variable not found: ids (did you mean id?)");
}

TEST_F(DataStepTest, TransformsAndSelectsRows) {
  const auto found =
      table(run(step({{"transforms", pairs({{"twice", "2 * id"}, {"more", "twice + 1"}})},
                      {"rowSelection", "id > 90 & group == 'a'"},
                      {"varsToKeep", {"id"}}}))["frame"]);
  EXPECT_EQ(found.schema->names(), (std::vector<std::string>{"id", "twice", "more"}));
  EXPECT_EQ(found.numbers("id"), (std::vector<double>{91, 94, 97, 100}));
  EXPECT_EQ(found.numbers("more"), (std::vector<double>{183, 189, 195, 201}));
}

TEST_F(DataStepTest, TransformsUseObjects) {
  const auto found = table(run(step({{"transforms", pairs({{"y", "id * factor_ + length(many)"}})},
                                     {"transformObjects", {{"factor_", 10}, {"many", {1, 2, 3}}}},
                                     {"numRows", 2}}))["frame"]);
  EXPECT_EQ(found.numbers("y"), (std::vector<double>{13, 23}));
}

TEST_F(DataStepTest, UnknownNamesInExpressionsAreNamed) {
  const auto text = error(step({{"rowSelection", "valeu > 3"}}));
  EXPECT_TRUE(has(text, "valeu") && has(text, "value")) << text;
  EXPECT_TRUE(has(error(step({{"transforms", pairs({{"x", "id +"}})}})), "transforms"))
      << error(step({{"transforms", pairs({{"x", "id +"}})}}));
}

TEST_F(DataStepTest, WindowsOfRows) {
  const auto found = table(run(step({{"startRow", 29}, {"numRows", 4}}))["frame"]);
  EXPECT_EQ(found.numbers("id"), (std::vector<double>{29, 30, 31, 32}));
}

TEST_F(DataStepTest, RemovesRowsWithMissingValuesInWrittenVariables) {
  EXPECT_EQ(table(run(step({{"removeMissings", true}}))["frame"]).rows(), 90u);
  EXPECT_EQ(table(run(step({{"removeMissings", true}, {"varsToKeep", {"id"}}}))["frame"]).rows(),
            100u);
}

TEST_F(DataStepTest, BlocksFollowTheInputOrRowsPerRead) {
  run(step({{"outFile", path("b.xdf")}}));
  EXPECT_EQ(run({{"op", "info"}, {"data", path("b.xdf")}, {"getBlockSizes", true}})["rowsPerBlock"],
            (json{30, 30, 30, 10}));
  run(step({{"outFile", path("c.xdf")}, {"rowsPerRead", 45}}));
  EXPECT_EQ(run({{"op", "info"}, {"data", path("c.xdf")}, {"getBlockSizes", true}})["rowsPerBlock"],
            (json{45, 45, 10}));
  run(step({{"outFile", path("d.xdf")}, {"blocksPerRead", 2}}));
  EXPECT_EQ(run({{"op", "info"}, {"data", path("d.xdf")}, {"getBlockSizes", true}})["rowsPerBlock"],
            (json{60, 40}));
}

TEST_F(DataStepTest, LimitsReturnedCellsWithAWarning) {
  const auto reply = run(step({{"maxRowsByCols", 60}}));
  EXPECT_EQ(reply["truncated"], true);
  EXPECT_EQ(table(reply["frame"]).rows(), 20u);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_TRUE(has(warnings_[0], "maxRowsByCols") && has(warnings_[0], "20"));
}

TEST_F(DataStepTest, RowsOutOfNothing) {
  const json request = {
      {"op", "data_step"}, {"numRows", 5}, {"transforms", pairs({{"x", ".rxRowNums * 2"}})}};
  EXPECT_EQ(table(run(request)["frame"]).numbers("x"), (std::vector<double>{2, 4, 6, 8, 10}));
  EXPECT_TRUE(has(error({{"op", "data_step"}}), "numRows"));
}

TEST_F(DataStepTest, AppendsColumnsToAnotherFile) {
  run(step({{"outFile", path("b.xdf")}, {"varsToKeep", {"id"}}}));
  run(step({{"outFile", path("b.xdf")},
            {"varsToDrop", {"id", "group", "value"}},
            {"transforms", pairs({{"half", "id / 2"}})},
            {"append", "cols"}}));
  const auto found = rows(path("b.xdf"));
  EXPECT_EQ(found.schema->names(), (std::vector<std::string>{"id", "half"}));
  EXPECT_EQ(found.numbers("half")[9], 5);
}

TEST_F(DataStepTest, WritesIntoItsInput) {
  EXPECT_TRUE(
      has(error(step({{"outFile", path("a.xdf")}, {"transforms", pairs({{"x", "id + 1"}})}})),
          "overwrite"));
  run(step({{"outFile", path("a.xdf")},
            {"transforms", pairs({{"x", "id + 1"}, {"value", "value * 2"}})},
            {"overwrite", true}}));
  auto found = rows(path("a.xdf"));
  EXPECT_EQ(found.schema->names(), (std::vector<std::string>{"id", "group", "value", "x"}));
  EXPECT_EQ(found.numbers("value")[0], 3);
  run(step({{"outFile", path("a.xdf")}, {"rowSelection", "id <= 10"}, {"overwrite", true}}));
  found = rows(path("a.xdf"));
  EXPECT_EQ(found.rows(), 10u);
  EXPECT_EQ(found.schema->size(), 4u);
  EXPECT_TRUE(
      has(error(step({{"outFile", path("a.xdf")}, {"varsToDrop", {"x"}}, {"overwrite", true}})),
          "give another outFile"));
}

TEST_F(DataStepTest, WritesText) {
  run(step({{"outFile", text_source(path("b.csv"))}, {"numRows", 2}}));
  EXPECT_EQ(bytes("b.csv"), "\"id\",\"group\",\"value\"\n1,\"a\",1.5\n2,\"b\",2.5\n");
}

TEST_F(DataStepTest, HeadAndTail) {
  EXPECT_EQ(table(run({{"op", "head"}, {"data", path("a.xdf")}, {"n", 2}})["frame"]).numbers("id"),
            (std::vector<double>{1, 2}));
  const auto reply = run({{"op", "head"}, {"data", path("a.xdf")}, {"n", 2}, {"from", "tail"}});
  EXPECT_EQ(reply["firstRow"], 99);
  EXPECT_EQ(table(reply["frame"]).numbers("id"), (std::vector<double>{99, 100}));
  EXPECT_EQ(run({{"op", "head"},
                 {"data", text_source(path("a.csv"))},
                 {"n", 1},
                 {"from", "tail"}})["firstRow"],
            100);
}

// A12
TEST_F(DataStepTest, WholeNumbersOfSixtyFourBitsKeepTheirDigits) {
  auto source = text_source(write("wide.csv", "k\n9007199254740993\n-9223372036854775807\nNA\n"));
  source["colClasses"] = {{"k", "int64"}};
  const auto head = run({{"op", "head"}, {"data", source}});
  EXPECT_TRUE(has(head["printed"], "1     9007199254740993\n2 -9223372036854775807\n"))
      << head["printed"];
  run({{"op", "import"}, {"inData", source}, {"outFile", path("wide.xdf")}});
  const auto info = run({{"op", "var_info"}, {"data", path("wide.xdf")}});
  EXPECT_EQ(info["varInfo"][0]["low"], -9223372036854775807);
  EXPECT_EQ(info["varInfo"][0]["high"], 9007199254740993);
  EXPECT_TRUE(has(info["printed"], "(-9223372036854775807, 9007199254740993)")) << info["printed"];
}

// A21
TEST_F(DataStepTest, RowsInMemoryAreNotCut) {
  const auto cut = run(step({{"maxRowsByCols", 30}}));
  EXPECT_EQ(cut["numRows"], 10);
  EXPECT_EQ(warnings_.size(), 1u);
  run(step({}));
  ArrowArrayStream stream = reply_.frames.at(0);
  reply_.frames.clear();
  const json frame = {{"type", "frame"}, {"stream", 0}, {"name", "df"}};
  const auto whole =
      run({{"op", "data_step"}, {"inData", frame}, {"maxRowsByCols", 30}}, {&stream});
  EXPECT_EQ(whole["numRows"], 100);
  EXPECT_TRUE(warnings_.empty());
}

// A27
TEST_F(DataStepTest, NoRowsHaveTheirLevels) {
  const auto none = table(run(step({{"rowSelection", "id > 1000"}}))["frame"]);
  EXPECT_EQ(none.rows(), 0u);
  const auto& field = none.schema->field("group");
  ASSERT_TRUE(field.levels);
  EXPECT_FALSE(field.levels->empty());
}

TEST_F(DataStepTest, InfoShowsRows) {
  const auto reply =
      run({{"op", "info"}, {"data", path("a.xdf")}, {"numRows", 2}, {"startRow", 3}});
  EXPECT_TRUE(has(
      reply["printed"],
      "Data (2 rows starting with row 3):\n  id group value\n3  3     c   3.5\n4  4     a   4.5\n"))
      << reply["printed"];
}

TEST_F(DataStepTest, DataFramesInAndOut) {
  run(step({{"numRows", 3}}));
  ArrowArrayStream stream = reply_.frames.at(0);
  reply_.frames.clear();
  const json frame = {{"type", "frame"}, {"stream", 0}, {"name", "df"}, {"rowNames", "group"}};
  const auto reply = run(
      {{"op", "data_step"}, {"inData", frame}, {"outFile", path("f.xdf")}, {"rowVarName", "names"}},
      {&stream});
  EXPECT_EQ(reply["numVars"], 3);
  const auto found = rows(path("f.xdf"));
  EXPECT_EQ(found.schema->names(), (std::vector<std::string>{"id", "names", "value"}));
  EXPECT_EQ(
      run({{"op", "data_step"}, {"inData", path("f.xdf")}, {"rowVarName", "names"}})["rowNames"],
      "names");
}

TEST_F(DataStepTest, AllRowsMissingOrNoneSelected) {
  EXPECT_EQ(table(run(step({{"transforms", pairs({{"value", "value * NA"}})},
                            {"removeMissings", true}}))["frame"])
                .rows(),
            0u);
  EXPECT_EQ(table(run(step({{"rowSelection", "id > 1000"}}))["frame"]).rows(), 0u);
  run(step({{"rowSelection", "id > 1000"}, {"outFile", path("none.xdf")}}));
  EXPECT_EQ(run({{"op", "info"}, {"data", path("none.xdf")}})["numRows"], 0);
}

TEST_F(DataStepTest, AFullDiskKeepsTheOldFile) {
  run(step({{"outFile", path("b.xdf")}}));
  const auto before = bytes("b.xdf");
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const json request = {{"op", "data_step"},
                        {"numRows", 100000},
                        {"transforms", pairs({{"x", "sin(.rxRowNums)"}})},
                        {"outFile", path("b.xdf")},
                        {"overwrite", true}};
  std::string text;
  try {
    run(request);
  } catch (const DataError& failure) {
    text = failure.what();
  }
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(bytes("b.xdf"), before);
  EXPECT_EQ(files(), 3u);
}

TEST_F(DataStepTest, TheSameBytesOnAnyNumberOfThreads) {
  std::string text = "x,f\n";
  for (int i = 0; i < 200000; ++i)
    text += std::to_string(i % 977) + ",l" + std::to_string(i * 7919 % 13) + "\n";
  auto source = text_source(write("big.csv", text));
  source["stringsAsFactors"] = true;
  std::string first;
  for (const int threads : {1, 2, 3}) {
    run({{"op", "import"},
         {"inData", source},
         {"outFile", path("big.xdf")},
         {"overwrite", true},
         {"transforms", pairs({{"y", "x / 3"}})},
         {"context", {{"type", "RxLocalSeq"}, {"numCoresToUse", threads}}}});
    if (first.empty()) first = bytes("big.xdf");
    EXPECT_EQ(bytes("big.xdf"), first) << threads;
  }
}

TEST_F(DataStepTest, EveryRowKnowsTheFileThatItCameFrom) {
  std::filesystem::create_directory(path("parts"));
  const auto header = std::string("id\n");
  write("parts/a.csv", header + "1\n2\n");
  write("parts/b.csv", header + "3\n");
  const std::vector<std::string> expected = {path("parts/a.csv"), path("parts/a.csv"),
                                             path("parts/b.csv")};
  for (const auto& context :
       {json{{"type", "RxLocalSeq"}}, json{{"type", "RxProcesses"}, {"numWorkers", 2}}}) {
    const auto request = step({{"inData", text_source(path("parts"))},
                               {"transforms", pairs({{"file", ".rxReadFileName"}})},
                               {"context", context}});
    EXPECT_EQ(table(run(request)["frame"]).texts("file"), expected) << context;
  }
}

}  // namespace
}  // namespace insitu
