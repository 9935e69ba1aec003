#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace insitu {
namespace {

constexpr auto kNone = std::string_view::npos;

TEST(Utf8Test, AsciiHasNoHighBits) {
  EXPECT_TRUE(is_ascii(""));
  EXPECT_TRUE(is_ascii(std::string("a\0\x7f", 3)));
  for (std::size_t at = 0; at < 20; ++at) {  // in whole words and behind them
    std::string text(20, 'a');
    text[at] = '\x80';
    EXPECT_FALSE(is_ascii(text)) << at;
  }
}

TEST(Utf8Test, CharactersOfEveryLengthAreValid) {
  for (const std::string text :
       {"", "z", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(find_invalid_utf8("a" + text + "b"), kNone) << text;
}

TEST(Utf8Test, TheFirstBadByteIsFound) {
  for (const std::string text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
    EXPECT_EQ(find_invalid_utf8("a\xc3\xa4" + text + "b"), 3u) << text;
  for (const std::string cut : {"\xc3", "\xe2\x82", "\xf0\x9f\x98"})
    EXPECT_EQ(find_invalid_utf8("ab" + cut), 2u) << cut;
}

}  // namespace
}  // namespace insitu
