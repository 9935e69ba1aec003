// Summaries, models and predictions as requests: what the engine's floors together make of them.
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class AnalysisTest : public RequestTest {
 protected:
  void SetUp() override {
    RequestTest::SetUp();
    std::string text = "y,x,f,w,constant,negative\n";
    for (int i = 0; i < 60; ++i)
      text += std::to_string(3 + 2 * (i % 7) + (i % 2 ? 1.5 : -0.5) + 0.01 * ((i * 37) % 11)) +
              "," + std::to_string(i % 7) + "," + (i % 2 ? "odd" : "even") + "," +
              std::to_string(1 + i % 3) + ",5," + std::to_string(i == 30 ? -1 : 1) + "\n";
    auto source = text_source(write("a.csv", text));
    source["stringsAsFactors"] = true;
    run({{"op", "import"}, {"inData", source}, {"outFile", path("a.xdf")}, {"rowsPerRead", 25}});
  }
  json model(json request = {}) {
    request["op"] = "lin_mod";
    if (!request.contains("formula")) request["formula"] = "y ~ x + f";
    if (!request.contains("data")) request["data"] = path("a.xdf");
    return request;
  }
};

TEST_F(AnalysisTest, SummaryPrints) {
  const auto reply = run({{"op", "summary"},
                          {"data", path("a.xdf")},
                          {"formula", "~x + f + x:f"},
                          {"dataLabel", "airDS"},
                          {"call", "rxSummary(~x)"}});
  const auto text = reply["printed"]["print"].get<std::string>();
  EXPECT_EQ(text.find("Call:\nrxSummary(~x)\n\nSummary Statistics Results for: ~x + f + x:f\nData: "
                      "airDS (RxXdfData Data Source)\n"),
            0u)
      << text;
  EXPECT_TRUE(has(text,
                  "Number of valid observations: 60 \n \n Name Mean StdDev   Min Max ValidObs "
                  "MissingObs\n x    2.9  2.005923 0   6   60       0         \n"))
      << text;
  EXPECT_TRUE(
      has(text,
          "\nCategory Counts for f\nNumber of categories: 2\nNumber of valid observations: "
          "60\nNumber of missing observations: 0\n\n f    Counts\n even 30    \n odd  30    \n"))
      << text;
  EXPECT_TRUE(has(text, "\nStatistics by category (2 categories):\n\n Category     f    Means"))
      << text;
  // Columns keep their order in the document.
  const auto table = reply_.document.substr(reply_.document.find("\"sDataFrame\""));
  EXPECT_LT(table.find("\"name\":\"Name\""), table.find("\"name\":\"Mean\""));
  EXPECT_LT(table.find("\"name\":\"Mean\""), table.find("\"name\":\"StdDev\""));
  EXPECT_LT(table.find("\"name\":\"StdDev\""), table.find("\"name\":\"ValidObs\""));
}

TEST_F(AnalysisTest, SummaryWritesByGroupFiles) {
  const auto reply = run({{"op", "summary"},
                          {"data", path("a.xdf")},
                          {"formula", "~y:f"},
                          {"byGroupOutFile", path("by.xdf")}});
  EXPECT_EQ(reply["byGroup"][0]["file"], path("by.xdf"));
  EXPECT_TRUE(has(reply["printed"]["print"],
                  "By-group statistics for y:f contained in " + path("by.xdf") + " \n"));
  EXPECT_EQ(rows(path("by.xdf")).texts("f"), (std::vector<std::string>{"even", "odd"}));
  EXPECT_TRUE(has(error({{"op", "summary"},
                         {"data", path("a.xdf")},
                         {"formula", "~y:f"},
                         {"byGroupOutFile", path("by.xdf")}}),
                  "exists"));
}

TEST_F(AnalysisTest, ModelPrintsAndPredicts) {
  const auto fit = run(model({{"dataLabel", "df"}, {"covCoef", true}}));
  const auto text = fit["printed"]["summary"].get<std::string>();
  EXPECT_TRUE(has(text, "Coefficients: (1 not defined because of singularities)\n")) << text;
  EXPECT_TRUE(has(text, "f=odd         Dropped    Dropped Dropped  Dropped    \n")) << text;
  EXPECT_TRUE(has(text,
                  "Total independent variables: 4 (Including number dropped: 1)\nNumber of valid "
                  "observations: 60\n"))
      << text;

  auto text_data = text_source(path("a.csv"));
  const auto found = table(run({{"op", "predict"},
                                {"model", fit["model"]},
                                {"data", text_data},
                                {"computeResiduals", true},
                                {"computeStdErrors", true},
                                {"interval", "confidence"}})["frame"]);
  EXPECT_EQ(found.schema->names(),
            (std::vector<std::string>{"y_Pred", "y_Resid", "y_StdErr", "y_Lower", "y_Upper"}));
  EXPECT_EQ(found.rows(), 60u);
  EXPECT_LT(found.numbers("y_Lower")[5], found.numbers("y_Pred")[5]);
}

TEST_F(AnalysisTest, PredictionsAreAddedToTheFile) {
  const auto fit = run(model());
  const auto reply = run({{"op", "predict"},
                          {"model", fit["model"]},
                          {"data", path("a.xdf")},
                          {"computeResiduals", true}});
  EXPECT_EQ(reply["variables"], (json{"y_Pred", "y_Resid"}));
  const auto found = rows(path("a.xdf"));
  EXPECT_EQ(found.schema->size(), 8u);
  const auto y = found.numbers("y"), p = found.numbers("y_Pred"), r = found.numbers("y_Resid");
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_NEAR(y[i], p[i] + r[i], 1e-6);
    sum += r[i];
  }
  EXPECT_NEAR(sum, 0, 1e-4);
  EXPECT_TRUE(has(error({{"op", "predict"}, {"model", fit["model"]}, {"data", path("a.xdf")}}),
                  "the variable exists: y_Pred"));
  run({{"op", "predict"}, {"model", fit["model"]}, {"data", path("a.xdf")}, {"overwrite", true}});
}

TEST_F(AnalysisTest, PredictionsGoToAnotherFile) {
  const auto fit = run(model());
  run({{"op", "predict"},
       {"model", fit["model"]},
       {"data", path("a.xdf")},
       {"outData", path("p.xdf")},
       {"extraVarsToWrite", {"w"}},
       {"writeModelVars", true}});
  EXPECT_EQ(rows(path("p.xdf")).schema->names()[0], "y_Pred");
  EXPECT_TRUE(rows(path("p.xdf")).schema->find("w"));
  EXPECT_TRUE(has(error({{"op", "predict"},
                         {"model", fit["model"]},
                         {"data", path("a.xdf")},
                         {"outData", path("p.xdf")}}),
                  "exists"));
}

TEST_F(AnalysisTest, TheTransformsOfAModelAreAppliedAgain) {
  const auto fit = run(model({{"formula", "y ~ z"}, {"transforms", pairs({{"z", "log(x + 1)"}})}}));
  run({{"op", "predict"},
       {"model", fit["model"]},
       {"data", path("a.xdf")},
       {"outData", path("p.xdf")}});
  EXPECT_EQ(rows(path("p.xdf")).rows(), 60u);
}

TEST_F(AnalysisTest, DamagedModelsAreRefused) {
  auto text = run(model())["model"].get<std::string>();
  EXPECT_FALSE(error<DataError>({{"op", "predict"},
                                 {"model", text.substr(0, text.size() / 8 * 4)},
                                 {"data", path("a.xdf")},
                                 {"outData", path("p.xdf")}})
                   .empty());
  EXPECT_FALSE(
      error(
          {{"op", "predict"}, {"model", "?"}, {"data", path("a.xdf")}, {"outData", path("p.xdf")}})
          .empty());
  EXPECT_FALSE(std::filesystem::exists(path("p.xdf")));
}

TEST_F(AnalysisTest, UnknownVariablesSuggestTheNearest) {
  EXPECT_TRUE(has(error(model({{"formula", "y ~ xx + f"}})), "xx (did you mean x?)"));
  EXPECT_TRUE(has(error({{"op", "summary"}, {"data", path("a.xdf")}, {"formula", "~ constnt"}}),
                  "did you mean constant?"));
}

TEST_F(AnalysisTest, BadData) {
  EXPECT_TRUE(has(error<DataError>(model({{"pweights", "negative"}})), "negative"));
  const auto aliased = run(model({{"formula", "y ~ constant + x"}}));
  EXPECT_TRUE(has(aliased["printed"]["print"], "Dropped"));
  const auto flat = run(model({{"formula", "constant ~ x"}}));
  EXPECT_EQ(flat["nValidObs"], 60);
  const auto few = run(model({{"formula", "y ~ x"}, {"rowSelection", "x == 3"}, {"numRows", 4}}));
  EXPECT_FALSE(few["printed"]["summary"].get<std::string>().empty());
  try {  // no rows at all: a model of nothing or a sentence that says so
    const auto none = run(model({{"rowSelection", "x > 100"}}));
    EXPECT_EQ(none["nValidObs"], 0);
  } catch (const Error& failure) {
    EXPECT_TRUE(has(failure.what(), "row") || has(failure.what(), "observation")) << failure.what();
  }
  try {
    const auto missing = run(model({{"transforms", pairs({{"y", "y * NA"}})}}));
    EXPECT_EQ(missing["nValidObs"], 0);
  } catch (const Error& failure) {
    EXPECT_TRUE(has(failure.what(), "row") || has(failure.what(), "observation") ||
                has(failure.what(), "missing"))
        << failure.what();
  }
}

TEST_F(AnalysisTest, LevelsThatDataDoNotHave) {
  auto source = text_source(path("a.csv"));
  source["colInfo"] = {{"f", {{"type", "factor"}, {"levels", {"odd", "neither"}}}}};
  const auto reply = run({{"op", "summary"}, {"data", source}, {"formula", "~f"}});
  EXPECT_EQ(reply["categorical"][0]["Counts"], (json{30, 0}));
  EXPECT_EQ(reply["headings"][0]["missing"], 30);
}

TEST_F(AnalysisTest, TheSameBitsOnAnyNumberOfThreads) {
  std::string text = "y,x,f\n";
  for (int i = 0; i < 150000; ++i)
    text += std::to_string(std::sin(i) * 3 + i % 17) + "," + std::to_string(i % 1013) + ",l" +
            std::to_string(i * 31 % 7) + "\n";
  auto source = text_source(write("big.csv", text));
  source["stringsAsFactors"] = true;
  std::string first;  // texts, because NaN differs from itself
  for (const int threads : {1, 2, 3, 8}) {
    auto reply = run(model({{"data", source},
                            {"formula", "y ~ x + f"},
                            {"context", {{"type", "RxLocalSeq"}, {"numCoresToUse", threads}}}}));
    reply.erase("params");
    json found = {reply, json::array()};
    for (const auto& array : reply_.arrays) found[1].push_back(array.values);
    if (first.empty()) first = found.dump();
    EXPECT_TRUE(found.dump() == first) << threads;
  }
}

}  // namespace
}  // namespace insitu
