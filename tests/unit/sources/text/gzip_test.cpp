#include "sources/text/gzip.hpp"

#include <zlib.h>

#include <random>
#include <thread>

#include "fixture.hpp"

namespace insitu {
namespace {

std::string gzip(std::string_view text, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Twelve megabytes of records: several places from which inflating can begin.
const std::string& long_text() {
  static const std::string text = [] {
    std::mt19937 random(7);
    std::string out = "a,b,c\n";
    while (out.size() < 12000000)
      out += std::to_string(random() % 100000) + ",\"s" + std::to_string(random() % 1000) +
             (random() % 50 ? "" : "\n") + "\"," + std::to_string(random()) + "\n";
    return out;
  }();
  return text;
}

TEST(TextGzip, ReadsAnywhereInAnyOrder) {
  const auto& text = long_text();
  const auto file = open_gzip(std::make_shared<MemoryFile>(gzip(text), false), "/t.gz");
  std::mt19937 random(3);
  std::string buffer(70000, '\0');
  for (int i = 0; i < 60; ++i) {
    const auto offset = random() % (text.size() + 10);
    const auto size = random() % buffer.size();
    const auto got = file->read_at(offset, std::span<char>(buffer.data(), size));
    const auto expected =
        offset < text.size() ? std::string_view(text).substr(offset, size) : std::string_view();
    ASSERT_EQ(std::string_view(buffer.data(), got), expected);
    if (i == 30) {
      EXPECT_EQ(file->size(), text.size());
    }
  }
}

TEST(TextGzip, ThreadsMayReadAtOnce) {
  const auto& text = long_text();
  const auto file = open_gzip(std::make_shared<MemoryFile>(gzip(text), false), "/t.gz");
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        std::string buffer(1 << 16, '\0');
        for (std::size_t k = t; k * buffer.size() < text.size(); k += 40) {
          const auto got = file->read_at(k * buffer.size(), buffer);
          wrong += std::string_view(buffer.data(), got) !=
                   std::string_view(text).substr(k * buffer.size(), buffer.size());
        }
      });
  }
  EXPECT_EQ(wrong, 0);
}

TEST(TextGzip, GivesTheSameRowsAsTheText) {
  const auto& text = long_text();
  const auto options = text_descriptor();
  const auto plain = make_text_source(options, one_file(text)),
             packed = make_text_source(options, one_file(gzip(text), false));
  const auto expected = plain->splits(), splits = packed->splits();
  ASSERT_EQ(splits.size(), expected.size());
  EXPECT_GT(splits.size(), 10u);
  for (std::size_t i = 0; i < splits.size(); ++i) {
    EXPECT_EQ(splits[i].begin, expected[i].begin);
    EXPECT_EQ(splits[i].end, expected[i].end);
  }
  // A worker reads one split in the middle without having seen the others.
  const auto copy = make_text_source(nlohmann::json::parse(packed->recipe().options),
                                     one_file(gzip(text), false));
  const auto here = plain->open(expected[7], {})->next(), there = copy->open(splits[7], {})->next();
  ASSERT_EQ(here->rows, there->rows);
  for (std::size_t r = 0; r < here->rows; ++r)
    ASSERT_EQ(value_of(here->columns[1], r), value_of(there->columns[1], r));
  EXPECT_EQ(rows_of(*packed).size(), rows_of(*plain).size());
}

TEST(TextGzip, MembersFollowOneAnother) {
  const std::string padding(100, '\0');
  EXPECT_EQ(read_rows(gzip("a,b\n1,2\n") + gzip("") + gzip("3,4\n") + padding),
            (Rows{"1|2", "3|4"}));
  EXPECT_EQ(read_rows(gzip("a,b\n1,2\n", 0)), (Rows{"1|2"}));
}

TEST(TextGzip, D12_DamageBetweenMembersIsAnError) {
  std::string second = "3,4\n";
  for (int i = 0; i < 1000; ++i) second += "5,6\n";
  const auto first = gzip("a,b\n1,2\n"), whole = first + gzip(second);
  for (const std::size_t at : {first.size(), first.size() + 1, first.size() + 2})
    for (const char damage : {'\x01', '\x80', '\x1f', '\x8b'}) {
      auto bytes = whole;
      bytes[at] ^= damage;
      EXPECT_NE(error_of(bytes).find("the gzip file is damaged or truncated"), std::string::npos)
          << at - first.size() << ", " << int{damage};
    }
  EXPECT_NE(error_of(first + "x"), "");
  EXPECT_NE(error_of(first + std::string(10, '\0') + "x"), "");
}

TEST(TextGzip, DamageIsAnError) {
  const std::string text(long_text(), 0, 300000);
  const auto whole = gzip(text);
  EXPECT_NE(error_of(whole.substr(0, whole.size() / 2))
                .find("the gzip file is damaged or truncated: /t.csv"),
            std::string::npos);
  EXPECT_NE(
      error_of(whole.substr(0, whole.size() - 1)).find("the gzip file is damaged or truncated"),
      std::string::npos);
  EXPECT_NE(error_of(whole.substr(0, 5)).find("the gzip file is damaged or truncated"),
            std::string::npos);
  std::mt19937 random(5);
  for (int i = 0; i < 40; ++i) {
    auto bytes = whole;
    bytes[10 + random() % (bytes.size() - 10)] ^= static_cast<char>(1 << random() % 8);
    EXPECT_NE(error_of(bytes), "");
  }
}

}  // namespace
}  // namespace insitu
