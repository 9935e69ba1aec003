// What surveys tell is remembered as long as it holds, and found by the context of the call.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>

#include "../sources/memory_files.hpp"
#include "contexts/local.hpp"
#include "data/survey.hpp"
#include "data/watched_files.hpp"
#include "formula/rows/transforms.hpp"
#include "sources/text/source.hpp"

namespace insitu {
namespace {

constexpr std::int64_t kLongAgo = 1'500'000'000'000'000'000;

/// A text of many splits, whose bytes are counted when they are read.
struct Text final : FileSystem {
  struct File final : RandomAccessFile {
    File(const Text& text, FileIdentity identity)
        : text_(text), bytes_(text.bytes), identity_(identity) {}
    std::uint64_t size() const override { return bytes_.size(); }
    std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
      const auto got = MemoryFile(bytes_, false).read_at(offset, out);
      text_.bytes_read += got;
      return got;
    }
    std::optional<FileIdentity> identity() const override { return identity_; }
    const Text& text_;
    std::string bytes_;
    FileIdentity identity_;
  };

  std::shared_ptr<RandomAccessFile> open(const std::string&) const override {
    return std::make_shared<File>(*this, FileIdentity{1, inode, bytes.size(), modified});
  }
  bool exists(const std::string&) const override { return true; }
  bool is_directory(const std::string&) const override { return false; }
  std::vector<std::string> list(const std::string&) const override { return {}; }

  std::string bytes;
  std::uint64_t inode = 7;
  std::int64_t modified = kLongAgo;
  mutable std::atomic<std::uint64_t> bytes_read = 0;
};

constexpr int kRows = 4000;

std::shared_ptr<Text> quoted_text() {
  auto text = std::make_shared<Text>();
  text->bytes = "a,b\n";
  for (int i = 0; i < kRows; ++i)
    text->bytes += std::to_string(i) + (i % 3 ? ",\"x\ny\"\n" : ",plain\n");
  return text;
}

/// A call: a source made anew, in a scope of its own.
struct AskedCall {
  AskedCall(Surveys& surveys, std::shared_ptr<const Text> text, int threads = 2)
      : context(threads),
        scope(
            [this](const DataSource& asked, const ReadOptions& columns,
                   const std::function<void(const Chunk&)>& consume) {
              ++reads;
              RunControl control;
              context.read(asked, columns, consume, control);
            },
            surveys, versions),
        source(make_text_source({{"type", "RxTextData"}, {"file", "/t.csv"}},
                                watched_files(std::move(text), versions), 500)) {}
  int reads = 0;
  LocalContext context;
  std::shared_ptr<FileVersions> versions = std::make_shared<FileVersions>();
  SurveyScope scope;
  std::shared_ptr<const DataSource> source;
};

std::vector<std::pair<std::uint64_t, std::uint64_t>> borders(const DataSource& source) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  for (const auto& split : source.splits()) all.emplace_back(split.begin, split.end);
  return all;
}

TEST(Surveys, SplitsAreLookedForOnceWhileTheFileStays) {
  Surveys surveys;
  const auto text = quoted_text();
  const auto expected =
      borders(*make_text_source({{"type", "RxTextData"}, {"file", "/t.csv"}}, text, 500));
  ASSERT_GT(expected.size(), 50u);
  const auto read_by_call = [&] {
    const AskedCall call(surveys, text);
    text->bytes_read = 0;
    EXPECT_EQ(borders(*call.source), expected);
    return text->bytes_read.load();
  };
  EXPECT_GE(read_by_call(), text->bytes.size() - 4);
  EXPECT_LT(read_by_call(), 100u);  // the first bytes: is it packed?
  text->modified += 1;
  EXPECT_GE(read_by_call(), text->bytes.size() - 4);
  EXPECT_LT(read_by_call(), 100u);  // the first bytes: is it packed?
  text->inode += 1;
  EXPECT_GE(read_by_call(), text->bytes.size() - 4);
}

TEST(Surveys, AFileThatHasJustChangedIsLookedAtAgain) {
  Surveys surveys;
  const auto text = quoted_text();
  text->modified = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  for (int call = 0; call < 2; ++call) {
    const AskedCall asked(surveys, text);
    text->bytes_read = 0;
    borders(*asked.source);
    EXPECT_GT(text->bytes_read, 0u);
  }
}

TEST(Surveys, AnotherQuoteMarkIsAnotherSurvey) {
  Surveys surveys;
  const auto text = quoted_text();
  const AskedCall call(surveys, text);
  const auto quoted = borders(*call.source);
  const auto plain =
      make_text_source({{"type", "RxTextData"}, {"file", "/t.csv"}, {"quoteMark", ""}}, text, 500);
  EXPECT_NE(borders(*plain), quoted);
}

TEST(Surveys, RowsAreCountedInTheContextAndOnce) {
  Surveys surveys;
  const auto text = quoted_text();
  for (int number = 0; number < 2; ++number) {
    AskedCall call(surveys, text);
    Pipeline pipeline;
    pipeline.start_row = kRows - 5;
    const auto window = transformed(call.source, std::move(pipeline));
    EXPECT_EQ(call.reads, number == 0 ? 1 : 0);
    EXPECT_EQ(window->row_count(), 5);
    std::vector<double> seen;
    for (const auto& split : window->splits()) {
      const auto reader = window->open(split, {});
      while (const auto chunk = reader->next())
        for (std::size_t i = 0; i < chunk->rows; ++i)
          seen.push_back(chunk->columns[0].number_at(i));
    }
    EXPECT_EQ(seen, (std::vector<double>{3995, 3996, 3997, 3998, 3999}));
  }
}

TEST(Surveys, WhatWasNotAskedForLongestIsForgottenFirst) {
  Surveys surveys;
  const Surveys::Facts large(3 << 20, 1);  // 24 MB each
  surveys.keep("a", large);
  surveys.keep("b", large);
  EXPECT_TRUE(surveys.find("a"));
  surveys.keep("c", large);
  EXPECT_FALSE(surveys.find("b"));
  EXPECT_TRUE(surveys.find("a"));
  EXPECT_TRUE(surveys.find("c"));
}

}  // namespace
}  // namespace insitu
