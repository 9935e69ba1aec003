#include "base/utf16.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace insitu {
namespace {

TEST(Utf16, GoesBothWays) {
  for (const std::string text : {"", "a", "ä", "世", "🎉x", "\x7f"}) {
    auto wide = wide_text(text);
    EXPECT_EQ(wide.back(), 0);
    wide.pop_back();
    EXPECT_EQ(utf8_text(wide), text);
  }
  for (const char* text : {"\xff", "\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xc0\xaf"})
    EXPECT_THROW(wide_text(text), InvalidArgument);
  EXPECT_EQ(utf8_text(std::vector<std::uint16_t>{0xD83C, 'x'}), "\xEF\xBF\xBDx");
}

}  // namespace
}  // namespace insitu
