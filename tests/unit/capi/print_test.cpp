// The op "print": replies come back from languages, and from anybody.
#include "capi/call.hpp"
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class PrintTest : public RequestTest {
 protected:
  void SetUp() override {
    RequestTest::SetUp();
    std::string text = "y,x,g\n";
    for (int i = 0; i < 40; ++i)
      text += std::to_string(i % 7) + "," + std::to_string(i % 11) + "," + "abc"[i % 3] + "\n";
    data_ = text_source(write("a.csv", text));
    data_["stringsAsFactors"] = true;
  }
  /// A reply with its arrays written out, as a language sends it.
  json reply_of(json request) {
    request["data"] = data_;
    request["call"] = "f(y)";
    run(request);
    return with_arrays(json::parse(reply_.document), reply_.arrays);
  }
  json printed(const json& result, const char* layout = "print") {
    return run({{"op", "print"}, {"result", result}, {"layout", layout}}).at("printed");
  }

  json data_;
};

TEST_F(PrintTest, IsWhatTheCallItselfWouldHavePrinted) {
  for (const auto& request :
       {json{{"op", "lin_mod"}, {"formula", "cbind(y, x) ~ g"}},
        json{{"op", "lin_mod"}, {"formula", "y ~ g + x"}, {"cube", true}},
        json{{"op", "summary"}, {"formula", "~ y + g + y:g"}},
        json{{"op", "cov_cor"}, {"formula", "~ y + x + g"}, {"type", "Cor"}}}) {
    auto reply = reply_of(request);
    for (const auto* layout : {"print", "summary"})
      EXPECT_EQ(printed(reply, layout), reply["printed"][layout]) << request;
  }
}

TEST_F(PrintTest, WhateverIsSentIsPrintedOrRefused) {
  const json odd[] = {nullptr,          true,
                      -1e300,           "text",
                      json::array(),    json::object(),
                      json::array({1}), {{"values", {1, "Inf", nullptr, "x"}}},
                      {{"$table", 7}},  {{"$table", {{{"name", 3}}}}}};
  int refused = 0, tried = 0;
  for (const auto& request : {json{{"op", "lin_mod"}, {"formula", "y ~ g + x"}, {"cube", true}},
                              json{{"op", "summary"}, {"formula", "~ y + g + y:g"}},
                              json{{"op", "cov_cor"}, {"formula", "~ y + x"}}}) {
    const auto reply = reply_of(request);
    for (const auto& [key, value] : reply.items())
      for (const auto& other : odd) {
        auto changed = reply;
        changed[key] = other;
        for (const auto* layout : {"print", "summary"}) {
          ++tried;
          try {
            printed(changed, layout);
          } catch (const Error& error) {
            ++refused;
            EXPECT_EQ(error.code(), InvalidArgument("").code()) << key << other << error.what();
          }
        }
      }
  }
  EXPECT_GT(tried, 500);
  EXPECT_LT(refused, tried / 2);
}

TEST_F(PrintTest, OnlyRepliesOfMethodsArePrinted) {
  EXPECT_TRUE(has(error({{"op", "print"}, {"result", {{"class", "lm"}}}}), "reply of a method"));
  EXPECT_TRUE(has(error({{"op", "print"}}), "reply of a method"));
  EXPECT_TRUE(has(error({{"op", "print"},
                         {"result", reply_of({{"op", "summary"}, {"formula", "~ y"}})},
                         {"layout", "html"}}),
                  "layout must be one of"));
}

}  // namespace
}  // namespace insitu
