#include "base/base64.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace insitu {
namespace {

TEST(Base64, VectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, EveryByteSurvives) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 7 % 256);
  for (std::size_t size = 1000; size < 1010; ++size)
    EXPECT_EQ(from_base64(to_base64(bytes.substr(0, size))), bytes.substr(0, size));
}

TEST(Base64, OtherTextIsRefused) {
  for (const auto* text : {"Z", "Zg=", "Zg===", "Z=g=", "Zm9v!", "=", "Zm9vY", "\xff\xff\xff\xff"})
    EXPECT_THROW(from_base64(text), InvalidArgument) << text;
  EXPECT_EQ(from_base64("Zm9v\nYmFy\r\n"), "foobar");
}

}  // namespace
}  // namespace insitu
