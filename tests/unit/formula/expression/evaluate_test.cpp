// Evaluating expressions. r_expressions.tsv holds what R 4.2.2 answers (made by r_expressions.R
// beside it, which has the same data frame); the cases below it are the differences from R, errors
// and the shape of results.
#include "formula/expression/evaluate.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int32_t kNoInt = missing_value<std::int32_t>();
constexpr const char* kMissing = nullptr;

Column strings(const std::vector<const char*>& texts) {
  StringBuilder builder;
  for (const auto* text : texts) text ? builder.append(text) : builder.append_missing();
  return builder.finish();
}

double day(int y, unsigned m, unsigned d) {
  using namespace std::chrono;
  return static_cast<double>(
      sys_days(year(y) / month(m) / std::chrono::day(d)).time_since_epoch().count());
}

Chunk frame() {
  const auto levels = make_levels({"lo", "mid", "hi"});
  std::vector<Field> fields;
  Chunk chunk;
  const auto add = [&](const char* name, Column column, const Levels& field_levels = nullptr) {
    Field field;
    field.name = name;
    field.type = column.type();
    field.levels = field_levels;
    fields.push_back(field);
    chunk.columns.push_back(std::move(column));
  };
  using Doubles = std::vector<double>;
  using Ints = std::vector<std::int32_t>;
  const auto time = [](double days, int h, int m, int s) {
    return days * 86400 + h * 3600 + m * 60 + s;
  };
  add("x", Column::own(Type::kFloat64, Doubles{1.5, -2, kNone, 0, 1e5, 2.5, 7}));
  add("y", Column::own(Type::kFloat64, Doubles{2, 2, 3, -1.5, 0.1, kNone, -7}));
  add("i", Column::own(Type::kInt32, Ints{1, 2, kNoInt, 2147483647, -5, 0, 3}));
  add("j", Column::own(Type::kInt32, Ints{3, 0, 2, 1, 3, -2, 5}));
  add("b", Column::own(Type::kLogical, std::vector<std::uint8_t>{1, 0, 0xff, 1, 0, 1, 0xff}));
  add("s", strings({"apple", "Banana", kMissing, "", "12.5", "h\u00e9llo", " pad "}));
  add("f", Column::own(Type::kFactor, Ints{0, 2, -1, 1, 0, 2, 0}, levels), levels);
  add("o", Column::own(Type::kOrdered, Ints{0, 2, -1, 1, 0, 2, 0}, levels), levels);
  add("d", Column::own(Type::kDate, Doubles{day(2020, 3, 5), day(1999, 12, 31), kNone, 0,
                                            day(2000, 2, 29), day(1899, 6, 1), day(2024, 12, 30)}));
  add("t",
      Column::own(Type::kDateTime,
                  Doubles{time(day(2020, 3, 5), 10, 11, 12), time(day(1999, 12, 31), 23, 59, 59),
                          kNone, 0, time(day(2000, 2, 29), 12, 0, 0),
                          time(day(1960, 6, 1), 6, 30, 0), time(day(2024, 12, 30), 1, 2, 3)}));
  add("k", Column::own(Type::kInt32, Ints{1, 2, 3, 7, 5, 6, 4}));
  add("ds", strings({"2020-03-05", "1999/12/31", kMissing, "1970-01-01", "2000-02-30", "x",
                     "2024-12-30"}));
  add("dm", strings({"05Mar2020", "31dec1999", kMissing, "01Jan1970", "29Feb2000", "30Feb2000",
                     "30December2024"}));
  chunk.rows = 7;
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  return chunk;
}

const ObjectMap& objects() {
  static const ObjectMap map = {
      {"lookup", Column::own(Type::kFloat64, std::vector<double>{10, 20, 30, 40, 50, 60, 70})},
      {"names7", strings({"a", "b", "c", "d", "e", "f", "g"})},
      {"cutoff", Column::own(Type::kFloat64, std::vector<double>{2})},
  };
  return map;
}

EvaluationScope scope() {
  EvaluationScope s;
  s.objects = &objects();
  return s;
}

Column value_of(const std::string& text, const Chunk& chunk = frame()) {
  return evaluate(*parse_expression(text, "test"), chunk, scope(), "test");
}

std::string type_text(const Column& column) {
  switch (column.type()) {
    case Type::kFactor:
    case Type::kOrdered: {
      std::string text = column.type() == Type::kFactor ? "factor[" : "ordered[";
      for (std::size_t i = 0; i < column.levels()->size(); ++i)
        text += (i ? ";" : "") + (*column.levels())[i];
      return text + "]";
    }
    case Type::kInt16:
    case Type::kUInt16:
      return "integer";
    default:
      return std::string(type_name(column.type()));
  }
}

std::string shown(const Column& column, std::size_t i) {
  if (column.is_missing(i)) return "NA";
  if (column.type() == Type::kString) return "'" + std::string(column.string_at(i)) + "'";
  if (is_factor(column.type()))
    return (*column.levels())[static_cast<std::size_t>(column.values<std::int32_t>()[i])];
  const double number = column.number_at(i);
  if (column.type() == Type::kLogical) return number != 0 ? "TRUE" : "FALSE";
  if (std::isinf(number)) return number > 0 ? "Inf" : "-Inf";
  return general_text(number, 17);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

/// Equal, or numbers that differ in the last digits only: libraries round exp and gamma
/// differently.
bool agree(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto x = number_of_text(a), y = number_of_text(b);
  return x && y && (*x == *y || std::fabs(*x - *y) <= 4e-15 * std::fabs(*y));
}

TEST(Evaluate, AnswersAsR) {
  std::ifstream file(INSITU_SOURCE_DIR "/tests/unit/formula/expression/r_expressions.tsv");
  ASSERT_TRUE(file) << "r_expressions.tsv is missing";
  const auto chunk = frame();
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find('\t'), second = line.find('\t', first + 1);
    const auto text = line.substr(0, first), type = line.substr(first + 1, second - first - 1),
               rest = line.substr(second + 1);
    ++cases;
    try {
      const auto column = value_of(text, chunk);
      EXPECT_EQ(type_text(column), type) << text;
      std::string all;
      for (std::size_t i = 0; i < column.size(); ++i) all += (i ? "|" : "") + shown(column, i);
      if (all == rest) continue;
      const auto got = split(all, '|'), wanted = split(rest, '|');
      bool same = got.size() == wanted.size();
      for (std::size_t i = 0; same && i < got.size(); ++i) same = agree(got[i], wanted[i]);
      EXPECT_TRUE(same) << text << "\n  here: " << all << "\n  R:    " << rest;
    } catch (const std::exception& error) {
      ADD_FAILURE() << text << ": " << error.what();
    }
  }
  EXPECT_GT(cases, 350);
}

// Where the engine differs from R on purpose (docs/expressions.md), or R's answer is not portable.
TEST(Evaluate, DiffersFromRWhereDocumented) {
  EXPECT_EQ(shown(value_of("quarters(d)"), 2), "NA");     // R: "QNA"
  EXPECT_EQ(shown(value_of("as.Date(ds)"), 0), "18326");  // each value finds its own format
  EXPECT_EQ(shown(value_of("as.Date(ds)"), 1), "10956");
  EXPECT_EQ(shown(value_of("as.Date(ds)"), 4), "NA");  // no such day: missing, not an error
  EXPECT_EQ(shown(value_of("as.character(t)"), 3), "'1970-01-01 00:00:00'");
  EXPECT_EQ(shown(value_of("is.nan(x)"), 2), "TRUE");  // missing numbers are NaN
  EXPECT_EQ(shown(value_of("is.nan(i)"), 2), "FALSE");
  // The exact remainder; R 4.2.2 on x86 rounds in extended precision: 0.099999999994450667.
  EXPECT_EQ(value_of("1e5 %% 0.1").values<double>()[0], std::fma(-1e6, 0.1, 1e5) + 0.1);
  // Widths count characters.
  EXPECT_EQ(shown(value_of("sprintf('%5s|%.2s', '\\u00e9', 'h\\u00e9llo')"), 0),
            "'    \u00e9|h\u00e9'");
}

TEST(Evaluate, ErrorsNameTheWayOut) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"x + z1", "test: variable not found: z1"},
      {"lokup[k]", "did you mean lookup?"},
      {"foo(x)", "function not in the portable subset: foo; use transformFunc"},
      {"ifelze(x > 1, 1, 2)", "did you mean ifelse?"},
      {"sum(x)", "transformObjects"},
      {"mean(x)", "depends on other rows"},
      {"cumsum(x)", "depends on other rows"},
      {"max(x, 1)", "depends on other rows"},
      {"length(x)", ".rxNumRows"},
      {"x[1]", "another row's value"},
      {"x[x > 1]", "rowSelection"},
      {"c(x, y)", "joins constants"},
      {"x + c(1, 2)", "2 values does not fit"},
      {"x + lookup", "7 values does not fit"},  // as many values as rows by chance
      {"c(1, 2)", "gives 2 values, not one per row"},
      {"lookup", "gives 7 values"},
      {"NULL", "NULL"},
      {"s + 1", "as.numeric() reads numbers"},
      {"d > t", "as.Date()"},
      {"t - t", "difftime"},
      {"d * 2", "not defined for dates"},
      {"x > 1 && y > 1", "write &"},
      {"ifelse(x > 1, f, f)", "as.character(f)"},
      {"ifelse(TRUE, x, y)", "test must depend on the rows"},
      {"cut(x, 3)", "breaks"},
      {"cut(x, c(1, 1))", "not unique"},
      {"cut(x, c(0, 1, 2), labels = 'a')", "labels has 1"},
      {"factor(x, labels = 'a')", "levels = c(...)"},
      {"factor(k, levels = c(1, 1))", "twice"},
      {"factor(k, levels = 1:3, labels = c('a', 'b'))", "labels has 2 values"},
      {"relevel(f, 'zzz')", "not a level"},
      {"relevel(f, NA_character_)", "one string: ref"},
      {"levels(s)", "needs a factor"},
      {"format(x)", "sprintf()"},
      {"as.POSIXct('2020-01-01', tz = 'Europe/Nowhere')", "knows no time zone"},
      {"as.POSIXct('2020-01-01', tz = '../../etc/passwd')", "knows no time zone"},
      {"format(d, '%Q')", "%Q"},  // A30: named, not passed on
      {"as.Date(ds, '%Y %Q')", "%Q"},
      {"as.Date(ds, '%W %w')", "no complete date"},  // R would take this year
      {"t - t", "depends on the data"},
      {"(t - t) / 60", "depends on the data"},
      {"as.numeric(x, units = 'mins')", "differences of times"},
      {"as.POSIXlt(t)$century", "year (since 1900)"},
      {"difftime(t, t)", "units"},
      {"sprintf('%d', x)", "whole numbers"},
      {"sprintf('%d', s)", "use %s"},
      {"sprintf('%n', x)", "not in the portable subset"},
      {"sprintf('%s %s', x)", "more values"},
      {"sprintf('%99999999d', k)", "at most 1000"},
      {"grepl('(', s)", "not a regular expression"},
      {"grepl('(a*)*(b*)*c{1000}', s, 'x')", "TRUE or FALSE"},
      {"log(x, y, 2)", "takes 2 arguments"},
      {"log(x, bse = 2)", "unknown argument: bse (did you mean base?)"},
      {"log()", "argument is missing: x"},
      {"round(x, digits = 1, digits = 2)", "given twice"},
      {"1:1e9", "constant vector"},
      {"rep(1:1000, 1000000)", "constant vector"},
      {"rep(x, 2)", "repeats constants"},
      {"x ~ y", "a formula has no value"},
      {"x$y", "as.POSIXlt"},
      {"lookup[0 * k]", "count from 1"},
      {"lookup[[9]]", "outside the vector"},
      {"paste(s, collapse = '')", "joins all rows"},
      {"x %in% y", "must be constants"},
      {"lookup['a']", "has no names"},
      {"strsplit(s, '')", "lists"},
  };
  for (const auto& [text, expected] : cases) {
    try {
      value_of(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const InvalidArgument& error) {
      const std::string message = in_words_of_r(error.what());
      EXPECT_NE(message.find(expected), std::string::npos) << text << "\n  says: " << message;
      EXPECT_EQ(message.find("test: "), 0u) << message;
    }
  }
}

// Long chunks are evaluated in pieces where each row's value comes from that row alone.
TEST(Evaluate, LongChunksGiveWhatTheirRowsGive) {
  constexpr std::size_t kRows = 9001;
  std::vector<double> x(kRows);
  std::vector<float> y(kRows);
  std::vector<std::int32_t> n(kRows);
  std::vector<std::uint8_t> b(kRows);
  std::vector<std::int64_t> wide(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    x[i] = i % 11 ? static_cast<double>(i * 7919 % 1000) / 8 - 60 : kNone;
    y[i] = static_cast<float>(i % 97) / 3;
    n[i] = i % 13 ? static_cast<std::int32_t>(i * 31 % 200) - 100 : kNoInt;
    b[i] = i % 17 ? i % 2 : missing_value<std::uint8_t>();
    wide[i] = (std::int64_t{1} << 53) + static_cast<std::int64_t>(i);
  }
  Chunk chunk;
  chunk.rows = kRows;
  chunk.columns = {Column::own(Type::kFloat64, x), Column::own(Type::kFloat32, y),
                   Column::own(Type::kInt32, n), Column::own(Type::kLogical, b),
                   Column::own(Type::kInt64, wide)};
  std::vector<Field> fields(5);
  for (std::size_t i = 0; i < 5; ++i)
    fields[i].name = std::string(1, "xynbw"[i]), fields[i].type = chunk.columns[i].type();
  chunk.schema = std::make_shared<const Schema>(fields);
  const ObjectMap objects = {{"three", Column::own(Type::kFloat64, std::vector<double>{1, 2, 3})}};
  EvaluationScope scope;
  scope.objects = &objects;
  for (const char* text :
       {"x * 2 + y", "ifelse(b, n %/% 7L, n %% 5L) - 1L", "(x > 0 & !b) | is.nan(x)",
        "log(abs(x) + 1) * exp(-y / 10) + sqrt(y)", "round(x / 3, 2) + n^2", "w + 1 - x * 0",
        "is.na(x) + 1", "bitwAnd(n, 12L) + b", "ifelse(x > 0, 1, NA) * 2", "-(-(n))",
        "pmax(x, y) + 1", "xor(b, x > 1) == FALSE"}) {
    SCOPED_TRACE(text);
    const auto expression = parse_expression(text, "test");
    const auto whole = evaluate(*expression, chunk, scope, "test");
    ASSERT_EQ(whole.size(), kRows);
    for (std::size_t begin = 0; begin < kRows; begin += 1000) {
      const auto count = std::min<std::size_t>(1000, kRows - begin);
      const auto part = evaluate(*expression, slice(chunk, begin, count), scope, "test");
      ASSERT_EQ(part.type(), whole.type());
      for (std::size_t i = 0; i < count; ++i) {
        const double a = whole.number_at(begin + i), c = part.number_at(i);
        ASSERT_EQ(std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(c)) << begin + i;
      }
    }
  }
  // A constant stands for all rows; vectors of other lengths are refused as ever.
  EXPECT_EQ(evaluate(*parse_expression("1 + 2 * 3", "test"), chunk, scope, "test").size(), kRows);
  const auto uneven = parse_expression("x + three * 2", "test");
  std::string in_long, in_short;
  for (auto [rows, text] : {std::pair{kRows, &in_long}, std::pair{std::size_t{1000}, &in_short}})
    try {
      evaluate(*uneven, slice(chunk, 0, rows), scope, "test");
    } catch (const InvalidArgument& refusal) {
      *text = refusal.what();
    }
  EXPECT_EQ(in_long, in_short);
}

TEST(Evaluate, KnowsTheChunkVariables) {
  auto s = scope();
  s.start_row = 1001;
  s.chunk_number = 3;
  s.file_name = "/a/b.xdf";
  const auto chunk = frame();
  const auto value = [&](const std::string& text) {
    return evaluate(*parse_expression(text, "test"), chunk, s, "test");
  };
  EXPECT_EQ(value(".rxStartRow:(.rxStartRow + .rxNumRows - 1)").values<std::int32_t>()[6], 1007);
  EXPECT_EQ(value(".rxChunkNum").values<std::int32_t>()[0], 3);
  EXPECT_EQ(value(".rxReadFileName").string_at(0), "/a/b.xdf");
  EXPECT_EQ(value("ifelse(.rxIsTestChunk, 1, 0)").values<double>()[0], 0);
  EXPECT_TRUE(needs_row_position(*parse_expression("x + .rxStartRow", "test")));
  EXPECT_FALSE(needs_row_position(*parse_expression("rep(1, .rxNumRows)", "test")));
  EXPECT_TRUE(is_chunk_variable(".rxNumRows"));
  EXPECT_FALSE(is_chunk_variable("x"));
}

TEST(Evaluate, TellsTheTypeFromTheSchema) {
  const auto chunk = frame();
  const auto field = [&](const std::string& text) {
    return result_field(*parse_expression(text, "test"), *chunk.schema, &objects(), "new");
  };
  EXPECT_EQ(field("x > 1").type, Type::kLogical);
  EXPECT_EQ(field("i + 1L").type, Type::kInt32);
  EXPECT_EQ(field("i / 2L").type, Type::kFloat64);
  EXPECT_EQ(field("paste(x)").type, Type::kString);
  EXPECT_EQ(field("d + 1").type, Type::kDate);
  EXPECT_EQ(field("ifelse(b, 1L, 'a')").type, Type::kString);
  EXPECT_EQ(field("x").name, "new");
  EXPECT_EQ(*field("cut(x, c(0, 1, 2))").levels, (std::vector<std::string>{"(0,1]", "(1,2]"}));
  EXPECT_EQ(*field("factor(s, levels = c('u', 'v'))").levels, (std::vector<std::string>{"u", "v"}));
  EXPECT_EQ(*field("relevel(f, 'hi')").levels, (std::vector<std::string>{"hi", "lo", "mid"}));
  EXPECT_EQ(*field("as.factor(f)").levels, (std::vector<std::string>{"lo", "mid", "hi"}));
  EXPECT_EQ(field("factor(s)").type, Type::kFactor);
  EXPECT_EQ(field("factor(s)").levels, nullptr);  // every chunk has its own
  EXPECT_EQ(field("as.factor(k)").levels, nullptr);
  EXPECT_EQ(field("lookup[k]").type, Type::kFloat64);
  EXPECT_THROW(field("x + nothing"), InvalidArgument);
}

TEST(Evaluate, TypesDoNotDependOnTheRows) {
  std::ifstream file(INSITU_SOURCE_DIR "/tests/unit/formula/expression/r_expressions.txt");
  const auto chunk = frame();
  const auto none = slice(chunk, 0, 0), one = slice(chunk, 2, 1);
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    if (text.find(".rxNumRows") != std::string::npos || text.find("[k]") != std::string::npos)
      continue;
    const auto field =
        result_field(*parse_expression(text, "test"), *chunk.schema, &objects(), "new");
    for (const auto& part : {chunk, none, one}) {
      const auto column = value_of(text, part);
      EXPECT_EQ(column.size(), part.rows) << text;
      EXPECT_EQ(column.type(), field.type) << text;
      if (field.levels) {
        EXPECT_EQ(*column.levels(), *field.levels) << text;
      }
    }
  }
}

TEST(Evaluate, NarrowTypesBehaveAsIntegersAndNumbers) {
  Chunk chunk;
  chunk.rows = 3;
  std::vector<Field> fields;
  const auto add = [&](const char* name, Column column) {
    Field field;
    field.name = name;
    field.type = column.type();
    fields.push_back(field);
    chunk.columns.push_back(std::move(column));
  };
  add("h", Column::own(Type::kInt16,
                       std::vector<std::int16_t>{1, missing_value<std::int16_t>(), 32767}));
  add("u", Column::own(Type::kUInt16, std::vector<std::uint16_t>{1, 65535, 65534}));
  add("l", Column::own(Type::kInt64,
                       std::vector<std::int64_t>{1, missing_value<std::int64_t>(), 1LL << 40}));
  add("r", Column::own(Type::kFloat32, std::vector<float>{0.1f, missing_value<float>(), 2.5f}));
  chunk.schema = std::make_shared<const Schema>(std::move(fields));
  EXPECT_EQ(value_of("h + 1L", chunk).type(), Type::kInt32);
  EXPECT_EQ(value_of("h + 1L", chunk).values<std::int32_t>()[2], 32768);
  EXPECT_TRUE(value_of("h + 1L", chunk).is_missing(1));
  EXPECT_TRUE(value_of("u * 2L", chunk).is_missing(1));
  EXPECT_EQ(value_of("u * 2L", chunk).values<std::int32_t>()[2], 131068);
  EXPECT_EQ(value_of("l + 1", chunk).values<std::int64_t>()[2], 1099511627777);
  EXPECT_EQ(shown(value_of("as.character(l)", chunk), 2), "'1099511627776'");
  EXPECT_EQ(value_of("r * 2", chunk).values<double>()[0], 2 * static_cast<double>(0.1f));
  EXPECT_EQ(value_of("r", chunk).type(), Type::kFloat32);
  EXPECT_TRUE(value_of("is.na(l)", chunk).values<std::uint8_t>()[1]);
}

/// One chunk of a single int64 column `a`.
Chunk wide_column(std::vector<std::int64_t> values) {
  Chunk chunk;
  chunk.rows = values.size();
  Field field;
  field.name = "a";
  field.type = Type::kInt64;
  chunk.schema = std::make_shared<const Schema>(std::vector<Field>{field});
  chunk.columns = {Column::own(Type::kInt64, std::move(values))};
  return chunk;
}

// A12: int64 stays exact where doubles lose digits.
TEST(Evaluate, KeepsInt64Exact) {
  constexpr std::int64_t k = 9007199254740993;  // 2^53 + 1
  constexpr auto none = missing_value<std::int64_t>();
  const auto chunk = wide_column({k - 1, k, k + 1, none, -k});
  const auto truth = [&](const std::string& text) {
    const auto column = value_of(text, chunk);
    std::string out;
    for (const auto v : column.values<std::uint8_t>()) out += v == 0xff ? 'N' : v ? '1' : '0';
    return out;
  };
  EXPECT_EQ(truth("a == 9007199254740993"), "010N0");
  EXPECT_EQ(truth("9007199254740993 != a"), "101N1");
  EXPECT_EQ(truth("a > 9007199254740992"), "011N0");
  EXPECT_EQ(truth("a < 1.5"), "000N1");
  EXPECT_EQ(truth("9007199254740993 <= a"), "011N0");
  EXPECT_EQ(truth("a == -9007199254740993"), "000N1");
  EXPECT_EQ(truth("a < 1e300"), "111N1");
  EXPECT_EQ(truth("a > -Inf"), "111N1");
  EXPECT_EQ(truth("a %in% c(9007199254740993, 1)"), "01000");
  EXPECT_EQ(truth("a %in% c(0.5, NA, 9007199254740994)"), "00110");
  EXPECT_EQ(truth("a == '9007199254740993'"), "010N0");
  EXPECT_EQ(truth("as.character(a) == '9007199254740993'"), "010N0");
  EXPECT_EQ(truth("ifelse(is.na(a), 0, a) == 9007199254740993"), "01000");
  EXPECT_EQ(truth("pmax(a, 9007199254740993) == 9007199254740993"), "110N1");
  EXPECT_EQ(truth("abs(a) == 9007199254740993"), "010N1");
  EXPECT_EQ(truth("-a == 9007199254740993"), "000N1");
  EXPECT_EQ(truth("round(a) == a"), "111N1");
  EXPECT_EQ(truth("a %% 2 == 1"), "010N1");
  EXPECT_EQ(truth("(a %/% 10) * 10 + a %% 10 == a"), "111N1");
  EXPECT_EQ(truth("cut(a, c(0, 9007199254740992, 1e300), labels = FALSE) == 1L"), "100NN");
  EXPECT_EQ(truth("findInterval(a, c(9007199254740992, 9007199254740994)) == 1L"), "110N0");
  EXPECT_EQ(
      value_of("match(a, c(9007199254740994, 9007199254740993))", chunk).values<std::int32_t>()[1],
      2);
  const auto factor = value_of("factor(a)", chunk);
  EXPECT_EQ(*factor.levels(), (std::vector<std::string>{"-9007199254740993", "9007199254740992",
                                                        "9007199254740993", "9007199254740994"}));
  EXPECT_EQ(factor.values<std::int32_t>()[1], 2);
  EXPECT_EQ(shown(value_of("sprintf('%d', a)", chunk), 1), "'9007199254740993'");
  EXPECT_EQ(shown(value_of("formatC(a, format = 'd', big.mark = ',')", chunk), 1),
            "'9,007,199,254,740,993'");
  EXPECT_EQ(shown(value_of("paste0('id', a)", chunk), 1), "'id9007199254740993'");
  EXPECT_EQ(value_of("as.integer64('9007199254740993')", chunk).values<std::int64_t>()[0], k);
  // The way out of whole numbers, and the type from the types alone.
  EXPECT_EQ(value_of("a + 0.5", chunk).type(), Type::kFloat64);
  EXPECT_EQ(value_of("a / 2L", chunk).type(), Type::kFloat64);
  EXPECT_EQ(value_of("a + 1", chunk).values<std::int64_t>()[1], k + 1);
  EXPECT_EQ(value_of("as.numeric(a) * 1e6", chunk).type(), Type::kFloat64);
  EXPECT_THROW(value_of("a * 1e6", chunk), InvalidArgument);
  EXPECT_EQ(deparse(*parse_expression("a==9007199254740993", "test")), "a == 9007199254740993");
}

// A17, A30, B7: what the clock shows in a zone, conversions of week and epoch, differences in
// units.
TEST(Evaluate, KnowsTimeZonesWeeksAndUnits) {
  const auto text = [](const std::string& e) { return shown(value_of(e), 0); };
  const std::string ny = "tz = 'America/New_York'";
  EXPECT_EQ(text("as.numeric(as.POSIXct('2020-07-01 12:00:00', " + ny + "))"), "1593619200");
  EXPECT_EQ(text("as.numeric(as.POSIXct('2020-03-08 02:30:00', " + ny + "))"), "1583649000");
  EXPECT_EQ(text("as.numeric(as.POSIXct('2020-11-01 01:30:00', " + ny + "))"), "1604208600");
  EXPECT_EQ(text("format(as.POSIXct('2020-07-01 12:00', " + ny + "), '%H:%M %Z %z')"),
            "'12:00 EDT -0400'");
  EXPECT_EQ(text("format(as.POSIXct('2020-07-01 12:00', " + ny + "), '%H', tz = 'UTC')"), "'16'");
  EXPECT_EQ(text("as.POSIXlt('2020-07-01 23:10', " + ny + ")$hour"), "23");
  EXPECT_EQ(text("weekdays(as.POSIXct('2020-07-01 23:10', " + ny + "))"), "'Wednesday'");
  EXPECT_EQ(text("as.character(as.Date(as.POSIXct('2020-07-01 23:10', " + ny + ")))"),
            "'2020-07-02'");
  const std::string hours =
      "as.POSIXct('2020-03-09', " + ny + ") - as.POSIXct('2020-03-08', " + ny + ")";
  EXPECT_EQ(text("as.numeric(" + hours + ", units = 'mins')"), "1380");
  EXPECT_EQ(
      text("as.numeric(difftime('2020-01-02', '2020-01-01', units = 'hours'), units = 'days')"),
      "1");
  EXPECT_EQ(text("as.numeric(as.Date('2020-01-15') - as.Date('2020-01-01'), units = 'weeks')"),
            "2");
  EXPECT_EQ(text("as.character(as.Date('2020-01-01') + as.difftime(36, units = 'hours') * 2)"),
            "'2020-01-04'");
  EXPECT_EQ(text("as.character(as.Date('2020 10 1', '%Y %W %w'))"), "'2020-03-09'");
  EXPECT_EQ(text("as.character(as.Date('2020 10 0', '%Y %U %w'))"), "'2020-03-08'");
  EXPECT_EQ(text("as.character(as.Date('2021 00 1', '%Y %U %w'))"), "'2021-01-04'");
  EXPECT_EQ(text("as.character(as.POSIXct('1583391912', format = '%s'))"), "'2020-03-05 07:05:12'");
  EXPECT_EQ(text("format(as.Date('2021-01-01'), '%g %G %V %s %c')"),
            "'20 2020 53 1609459200 Fri Jan  1 00:00:00 2021'");
}

// B7: as R, missing with a warning.
TEST(Evaluate, UnorderedFactorsWithOrderOrSumAreMissing) {
  const auto chunk = frame();
  for (const auto* text : {"f < 'mid'", "f + 1", "-f", "f > f", "'lo' >= f", "!f", "f & TRUE"}) {
    std::vector<std::string> warnings;
    const auto field = result_field(*parse_expression(text, "test"), *chunk.schema, &objects(), "t",
                                    [&](const std::string& w) { warnings.push_back(w); });
    EXPECT_EQ(field.type, Type::kLogical) << text;
    EXPECT_EQ(warnings.size(), 1u) << text;
    const auto column = value_of(text, chunk);
    for (const auto v : column.values<std::uint8_t>()) EXPECT_EQ(v, 0xff) << text;
  }
}

TEST(Evaluate, LongStringsAndHostilePatternsEnd) {
  StringBuilder builder;
  builder.append(std::string(1'000'000, 'a'));
  Chunk chunk;
  chunk.rows = 1;
  chunk.columns = {builder.finish()};
  Field field;
  field.name = "s";
  field.type = Type::kString;
  chunk.schema = std::make_shared<const Schema>(std::vector<Field>{field});
  EXPECT_EQ(value_of("nchar(gsub('a', 'bb', s))", chunk).values<std::int32_t>()[0], 2'000'000);
  EXPECT_EQ(value_of("grepl('a*$', s)", chunk).values<std::uint8_t>()[0], 1);
  EXPECT_EQ(value_of("nchar(toupper(s))", chunk).values<std::int32_t>()[0], 1'000'000);
  // D8: what backtracks without end is answered without backtracking, or refused at once.
  EXPECT_EQ(
      value_of("grepl('(a+)+$', paste0(substr(s, 1, 40), 'b'))", chunk).values<std::uint8_t>()[0],
      0);
  EXPECT_EQ(
      value_of("grepl('(a+)+$', substr(s, 1, 40), perl = TRUE)", chunk).values<std::uint8_t>()[0],
      1);
  EXPECT_THROW(value_of("grepl('(a+)+$', paste0(s, 'b'))", chunk), InvalidArgument);
  EXPECT_THROW(value_of("sub('(a+)+$', '', paste0(substr(s, 1, 40), 'b'))", chunk),
               InvalidArgument);
}

// D8: rows that each stay within the limits are heard to be cancelled between them.
TEST(Evaluate, PatternsHearACancelledCall) {
  StringBuilder builder;
  for (int i = 0; i < 20000; ++i) builder.append(std::string(23, 'a') + "b");
  Chunk chunk;
  chunk.rows = 20000;
  chunk.columns = {builder.finish()};
  Field field;
  field.name = "s";
  field.type = Type::kString;
  chunk.schema = std::make_shared<const Schema>(std::vector<Field>{field});
  RunControl control;
  int polls = 0;
  control.callbacks.interrupted = [&] { return ++polls > 1; };
  const CallScope scope_of_call(control);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(value_of("gsub('(a|aa)+$', '', s)", chunk), Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(Evaluate, AFactorComparesWithTheTextOfANumber) {
  const auto chunk = frame();
  EXPECT_EQ(shown(value_of("factor(k, levels = 1:7) == 3", chunk), 2), "TRUE");
  EXPECT_EQ(shown(value_of("factor(k, levels = 1:7) == 3", chunk), 3), "FALSE");
  EXPECT_EQ(
      shown(value_of("factor(k / 1e9, levels = c(1e-9, 1234567890.123456)) == 1e-9", chunk), 0),
      "TRUE");
}

TEST(Evaluate, DeepExpressionsAreRefused) {
  std::string text = "x";
  for (int n = 0; n < 5000; ++n) text += " + 1";
  EXPECT_THROW(value_of(text), InvalidArgument);
}

// Straight loops: a comparison of a million rows takes about a millisecond; the bound is generous
// for slow builds.
TEST(Evaluate, IsFastEnoughToBeUsedPerRow) {
  const std::size_t rows = 1'000'000;
  std::vector<double> numbers(rows);
  for (std::size_t i = 0; i < rows; ++i) numbers[i] = static_cast<double>(i % 1000);
  Chunk chunk;
  chunk.rows = rows;
  chunk.columns = {Column::own(Type::kFloat64, std::move(numbers))};
  Field field;
  field.name = "x";
  chunk.schema = std::make_shared<const Schema>(std::vector<Field>{field});
  for (const auto* text : {"x > 500", "x + 1", "ifelse(x > 500, x, 0)", "x %in% c(1, 2, 3)",
                           "cut(x, c(0, 250, 500, 1000))", "x > 5 & x < 500"}) {
    const auto parsed = parse_expression(text, "test");
    const auto start = std::chrono::steady_clock::now();
    evaluate(*parsed, chunk, scope(), "test");
    const auto ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    RecordProperty(text, std::to_string(ms));
    std::printf("  %-30s %6.2f ms per million rows\n", text, ms);
    EXPECT_LT(ms, 500) << text;
  }
}

}  // namespace
}  // namespace insitu
