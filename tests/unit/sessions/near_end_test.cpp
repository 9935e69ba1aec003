#include "sessions/near_end.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace insitu {
namespace {

using std::string;
using std::string_literals::operator""s;

TEST(ShownText, KeepsCharactersAndShowsOtherBytes) {
  EXPECT_EQ(shown_text("gr\xc3\xbc\xc3\x9f \xe2\x98\x83 \xf0\x9f\x98\x80\n"),
            "gr\xc3\xbc\xc3\x9f \xe2\x98\x83 \xf0\x9f\x98\x80\n");
  EXPECT_EQ(shown_text("a\0b"s), "a\\x00b");
  EXPECT_EQ(shown_text("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(shown_text("\xc3"), "\\xc3");
  // Overlong, a surrogate, beyond Unicode.
  EXPECT_EQ(shown_text("\xc0\x80"), "\\xc0\\x80");
  EXPECT_EQ(shown_text("\xe0\x80\x80"), "\\xe0\\x80\\x80");
  EXPECT_EQ(shown_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(shown_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(WholeCharacters, LeavesTheBeginningOfOne) {
  const string text = "a\xe2\x98\x83\xf0\x9f\x98\x80";
  const std::size_t whole[] = {0, 1, 1, 1, 4, 4, 4, 4, 8};
  for (std::size_t size = 0; size <= text.size(); ++size)
    EXPECT_EQ(whole_characters(std::string_view(text).substr(0, size)), whole[size]) << size;
  EXPECT_EQ(whole_characters("\x80\x80\x80\x80"), 4u);
  EXPECT_EQ(whole_characters("a\xff"), 2u);
}

/// A far end that is a script of the shell.
string failure_of(const string& script) {
  NearEnd near({"sh", "-c", script}, "there");
  try {
    near.receive({});
  } catch (const WorkerError& error) {
    EXPECT_FALSE(near.open());
    EXPECT_THROW(near.send(FrameType::kCall, 1, "{}", {}, {}), WorkerError);
    return error.what();
  }
  return "nothing";
}

TEST(NearEnd, TakesDocumentsOfAnySize) {
  // A REPLY with 5 MiB of JSON: a listing of a large workspace.
  NearEnd near({"sh", "-c",
                "printf '\\nINSITU-SESSION-1\\nRXF1\\021\\0\\0\\0\\001\\0\\0\\0\\0\\0\\120\\0"
                "\\0\\0\\0\\0\\0\\0\\0\\0'; head -c 5242880 /dev/zero | tr '\\0' ' '; sleep 9"},
               "there");
  const auto frame = near.receive({});
  EXPECT_EQ(frame.type, FrameType::kReply);
  EXPECT_EQ(frame.json, string(5 << 20, ' '));
}

TEST(NearEnd, SaysWhatIsNoSession) {
  EXPECT_EQ(failure_of("echo no such program >&2; exit 127"),
            "the remote session on there is lost: exit status 127; it said:\nno such program");
  EXPECT_EQ(failure_of("printf '\\nINSITU-SESSION-1\\n%0100d' 0; sleep 9"),
            "the remote session on there is lost: bytes that are not a frame arrived");
  EXPECT_EQ(
      failure_of("head -c 2000000 /dev/zero; sleep 9"),
      "the remote session on there is lost: only other text arrived, where frames were to begin");
}

TEST(NearEnd, SkipsWhatALoginPrints) {
  // A HELLO frame whose document is {}: header of 24 bytes.
  const string frame =
      "RXF1\\001\\000\\000\\000\\000\\000\\000\\000\\002\\000\\000\\000"
      "\\000\\000\\000\\000\\000\\000\\000\\000{}";
  NearEnd near({"sh", "-c",
                "echo Welcome; echo; printf 'INSITU-SESS'; sleep 0.1; printf 'ION-1\\n" + frame +
                    "'; sleep 9"},
               "there");
  const auto hello = near.receive({});
  EXPECT_EQ(hello.type, FrameType::kHello);
  EXPECT_EQ(hello.json, "{}");
}

TEST(NearEnd, StopsWaitingWhenAsked) {
  NearEnd near({"sleep", "9"}, "there");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(near.receive([] { return true; }), Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_TRUE(near.open());
}

}  // namespace
}  // namespace insitu
