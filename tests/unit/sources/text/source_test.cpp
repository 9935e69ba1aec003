#include "sources/text/source.hpp"

#include <chrono>
#include <random>

#include "base/current_call.hpp"
#include "base/named.hpp"
#include "fixture.hpp"
#include "sources/text/splits.hpp"

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
     {"1|2|x", "3|4|y"},
     {{"delimiter", " "}}},
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
     "a:integer b:int64",
     {"2147483647|2147483648", "1|1"}},
    {"the smallest int32 means missing, so it is int64",
     "a\n-2147483648\n1\n",
     "a:int64",
     {"-2147483648", "1"}},
    {"A11: the digits that float64 loses",
     "a\n9007199254740993\n-9223372036854775807\n",
     "a:int64",
     {"9007199254740993", "-9223372036854775807"}},
    {"A11: no number type keeps twenty digits",
     "a\n12345678901234567890\n1\n",
     "a:character",
     {"12345678901234567890", "1"}},
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
    {"text without names, because one repeats",
     "p,q\nr,s\np,t\n",
     "V1:character V2:character",
     {"p|q", "r|s", "p|t"}},
    {"names asked for",
     "p,q\nr,s\np,t\n",
     "p:character q:character",
     {"r|s", "p|t"},
     {{"firstRowIsColNames", true}}},
    {"A10: texts over texts are names",
     "name,city\nAnn,Paris\nBob,Rome\n",
     "name:character city:character",
     {"Ann|Paris", "Bob|Rome"}},
    {"A10: one column of text", "city\nParis\nRome\n", "city:character", {"Paris", "Rome"}},
    {"A10: text with TRUE and FALSE",
     "name,flag\nAnn,TRUE\nBob,FALSE\n",
     "name:character flag:logical",
     {"Ann|1", "Bob|0"}},
    {"A10: text with dates",
     "name,born\nAnn,1990-01-02\nBob,1991-12-31\n",
     "name:character born:character",
     {"Ann|1990-01-02", "Bob|1991-12-31"}},
    {"A10: years over numbers",
     "id,2019,2020\n1,2,3\n4,5,6\n",
     "id:integer 2019:integer 2020:integer",
     {"1|2|3", "4|5|6"}},
    {"A10: years behind a text",
     "country,2019,2020\nA,1.5,3\nB,2.5,4\n",
     "country:character 2019:float32 2020:integer",
     {"A|1.5|3", "B|2.5|4"}},
    {"A10: a year over dates is a name",
     "q1,2019,nan\nA,2001-02-03,TRUE\nB,2002-02-03,FALSE\n",
     "q1:character 2019:character nan:logical",
     {"A|2001-02-03|1", "B|2002-02-03|0"}},
    {"A10: years among years are data",
     "Ann,1990\nBob,1991\nEva,1985\n",
     "V1:character V2:integer",
     {"Ann|1990", "Bob|1991", "Eva|1985"}},
    {"A10: the first rows are missing",
     "a,b\nNA,NA\n1,2\n",
     "a:integer b:integer",
     {"<NA>|<NA>", "1|2"}},
    {"A10: a .csv is not cut at blanks",
     "full name\nAnn Lee\nBob Ray\n",
     "full name:character",
     {"Ann Lee", "Bob Ray"}},
    {"A10: bars", "a|b\n1|x y\n2|z\n", "a:integer b:character", {"1|x y", "2|z"}},
    {"A10: names in colInfo are evidence",
     "p,q\nr,s\np,t\n",
     "p:character q:factor",
     {"r|s", "p|t"},
     {{"colInfo", {{"q", {{"type", "factor"}}}}}}},
    {"A10: numbered names in colInfo speak against a header",
     "p,q\nr,s\n",
     "V1:character V2:factor",
     {"p|q", "r|s"},
     {{"colInfo", {{"V2", {{"type", "factor"}}}}}}},
    {"A10: numbers without names stay data", "1,2\n3,4\n", "V1:integer V2:integer", {"1|2", "3|4"}},
    {"A10: a row of names alone", "name,city\n", "name:float32 city:float32", {}},
    {"A24: names that read as numbers",
     "year,unem,inf\n1990,5.5,2\n1991,6.25,3\n",
     "year:integer unem:float32 inf:integer",
     {"1990|5.5|2", "1991|6.25|3"}},
    {"A24: NaN as a name",
     "NaN,nan\n1,2\n3,4\n",
     "V1:float32 V2:float32",
     {"<NA>|<NA>", "1|2", "3|4"}},
    {"A25: tabs between quoted texts with commas",
     "\"1\"\t\"ADAM\"\t\"DOE, JANE\"\t\"27302\"\n\"2\"\t\"EVA\"\t\"ROE, ANN\"\t\"27303\"\n",
     "V1:integer V2:character V3:character V4:integer",
     {"1|ADAM|DOE, JANE|27302", "2|EVA|ROE, ANN|27303"}},
    {"A25: more fields win",
     "City, State\tPop\tArea\nAurora, CO\t380\t401\nBend, OR\t99\t85\n",
     "City, State:character Pop:integer Area:integer",
     {"Aurora, CO|380|401", "Bend, OR|99|85"}},
    {"A25: decimal commas are no delimiters",
     "a;b;c\n1;2,5;x\n2;3,5;y\n",
     "a:integer b:character c:character",
     {"1|2,5|x", "2|3,5|y"}},
    {"A25: without names",
     "1;2,5;x\n3;4,5;y\n",
     "V1:integer V2:character V3:character",
     {"1|2,5|x", "3|4,5|y"}},
    {"A29: CR CR LF", "a,b\r\r\n1,x\r\r\n2,y\r\r\n", "a:integer b:character", {"1|x", "2|y"}},
    {"A29: CR and CRLF mixed",
     "a,b\r1,x\r\n2,y\r3,z\r\n",
     "a:integer b:character",
     {"1|x", "2|y", "3|z"}},
    {"A29: LF and CRLF mixed",
     "a,b\n1,x\r\n2,y\n3,z\r\n",
     "a:integer b:character",
     {"1|x", "2|y", "3|z"}},
    {"A29: CR and LF mixed",
     "a,b\r1,x\n2,y\r3,z\n",
     "a:integer b:character",
     {"1|x", "2|y", "3|z"}},
    {"A29: CR CR LF behind quotes",
     "a,b\r\r\n1,\"x\"\r\r\n2,\"y\r\r\n\"\r\r\n",
     "a:integer b:character",
     {"1|x", "2|y\r\r\n"}},
    {"B17a: row names, as write.table writes them",
     "\"x\" \"y\"\n\"1\" 1.5 \"a\"\n\"2\" 2.5 \"b\"\n",
     "row.names:integer x:float32 y:character",
     {"1|1.5|a", "2|2.5|b"}},
    {"B17a: row names with commas",
     "x,y\nr1,1,2\nr2,3,4\n",
     "row.names:character x:integer y:integer",
     {"r1|1|2", "r2|3|4"}},
    {"B17a: a delimiter at the end of each record",
     "a,b\n1,2,\n3,4,\n",
     "a:integer b:integer V3:float32",
     {"1|2|<NA>", "3|4|<NA>"}},
    {"B17a: a delimiter at the end of the names",
     "a,b,\n1,2\n3,4\n",
     "a:integer b:integer",
     {"1|2", "3|4"}},
    {"B17a: repeated names",
     "x,x,x.1,x\n1,2,3,4\n",
     "x:integer x.1:integer x.1.1:integer x.2:integer",
     {"1|2|3|4"}},
    {"B5: absent columns are left out",
     "a,b\n1,2\n",
     "a:numeric b:integer",
     {"1|2"},
     {{"colClasses", {{"a", "numeric"}, {"z", "factor"}}},
      {"colInfo", {{"y", {{"type", "factor"}}}}}}},
    {"B5: names of the file and new ones",
     "a,b,c\n1,2,3\n",
     "A:integer B:integer",
     {"1|2"},
     {{"colInfo", {{"a", {{"newName", "A"}}}, {"b", {{"newName", "B"}}}}},
      {"varsToKeep", {"a", "B"}}}},
    {"B5: exchanged names mean the new ones",
     "a,b\n1,2\n",
     "a:integer",
     {"2"},
     {{"colInfo", {{"a", {{"newName", "b"}}}, {"b", {{"newName", "a"}}}}}, {"varsToKeep", {"a"}}}},
    {"B5: logicals as decimals",
     "a\n1.00\n0.00\n1\nNA\n",
     "a:logical",
     {"1", "0", "1", "<NA>"},
     {{"colClasses", {{"a", "logical"}}}}},
    {"a sparse column is sniffed until it has a value",
     "a,b\n1,\n2,\n3,x\n",
     "a:integer b:character",
     {"1|", "2|", "3|x"},
     {{"rowsToSniff", 1}}},
    {"comments before the names",
     "# made by hand\n# a, b\n#\nid,x\n1,2\n",
     "id:integer x:integer",
     {"1|2"}},
    {"a name that begins with #", "#id,x\n1,2\n", "#id:integer x:integer", {"1|2"}},
    {"texts that begin with # are no comments", "tag\n#a\n#b\n", "tag:character", {"#a", "#b"}},
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
    {"A26: windows-1252",
     "name,n\nM\xfcller,1\n\x80uro,2\n",
     "name:character n:integer",
     {"M\xc3\xbcller|1", "\xe2\x82\xacuro|2"},
     {{"inputEncoding", "windows-1252"}}},
    {"A26: latin1 in the names",
     "Gr\xf6\xdf"
     "e,n\nx,1\n",
     "Gr\xc3\xb6\xc3\x9f"
     "e:character n:integer",
     {"x|1"},
     {{"inputEncoding", "latin1"}}},
    {"A26: an encoding that is decoded whole",
     "a,b\n\x83\x7c,1\n\x83\x5c,2\n",
     "a:character b:integer",
     {"\xe3\x83\x9d|1", "\xe3\x82\xbd|2"},
     {{"inputEncoding", "shift_jis"}}},
    {"UTF-16 by its mark",
     std::string("\xff\xfe"
                 "a\0,\0b\0\n\0"
                 "1\0,\0\xe4\0\n\0",
                 18),
     "a:integer b:character",
     {"1|\xc3\xa4"}},
    {"UTF-16, the other way round",
     std::string("\xfe\xff"
                 "\0a\0,\0b\0\n"
                 "\0"
                 "1\0,\0\xe4\0\n",
                 18),
     "a:integer b:character",
     {"1|\xc3\xa4"}},
    {"A13: the year 1",
     "d\n0001-01-01\n9999-12-31\n0099-06-01\n",
     "d:Date",
     {"-719162", "2932896", "-683217"},
     {{"firstRowIsColNames", true}, {"colClasses", {{"d", "Date"}}}}},
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
     "a value is not utf-8 text: /t.csv, line 2, column 2 (b): \"\\xffx\"; name the encoding of "
     "the file by inputEncoding"},
    {"invalid UTF-8 in a level",
     "a,b\n1,\xffx\n",
     "a value is not utf-8 text",
     {{"stringsAsFactors", true}}},
    {"invalid gb18030", "a,b\n1,\xff\n", "invalid gb18030 text", {{"inputEncoding", "gb18030"}}},
    {"UTF-16 without its mark", std::string("a\0\n\0001\0\n\0", 8), "inputEncoding = \"utf-16le\""},
    {"empty file", "", "the file holds no text: /t.csv"},
    {"missing file", "", "file not found: /no.csv", {{"file", "/no.csv"}}},
    {"unknown argument",
     "a\n1\n",
     "unknown argument: delimeter (did you mean delimiter?)",
     {{"delimeter", ","}}},
    {"an encoding that iconv does not know",
     "a\n1\n",
     "inputEncoding is not known to this system's C library (iconv): klingon",
     {{"inputEncoding", "klingon"}}},
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

TEST(TextSource, A10_TextOfOtherEndingsIsCutAtBlanks) {
  const auto read = [](const std::string& path, const std::string& text) {
    return make_text_source(
        text_descriptor({{"file", path}}),
        std::make_shared<MemoryFiles>(std::map<std::string, std::string>{{path, text}}));
  };
  const auto source = read("/t.txt", "a b  c\n  1   2 x\n3 4 y   \n");
  EXPECT_EQ(columns_of(*source), "a:integer b:integer c:character");
  EXPECT_EQ(rows_of(*source), (Rows{"1|2|x", "3|4|y"}));
  // Two words are a text, and commas cut before blanks do.
  EXPECT_EQ(columns_of(*read("/t.txt", "full name\nAnn Lee\nBob Ray\n")), "full name:character");
  EXPECT_EQ(columns_of(*read("/t.dat", "name,n\nAnn Lee,1\nBob Ray,2\n")),
            "name:character n:integer");
  EXPECT_EQ(columns_of(*read("/t.tsv", "name\nAnn, Lee\nBob, Ray\n")), "name:character");
}

TEST(TextSource, B5_AbsentColumnsGiveOneWarning) {
  RunControl control;
  std::vector<std::string> warnings;
  control.callbacks.warning = [&](const std::string& text) { warnings.push_back(text); };
  const CallScope scope(control);
  for (int i = 0; i < 2; ++i)
    make_text_source(text_descriptor({{"colClasses", {{"ArDelay", "integer"}, {"z", "factor"}}},
                                      {"colInfo", {{"y", {{"type", "factor"}}}}}}),
                     one_file("ArrDelay\n1\n"));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(in_words_of_r(warnings[0]),
            "RxTextData: colInfo or colClasses names variables that are not in the file, which are "
            "left out: y, ArDelay (did you mean ArrDelay?), z; file /t.csv");
}

TEST(TextSource, D8_AnInterruptIsHeardWhileLinesAreLookedFor) {
  // One line of 200 MB, cut where lines of a MiB should end: each stretch is searched once.
  const std::string line(std::size_t{200} << 20, 'x');
  const auto text = "a\n" + line + "\n";
  const TextLayout layout = [] {
    TextLayout found;
    found.names = {"a"};
    found.types = {Type::kString};
    return found;
  }();
  const MemoryFile file(text, true);
  const TextPart part{"/t.csv", 2};
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(text_ranges(file, part, layout, kTextSplitBytes).size(), 1u);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(seconds.count(), 20);  // searched once by each cut it would be minutes
  RunControl control;
  control.callbacks.interrupted = [] { return true; };
  const CallScope scope(control);
  EXPECT_THROW(text_ranges(file, part, layout, kTextSplitBytes), Cancelled);
}

TEST(TextSource, D9_EqualNamesAreNumberedInLinearTime) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += i ? ",x" : "x";
  text += "\n";
  for (int i = 0; i < 50000; ++i) text += i ? ",1" : "1";
  const auto begin = std::chrono::steady_clock::now();
  const auto source = make_text_source(text_descriptor(), one_file(text));
  EXPECT_EQ((*source->schema())[49999].name, "x.49999");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(seconds.count(), 10);  // quadratic it was 77 s on a free machine
}

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
    EXPECT_EQ(in_words_of_r(error.what()),
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
