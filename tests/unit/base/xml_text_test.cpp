#include "base/xml_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace insitu {
namespace {

TEST(XmlTextTest, WhatXmlReservesIsEscaped) {
  EXPECT_EQ(xml_text("a<b & \"c\" > 'd'"), "a&lt;b &amp; &quot;c&quot; &gt; 'd'");
  EXPECT_EQ(xml_text("Zürich ∑"), "Zürich ∑");
  EXPECT_EQ(xml_text(""), "");
}

TEST(XmlTextTest, AttributesKeepTabsAndLineEnds) {
  EXPECT_EQ(xml_text("a\tb\nc\r"), "a&#9;b&#10;c&#13;");
}

TEST(XmlTextTest, ControlCharactersAreLeftOutAndKnown) {
  const std::string with_bell("a\ab\0c", 5);
  EXPECT_EQ(xml_text(with_bell), "abc");
  EXPECT_FALSE(xml_can_hold(with_bell));
  EXPECT_TRUE(xml_can_hold("tab\tand\nline\r"));
}

}  // namespace
}  // namespace insitu
