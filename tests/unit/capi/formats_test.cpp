#include "capi/formats.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/make_source.hpp"
#include "filesystems/native.hpp"

namespace insitu {
namespace {

using nlohmann::json;

std::string message_of(const json& descriptor) {
  SourceMaker maker(formats(), {.files = native_file_system()});
  try {
    (void)maker.make(descriptor);
  } catch (const Error& error) {
    return in_words(error.what(), [](std::string_view name, std::string_view value) {
      return std::string(name) + (value.empty() ? "" : " = " + std::string(value));
    });
  }
  return "";
}

TEST(Formats, NoTwoShareATypeAnEndingOrFirstBytes) {
  std::set<std::string_view> types, endings, magics;
  for (const auto& format : formats()) {
    EXPECT_TRUE(types.insert(format.type).second) << format.type;
    for (const auto ending : format.endings) EXPECT_TRUE(endings.insert(ending).second) << ending;
    if (!format.magic.empty()) {
      EXPECT_TRUE(magics.insert(format.magic).second) << format.type;
    }
    EXPECT_NE(format.is_table, format.source != nullptr) << format.type;
    // What is no file is named with a prefix, or is an object of a language.
    EXPECT_EQ(format.endings.empty(), format.is_table || !format.prefix.empty()) << format.type;
  }
}

TEST(Formats, TheArgumentsOfTheConstructorsAreTheKeys) {
  std::ifstream file(INSITU_SOURCE_DIR "/options/functions.toml");
  const std::string options(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(options.empty());
  // What recipes and functions add, and what the languages keep to themselves.
  const std::set<std::string> without_argument = {"view", "resolved", "cache"};
  const std::set<std::string> without_key = {"data", "returnDataFrame"};
  for (const auto& format : formats()) {
    SCOPED_TRACE(format.type);
    const auto begin = options.find("[functions." + std::string(format.type) + "]");
    ASSERT_NE(begin, std::string::npos);
    auto section = options.substr(begin, options.find("\n[functions.", begin) - begin);
    // Groups of arguments stand in front of the functions.
    for (auto at = section.find("{include = \""); at != std::string::npos;
         at = section.find("{include = \"", at + 1)) {
      const auto group = section.substr(at + 12, section.find('"', at + 12) - at - 12);
      const auto from = options.find("\n" + group + " = [");
      ASSERT_NE(from, std::string::npos) << group;
      section += options.substr(from, options.find("\n]", from) - from);
    }
    for (const auto& key : format.keys) {
      EXPECT_TRUE(section.find("{name = \"" + std::string(key.name) + "\"") != std::string::npos ||
                  without_argument.contains(std::string(key.name)))
          << key.name;
    }
    for (auto at = section.find("{name = \""); at != std::string::npos;
         at = section.find("{name = \"", at + 1)) {
      const auto name = section.substr(at + 9, section.find('"', at + 9) - at - 9);
      EXPECT_TRUE(format.has_key(name) || without_key.contains(name)) << name;
    }
  }
}

TEST(Formats, AllTellTheSameOfTheirArguments) {
  for (const auto& format : formats()) {
    const std::string type(format.type);
    json descriptor = {{"type", type}, {"file", "/nowhere/a"}};
    if (!format.has_key("file")) descriptor = {{"type", type}};
    const auto first = std::string(format.keys[0].name);
    auto wrong = descriptor;
    wrong[first + "s"] = "x";
    EXPECT_EQ(message_of(wrong),
              type + ": unknown argument: " + first + "s (did you mean " + first + "?)");
    wrong = descriptor;
    wrong[first] = 7;
    EXPECT_EQ(message_of(wrong), type + ": " + first + " must be one string: 7");
  }
  EXPECT_EQ(message_of({{"type", "RxOrkData"}, {"file", "a"}}),
            "unknown data source type: 'RxOrkData' (did you mean RxOrcData?)");
  EXPECT_EQ(message_of({{"type", "RxHiveData"}, {"table", "a"}}),
            "RxHiveData can be read in the RxSpark compute context only; set it, or name files "
            "that this context reads (RxXdfData, RxTextData, RxParquetData, RxOrcData)");
  EXPECT_EQ(message_of({{"type", "RxTextData"}, {"file", "a"}, {"defaultMissingColType", "text"}}),
            "RxTextData: defaultMissingColType must be float32, float64, numeric or character: "
            "\"text\"");
}

TEST(Formats, EnginesAreToldWhatTheyReadAndWrite) {
  const json orc = {{"type", "RxOrcData"}, {"file", "/a"}, {"cache", true}};
  EXPECT_EQ(engine_source(orc), (json{{"kind", "orc"}, {"path", "/a"}, {"cache", true}}));
  EXPECT_EQ(engine_target(orc),
            (json{{"kind", "orc"}, {"path", "/a"}, {"factorsAsIndexes", false}}));
  const json query = {{"type", "RxHiveData"}, {"query", "select 1"}};
  EXPECT_EQ(engine_source(query),
            (json{{"kind", "query"}, {"query", "select 1"}, {"cache", false}}));
  EXPECT_THROW((void)engine_target(query), InvalidArgument);
  const json table = {{"type", "RxHiveData"}, {"table", "t"}, {"saveAsTempTable", true}};
  EXPECT_EQ(engine_target(table),
            (json{{"kind", "view"}, {"view", "t"}, {"factorsAsIndexes", false}}));
  EXPECT_EQ(engine_source({{"type", "RxSparkDataFrame"}, {"view", "v"}}),
            (json{{"kind", "view"}, {"view", "v"}, {"cache", false}}));
  EXPECT_TRUE(engine_source({{"type", "RxXdfData"}, {"file", "/a.xdf"}}).is_null());
  EXPECT_TRUE(engine_target({{"type", "RxTextData"}, {"file", "/a.csv"}}).is_null());
}

TEST(Formats, TablesAreNamedWithTheirPrefix) {
  EXPECT_EQ(table_of_path("hive:t"), (json{{"type", "RxHiveData"}, {"table", "t"}}));
  EXPECT_EQ(table_of_path("hive:select 1"), (json{{"type", "RxHiveData"}, {"query", "select 1"}}));
  EXPECT_EQ(table_of_path("postgres:s.t"), (json{{"type", "RxPostgresData"}, {"table", "s.t"}}));
  EXPECT_EQ(table_of_path("odbc:select 1"),
            (json{{"type", "RxOdbcData"}, {"sqlQuery", "select 1"}}));
  EXPECT_TRUE(table_of_path("t.csv").is_null());
}

}  // namespace
}  // namespace insitu
