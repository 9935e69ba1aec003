#include "sources/text_source.hpp"

#include <random>

#include "text_fixture.hpp"

namespace insitu {
namespace {

using nlohmann::json;

struct Reading {
  const char* what;
  std::string text;
  const char* columns;
  Rows rows;
  json options = json::object();
};

class TextReading : public ::testing::TestWithParam<Reading> {};

TEST_P(TextReading, GivesColumnsAndRows) {
  const auto& expected = GetParam();
  for (const bool mapped : {true, false}) {
    const auto source =
        make_text_source(text_descriptor(expected.options), one_file(expected.text, mapped));
    EXPECT_EQ(columns_of(*source), expected.columns) << expected.what;
    EXPECT_EQ(rows_of(*source), expected.rows) << expected.what;
  }
}

const Reading kReadings[] = {
    {"plain",
     "a,b,c\n1,2.5,x\n2,3.5,y\n",
     "a:integer b:float32 c:character",
     {"1|2.5|x", "2|3.5|y"}},
    {"no final newline", "a,b\n1,2\n3,4", "a:integer b:integer", {"1|2", "3|4"}},
    {"CRLF", "a,b\r\n1,x\r\n3,y\r\n", "a:integer b:character", {"1|x", "3|y"}},
    {"CRLF without the last LF", "a,b\r\n1,x\r\n3,y\r", "a:integer b:character", {"1|x", "3|y"}},
    {"CR alone", "a,b\r1,x\r3,y\r", "a:integer b:character", {"1|x", "3|y"}},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a,b\n1,2\n",
     "a:integer b:integer",
     {"1|2"}},
    {"tab", "a\tb\n1\tx y\n", "a:integer b:character", {"1|x y"}},
    {"semicolon", "a;b\n1;2,5\n2;3\n", "a:integer b:character", {"1|2,5", "2|3"}},
    {"semicolon, decimal comma",
     "a;b\n1;2,5\n2;3\n",
     "a:integer b:float32",
     {"1|2.5", "2|3"},
     {{"decimalPoint", ","}}},
    {"space",
     "a b  c\n  1   2 x\n3 4 y   \n",
     "a:integer b:integer c:character",
     {"1|2|x", "3|4|y"}},
    {"hyphen", "a-b\n1-2\n", "a:integer b:integer", {"1|2"}, {{"delimiter", "-"}}},
    {"combined commas",
     "a,b\n1,,2\n3,4\n",
     "a:integer b:integer",
     {"1|2", "3|4"},
     {{"delimiter", ","}, {"combineDelimiters", true}}},
    {"quotes",
     "a,b\n1,\"x, y\"\n2,\"say \"\"hi\"\"\"\n3,\"\"\n",
     "a:integer b:character",
     {"1|x, y", "2|say \"hi\"", "3|"}},
    {"line end within quotes",
     "a,b\n1,\"x\ny\"\n2,\"\n\n\"\n",
     "a:integer b:character",
     {"1|x\ny", "2|\n\n"}},
    {"CRLF within quotes", "a,b\r\n1,\"x\r\ny\"\r\n", "a:integer b:character", {"1|x\r\ny"}},
    {"blanks around quotes",
     "a,b,c\n1, \"x, y\" ,2\n",
     "a:integer b:character c:integer",
     {"1|x, y|2"}},
    {"text after quotes", "a,b\n1,\"x\"yz\n", "a:integer b:character", {"1|xyz"}},
    {"quote within a field",
     "a,b\n1,5\" pipe\n2,6\"\n",
     "a:integer b:character",
     {"1|5\" pipe", "2|6\""}},
    {"other quote mark",
     "a,b\n1,'x, y'\n2,\"\n",
     "a:integer b:character",
     {"1|x, y", "2|\""},
     {{"quoteMark", "'"}}},
    {"no quote mark",
     "a,b\n1,\"x\n2,y\"\n",
     "a:integer b:character",
     {"1|\"x", "2|y\""},
     {{"quoteMark", ""}}},
    {"quoted numbers", "a,b\n\"1\",\"2.5\"\n", "a:integer b:float32", {"1|2.5"}},
    {"blank lines", "a,b\n\n1,2\n\r\n3,4\n\n", "a:integer b:integer", {"1|2", "3|4"}},
    {"missing",
     "a,b,c\n1,NA,x\nNA,2.5,NA\n,,\n",
     "a:integer b:float32 c:character",
     {"1|<NA>|x", "<NA>|2.5|<NA>", "<NA>|<NA>|"}},
    {"a quoted missing code is text",
     "a,b\n1,\"NA\"\n\"NA\",NA\n2,x\n",
     "a:integer b:character",
     {"1|NA", "<NA>|<NA>", "2|x"}},
    {"missing code M",
     "a,b\n1,x\nM,M\n",
     "a:integer b:character",
     {"1|x", "<NA>|<NA>"},
     {{"missingValueString", "M"}}},
    {"missing code empty",
     "a,b\n1,x\n,\n",
     "a:integer b:character",
     {"1|x", "<NA>|<NA>"},
     {{"missingValueString", ""}}},
    {"missing code number",
     "a,b\n1,2.5\n-99,-99\n",
     "a:integer b:float32",
     {"1|2.5", "<NA>|<NA>"},
     {{"missingValueString", "-99"}}},
    {"all missing", "a,b\n1,NA\n2,\n", "a:integer b:float32", {"1|<NA>", "2|<NA>"}},
    {"all missing, character",
     "a,b\n1,NA\n2,\n",
     "a:integer b:character",
     {"1|<NA>", "2|"},
     {{"defaultMissingColType", "character"}}},
    {"logical",
     "a,b,c\nTRUE,T,1\nFALSE,F,2\nNA,NA,3\n",
     "a:logical b:logical c:integer",
     {"1|1|1", "0|0|2", "<NA>|<NA>|3"}},
    {"logical and number is character",
     "a,b\nTRUE,1\n2,1\n",
     "a:character b:integer",
     {"TRUE|1", "2|1"}},
    {"whole numbers beyond int32",
     "a,b\n2147483647,2147483648\n1,1\n",
     "a:integer b:numeric",
     {"2147483647|2147483648", "1|1"}},
    {"the smallest int32 means missing, so it is numeric",
     "a\n-2147483648\n1\n",
     "a:numeric",
     {"-2147483648", "1"}},
    {"twenty digits", "a\n12345678901234567890\n", "a:numeric", {"1.2345678901234567e+19"}},
    {"decimals as numeric",
     "a\n1.1\n",
     "a:numeric",
     {"1.1000000000000001"},
     {{"defaultDecimalColType", "numeric"}}},
    {"float32 is rounded once",
     "a\n1.2\n9.666666\n1e-3\n",
     "a:float32",
     {"1.20000005", "9.66666603", "0.00100000005"}},
    {"signs and exponents", "a,b\n+1,+1.5\n-0,-1e2\n", "a:integer b:float32", {"1|1.5", "0|-100"}},
    {"infinities",
     "a,b\n1,Inf\n2,-Inf\n3,NaN\n4,1.5\n",
     "a:integer b:float32",
     {"1|inf", "2|-inf", "3|<NA>", "4|1.5"}},
    {"blanks around numbers", "a,b\n 1 , 2.5 \n", "a:integer b:float32", {"1|2.5"}},
    {"strings keep their blanks", "a,b\n1, x \n", "a:integer b:character", {"1| x "}},
    {"thousands",
     "a;b\n1,234;1,234.5\n12;1\n",
     "a:integer b:float32",
     {"1234|1234.5", "12|1"},
     {{"thousandsSeparator", ","}}},
    {"no names", "1,x\n2,y\n", "V1:integer V2:character", {"1|x", "2|y"}},
    {"text without numbers has no names",
     "p,q\nr,s\n",
     "V1:character V2:character",
     {"p|q", "r|s"}},
    {"names asked for",
     "p,q\nr,s\n",
     "p:character q:character",
     {"r|s"},
     {{"firstRowIsColNames", true}}},
    {"names denied",
     "a,b\n1,2\n",
     "V1:character V2:character",
     {"a|b", "1|2"},
     {{"firstRowIsColNames", false}}},
    {"names only", "a,b\n", "a:float32 b:float32", {}},
    {"numbers as names", "\"2001\",\"2002\"\n1,2\n", "2001:integer 2002:integer", {"1|2"}},
    {"empty and repeated names", "x,,x\n1,2,3\n", "x:integer V2:integer x.1:integer", {"1|2|3"}},
    {"names with blanks and UTF-8",
     "dep time,Größe\n1,2\n",
     "dep time:integer Größe:integer",
     {"1|2"}},
    {"skipped lines",
     "# a \"title\nsecond\na,b\n1,2\n",
     "a:integer b:integer",
     {"1|2"},
     {{"rowsToSkip", 2}}},
    {"one column", "a\n1\n2\n", "a:integer", {"1", "2"}},
    {"factors",
     "a,b\n1,x\n2,y\n3,x\n",
     "a:integer b:factor",
     {"1|x", "2|y", "3|x"},
     {{"stringsAsFactors", true}}},
    {"factor: empty is missing",
     "a,b\n1,x\n2,\n3,\"\"\n",
     "a:integer b:factor",
     {"1|x", "2|<NA>", "3|<NA>"},
     {{"stringsAsFactors", true}}},
    {"factor: quoted and not are the same level",
     "a,b\n1,x\n2,\"x\"\n",
     "a:integer b:factor",
     {"1|x", "2|x"},
     {{"stringsAsFactors", true}}},
    {"factor of numbers",
     "a\n1\n2\n01\n",
     "a:factor",
     {"1", "2", "01"},
     {{"colClasses", {{"a", "factor"}}}}},
    {"colClasses",
     "a,b,c,d,e,f\n1,2,3,4,5,1\n",
     "a:int16 b:uint16 c:int64 d:numeric e:character f:logical",
     {"1|2|3|4|5|1"},
     {{"colClasses",
       {{"a", "int16"},
        {"b", "uint16"},
        {"c", "int64"},
        {"d", "numeric"},
        {"e", "character"},
        {"f", "logical"}}}}},
    {"colInfo before colClasses before stringsAsFactors",
     "a,b,c\n1,x,x\n",
     "a:numeric b:character c:factor",
     {"1|x|x"},
     {{"colClasses", {{"a", "character"}, {"b", "character"}}},
      {"colInfo", {{"a", {{"type", "numeric"}}}}},
      {"stringsAsFactors", true}}},
    {"whole decimals as integer",
     "a\n3.0\n1e3\n",
     "a:integer",
     {"3", "1000"},
     {{"colClasses", {{"a", "integer"}}}}},
    {"levels",
     "a\nx\ny\nz\n",
     "a:factor",
     {"x", "<NA>", "z"},
     {{"firstRowIsColNames", true}, {"colInfo", {{"a", {{"levels", {"z", "x"}}}}}}}},
    {"newLevels",
     "a\n1\n2\n3\n",
     "a:ordered",
     {"low", "high", "<NA>"},
     {{"colInfo",
       {{"a", {{"type", "ordered"}, {"levels", {"1", "2"}}, {"newLevels", {"low", "high"}}}}}}}},
    {"newLevels that join",
     "a\n1\n2\n3\n",
     "a:factor",
     {"low", "low", "high"},
     {{"colInfo", {{"a", {{"levels", {"1", "2", "3"}}, {"newLevels", {"low", "low", "high"}}}}}}}},
    {"factorIndex",
     "a\n0\n1\n5\n",
     "a:factor",
     {"x", "y", "<NA>"},
     {{"colInfo", {{"a", {{"type", "factorIndex"}, {"levels", {"x", "y"}}}}}}}},
    {"newName",
     "a,b\n1,2\n",
     "A:integer b:integer",
     {"1|2"},
     {{"colInfo", {{"a", {{"newName", "A"}}}}}}},
    {"index",
     "1,x\n2,y\n",
     "V1:integer name:character",
     {"1|x", "2|y"},
     {{"colInfo", json::array({{{"index", 2}, {"newName", "name"}}})}}},
    {"varsToKeep after newName, in the file's order",
     "a,b,c\n1,2,3\n",
     "A:integer c:integer",
     {"1|3"},
     {{"colInfo", {{"a", {{"newName", "A"}}}}}, {"varsToKeep", {"c", "A", "unknown"}}}},
    {"varsToDrop", "a,b,c\n1,2,3\n", "a:integer c:integer", {"1|3"}, {{"varsToDrop", {"b"}}}},
    {"dates",
     "d\n2012-01-31\n12/2/1\n20120301\nNA\n\n",
     "d:Date",
     {"15370", "15371", "15400", "<NA>"},
     {{"firstRowIsColNames", true}, {"colClasses", {{"d", "Date"}}}}},
    {"times",
     "d\n2012-01-31 01:02:03\n1970-01-01\n1970-01-01 12:00 pm\n",
     "d:POSIXct",
     {"1327971723", "0", "43200"},
     {{"firstRowIsColNames", true}, {"colClasses", {{"d", "POSIXct"}}}}},
    {"gb18030",
     "\xc3\xfb,n\n\xce\xd2,1\n\x81\x30\x81\x30\"b,2\n",
     "\xe5\x90\x8d:character n:integer",
     {"\xe6\x88\x91|1", "\xc2\x80\"b|2"},
     {{"inputEncoding", "gb18030"}}},
    {"a file that says it is fast",
     "a,b\n1,2\n",
     "a:integer b:integer",
     {"1|2"},
     {{"useFastRead", true},
      {"verbose", 1},
      {"quotedDelimiters", true},
      {"delimiter", nullptr},
      {"rowsPerRead", 10}}},
};

INSTANTIATE_TEST_SUITE_P(Delimited, TextReading, ::testing::ValuesIn(kReadings));

struct Failure {
  const char* what;
  std::string text;
  std::string message;  // a part of it
  json options = json::object();
};

class TextFailing : public ::testing::TestWithParam<Failure> {};

TEST_P(TextFailing, NamesTheTrouble) {
  const auto& expected = GetParam();
  const auto message = error_of(expected.text, expected.options);
  EXPECT_NE(message.find(expected.message), std::string::npos) << expected.what << ": " << message;
}

const Failure kFailures[] = {
    {"too few fields", "a,b,c\n1,2,3\n4,5\n",
     "a record has 2 fields instead of 3: /t.csv, line 3, column 3 (c) is missing"},
    {"too many fields", "a,b\n1,2\n\n3,4,5\n",
     "a record has 3 fields instead of 2: /t.csv, line 4, column 3 is one too many"},
    {"too few in the last record", "a,b\n1,2\n3",
     "a record has 1 field instead of 2: /t.csv, line 3, column 2 (b) is missing"},
    {"lines in quotes count", "a,b\n1,\"x\ny\"\n3\n", "line 4"},
    {"unclosed quote", "a,b\n1,x\n2,\"y\n3,z\n",
     "a quoted field is not closed before the end of the file: /t.csv, line 3"},
    {"not an integer",
     "a,b\n1,2\nx1,2\n",
     "a value is not an integer: /t.csv, line 3, column 1 (a): \"x1\"",
     {{"colClasses", {{"a", "integer"}}}}},
    {"found after sniffing",
     "a\n1\n2\n2.5\n",
     "line 4, column 1 (a): \"2.5\"; if it is the missing code set missingValueString, else set "
     "the type by colClasses or raise rowsToSniff",
     {{"rowsToSniff", 2}}},
    {"not a number",
     "a\n1\nabc\n",
     "a value is not a number",
     {{"colClasses", {{"a", "numeric"}}}}},
    {"too large",
     "a\n1\n40000\n",
     "a value is not an integer of 16 bits",
     {{"colClasses", {{"a", "int16"}}}}},
    {"not a logical",
     "a\n1\n2\n",
     "a value is not a logical value",
     {{"colClasses", {{"a", "logical"}}}}},
    {"not a date",
     "a\n1\n2012-02-30\n",
     "a value is not a date of the pattern",
     {{"firstRowIsColNames", true}, {"colClasses", {{"a", "Date"}}}}},
    {"invalid UTF-8", "a,b\n1,\xffx\n",
     "a value is not utf-8 text: /t.csv, line 2, column 2 (b): \"\\xffx\"; set inputEncoding"},
    {"invalid UTF-8 in a level",
     "a,b\n1,\xffx\n",
     "a value is not utf-8 text",
     {{"stringsAsFactors", true}}},
    {"invalid gb18030", "a,b\n1,\xff\n", "invalid gb18030 text", {{"inputEncoding", "gb18030"}}},
    {"UTF-16",
     std::string("\xff\xfe"
                 "a\0",
                 4),
     "UTF-16"},
    {"empty file", "", "the file holds no text: /t.csv"},
    {"missing file", "", "file not found: /no.csv", {{"file", "/no.csv"}}},
    {"unknown argument",
     "a\n1\n",
     "unknown argument: delimeter (did you mean delimiter?)",
     {{"delimeter", ","}}},
    {"unknown column",
     "ArrDelay\n1\n",
     "not in the file: ArDelay (did you mean ArrDelay?)",
     {{"colClasses", {{"ArDelay", "integer"}}}}},
    {"unknown type", "a\n1\n", "type of variable a", {{"colClasses", {{"a", "intger"}}}}},
    {"kept and dropped",
     "a\n1\n",
     "varsToKeep and varsToDrop exclude each other",
     {{"varsToKeep", {"a"}}, {"varsToDrop", {"a"}}}},
    {"checked varsToKeep",
     "alpha\n1\n",
     "varsToKeep names a variable that is not in the file: alhpa (did you mean alpha?)",
     {{"varsToKeep", {"alhpa"}}, {"checkVarsToKeep", true}}},
    {"nothing kept", "a\n1\n", "varsToKeep leaves no variable", {{"varsToKeep", {"b"}}}},
    {"newLevels alone",
     "a\n1\n",
     "newLevels needs levels of the same length",
     {{"colInfo", {{"a", {{"newLevels", {"x"}}}}}}}},
    {"levels of a number",
     "a\n1\n",
     "levels are for factors",
     {{"colInfo", {{"a", {{"type", "integer"}, {"levels", {"x"}}}}}}}},
    {"level twice",
     "a\n1\n",
     "holds a level twice: x",
     {{"colInfo", {{"a", {{"levels", {"x", "x"}}}}}}}},
    {"same new name",
     "a,b\n1,2\n",
     "two variables have the same name: b",
     {{"colInfo", {{"a", {{"newName", "b"}}}}}}},
    {"index too large",
     "a\n1\n",
     "column index 2, but the file has 1 columns",
     {{"colInfo", json::array({{{"index", 2}}})}}},
    {"two missing codes",
     "a\n1\n",
     "missingValueString must be one string",
     {{"missingValueString", {"NA", "M"}}}},
    {"long delimiter", "a\n1\n", "delimiter must be one ASCII character", {{"delimiter", "||"}}},
    {"delimiter is quote",
     "a\n1\n",
     "delimiter and quoteMark are the same character",
     {{"delimiter", "\""}}},
    {"date pattern", "a\n1\n", "readDateFormat has an unknown part %q", {{"readDateFormat", "%q"}}},
};

INSTANTIATE_TEST_SUITE_P(Delimited, TextFailing, ::testing::ValuesIn(kFailures));

TEST(TextSource, ColInfoGoesIntoTheSchema) {
  const auto source = make_text_source(
      text_descriptor({{"colInfo",
                        {{"a", {{"low", 1}, {"high", 9}, {"description", "the first"}}},
                         {"b", {{"levels", {"x", "y"}}}}}}}),
      one_file("a,b\n1,x\n"));
  EXPECT_EQ(source->schema()->field("a").low, 1);
  EXPECT_EQ(source->schema()->field("a").high, 9);
  EXPECT_EQ(source->schema()->field("a").description, "the first");
  EXPECT_EQ(*source->schema()->field("b").levels, (std::vector<std::string>{"x", "y"}));
}

TEST(TextSource, ColumnsAreYieldedInTheOrderAskedFor) {
  const auto source = make_text_source(text_descriptor(), one_file("a,b,c\n1,x,3\n"));
  ReadOptions options;
  options.columns = {"c", "a"};
  EXPECT_EQ(rows_of(*source, options), Rows{"3|1"});
  options.columns = std::vector<std::string>();
  EXPECT_EQ(rows_of(*source, options), Rows{""});
  options.columns = {"d"};
  EXPECT_THROW(rows_of(*source, options), InvalidArgument);
}

TEST(TextSource, RaggedRecordsAreFoundWhateverIsRead) {
  const auto source = make_text_source(text_descriptor(), one_file("a,b,c\n1,2,3\n1,2\n"));
  ReadOptions options;
  options.columns = {"a"};
  EXPECT_THROW(rows_of(*source, options), DataError);
}

TEST(TextSource, LevelsAreThoseOfTheChunkInOrderOfAppearance) {
  std::string text = "f\n";
  for (std::size_t i = 0; i < kRowsPerChunk; ++i) text += i % 2 ? "a\n" : "b\n";
  text += "c\na\n";
  const auto source = make_text_source(
      text_descriptor({{"firstRowIsColNames", true}, {"stringsAsFactors", true}}), one_file(text));
  const auto splits = source->splits();
  ASSERT_EQ(splits.size(), 1u);
  const auto reader = source->open(splits[0], {});
  const auto first = reader->next();
  EXPECT_EQ(first->rows, kRowsPerChunk);
  EXPECT_EQ(*first->columns[0].levels(), (std::vector<std::string>{"b", "a"}));
  const auto second = reader->next();
  EXPECT_EQ(*second->columns[0].levels(), (std::vector<std::string>{"c", "a"}));
  EXPECT_EQ(second->from.chunk_in_split, 1u);
  EXPECT_FALSE(reader->next());
  EXPECT_FALSE(source->schema()->fields()[0].has_levels());
}

TEST(TextSource, AWorkerReadsTheSame) {
  const auto files = one_file("a,b\n1,x\n2,\"y\nz\"\n3,w\n");
  const auto source = make_text_source(text_descriptor(), files, 4);
  const auto recipe = source->recipe();
  EXPECT_EQ(recipe.name, "RxTextData");
  const auto copy = make_text_source(json::parse(recipe.options), files, 4);
  EXPECT_EQ(columns_of(*copy), columns_of(*source));
  for (const auto& split : source->splits()) {
    const auto here = source->open(split, {})->next(), there = copy->open(split, {})->next();
    ASSERT_EQ(here->rows, there->rows);
    for (std::size_t r = 0; r < here->rows; ++r)
      EXPECT_EQ(value_of(here->columns[1], r), value_of(there->columns[1], r));
  }
}

TEST(TextSource, AFolderIsOneSource) {
  const auto files =
      std::make_shared<MemoryFiles>(std::map<std::string, std::string>{{"/d/_SUCCESS", ""},
                                                                       {"/d/a.csv", "x,y\n1,p\n"},
                                                                       {"/d/b.csv", "x,y\r\n2,q"},
                                                                       {"/d/c.csv", "x,y\n"},
                                                                       {"/d/e.csv", ""}});
  const auto source = make_text_source(text_descriptor({{"file", "/d"}}), files);
  EXPECT_EQ(columns_of(*source), "x:integer y:character");
  EXPECT_EQ(rows_of(*source), (Rows{"1|p", "2|q"}));
  const auto splits = source->splits();
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_EQ(splits[1].index, 1u);
  EXPECT_EQ(source->file_of(splits[0]), "/d/a.csv");
  EXPECT_EQ(source->file_of(splits[1]), "/d/b.csv");
}

TEST(TextSource, TheFilesOfAFolderMustHaveTheSameColumns) {
  const auto files = std::make_shared<MemoryFiles>(
      std::map<std::string, std::string>{{"/d/a.csv", "x,y\n1,2\n"}, {"/d/b.csv", "x,z\n1,2\n"}});
  try {
    make_text_source(text_descriptor({{"file", "/d"}}), files);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ(std::string(error.what()),
              "the files of a folder must have the same columns: /d/b.csv, column 2 is z, but in "
              "/d/a.csv it is y");
  }
}

TEST(TextSource, WideAndLongThingsAreRead) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += (i ? "," : "") + std::string("v") + std::to_string(i);
  text += "\n";
  for (int row = 0; row < 3; ++row) {
    for (int i = 0; i < 5000; ++i) text += (i ? "," : "") + std::to_string(row * i);
    text += "\n";
  }
  const auto wide = make_text_source(text_descriptor(), one_file(text));
  EXPECT_EQ(wide->schema()->size(), 5000u);
  ReadOptions options;
  options.columns = {"v4999"};
  EXPECT_EQ(rows_of(*wide, options), (Rows{"0", "4999", "9998"}));

  const std::string million(1000000, 'm');
  EXPECT_EQ(read_rows("a,b\n1," + million + "\n2,x\n"), (Rows{"1|" + million, "2|x"}));
  EXPECT_EQ(read_rows("a,b\n1,\"" + million + "\n\"\n2,x\n"), (Rows{"1|" + million + "\n", "2|x"}));
}

// --- the law of splits
// --------------------------------------------------------------------------------------------

/// A text of random records, with quotes, doubled quotes, delimiters and line ends in fields.
std::string random_text(unsigned seed, const std::string& newline, bool quotes) {
  std::mt19937 random(seed);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::string text = "n,s,f" + newline;
  const int rows = 1 + pick(60);
  for (int row = 0; row < rows; ++row) {
    text += std::to_string(pick(1000) - 500) + ",";
    std::string s;
    for (int i = pick(12); i > 0; --i)
      s +=
          quotes
              ? std::string(std::vector<const char*>{"a", "b", " ", ",", "\"\"", newline.c_str(),
                                                     "\xc3\xa4"}[static_cast<std::size_t>(pick(7))])
              : "c";
    switch (quotes ? pick(4) : 3) {
      case 0:
      case 1:
        text += "\"" + s + "\"";
        break;
      case 2:
        text += "x\"" + std::to_string(pick(9)) + "\"";
        break;
      default:
        text += "plain" + std::to_string(pick(9));
    }
    text += std::string(",") + static_cast<char>('A' + pick(4)) + newline;
    if (pick(20) == 0) text += newline;
  }
  return text;
}

TEST(TextSplits, RowsDoNotDependOnTheSizeOfSplits) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    for (const std::string newline : {"\n", "\r\n", "\r"}) {
      const auto text = random_text(seed, newline, seed % 5 != 0);
      const auto options =
          json{{"firstRowIsColNames", true},
               {"delimiter", ","},
               {"colInfo", {{"f", {{"type", "factor"}}}, {"s", {{"type", "character"}}}}}};
      const auto whole = rows_of(*make_text_source(text_descriptor(options), one_file(text)));
      for (const std::uint64_t split_bytes : {1u, 2u, 7u, 16u, 63u, 200u}) {
        for (const bool mapped : {true, false}) {
          const auto source =
              make_text_source(text_descriptor(options), one_file(text, mapped), split_bytes);
          ASSERT_EQ(rows_of(*source), whole)
              << "seed " << seed << ", splits of " << split_bytes << "\n"
              << text;
          std::uint64_t number = 0;
          for (const auto& split : source->splits()) {
            EXPECT_EQ(split.index, number++);
            EXPECT_LT(split.begin, split.end);
          }
        }
      }
    }
  }
}

TEST(TextSplits, ARecordBelongsToTheSplitOfItsFirstByte) {
  // Records of ten bytes, cuts every twenty: two records per split, from the first byte on.
  std::string text = "aa,bbb,ccc\n";
  text.insert(0, "");
  for (int i = 0; i < 10; ++i) text += "1" + std::to_string(i) + ",200,300\n";
  const auto source = make_text_source(text_descriptor(), one_file(text), 22);
  const auto splits = source->splits();
  ASSERT_GE(splits.size(), 5u);
  EXPECT_EQ(splits[0].begin, 11u);
  for (std::size_t i = 1; i < splits.size(); ++i) {
    EXPECT_EQ(splits[i].begin % 11, 0u);
    EXPECT_EQ(splits[i].begin, splits[i - 1].end);
    EXPECT_EQ(splits[i].begin, 22 * i);
  }
}

TEST(TextSplits, TheFastAndTheSureWayCutAlike) {
  // Blanks before a quote make the block irregular; the same fields must come out.
  std::string regular = "a,b\n", irregular = "a,b\n";
  for (int i = 0; i < 500; ++i) {
    regular += std::to_string(i) + ",\"x, " + std::to_string(i) + "\"\n";
    irregular +=
        std::to_string(i) + (i % 7 == 0 ? ", \"x, " : ",\"x, ") + std::to_string(i) + "\"\n";
  }
  EXPECT_EQ(read_rows(regular), read_rows(irregular));
}

}  // namespace
}  // namespace insitu
