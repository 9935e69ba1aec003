// Where ranges begin, found in stretches that are merged in any order, against the grammar walked
// field by field from the first byte.
#include "sources/text/borders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "../memory_files.hpp"
#include "base/error.hpp"
#include "sources/text/scan.hpp"
#include "sources/text/splits.hpp"

namespace insitu {
namespace {

using Begins = std::vector<std::uint64_t>;

/// By the reader's own walk over fields; nothing: a quote is not closed.
std::optional<Begins> walked_begins(const std::string& text, const TextDialect& dialect,
                                    std::uint64_t data_begin, std::uint64_t split_bytes) {
  if (data_begin >= text.size()) return Begins{};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::set<std::uint64_t> records{data_begin};
  for (const char* p = begin + data_begin; p < end;) {
    FieldSpan span{};
    const char* stop = scan_field(dialect, p, end, span);
    if (!stop) return std::nullopt;
    if (stop == end) break;
    p = stop + 1;
    if (dialect.ends_line(*stop)) records.insert(static_cast<std::uint64_t>(p - begin));
  }
  Begins cuts{data_begin};
  for (auto wanted = (data_begin / split_bytes + 1) * split_bytes; wanted < text.size();
       wanted += split_bytes) {
    auto at = wanted - 1;
    while (at < text.size() && !dialect.ends_line(text[static_cast<std::size_t>(at)])) ++at;
    cuts.push_back(std::min<std::uint64_t>(at + 1, text.size()));
  }
  Begins begins;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const auto next = i + 1 < cuts.size() ? cuts[i + 1] : text.size();
    const auto record = records.lower_bound(cuts[i]);
    if (record != records.end() && *record < next) begins.push_back(*record);
  }
  return begins;
}

struct Case {
  std::string text;
  TextDialect dialect;
  std::uint64_t data_begin = 0, split_bytes = 1;
  bool mapped = true;
};

Case ugly_case(std::mt19937& random) {
  const auto any = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  Case made;
  made.mapped = any(2) == 0;
  made.dialect.delimiter = ",\t; "[any(4)];
  made.dialect.quote = "\"\"\"'`"[any(5)];
  if (any(12) == 0) made.dialect.quote = '\0';
  made.dialect.newline = any(3) == 0 ? '\r' : '\n';
  made.dialect.long_characters = any(4) == 0;
  made.split_bytes = any(3) == 0 ? 1 + any(4) : 5 + any(200);
  const std::string quote(1, made.dialect.quote ? made.dialect.quote : '"'),
      delimiter(1, made.dialect.delimiter);
  std::vector<std::string> parts = {
      quote, quote,        delimiter,     delimiter,         "\n",   "\r\n", "\n", " ", "a",
      "xyz", "\\" + quote, quote + quote, quote + delimiter, "12.5", "\r"};
  if (made.dialect.long_characters)
    parts.insert(parts.end(), {"\x81\x30\x81\x30", "\xb0\x60", "\xb0\x7c", "\xb0\xa1"});
  else
    parts.insert(parts.end(), {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"});
  // Some texts have few quotes, some nothing but.
  const auto from = any(4) == 0 ? std::size_t{2} : 0;
  const auto to = any(6) == 0 ? std::size_t{5} : parts.size();
  for (auto count = any(any(5) == 0 ? 3000 : 200); count > 0; --count)
    made.text += parts[from + any(to - from)];
  if (any(8) == 0) made.text += std::string(any(400), 'l');  // a line longer than many splits
  if (any(3) > 0 && made.dialect.quote) {                    // most often a text that ends well
    const auto walked = walked_begins(made.text, made.dialect, 0, made.split_bytes);
    if (!walked) made.text += quote + "\n";
  }
  if (any(3) == 0 && !made.text.empty()) {
    const auto line = made.text.find(made.dialect.newline);
    if (line != std::string::npos) made.data_begin = line + 1;
  }
  return made;
}

/// Merged in any order of neighbours.
TextBorders merged(std::vector<TextBorders> stretches, std::mt19937& random) {
  if (stretches.empty()) return {};
  while (stretches.size() > 1) {
    const auto at = std::uniform_int_distribution<std::size_t>(0, stretches.size() - 2)(random);
    stretches[at].merge(TextBorders::from_numbers(stretches[at + 1].numbers()));
    stretches.erase(stretches.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  return stretches[0];
}

TEST(TextBorders, AreThoseOfTheWalkedTextHoweverItIsCut) {
  std::mt19937 random(20240817);
  int unclosed = 0, spanning = 0;
  for (int round = 0; round < 6000; ++round) {
    const auto made = ugly_case(random);
    const MemoryFile file(made.text, made.mapped);
    const TextPart part{"/t.csv", made.data_begin};
    const auto expected = walked_begins(made.text, made.dialect, made.data_begin, made.split_bytes);
    std::vector<TextBorders> stretches;
    const auto stretch = made.split_bytes * std::uniform_int_distribution<int>(1, 9)(random);
    for (auto begin = made.data_begin; begin < made.text.size();) {
      const auto end = std::min<std::uint64_t>((begin / stretch + 1) * stretch, made.text.size());
      stretches.push_back(find_borders(file, part, made.dialect, made.split_bytes, begin, end));
      begin = end;
    }
    const auto found = merged(std::move(stretches), random);
    SCOPED_TRACE("round " + std::to_string(round) + ": " + ::testing::PrintToString(made.text));
    ASSERT_EQ(found.readings[0].ends_in_quotes, !expected);
    TextLayout layout;
    layout.dialect = made.dialect;
    if (!expected) {
      ++unclosed;
      ASSERT_THROW(text_ranges(file, part, layout, made.split_bytes), DataError);
      continue;
    }
    ASSERT_EQ(found.readings[0].begins, *expected);
    Begins begins;
    for (const auto& range : text_ranges(file, part, layout, made.split_bytes)) {
      if (!begins.empty()) {
        ASSERT_GT(range.begin, begins.back());
      }
      begins.push_back(range.begin);
    }
    ASSERT_EQ(begins, *expected);
    Begins lines =
        walked_begins(
            made.text,
            {.delimiter = made.dialect.delimiter, .quote = '\0', .newline = made.dialect.newline},
            made.data_begin, made.split_bytes)
            .value();
    spanning += lines != *expected;
  }
  EXPECT_GT(unclosed, 400);   // the texts are as ugly as they are meant to be
  EXPECT_GT(spanning, 1000);  // quotes with line ends at borders
}

TEST(TextBorders, AStretchWithoutLineEndsIsTheNeutralOne) {
  const std::string text = "a\n" + std::string(500, 'x') + "\nb\n";
  const MemoryFile file(text, true);
  const auto within = find_borders(file, {"/t.csv", 0}, {}, 10, 100, 400);
  EXPECT_FALSE(within.readings[0].ends_in_quotes);
  EXPECT_TRUE(within.readings[1].ends_in_quotes);
  EXPECT_TRUE(within.readings[0].begins.empty());
  EXPECT_TRUE(within.readings[1].begins.empty());
}

TEST(TextBorders, NumbersThatAreNoneAreRefused) {
  TextBorders borders;
  borders.readings[0].begins = {3, 9};
  const auto good = borders.numbers();
  EXPECT_EQ(TextBorders::from_numbers(good).readings[0].begins, (Begins{3, 9}));
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    EXPECT_THROW(TextBorders::from_numbers(std::span(good).first(cut)), DataError) << cut;
  auto longer = good;
  longer.push_back(1);
  EXPECT_THROW(TextBorders::from_numbers(longer), DataError);
  auto negative = good;
  negative[1] = -1;
  EXPECT_THROW(TextBorders::from_numbers(negative), DataError);
}

}  // namespace
}  // namespace insitu
