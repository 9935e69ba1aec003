#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

using ImportTest = RequestTest;

constexpr const char* kSmall =
    "day,delay,hour\nMonday,3,8.5\nTuesday,NA,9\nMonday,7,10.25\nWednesday,-2,12\n";

TEST_F(ImportTest, TextBecomesAnXdf) {
  const auto csv = write("a.csv", kSmall);
  const auto reply = run({{"op", "import"},
                          {"inData", text_source(csv)},
                          {"outFile", path("a.xdf")},
                          {"stringsAsFactors", true}});
  EXPECT_EQ(reply["numRows"], 4);
  EXPECT_EQ(reply["numVars"], 3);
  EXPECT_EQ(reply["outFile"]["file"], path("a.xdf"));
  const auto info =
      run({{"op", "info"}, {"data", path("a.xdf")}, {"getVarInfo", true}, {"getBlockSizes", true}});
  EXPECT_EQ(info["numRows"], 4);
  EXPECT_EQ(info["numBlocks"], 1);
  EXPECT_EQ(info["varInfo"][0]["levels"], (json{"Monday", "Tuesday", "Wednesday"}));
  EXPECT_EQ(info["varInfo"][1]["low"], -2);
  EXPECT_EQ(info["varInfo"][1]["high"], 7);
  EXPECT_TRUE(
      has(info["printed"], "Var 1: day\n       3 factor levels: Monday Tuesday Wednesday\n"))
      << info["printed"];
  EXPECT_TRUE(
      has(info["printed"], "File name: " + path("a.xdf") + " \nNumber of observations: 4 \n"))
      << info["printed"];
}

TEST_F(ImportTest, APathIsKnownByItsEnding) {
  const auto csv = write("a.csv", kSmall);
  EXPECT_EQ(table(run({{"op", "import"}, {"inData", csv}})["frame"]).rows(), 4u);
}

TEST_F(ImportTest, RowsComeBackWithoutATarget) {
  const auto csv = write("a.csv", kSmall);
  const auto found = table(run({{"op", "import"}, {"inData", text_source(csv)}})["frame"]);
  EXPECT_EQ(found.schema->names(), (std::vector<std::string>{"day", "delay", "hour"}));
  EXPECT_EQ(found.texts("day"),
            (std::vector<std::string>{"Monday", "Tuesday", "Monday", "Wednesday"}));
  EXPECT_TRUE(std::isnan(found.numbers("delay")[1]));
}

TEST_F(ImportTest, BlocksAreRowsPerRead) {
  std::string text = "x\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + "\n";
  auto source = text_source(write("a.csv", text));
  source["rowsPerRead"] = 300;
  run({{"op", "import"}, {"inData", source}, {"outFile", path("a.xdf")}});
  EXPECT_EQ(run({{"op", "info"}, {"data", path("a.xdf")}, {"getBlockSizes", true}})["rowsPerBlock"],
            (json{300, 300, 300, 100}));
  run({{"op", "import"},
       {"inData", text_source(path("a.csv"))},
       {"outFile", path("b.xdf")},
       {"rowsPerRead", 400}});
  EXPECT_EQ(run({{"op", "info"}, {"data", path("b.xdf")}, {"getBlockSizes", true}})["rowsPerBlock"],
            (json{400, 400, 200}));
}

TEST_F(ImportTest, AppendingRowsExtendsTheFile) {
  const auto csv = write("a.csv", kSmall);
  const json request = {{"op", "import"},
                        {"inData", text_source(csv)},
                        {"outFile", path("a.xdf")},
                        {"append", "rows"}};
  run(request);
  run(request);
  const auto info = run({{"op", "info"}, {"data", path("a.xdf")}, {"getBlockSizes", true}});
  EXPECT_EQ(info["numRows"], 8);
  EXPECT_EQ(info["rowsPerBlock"], (json{4, 4}));
}

TEST_F(ImportTest, ProgressIsPrintedAtTheWantedLevel) {
  const auto csv = write("a.csv", kSmall);
  json request = {{"op", "import"},
                  {"inData", text_source(csv)},
                  {"outFile", path("a.xdf")},
                  {"overwrite", true},
                  {"reportProgress", 2}};
  run(request);
  EXPECT_TRUE(has(output_, "Rows Read: 4, Total Rows Processed: 4, Total Chunk Time: ")) << output_;
  request["reportProgress"] = 0;
  run(request);
  EXPECT_EQ(output_, "");
}

TEST_F(ImportTest, AMissingFileIsNamed) {
  EXPECT_TRUE(has(error<DataError>({{"op", "import"}, {"inData", text_source(path("none.csv"))}}),
                  path("none.csv")));
  EXPECT_TRUE(
      has(error<DataError>({{"op", "info"}, {"data", path("none.xdf")}}), path("none.xdf")));
}

TEST_F(ImportTest, ADirectoryIsNoXdf) {
  std::filesystem::create_directory(path("d"));
  const auto text = error<DataError>({{"op", "info"}, {"data", path("d")}});
  EXPECT_TRUE(has(text, "folder holds no files") && has(text, path("d"))) << text;
}

TEST_F(ImportTest, RaggedRowsNameFileAndLine) {
  const auto csv = write("a.csv", "a,b\n1,2\n3\n4,5\n");
  const auto text = error<DataError>(
      {{"op", "import"}, {"inData", text_source(csv)}, {"outFile", path("a.xdf")}});
  EXPECT_TRUE(has(text, csv) && has(text, "line 3")) << text;
  EXPECT_EQ(files(), 1u);
}

TEST_F(ImportTest, AnExistingTargetIsKept) {
  const auto csv = write("a.csv", kSmall);
  const json request = {{"op", "import"}, {"inData", text_source(csv)}, {"outFile", path("a.xdf")}};
  run(request);
  const auto before = bytes("a.xdf");
  const auto text = error(request);
  EXPECT_TRUE(has(text, "outFile exists: " + path("a.xdf")) && has(text, "overwrite")) << text;
  EXPECT_EQ(bytes("a.xdf"), before);
}

TEST_F(ImportTest, AFailingImportKeepsTheOldFile) {
  const auto good = write("a.csv", kSmall), bad = write("b.csv", "a,b\n1,2\n3\n");
  run({{"op", "import"}, {"inData", text_source(good)}, {"outFile", path("a.xdf")}});
  const auto before = bytes("a.xdf");
  error<DataError>({{"op", "import"},
                    {"inData", text_source(bad)},
                    {"outFile", path("a.xdf")},
                    {"overwrite", true}});
  EXPECT_EQ(bytes("a.xdf"), before);
  EXPECT_EQ(files(), 3u);
}

TEST_F(ImportTest, AFolderThatDoesNotExistIsNamed) {
  const auto csv = write("a.csv", kSmall);
  const auto text = error<DataError>(
      {{"op", "import"}, {"inData", text_source(csv)}, {"outFile", path("no/a.xdf")}});
  EXPECT_TRUE(has(text, "folder of outFile does not exist: " + path("no"))) << text;
}

TEST_F(ImportTest, TruncatedAndFlippedXdfFilesAreRefused) {
  std::string text = "x,y\n";
  for (int i = 0; i < 500; ++i) text += std::to_string(i) + "," + std::to_string(i * i) + "\n";
  run({{"op", "import"},
       {"inData", text_source(write("a.csv", text))},
       {"outFile", path("a.xdf")}});
  const auto whole = bytes("a.xdf");
  for (const double share : {0.0, 0.1, 0.5, 0.9, 0.999}) {
    write("t.xdf",
          whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()))));
    error<DataError>({{"op", "data_step"}, {"inData", path("t.xdf")}});
  }
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 97 + 1) {
    auto flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    write("f.xdf", flipped);
    try {
      run({{"op", "data_step"}, {"inData", path("f.xdf")}});
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(ImportTest, NoRowsAndOneRow) {
  run({{"op", "import"},
       {"inData", text_source(write("a.csv", "a,b\n1,2\n"))},
       {"outFile", path("one.xdf")}});
  EXPECT_EQ(run({{"op", "info"}, {"data", path("one.xdf")}})["numRows"], 1);
  auto source = text_source(write("b.csv", "a,b\n"));
  source["firstRowIsColNames"] = true;
  run({{"op", "import"}, {"inData", source}, {"outFile", path("none.xdf")}});
  const auto info = run({{"op", "info"}, {"data", path("none.xdf")}});
  EXPECT_EQ(info["numRows"], 0);
  EXPECT_EQ(info["numVars"], 2);
}

TEST_F(ImportTest, NamesWithBlanksAndUtf8) {
  const auto csv = write("ä b.csv", "größe (m),日本\n1.5,x\n2.5,y\n");
  run({{"op", "import"}, {"inData", text_source(csv)}, {"outFile", path("ü 1.xdf")}});
  EXPECT_EQ(rows(path("ü 1.xdf")).schema->names(), (std::vector<std::string>{"größe (m)", "日本"}));
}

TEST_F(ImportTest, AMillionCharacters) {
  const std::string longest(1000000, 'z');
  run({{"op", "import"},
       {"inData", text_source(write("a.csv", "a,b\n1," + longest + "\n2,x\n"))},
       {"outFile", path("a.xdf")}});
  EXPECT_EQ(rows(path("a.xdf")).texts("b")[0], longest);
}

TEST_F(ImportTest, FiveThousandColumns) {
  std::string names, values;
  for (int i = 0; i < 5000; ++i) {
    names += (i ? ",v" : "v") + std::to_string(i);
    values += (i ? "," : "") + std::to_string(i);
  }
  run({{"op", "import"},
       {"inData", text_source(write("a.csv", names + "\n" + values + "\n" + values + "\n"))},
       {"outFile", path("a.xdf")}});
  const auto found = rows(path("a.xdf"));
  EXPECT_EQ(found.schema->size(), 5000u);
  EXPECT_EQ(found.numbers("v4999"), (std::vector<double>{4999, 4999}));
}

TEST_F(ImportTest, AHundredThousandLevels) {
  std::string text = "f\n";
  for (int i = 0; i < 100000; ++i) text += "level" + std::to_string(i) + "\n";
  auto source = text_source(write("a.csv", text));
  source["firstRowIsColNames"] = true;
  run({{"op", "import"},
       {"inData", source},
       {"outFile", path("a.xdf")},
       {"stringsAsFactors", true}});
  const auto found = rows(path("a.xdf"));
  EXPECT_EQ((*found.schema)[0].levels->size(), 100000u);
  EXPECT_EQ(found.texts("f")[99999], "level99999");
}

}  // namespace
}  // namespace insitu
