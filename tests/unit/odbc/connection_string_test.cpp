#include "odbc/connection_string.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace insitu {
namespace {

TEST(ConnectionString, ReadsValuesInBracesAndKeepsTheFirstOfTwo) {
  const auto read = ConnectionString::parse(
      " Driver={ODBC Driver 18 for SQL Server} ; Server=tcp:h,1433;PWD={a;b}}c};pwd=other;;");
  EXPECT_EQ(read.find({"driver"}), "ODBC Driver 18 for SQL Server");
  EXPECT_EQ(read.find({"SERVER"}), "tcp:h,1433");
  EXPECT_EQ(read.find({"Password", "Pwd"}), "a;b}c");
  EXPECT_EQ(read.find({"Database"}), std::nullopt);
  EXPECT_EQ(ConnectionString::parse(read.text()).text(), read.text());
}

TEST(ConnectionString, ShowsNoSecret) {
  const auto read = ConnectionString::parse("Server=h;UID=me;PWD=secret=1;AccessToken=tok");
  EXPECT_EQ(read.shown(), "Server=h;UID=me;PWD=***;AccessToken=***;");
  EXPECT_EQ(read.secrets(), (std::vector<std::string>{"secret=1", "tok"}));
}

TEST(ConnectionString, RefusesWhatIsNoneWithoutRepeatingIt) {
  for (const auto* text :
       {"hunter2", "Server=h;hunter2", "=hunter2", "PWD={hunter2", "PWD={hunter2}hunter2"}) {
    try {
      ConnectionString::parse(text);
      ADD_FAILURE() << text;
    } catch (const InvalidArgument& failure) {
      EXPECT_EQ(std::string(failure.what()).find("hunter2"), std::string::npos) << failure.what();
    }
  }
}

}  // namespace
}  // namespace insitu
