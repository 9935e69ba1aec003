// Fixed-format text, described by colInfo or a .sts file.
#include "base/named.hpp"
#include "fixture.hpp"

namespace insitu {
namespace {

using nlohmann::json;

FileSystemPtr files(const std::string& schema, const std::string& text = "12 ab 3.5\n 7cde   4\n",
                    const std::string& name = "/d/t.dat") {
  return std::make_shared<MemoryFiles>(
      std::map<std::string, std::string>{{"/d/t.sts", schema}, {name, text}});
}

std::shared_ptr<const DataSource> open_schema(const std::string& schema,
                                              json options = json::object()) {
  options["file"] = "/d/t.sts";
  return make_text_source(text_descriptor(options), files(schema));
}

TEST(TextFixed, SchemaFilesSayWhereVariablesStand) {
  for (const std::string schema : {"FILE t.dat\nVARIABLES\n  n 1-2\n  s 3-5 (A)\n  x 7-9\n",
                                   "file \"/d/t.dat\"\r\nfirst line 1\r\n\r\nvariables\r\nn "
                                   "1-2\r\n\"s\" 3-5 (a)\r\nx 7-9\r\n"}) {
    const auto source = open_schema(schema);
    EXPECT_EQ(columns_of(*source), "n:float32 s:character x:float32");
    EXPECT_EQ(rows_of(*source), (Rows{"12|ab|3.5", "7|cde|4"}));
    const auto copy = make_text_source(json::parse(source->recipe().options), files(schema));
    EXPECT_EQ(rows_of(*copy), rows_of(*source));
    EXPECT_EQ(source->file_of(source->splits().at(0)), "/d/t.dat");
  }
}

TEST(TextFixed, FirstLineAndColInfoChangeTheSchema) {
  const auto source =
      open_schema("FILE t.dat\nFIRST LINE 2\nVARIABLES\nn 1-2\ns 3-5 (A)\n",
                  {{"colInfo", {{"s", {{"type", "factor"}, {"width", 2}, {"newName", "code"}}}}}});
  EXPECT_EQ(columns_of(*source), "n:float32 code:factor");
  EXPECT_EQ(rows_of(*source), Rows{"7|cd"});
}

TEST(TextFixed, ColInfoAloneDescribesAFile) {
  const json info = {{"n", {{"start", 1}, {"width", 2}}},
                     {"x", {{"start", 7}, {"width", 3}, {"type", "numeric"}}}};
  const auto source =
      make_text_source(text_descriptor({{"file", "/d/t.dat"}, {"colInfo", info}}), files("x"));
  EXPECT_EQ(columns_of(*source), "n:integer x:numeric");
  EXPECT_EQ(rows_of(*source), (Rows{"12|3.5", "7|4"}));
}

TEST(TextFixed, DecimalPlacesAreImplied) {
  const json info = {
      {"x", {{"start", 1}, {"width", 5}, {"type", "numeric"}, {"decimalPlaces", 2}}}};
  const auto source = make_text_source(text_descriptor({{"file", "/d/t.dat"}, {"colInfo", info}}),
                                       files("x", "12345\n  1.5\n\n   NA\n  -7 \n"));
  EXPECT_EQ(rows_of(*source), (Rows{"123.45", "1.5", "<NA>", "-0.070000000000000007"}));
}

TEST(TextFixed, ShortLinesLackTheirLastFields) {
  const json info = {{"a", {{"start", 1}, {"width", 2}, {"type", "integer"}}},
                     {"b", {{"start", 3}, {"width", 2}, {"type", "integer"}}}};
  const auto source = make_text_source(text_descriptor({{"file", "/d/t.dat"}, {"colInfo", info}}),
                                       files("x", "1 2\n1\r\n1 23456"));
  EXPECT_EQ(rows_of(*source), (Rows{"1|2", "1|<NA>", "1|23"}));
}

TEST(TextFixed, SplitsChangeNothing) {
  std::string text;
  for (int i = 100; i < 999; ++i) text += std::to_string(i) + "x\"\n";
  const json info = {{"n", {{"start", 1}, {"width", 3}}},
                     {"s", {{"start", 4}, {"width", 2}, {"type", "character"}}}};
  const auto descriptor = text_descriptor({{"file", "/d/t.dat"}, {"colInfo", info}});
  const auto whole = rows_of(*make_text_source(descriptor, files("x", text)));
  EXPECT_EQ(whole.size(), 899u);
  EXPECT_EQ(whole[0], "100|x\"");
  for (const std::uint64_t bytes : {1u, 5u, 6u, 100u})
    EXPECT_EQ(rows_of(*make_text_source(descriptor, files("x", text), bytes)), whole);
}

TEST(TextFixed, WhatIsWrongIsSaid) {
  struct Case {
    const char *schema, *message;
  };
  const Case cases[] = {
      {"FILE t.dat\nVARIABLES\nn one\n",
       "expected the columns of the variable, for example 12-14: /d/t.sts, line 3: n one"},
      {"FILE t.dat\nVARIABLES\nn 5-3\n", "line 3"},
      {"FILE t.dat\nVARIABLES\nn 1-3\nn 4\n", "a variable occurs twice"},
      {"FILE t.dat\nVARIABLES\nn 1-3 (Q)\n", "expected (A) for characters"},
      {"FILE t.dat\nFIRST 2\nVARIABLES\nn 1\n", "expected FIRST LINE <number>"},
      {"VARIABLES\nn 1\n", "names no FILE"},
      {"FILE t.dat\n", "names no VARIABLES"},
      {"FILE none.dat\nVARIABLES\nn 1\n", "file not found: /d/none.dat"},
      {"what\n", "expected FILE, FIRST LINE or VARIABLES"},
  };
  for (const auto& test : cases) {
    try {
      open_schema(test.schema);
      ADD_FAILURE() << test.message;
    } catch (const Error& error) {
      EXPECT_NE(in_words_of_r(error.what()).find(test.message), std::string::npos) << error.what();
    }
  }
  // B5: what the file does not have is left out.
  EXPECT_EQ(columns_of(*open_schema("FILE t.dat\nVARIABLES\nn 1\n",
                                    {{"colInfo", {{"m", {{"type", "integer"}}}}}})),
            "n:float32");
  EXPECT_THROW(make_text_source(text_descriptor({{"file", "/d/t.dat"}, {"isFixedFormat", true}}),
                                files("x")),
               InvalidArgument);
  EXPECT_THROW(
      make_text_source(text_descriptor({{"file", "/d/t.dat"},
                                        {"colInfo", {{"n", {{"start", 0}, {"width", 1}}}}}}),
                       files("x")),
      InvalidArgument);
}

}  // namespace
}  // namespace insitu
