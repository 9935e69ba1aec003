// Parquet and ORC through requests, as the languages send them.
#include "columnar/arrow_library.hpp"
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class ColumnarRequestTest : public RequestTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    RequestTest::SetUp();
    try {
      (void)arrow_library();
    } catch (const Unsupported& reason) {
      GTEST_SKIP() << reason.what();
    }
    std::string text = "id,group,value\n";
    for (int i = 1; i <= 100; ++i)
      text += std::to_string(i) + "," +
              (i % 3 == 0   ? "c"
               : i % 3 == 1 ? "b"
                            : "a") +
              "," + (i % 10 == 0 ? "NA" : std::to_string(i) + ".5") + "\n";
    csv_ = text_source(write("a.csv", text));
  }
  json target(const std::string& name) const {
    return {{"type", GetParam()}, {"file", path(name)}};
  }

  json csv_;
};

INSTANTIATE_TEST_SUITE_P(Formats, ColumnarRequestTest,
                         ::testing::Values("RxParquetData", "RxOrcData"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(ColumnarRequestTest, ImportWritesAFileAndEveryOpReadsIt) {
  EXPECT_EQ(run({{"op", "import"}, {"inData", csv_}, {"outFile", target("a")}})["numRows"], 100);
  const auto info =
      run({{"op", "info"}, {"data", target("a")}, {"getVarInfo", true}, {"numRows", 2}});
  EXPECT_EQ(info["numRows"], 100);
  EXPECT_EQ(info["numVars"], 3);
  EXPECT_EQ(info["dataClass"], GetParam());
  EXPECT_EQ(info["fileName"], path("a"));
  EXPECT_EQ(info["varInfo"][1]["varType"], "character");
  EXPECT_TRUE(has(info["printed"], "Number of observations: 100")) << info["printed"];
  EXPECT_EQ(table(run({{"op", "head"}, {"data", target("a")}, {"n", 2}, {"from", "tail"}})["frame"])
                .numbers("id"),
            (std::vector<double>{99, 100}));
  EXPECT_TRUE(has(run({{"op", "print_source"}, {"data", target("a")}})["printed"],
                  std::string(GetParam()) + " Source"));
  auto source = target("a");
  source["colInfo"] = {{"group", {{"type", "factor"}}}};
  const auto from_file = run({{"op", "lin_mod"}, {"formula", "value ~ group"}, {"data", source}});
  auto text = csv_;
  text["colInfo"] = source["colInfo"];
  const auto from_text = run({{"op", "lin_mod"}, {"formula", "value ~ group"}, {"data", text}});
  EXPECT_EQ(from_file["coefficientNames"], from_text["coefficientNames"]);
  EXPECT_EQ(from_file["factorLevels"]["group"], (json{"b", "a", "c"}));  // by first appearance
  const auto predicted = run({{"op", "predict"},
                              {"model", from_file["model"]},
                              {"data", source},
                              {"outData", target("p")}});
  EXPECT_EQ(predicted["numRows"], 100);
  EXPECT_EQ(rows(target("p")).rows(), 100u);
}

TEST_P(ColumnarRequestTest, AnswersAreTheSameInProcesses) {
  run({{"op", "import"}, {"inData", csv_}, {"outFile", target("a")}, {"rowsPerRead", 30}});
  auto source = target("a");
  source["colInfo"] = {{"group", {{"type", "factor"}}}};
  json request = {{"op", "lin_mod"},
                  {"formula", "value ~ group + twice"},
                  {"data", source},
                  {"transforms", pairs({{"twice", "sqrt(id)"}})},
                  {"context", {{"type", "RxLocalSeq"}}}};
  const auto here = run(request);
  request["context"] = {{"type", "RxProcesses"}, {"numWorkers", 2}};
  EXPECT_EQ(run(request)["model"], here["model"]);
}

TEST_P(ColumnarRequestTest, EveryRowKnowsTheFileThatItCameFrom) {
  std::filesystem::create_directory(path("parts"));
  for (const auto* part : {"parts/1", "parts/2"})
    run({{"op", "import"}, {"inData", csv_}, {"numRows", 2}, {"outFile", target(part)}});
  for (const auto& context :
       {json{{"type", "RxLocalSeq"}}, json{{"type", "RxProcesses"}, {"numWorkers", 2}}})
    EXPECT_EQ(table(run({{"op", "data_step"},
                         {"inData", target("parts")},
                         {"transforms", pairs({{"file", ".rxReadFileName"}})},
                         {"context", context}})["frame"])
                  .texts("file"),
              (std::vector<std::string>{path("parts/1"), path("parts/1"), path("parts/2"),
                                        path("parts/2")}))
        << context;
}

TEST_P(ColumnarRequestTest, TargetsAreReplacedAndNeverAppendedTo) {
  const json request = {{"op", "data_step"}, {"inData", csv_}, {"outFile", target("a")}};
  run(request);
  EXPECT_TRUE(has(error(request), "overwrite"));
  auto append = request;
  append["append"] = "rows";
  EXPECT_TRUE(has(error<Unsupported>(append), "another file into the same folder"));
  append["append"] = "cols";
  error<Unsupported>(append);
  auto itself = request;  // read and written at once
  itself["inData"] = target("a");
  itself["rowSelection"] = "id > 90";
  itself["overwrite"] = true;
  EXPECT_EQ(run(itself)["numRows"], 10);
  EXPECT_EQ(rows(target("a")).numbers("id").front(), 91);
  EXPECT_TRUE(has(error({{"op", "info"}, {"data", {{"type", "RxParquett"}, {"file", "x"}}}}),
                  "did you mean RxParquetData?"));
}

TEST(ColumnarDeathTest, TheWayOutIsNamed) {
  // In a process of its own: a library that was found is kept.
  const auto ask = [] {
    ::setenv("INSITU_ARROW", "/no/such/libinsitu_arrow.so", 1);
    const auto run = [](const json& request) {
      return json::parse(insitu::run({request.dump(), {}, {}}, {}).document);
    };
    const auto doctor = run({{"op", "doctor"}, {"of", "local"}});
    bool ok = doctor["contexts"][0]["usable"] == true && doctor["formats"][0]["usable"] == false &&
              has(doctor["printed"], "pip install pyarrow");
    try {
      run({{"op", "info"}, {"data", {{"type", "RxParquetData"}, {"file", "/tmp/a.parquet"}}}});
      ok = false;
    } catch (const Unsupported& failure) {
      ok = ok && has(failure.what(), "INSITU_ARROW");
    }
    std::_Exit(ok ? 0 : 1);
  };
  EXPECT_EXIT(ask(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace insitu
