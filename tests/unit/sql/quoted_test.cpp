#include "sql/quoted.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace insitu {
namespace {

using enum SqlDialect;

TEST(QuotedTest, NamesKeepTheirQuotes) {
  EXPECT_EQ(quoted_name("a]b", kSqlServer), "[a]]b]");
  EXPECT_EQ(quoted_name("a\"b", kPostgres), "\"a\"\"b\"");
  EXPECT_EQ(quoted_name("x]; DROP TABLE t --", kSqlServer), "[x]]; DROP TABLE t --]");
  EXPECT_EQ(quoted_path(std::vector<std::string>{"db", "", "t"}, kSqlServer), "[db]..[t]");
  EXPECT_THROW(quoted_path(std::vector<std::string>{"db", "", "t"}, kPostgres), InvalidArgument);
  EXPECT_THROW(quoted_path(std::vector<std::string>{"db", ""}, kSqlServer), InvalidArgument);
}

TEST(QuotedTest, NamesThatAnEngineCannotHaveAreRefused) {
  for (const auto dialect : {kSqlServer, kPostgres, kSqlite}) {
    EXPECT_THROW(quoted_name("", dialect), InvalidArgument);
    EXPECT_THROW(quoted_name(std::string("a\0b", 3), dialect), InvalidArgument);
    EXPECT_THROW(quoted_name("\xff", dialect), InvalidArgument);
    EXPECT_THROW(quoted_name("\xed\xa0\x80", dialect), InvalidArgument);
  }
  EXPECT_NO_THROW(quoted_name(std::string(63, 'a'), kPostgres));
  EXPECT_THROW(quoted_name(std::string(64, 'a'), kPostgres), InvalidArgument);
  EXPECT_NO_THROW(quoted_name(std::string(128, 'a'), kSqlServer));
  EXPECT_THROW(quoted_name(std::string(129, 'a'), kSqlServer), InvalidArgument);
  std::string emoji;
  for (int i = 0; i < 65; ++i) emoji += "\xf0\x9f\x98\x80";  // 130 units of UTF-16
  EXPECT_THROW(quoted_name(emoji, kSqlServer), InvalidArgument);
}

TEST(QuotedTest, TextsAreConstants) {
  EXPECT_EQ(quoted_text("it's", kSqlServer), "N'it''s'");
  EXPECT_EQ(quoted_text("it's", kSqlite), "'it''s'");
  EXPECT_EQ(quoted_text("it's", kPostgres), "'it''s'");
  EXPECT_EQ(quoted_text("\\'; --", kPostgres), "E'\\\\''; --'");
  EXPECT_EQ(quoted_text("\\'", kSqlServer), "N'\\'''");
  EXPECT_THROW(quoted_text(std::string("\0", 1), kPostgres), InvalidArgument);
}

TEST(QuotedTest, NumbersReadBackAndAreNoComment) {
  EXPECT_EQ(quoted_number(0.1, kSqlServer), "1.0000000000000001e-01");
  EXPECT_EQ(quoted_number(-2, kSqlite), "(-2.0000000000000000e+00)");
  EXPECT_EQ(quoted_number(-2, kPostgres), "(-2.0000000000000000e+00)::float8");
  EXPECT_THROW(quoted_number(std::numeric_limits<double>::quiet_NaN(), kPostgres), InvalidArgument);
  EXPECT_THROW(quoted_number(std::numeric_limits<double>::infinity(), kSqlite), InvalidArgument);
}

TEST(QuotedTest, BytesAreHexadecimal) {
  const std::string bytes("\x00\xffz", 3);
  EXPECT_EQ(quoted_bytes(bytes, kSqlServer), "0x00ff7a");
  EXPECT_EQ(quoted_bytes(bytes, kPostgres), "'\\x00ff7a'::bytea");
  EXPECT_EQ(quoted_bytes(bytes, kSqlite), "X'00ff7a'");
}

}  // namespace
}  // namespace insitu
