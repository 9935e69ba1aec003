// What surveys tell is remembered as long as it holds, and found by the context of the call.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "../sources/memory_files.hpp"
#include "contexts/local.hpp"
#include "contexts/processes.hpp"
#include "data/decorated_source.hpp"
#include "data/survey.hpp"
#include "data/watched_files.hpp"
#include "filesystems/native.hpp"
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
        source(make_text_source({{"type", "RxTextData"}, {"file", "/t.csv"}, {"rowsToSniff", 100}},
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
    EXPECT_EQ(call.reads, number == 0 ? 2 : 0);  // where splits begin, then their rows
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

TEST(Surveys, TheContextLooksForQuotesInLargeTexts) {
  Surveys surveys;
  const auto text = quoted_text();
  const auto expected =
      borders(*make_text_source({{"type", "RxTextData"}, {"file", "/t.csv"}}, text, 500));
  for (const int reads : {1, 0}) {
    const AskedCall call(surveys, text);
    EXPECT_EQ(borders(*call.source), expected);
    EXPECT_EQ(call.reads, reads);
  }
  // What is read at once is looked through here: starting workers takes longer.
  text->bytes.resize(text->bytes.rfind('\n', 7000) + 1);
  text->bytes += text->bytes.ends_with("\"x\n") ? "\"\n" : "";
  const AskedCall call(surveys, text);
  EXPECT_GT(borders(*call.source).size(), 5u);
  EXPECT_EQ(call.reads, 0);
}

TEST(Surveys, AnUnclosedQuoteIsNamedAsWithoutContext) {
  Surveys surveys;
  const auto text = quoted_text();
  text->bytes += "1,\"open\n2,x\n";
  const auto error_of = [](const DataSource& source) {
    try {
      source.splits();
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto expected = error_of(*make_text_source(
      {{"type", "RxTextData"}, {"file", "/t.csv"}, {"rowsToSniff", 100}}, text, 500));
  EXPECT_NE(expected.find("/t.csv, line "), std::string::npos) << expected;
  const AskedCall call(surveys, text);
  EXPECT_EQ(error_of(*call.source), expected);
  EXPECT_EQ(call.reads, 1);
}

/// A text of many splits in a file of its own.
struct QuotedFile {
  std::string path = [] {
    char name[] = "/tmp/insitu-test-XXXXXX.csv";
    ::close(::mkstemps(name, 4));
    return std::string(name);
  }();
  QuotedFile() { std::ofstream(path, std::ios::binary) << quoted_text()->bytes; }
  ~QuotedFile() { std::remove(path.c_str()); }
  std::shared_ptr<const DataSource> source() const {
    return make_text_source({{"type", "RxTextData"}, {"file", path}}, native_file_system(), 500);
  }
};

TEST(Surveys, ProcessesLookForQuotes) {
  const QuotedFile file;
  const auto expected = borders(*file.source());
  for (int workers = 1; workers <= 3; ++workers) {
    ProcessesContext context({.workers = workers});
    Surveys surveys;
    const SurveyScope scope(
        [&](const DataSource& asked, const ReadOptions& columns,
            const std::function<void(const Chunk&)>& consume) {
          RunControl control;
          context.read(asked, columns, consume, control);
        },
        surveys, nullptr);
    EXPECT_EQ(borders(*file.source()), expected);
    EXPECT_EQ(context.worker_pids().size(), static_cast<std::size_t>(workers));
  }
}

/// Counts how often it is asked where splits begin.
struct AskedSplits final : DecoratedSource {
  explicit AskedSplits(std::shared_ptr<const DataSource> source)
      : DecoratedSource(std::move(source)) {}
  SchemaPtr schema() const override { return source_->schema(); }
  std::vector<Split> splits() const override {
    ++asked;
    return source_->splits();
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    return source_->open(split, options);
  }
  Recipe recipe() const override { return source_->recipe(); }
  mutable int asked = 0;
};

TEST(Surveys, WorkersAreToldTheirSplits) {
  const auto text = quoted_text();
  const auto inner = make_text_source({{"type", "RxTextData"}, {"file", "/t.csv"}}, text, 500);
  for (const int kind : {0, 1, 2}) {
    Pipeline pipeline;
    pipeline.row_selection = kind == 2 ? "a > .rxStartRow + 2" : "a >= 100";
    if (kind == 1) pipeline.start_row = 2000, pipeline.row_limit = 1500;
    const auto here = transformed(inner, pipeline);
    std::shared_ptr<const AskedSplits> asked;
    const auto there = transformed_from_json(
        nlohmann::json::parse(here->recipe().options),
        [&](const nlohmann::json&) { return asked = std::make_shared<const AskedSplits>(inner); },
        {});
    std::size_t rows = 0;
    for (const auto& split : here->splits()) {
      const auto expected = here->open(split, {}), reader = there->open(split, {});
      while (const auto chunk = expected->next()) {
        const auto given = reader->next();
        ASSERT_TRUE(given);
        ASSERT_EQ(given->rows, chunk->rows);
        rows += chunk->rows;
        for (std::size_t i = 0; i < chunk->rows; ++i)
          ASSERT_EQ(given->columns[0].number_at(i), chunk->columns[0].number_at(i));
      }
      EXPECT_FALSE(reader->next());
    }
    EXPECT_GT(rows, 1000u);
    EXPECT_EQ(asked->asked, 0);
    EXPECT_EQ(borders(*there), borders(*here));
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
