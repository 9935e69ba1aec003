#include "analysis/merge_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/error.hpp"

namespace insitu {
namespace {

/// Writes down how it was merged: "((01)(23))".
struct Story {
  static constexpr std::string_view name = "story";
  struct State {
    std::string text;
    static constexpr auto fields = std::tuple{&State::text};
    void merge(const State& next) {
      text = text.empty() ? next.text : next.text.empty() ? text : "(" + text + next.text + ")";
    }
  };
  static constexpr auto fields = std::tuple{};
  std::vector<std::string> variables() const { return {}; }
  State init() const { return {}; }
  void accumulate(State& state, const Chunk& chunk) const {
    state.text += static_cast<char>('a' + chunk.from.split);
  }
  std::string finalize(const State& state) const { return state.text; }
};

const PassOf<Story> kPass{Story{}};

std::unique_ptr<Accumulator> split(std::uint64_t index) {
  auto state = kPass.start();
  state->accumulate(Chunk{nullptr, {}, 0, {.split = index}});
  return state;
}

std::string told(MergeTree tree, std::uint64_t count) {
  return PassOf<Story>::state(*std::move(tree).finish(kPass, count)).text;
}

TEST(MergeTree, TheTreeIsTheSameInWhateverOrderStatesArrive) {
  std::mt19937 random(1);
  for (std::uint64_t count = 0; count <= 20; ++count) {
    std::string expected;
    for (int round = 0; round < 20; ++round) {
      std::vector<std::uint64_t> order(count);
      for (std::uint64_t i = 0; i < count; ++i) order[i] = i;
      if (round > 0) std::shuffle(order.begin(), order.end(), random);
      MergeTree tree;
      for (const auto i : order) tree.add({i, 0}, split(i));
      const auto text = told(std::move(tree), count);
      if (round == 0) expected = text;
      EXPECT_EQ(text, expected) << count;
    }
  }
}

TEST(MergeTree, TreesOfOtherSplitsAreAddedAsTheirSplitsWouldBe) {
  for (std::uint64_t count = 1; count <= 20; ++count)
    for (std::uint64_t mask = 1; mask < 8; ++mask) {
      MergeTree whole, one, other;
      for (std::uint64_t i = 0; i < count; ++i) {
        whole.add({i, 0}, split(i));
        (mask >> i % 3 & 1 ? one : other).add({i, 0}, split(i));
      }
      one.add(std::move(other));
      EXPECT_TRUE(other.nodes().empty());
      EXPECT_EQ(told(std::move(one), count), told(std::move(whole), count)) << count << mask;
    }
}

TEST(MergeTree, ATreeWithASplitThatIsThereChangesNothing) {
  MergeTree one, other;
  for (const std::uint64_t i : {0, 1, 4}) one.add({i, 0}, split(i));
  for (const std::uint64_t i : {2, 3, 5, 1}) other.add({i, 0}, split(i));
  EXPECT_THROW(one.add(std::move(other)), DataError);
  EXPECT_EQ(one.nodes().size(), 2u);
  EXPECT_EQ(other.nodes().size(), 3u);
}

TEST(MergeTree, MergesNeighboursPairwiseAndTheEdgeFromTheRight) {
  const auto of = [](std::uint64_t count) {
    MergeTree tree;
    for (std::uint64_t i = 0; i < count; ++i) tree.add({i, 0}, split(i));
    return told(std::move(tree), count);
  };
  EXPECT_EQ(of(0), "");
  EXPECT_EQ(of(1), "a");
  EXPECT_EQ(of(4), "((ab)(cd))");
  EXPECT_EQ(of(7), "(((ab)(cd))((ef)g))");
}

TEST(MergeTree, NodesOfSubtreesGiveTheSameTreeAsTheirSplits) {
  for (std::uint64_t count = 1; count <= 20; ++count) {
    MergeTree whole;
    for (std::uint64_t i = 0; i < count; ++i) whole.add({i, 0}, split(i));
    const auto expected = told(std::move(whole), count);
    for (std::uint64_t run = 1; run <= count; ++run) {
      MergeTree host;
      for (auto begin = (count - 1) / run * run + run; begin >= run;
           begin -= run) {  // the last run first
        MergeTree worker;
        for (auto i = begin - run; i < std::min(begin, count); ++i) worker.add({i, 0}, split(i));
        EXPECT_LE(worker.nodes().size(), 2 * 5u);
        for (const auto& [key, state] : worker.nodes()) {
          auto copy = kPass.start();
          copy->load(state->save());
          host.add(key, std::move(copy));
        }
      }
      EXPECT_EQ(told(std::move(host), count), expected) << count << " splits in runs of " << run;
    }
  }
}

TEST(MergeTree, GapsAreFilledAsBySplitsWithoutRows) {
  for (std::uint64_t count = 1; count <= 20; ++count)
    for (std::uint64_t mask = 0; mask < 1 << 5; ++mask) {
      MergeTree whole, gaps;
      for (std::uint64_t i = 0; i < count; ++i) {
        const bool there = mask >> i % 5 & 1;
        whole.add({i, 0}, there ? split(i) : kPass.start());
        if (there) gaps.add({i, 0}, split(i));
      }
      EXPECT_LE(gaps.splits(), count);
      gaps.fill(kPass, count);
      EXPECT_EQ(gaps.splits(), count);
      EXPECT_EQ(told(std::move(gaps), count), told(std::move(whole), count)) << count << mask;
    }
  MergeTree huge;  // numbers from outside cost no more than their digits
  huge.add({(std::uint64_t{1} << 62) + 5, 0}, split(7));
  huge.fill(kPass, huge.splits());
  EXPECT_LT(huge.nodes().size(), 70u);
}

TEST(MergeTree, StatesAreTakenInTheOrderOfTheData) {
  MergeTree tree;
  for (const std::uint64_t i : {6, 0, 3, 1}) tree.add({i, 0}, split(i));
  std::string text;
  for (const auto& state : std::move(tree).take()) text += PassOf<Story>::state(*state).text + " ";
  EXPECT_EQ(text, "(ab) d g ");
}

TEST(MergeTree, AMissingDoubledOrForeignSplitIsAnError) {
  const auto message = [](const std::vector<MergeTree::Key>& keys,
                          std::uint64_t count) -> std::string {
    try {
      MergeTree tree;
      for (const auto& key : keys) tree.add(key, split(key.index));
      told(std::move(tree), count);
    } catch (const DataError& failure) {
      return failure.what();
    }
    return "";
  };
  EXPECT_EQ(message({{0, 0}, {2, 0}}, 3), "split 1 is missing");
  EXPECT_EQ(message({{1, 0}}, 2), "split 0 is missing");
  EXPECT_EQ(message({{0, 0}, {1, 0}, {0, 0}}, 2), "split 0 was computed twice");
  EXPECT_EQ(message({{0, 1}, {1, 0}}, 2), "split 1 was computed twice");
  EXPECT_EQ(message({{0, 0}}, 2), "states of 1 splits arrived, expected 2");
  EXPECT_EQ(message({{0, 1}}, 1), "states of 2 splits arrived, expected 1");
  EXPECT_EQ(message({{0, 63}}, 1), "a node of the merge tree is out of range");
  EXPECT_EQ(message({{~std::uint64_t{0}, 1}}, 1), "a node of the merge tree is out of range");
}

TEST(MergeTree, ManySplitsOutOfOrderCostNoMoreThanInOrder) {
  constexpr std::uint64_t kCount = 100'000;
  MergeTree tree;
  for (std::uint64_t i = 1; i < kCount; i += 2) tree.add({i, 0}, split(i % 26));
  EXPECT_EQ(tree.nodes().size(), kCount / 2);  // each addition must not look at all of them
  EXPECT_THROW(tree.add({1, 0}, split(1)), DataError);
  EXPECT_THROW(tree.add({0, 1}, split(0)), DataError);
  for (std::uint64_t i = 0; i < kCount; i += 2) tree.add({i, 0}, split(i % 26));
  EXPECT_LE(tree.nodes().size(), 17u);
  EXPECT_THROW(tree.add({kCount - 1, 0}, split(0)), DataError);
}

TEST(MergeTree, HoldsFewStatesWhenTheyArriveInOrder) {
  MergeTree tree;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    tree.add({i, 0}, split(i % 26));
    EXPECT_LE(tree.nodes().size(), 10u);
  }
}

}  // namespace
}  // namespace insitu
