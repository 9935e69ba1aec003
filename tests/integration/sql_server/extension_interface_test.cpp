// The functions of the extension as SQL Server's documentation describes them: what must be
// accepted, what must be refused with a sentence, and that nothing of it ends the process.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "capi/facade.hpp"
#include "data/arrow.hpp"
#include "functions.hpp"
#include "host.hpp"

namespace insitu::exthost {
namespace {

using nlohmann::json;

const Functions& extension() {
  static const Functions functions(INSITU_SQL_EXTENSION);
  return functions;
}

constexpr SQLGUID kGuid{1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
constexpr const char* kSample = R"({"rx":1,"op":"sample"})";

SQLRETURN begin(const std::string& script, unsigned columns = 0, unsigned parameters = 0,
                unsigned task = 0) {
  Lent text(script);
  return extension().init_session(kGuid, static_cast<SQLUSMALLINT>(task), 1, text.data(),
                                  text.size(), static_cast<SQLUSMALLINT>(columns),
                                  static_cast<SQLUSMALLINT>(parameters), nullptr, 0, nullptr, 0);
}

SQLRETURN column(unsigned number, const char* name, SQLSMALLINT type, SQLULEN size,
                 bool nullable = true) {
  Lent text(name ? name : "");
  return extension().init_column(kGuid, 0, static_cast<SQLUSMALLINT>(number),
                                 name ? text.data() : nullptr, text.size<SQLSMALLINT>(), type, size,
                                 0, nullable, -1, -1);
}

class Interface : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(extension().cleanup_session(kGuid, 0), SQL_SUCCESS);
    EXPECT_EQ(extension().cleanup_session(kGuid, 1), SQL_SUCCESS);
  }
  /// What `f` writes to stderr; it must fail.
  template <class F>
  std::string failure(F&& f) {
    ::testing::internal::CaptureStderr();
    const auto code = f();
    auto text = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, SQL_ERROR);
    EXPECT_NE(text.find("insitu: "), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    return text;
  }
};

TEST_F(Interface, CleanupIsForSessionsThatNeverWere) {
  EXPECT_EQ(extension().version(), 2);
  EXPECT_EQ(extension().cleanup_session(kGuid, 7), SQL_SUCCESS);
  EXPECT_EQ(extension().cleanup(), SQL_SUCCESS);
}

TEST_F(Interface, ScriptsThatAreNoneAreRefused) {
  for (const char* script : {"", "print(1)", "[]", "{}", R"({"rx":2,"op":"hello"})", R"({"rx":1})",
                             R"({"rx":1,"op":7})"})
    EXPECT_NE(failure([&] { return begin(script); }).find("@script"), std::string::npos) << script;
  EXPECT_NE(failure([&] {
              return extension().init_session(kGuid, 0, 1, nullptr, 10, 0, 0, nullptr, 0, nullptr,
                                              0);
            }).find("script is null"),
            std::string::npos);
  EXPECT_EQ(begin(kSample), SQL_SUCCESS);
  EXPECT_NE(failure([&] { return begin(kSample); }).find("begun before"), std::string::npos);
  EXPECT_EQ(begin(kSample, 0, 0, 1), SQL_SUCCESS);
}

TEST_F(Interface, ColumnsThatCannotBeAreRefused) {
  ASSERT_EQ(begin(kSample, 2), SQL_SUCCESS);
  failure([&] { return column(0, nullptr, SQL_C_SLONG, 4); });
  failure([&] { return column(2, "a", SQL_C_SLONG, 4); });
  failure([&] { return column(65535, "a", SQL_C_SLONG, 4); });
  failure([&] { return column(0, "a", 1234, 4); });
  failure([&] {
    return extension().init_column(kGuid, 0, 0, nullptr, 3, SQL_C_SLONG, 4, 0, 1, -1, -1);
  });
  EXPECT_EQ(column(0, "a", SQL_C_SLONG, 4), SQL_SUCCESS);
  failure([&] { return column(0, "a", SQL_C_SLONG, 4); });
  SQLUSMALLINT columns = 9;
  EXPECT_NE(failure([&] {
              return extension().execute(kGuid, 0, 0, nullptr, nullptr, &columns);
            }).find("column 1"),
            std::string::npos);
  EXPECT_EQ(columns, 0);
}

TEST_F(Interface, CallsWithoutASessionAreRefused) {
  SQLUSMALLINT columns = 9;
  failure([&] { return column(0, "a", SQL_C_SLONG, 4); });
  failure([&] { return extension().execute(kGuid, 0, 0, nullptr, nullptr, &columns); });
  EXPECT_EQ(columns, 0);
  failure(
      [&] { return extension().result_column(kGuid, 0, 0, nullptr, nullptr, nullptr, nullptr); });
  failure([&] { return extension().results(kGuid, 0, nullptr, nullptr, nullptr); });
  SQLPOINTER value = &columns;
  SQLINTEGER length = 4;
  failure([&] { return extension().output(kGuid, 0, 0, &value, &length); });
  EXPECT_EQ(value, nullptr);
  EXPECT_EQ(length, SQL_NULL_DATA);
}

TEST_F(Interface, NullPointersAreRefused) {
  ASSERT_EQ(begin(kSample, 1), SQL_SUCCESS);
  ASSERT_EQ(column(0, "a", SQL_C_SLONG, 4, false), SQL_SUCCESS);
  SQLUSMALLINT columns = 0;
  failure([&] { return extension().execute(kGuid, 0, 3, nullptr, nullptr, &columns); });
  SQLPOINTER none[] = {nullptr};
  failure([&] { return extension().execute(kGuid, 0, 3, none, nullptr, &columns); });
  failure([&] { return extension().execute(kGuid, 0, 0, none, nullptr, nullptr); });
  SQLINTEGER values[] = {1, 2, 3};
  SQLPOINTER data[] = {values};
  EXPECT_EQ(extension().execute(kGuid, 0, 3, data, nullptr, &columns),
            SQL_SUCCESS);  // NOT NULL: no lengths
  EXPECT_EQ(columns, 1);
  failure([&] { return extension().results(kGuid, 0, nullptr, nullptr, nullptr); });
  failure(
      [&] { return extension().result_column(kGuid, 0, 0, nullptr, nullptr, nullptr, nullptr); });
  SQLSMALLINT type, digits, nullable;
  SQLULEN size;
  failure([&] { return extension().result_column(kGuid, 0, 1, &type, &size, &digits, &nullable); });
}

TEST_F(Interface, LengthsThatCannotBeAreRefused) {
  struct Case {
    SQLSMALLINT type;
    SQLINTEGER length;
  };
  for (const auto& [type, length] :
       {Case{SQL_C_CHAR, -2}, Case{SQL_C_CHAR, 11}, Case{SQL_C_WCHAR, 3}, Case{SQL_C_SLONG, -7},
        Case{SQL_C_BINARY, std::numeric_limits<SQLINTEGER>::min()}}) {
    ASSERT_EQ(begin(kSample, 1), SQL_SUCCESS);
    ASSERT_EQ(column(0, "a", type, 10), SQL_SUCCESS);
    char bytes[16] = {};
    SQLINTEGER lengths[] = {length};
    SQLPOINTER data[] = {bytes};
    SQLINTEGER* all_lengths[] = {lengths};
    SQLUSMALLINT columns = 0;
    EXPECT_NE(failure([&] {
                return extension().execute(kGuid, 0, 1, data, all_lengths, &columns);
              }).find("column a, row 1"),
              std::string::npos);
    EXPECT_EQ(extension().cleanup_session(kGuid, 0), SQL_SUCCESS);
  }
}

TEST_F(Interface, ParametersThatCannotBeAreRefused) {
  ASSERT_EQ(begin(kSample, 0, 2), SQL_SUCCESS);
  const auto parameter = [](unsigned number, const char* name, SQLSMALLINT type, void* value,
                            SQLINTEGER length, SQLSMALLINT direction) {
    Lent text(name);
    return extension().init_param(kGuid, 0, static_cast<SQLUSMALLINT>(number), text.data(),
                                  text.size<SQLSMALLINT>(), type, 8, 0, value, length, direction);
  };
  int value = 7;
  failure([&] { return parameter(2, "@a", SQL_C_SLONG, &value, 4, SQL_PARAM_INPUT); });
  failure([&] { return parameter(0, "@a", SQL_C_SLONG, nullptr, 4, SQL_PARAM_INPUT); });
  failure([&] { return parameter(0, "@a", SQL_C_BINARY, &value, -3, SQL_PARAM_INPUT); });
  failure([&] { return parameter(0, "@a", SQL_C_SLONG, &value, 4, 99); });
  failure([&] { return parameter(0, "", SQL_C_SLONG, &value, 4, SQL_PARAM_INPUT); });
  failure([&] { return parameter(0, "@a", 99, &value, 4, SQL_PARAM_INPUT); });
  EXPECT_EQ(parameter(0, "@a", SQL_C_SLONG, nullptr, SQL_NULL_DATA, SQL_PARAM_INPUT_OUTPUT),
            SQL_SUCCESS);
  EXPECT_EQ(parameter(1, "@b", SQL_C_SLONG, &value, 4, SQL_PARAM_INPUT), SQL_SUCCESS);
  SQLUSMALLINT columns = 9;
  EXPECT_EQ(extension().execute(kGuid, 0, 0, nullptr, nullptr, &columns), SQL_SUCCESS);
  for (const SQLUSMALLINT number : {0, 1, 2}) {
    SQLPOINTER out = &value;
    SQLINTEGER length = 4;
    failure([&] { return extension().output(kGuid, 0, number, &out, &length); });
    EXPECT_EQ(out, nullptr);
  }
}

template <class T>
void add(Cells& cells, std::initializer_list<T> values) {
  for (const auto& value : values) cells.add(&value, sizeof value);
}

void add_text(Cells& cells, std::string_view text) { cells.add(text.data(), text.size()); }

/// Every type with its extremes and NULL.
std::vector<Input> every_type(bool nullable) {
  std::vector<Input> all;
  const auto make = [&](const char* name, SQLSMALLINT type, std::uint64_t size) -> Cells& {
    Cells cells;
    cells.type = type, cells.size = size, cells.nullable = nullable;
    all.push_back({name, cells, -1});
    return all.back().cells;
  };
  all.reserve(20);
  add<char>(make("bit", SQL_C_BIT, 1), {'0', '1', 1});
  add<std::uint8_t>(make("tinyint", SQL_C_UTINYINT, 1), {0, 255, 7});
  add<std::int16_t>(make("smallint", SQL_C_SSHORT, 2), {-32768, 32767, 0});
  add<std::int32_t>(make("int", SQL_C_SLONG, 4),
                    {std::numeric_limits<std::int32_t>::min(), 2147483647, 0});
  add<std::int64_t>(make("bigint", SQL_C_SBIGINT, 8),
                    {std::numeric_limits<std::int64_t>::min(), 9007199254740993, 0});
  add<float>(make("real", SQL_C_FLOAT, 4), {-1.5f, 3e38f, 0});
  add<double>(make("float", SQL_C_DOUBLE, 8), {0.1, -1.7e308, 5e-324});
  SQL_NUMERIC_STRUCT most{38, 10, 0, {}}, little{38, 10, 1, {1}};
  std::fill_n(most.val, 15, SQLCHAR{0xFF});
  add(make("decimal", SQL_C_NUMERIC, 38), {most, little, little});
  all.back().cells.digits = 10;
  for (const auto type : {SQL_C_CHAR, SQL_C_WCHAR, SQL_C_BINARY}) {
    auto& cells = make(type == SQL_C_CHAR    ? "char"
                       : type == SQL_C_WCHAR ? "wchar"
                                             : "binary",
                       type, 8000);
    for (const auto* text : {"", "ab", "\xC3\xA4\xE2\x82\xAC!"}) add_text(cells, text);
  }
  add(make("date", SQL_C_TYPE_DATE, 6),
      {SQL_DATE_STRUCT{1, 1, 1}, SQL_DATE_STRUCT{9999, 12, 31}, SQL_DATE_STRUCT{2024, 2, 29}});
  add(make("timestamp", SQL_C_TYPE_TIMESTAMP, 16),
      {SQL_TIMESTAMP_STRUCT{1753, 1, 1, 0, 0, 0, 0},
       SQL_TIMESTAMP_STRUCT{9999, 12, 31, 23, 59, 59, 999999900},
       SQL_TIMESTAMP_STRUCT{2024, 2, 29, 12, 0, 0, 3000000}});
  add(make("guid", SQL_C_GUID, 16), {kGuid, SQLGUID{}, kGuid});
  if (nullable)
    for (auto& [name, cells, partition] : all) cells.add_null();
  return all;
}

TEST(Echo, EveryTypeComesBackAsItWent) {
  for (const bool nullable : {true, false})
    for (const unsigned tasks : {1u, 3u})
      for (const auto& chunks : {std::vector<std::size_t>{}, {1}, {2, 1}}) {
        Call call{.library = INSITU_SQL_EXTENSION,
                  .script = kSample,
                  .columns = every_type(nullable),
                  .tasks = tasks,
                  .chunk_rows = chunks,
                  .empty_calls = tasks == 1};
        const auto outcome = run(call);
        ASSERT_TRUE(outcome.succeeded) << outcome.messages;
        ASSERT_EQ(outcome.columns.size(), call.columns.size());
        for (std::size_t i = 0; i < call.columns.size(); ++i) {
          auto expected = call.columns[i].cells.values(), found = outcome.columns[i].values();
          if (tasks > 1) std::ranges::sort(expected), std::ranges::sort(found);
          EXPECT_EQ(found, expected) << call.columns[i].name;
          EXPECT_EQ(outcome.columns[i].type, call.columns[i].cells.type);
        }
        EXPECT_EQ(outcome.counters,
                  (std::vector<std::int64_t>{nullable ? 4 : 3, nullable ? 4 : 3}));
      }
}

TEST(Echo, HelloTellsTheColumns) {
  Call call{.library = INSITU_SQL_EXTENSION,
            .script = R"({"rx":1,"op":"hello"})",
            .columns = every_type(true)};
  const auto outcome = run(call);
  ASSERT_TRUE(outcome.succeeded) << outcome.messages;
  const auto text = *outcome.columns.at(0).values().at(0);
  std::string ascii;
  for (std::size_t i = 0; i < text.size(); i += 2) ascii += text[i];
  const auto told = json::parse(ascii);
  EXPECT_EQ(told["protocol"], 1);
  EXPECT_EQ(told["columns"].size(), call.columns.size());
  EXPECT_EQ(told["columns"][8]["type"], "varchar");
  call.columns.clear();  // no query: Execute without columns and rows
  EXPECT_TRUE(run(call).succeeded);
}

TEST(Echo, AKilledTaskIsAFailureOfTheCall) {
  Call call{.library = INSITU_SQL_EXTENSION,
            .script = kSample,
            .columns = every_type(true),
            .tasks = 2,
            .chunk_rows = {1},
            .kill_task = 1};
  const auto outcome = run(call);
  EXPECT_FALSE(outcome.succeeded);
  EXPECT_NE(outcome.messages.find("task 1 was ended by signal 9"), std::string::npos)
      << outcome.messages;
  EXPECT_TRUE(outcome.columns.empty());
}

TEST(Times, StayInTheirSecondBothWays) {
  const std::initializer_list<SQL_TIMESTAMP_STRUCT> times = {{9999, 12, 31, 23, 59, 59, 999999900},
                                                             {9999, 12, 31, 23, 59, 59, 999999000},
                                                             {4000, 2, 28, 23, 59, 59, 999999000},
                                                             {2013, 7, 1, 12, 30, 15, 123457000},
                                                             {1, 1, 1, 0, 0, 0, 1000},
                                                             {1969, 12, 31, 23, 59, 59, 999999000}};
  Cells x, time;
  x.type = SQL_C_DOUBLE, x.size = 8;
  time.type = SQL_C_TYPE_TIMESTAMP, time.size = 16;
  for (const double value : {1.0, 2.0, 4.0, 3.0, 6.0, 5.0}) x.add(&value, sizeof value);
  add(time, times);
  const std::vector<double> values = {1, 2, 4, 3, 6, 5};
  ArrowArrayStream stream{};
  auto schema = std::make_shared<const Schema>(std::vector<Field>{{.name = "x"}, {.name = "y"}});
  const auto rows = values.size();
  bool sent = false;
  export_stream(
      schema,
      [&]() -> std::optional<Chunk> {
        if (std::exchange(sent, true)) return std::nullopt;
        const auto column = [&] {
          return Column::own(Type::kFloat64, std::vector<double>(values));
        };
        return Chunk{schema, {column(), column()}, rows, {}};
      },
      &stream);
  Request fit;
  fit.document =
      R"({"op":"lin_mod","formula":"y~x","data":{"type":"frame","stream":0},"reportProgress":0})";
  fit.streams = {&stream};
  const auto model = from_base64(
      json::parse(insitu::run(std::move(fit), {}).document)["model"].get<std::string>());

  Call call{.library = INSITU_SQL_EXTENSION,
            .script = R"({"rx":1,"op":"predict","options":{"extraVarsToWrite":["time"]}})",
            .columns = {{"x", x, -1}, {"time", time, -1}},
            .arguments = {{"@model", SQL_C_BINARY, 0, model, false}}};
  const auto outcome = run(call);
  ASSERT_TRUE(outcome.succeeded) << outcome.messages;
  ASSERT_EQ(outcome.columns.size(), 2u);
  const auto found = outcome.columns[1].values();
  ASSERT_EQ(found.size(), times.size());
  std::size_t i = 0;
  for (const auto& given : times) {
    ASSERT_TRUE(found[i]) << i;
    SQL_TIMESTAMP_STRUCT back{};
    std::memcpy(&back, found[i++]->data(), sizeof back);
    EXPECT_EQ(back.year, given.year) << i;
    EXPECT_EQ(back.day, given.day) << i;
    EXPECT_EQ(back.hour, given.hour) << i;
    EXPECT_EQ(back.second, given.second) << i;
    if (given.year < 1900 || given.year > 2200) continue;  // a double has fewer digits there
    EXPECT_EQ(back.fraction, given.fraction) << i;
  }
}

TEST(Echo, BinaryColumnsAreRefusedWhereRowsAreComputedWith) {
  Call call{.library = INSITU_SQL_EXTENSION,
            .script = R"({"rx":1,"op":"begin","analysis":{"op":"summary","formula":"~ int"}})",
            .columns = every_type(true)};
  const auto outcome = run(call);
  EXPECT_FALSE(outcome.succeeded);
  EXPECT_NE(outcome.messages.find("column binary is binary, which no analysis reads"),
            std::string::npos)
      << outcome.messages;
}

TEST(Echo, FilesOfTheServerCannotBeNamed) {
  for (const char* more : {R"("byGroupOutFile":{"type":"RxXdfData","file":"/tmp/x.xdf"})",
                           R"("data":"/etc/passwd")", R"("context":{"type":"RxLocalSeq"})"}) {
    Call call{
        .library = INSITU_SQL_EXTENSION,
        .script =
            R"({"rx":1,"op":"map","resident":true,"analysis":{"op":"summary","formula":"~ int",)" +
            std::string(more) + "}}",
        .columns = {every_type(true)[3]}};
    const auto outcome = run(call);
    EXPECT_FALSE(outcome.succeeded) << more;
    EXPECT_NE(outcome.messages.find("@script"), std::string::npos) << outcome.messages;
  }
}

}  // namespace
}  // namespace insitu::exthost
