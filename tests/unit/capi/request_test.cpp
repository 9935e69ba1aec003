// The border itself: keys, kinds of values, contexts.
#include <fcntl.h>

#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

using BorderTest = RequestTest;

TEST_F(BorderTest, UnknownKeysAndOperationsSuggestTheNearest) {
  EXPECT_EQ(error({{"op", "sumary"}}), "unknown operation: 'sumary' (did you mean summary?)");
  EXPECT_EQ(error({{"op", "info"}, {"dta", "x.xdf"}}),
            "info: unknown argument: dta (did you mean data?)");
  EXPECT_EQ(error({{"op", "data_step"}, {"rowSelect", "x > 1"}}),
            "data_step: unknown argument: rowSelect (did you mean rowSelection?)");
}

TEST_F(BorderTest, ValuesOfTheWrongKindAreNamed) {
  EXPECT_EQ(error({{"op", "data_step"}, {"overwrite", "yes"}}),
            "overwrite must be true or false, not \"yes\"");
  EXPECT_EQ(error({{"op", "data_step"}, {"numRows", 1.5}}),
            "numRows must be a whole number, not 1.5");
  EXPECT_EQ(error({{"op", "info"}, {"data", 3}}),
            "data must be a path or the description of a data source, not 3");
  EXPECT_EQ(error({{"op", "data_step"}, {"varsToKeep", {1, 2}}}),
            "varsToKeep must be an array of texts, not [1,2]");
  EXPECT_EQ(error({{"op", "info"}, {"data", "x.xdf"}, {"reportProgress", 7}}),
            "reportProgress must be 0, 1, 2 or 3, not 7");
}

TEST_F(BorderTest, ContradictionsAreRefused) {
  EXPECT_EQ(error({{"op", "data_step"}, {"varsToKeep", {"a", "b"}}, {"varsToDrop", {"b"}}}),
            "variable both in varsToKeep and varsToDrop: b");
  EXPECT_TRUE(
      has(error({{"op", "summary"}, {"pweights", "a"}, {"fweights", "b"}}), "exclude each other"));
}

TEST_F(BorderTest, TextThatIsNotJsonIsRefused) {
  for (const std::string text : {"", "{", "[1]", "null", "{\"op\": \"info\", }", "\"op\""})
    EXPECT_THROW(insitu::run({text, {}, {}}, {}), InvalidArgument) << text;
  EXPECT_THROW(insitu::run({std::string(200000, '['), {}, {}}, {}), InvalidArgument);
}

TEST_F(BorderTest, ContextsAreKnownByName) {
  const auto csv = write("a.csv", "x\n1\n2\n");
  for (const auto* type : {"RxLocalSeq", "RxLocalParallel", "RxForeachDoPar"})
    EXPECT_EQ(table(run({{"op", "import"},
                         {"inData", text_source(csv)},
                         {"context", {{"type", type}, {"numCoresToUse", 2}}}})["frame"])
                  .rows(),
              2u);
  EXPECT_EQ(
      error(
          {{"op", "import"}, {"inData", text_source(csv)}, {"context", {{"type", "RxLocalSec"}}}}),
      "unknown compute context: 'RxLocalSec' (did you mean RxLocalSeq?)");
  EXPECT_TRUE(has(error({{"op", "import"},
                         {"inData", text_source(csv)},
                         {"context", {{"type", "RxLocalSeq"}, {"numCoresUse", 2}}}}),
                  "did you mean numCoresToUse?"));
}

TEST_F(BorderTest, UnknownSourceTypesSuggestTheNearest) {
  EXPECT_EQ(error({{"op", "info"}, {"data", {{"type", "RxXdfDat"}, {"file", "a"}}}}),
            "unknown data source type: 'RxXdfDat' (did you mean RxXdfData?)");
}

TEST_F(BorderTest, AnInterruptStopsTheRun) {
  std::string text = "x\n";
  for (int i = 0; i < 200000; ++i) text += "1\n";
  const auto csv = write("a.csv", text);
  Callbacks callbacks;
  callbacks.interrupted = [] { return true; };
  const json request = {{"op", "import"}, {"inData", text_source(csv)}, {"outFile", path("a.xdf")}};
  EXPECT_THROW(insitu::run({request.dump(), {}, {}}, callbacks), Cancelled);
  EXPECT_EQ(files(), 1u);
}

TEST_F(BorderTest, DoctorSaysWhatContextsCanUse) {
  const auto reply = run({{"op", "doctor"}});
  ASSERT_FALSE(reply["contexts"].empty());
  for (const auto& context : reply["contexts"]) {
    EXPECT_FALSE(context["checks"].empty());
    for (const auto& check : context["checks"])
      EXPECT_TRUE(check["ok"] == true || !check["mend"].get<std::string>().empty());
  }
  EXPECT_TRUE(has(reply["printed"], "RxLocalSeq: usable"));
}

TEST_F(BorderTest, QuantilesOfStudentsTGoToTheFaces) {  // figures of R's qt
  EXPECT_NEAR(run({{"op", "t_quantile"}, {"p", 0.025}, {"df", 44}, {"upper", true}})["value"],
              2.0153675744437645, 1e-13);
  EXPECT_NEAR(run({{"op", "t_quantile"}, {"p", 0.05}, {"df", 1.5}})["value"], -3.7051808200967509,
              1e-12);
  EXPECT_TRUE(run({{"op", "t_quantile"}, {"p", 0.05}, {"df", 0}})["value"].is_null());
  EXPECT_TRUE(run({{"op", "t_quantile"}, {"p", 0}, {"df", 3}})["value"].is_null());
}

TEST_F(BorderTest, SourcesPrintWithoutBeingOpened) {
  EXPECT_EQ(run({{"op", "print_source"}, {"data", "/none.xdf"}})["printed"],
            "RxXdfData Source\n\"/none.xdf\"\nfileSystem: \n\tfileSystemType: native\n");
}

TEST_F(BorderTest, HandlesReadAndWritePiecewise) {
  std::string text = "x\n";
  for (int i = 0; i < 250; ++i) text += std::to_string(i) + "\n";
  auto source = text_source(write("a.csv", text));
  run({{"op", "import"}, {"inData", source}, {"outFile", path("a.xdf")}, {"rowsPerRead", 100}});
  const auto reader = run({{"op", "open"}, {"data", path("a.xdf")}, {"mode", "r"}})["handle"];
  std::vector<std::size_t> sizes;
  std::vector<double> first;
  for (;;) {
    const auto reply = run({{"op", "read_next"}, {"handle", reader}});
    const auto part = table(reply["frame"]);
    if (reply["end"] == true) break;
    sizes.push_back(part.rows());
    first.push_back(part.numbers("x")[0]);
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{100, 100, 50}));
  EXPECT_EQ(first, (std::vector<double>{0, 100, 200}));
  EXPECT_EQ(run({{"op", "close"}, {"handle", reader}})["closed"], true);
  EXPECT_TRUE(has(error({{"op", "read_next"}, {"handle", reader}}), "no data source is open"));

  const auto writer = run({{"op", "open"}, {"data", path("b.xdf")}, {"mode", "w"}})["handle"];
  run({{"op", "write_next"}, {"handle", writer}, {"from", path("a.xdf")}});
  run({{"op", "write_next"}, {"handle", writer}, {"from", path("a.xdf")}});
  EXPECT_FALSE(std::filesystem::exists(path("b.xdf")));
  run({{"op", "close"}, {"handle", writer}});
  EXPECT_EQ(run({{"op", "info"}, {"data", path("b.xdf")}, {"getBlockSizes", true}})["rowsPerBlock"],
            (json{250, 250}));
}

TEST_F(BorderTest, SetInfoChangesWhatAFileSays) {
  run({{"op", "import"},
       {"inData", text_source(write("a.csv", "f,x\na,1\nb,2\n"))},
       {"outFile", path("a.xdf")},
       {"stringsAsFactors", true}});
  run({{"op", "set_var_info"},
       {"data", path("a.xdf")},
       {"varInfo",
        {{{"name", "f"}, {"newName", "group"}, {"levels", {"A", "B"}}, {"description", "a group"}},
         {{"position", 2}, {"low", 0}, {"high", 9}}}}});
  run({{"op", "set_info"}, {"data", path("a.xdf")}, {"description", "a small file"}});
  const auto info = run({{"op", "info"}, {"data", path("a.xdf")}, {"getVarInfo", true}});
  EXPECT_EQ(info["description"], "a small file");
  EXPECT_EQ(info["varInfo"][0]["name"], "group");
  EXPECT_EQ(info["varInfo"][0]["description"], "a group");
  EXPECT_EQ(info["varInfo"][1]["high"], 9);
  EXPECT_EQ(rows(path("a.xdf")).texts("group"), (std::vector<std::string>{"A", "B"}));
  EXPECT_TRUE(has(error({{"op", "set_var_info"},
                         {"data", path("a.xdf")},
                         {"varInfo", {{{"name", "group"}, {"levels", {"A"}}}}}}),
                  "has 2 levels, not 1"));
  EXPECT_TRUE(has(error({{"op", "set_var_info"},
                         {"data", path("a.xdf")},
                         {"varInfo", {{{"name", "grop"}, {"low", 1}}}}}),
                  "variable not found: grop (did you mean group?)"));
}

}  // namespace
}  // namespace insitu
