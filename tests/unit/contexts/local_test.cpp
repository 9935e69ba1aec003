#include "contexts/local.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "data/frame_source.hpp"
#include "test_sources.hpp"

namespace insitu::testing {
namespace {

json generated(std::uint64_t rows, std::uint64_t split_rows) {
  return {{"type", "generated"}, {"rows", rows}, {"splitRows", split_rows}};
}

Bytes bits(const Moments& analysis, const DataSource& source, int threads,
           const Callbacks& callbacks = {}) {
  auto context = LocalContext::with_threads(threads);
  RunControl control{.callbacks = callbacks};
  return save(compute(analysis, source, context, control));
}

TEST(Local, TheBitsAreTheSameForAnyNumberOfThreads) {
  for (const std::uint64_t rows : {0u, 1u, 5000u, 99999u}) {
    const GeneratedSource source(generated(rows, 1000));
    const auto expected = bits({.passes = 3}, source, 1);
    for (const int threads : {2, 3, 8}) EXPECT_EQ(bits({.passes = 3}, source, threads), expected);
  }
}

TEST(Local, ASourceOfTheCallingThreadIsReadThereWithTheSameBits) {
  struct OnCallingThread final : DataSource {
    std::shared_ptr<const DataSource> inner;
    std::thread::id caller = std::this_thread::get_id();
    explicit OnCallingThread(std::shared_ptr<const DataSource> i) : inner(std::move(i)) {}
    SchemaPtr schema() const override { return inner->schema(); }
    std::vector<Split> splits() const override { return inner->splits(); }
    std::unique_ptr<ChunkReader> open(const Split& split,
                                      const ReadOptions& options) const override {
      EXPECT_EQ(std::this_thread::get_id(), caller);
      return inner->open(split, options);
    }
    Recipe recipe() const override { return inner->recipe(); }
    bool needs_calling_thread() const override { return true; }
    std::string description() const override { return "here"; }
  };
  const auto inner = std::make_shared<GeneratedSource>(generated(70000, 10000));
  EXPECT_EQ(bits({}, OnCallingThread(inner), 4), bits({}, *inner, 1));
}

TEST(Local, RowsAreReadInTheOrderOfTheData) {
  const GeneratedSource source(generated(300000, 50000));
  for (const int threads : {1, 2, 8}) {
    auto context = LocalContext::with_threads(threads);
    RunControl control;
    std::int64_t row = 0;
    context.read(
        source, {.columns = std::vector<std::string>{"row"}},
        [&](const Chunk& chunk) {
          EXPECT_EQ(chunk.from.first_row, row);
          EXPECT_EQ(chunk.column("row").values<std::int64_t>()[0], row);
          row += static_cast<std::int64_t>(chunk.rows);
        },
        control);
    EXPECT_EQ(row, 300000);
  }
}

TEST(Local, TheErrorOfTheLowestSplitIsThrown) {
  auto document = generated(100000, 1000);
  document["fault"] = {{"split", 42}, {"what", "throw"}};
  for (const int threads : {1, 2, 8}) {
    try {
      bits({}, GeneratedSource(document), threads);
      FAIL();
    } catch (const DataError& failure) {
      EXPECT_STREQ(failure.what(), "split 42 is unreadable");
    }
  }
}

TEST(Local, CancellationStopsWithinASecond) {
  auto document = generated(10000000, 1000);
  document["microseconds"] = 2000;
  const GeneratedSource source(document);
  const auto begin = std::chrono::steady_clock::now();
  const auto since = [&] { return std::chrono::steady_clock::now() - begin; };
  EXPECT_THROW(bits({}, source, 2,
                    {.interrupted = [&] { return since() > std::chrono::milliseconds(200); }}),
               Cancelled);
  EXPECT_LT(since(), std::chrono::milliseconds(1200));
}

TEST(Local, ProgressComesTwiceASecondAndCountsEveryRow) {
  auto document = generated(300000, 300000);  // one long split
  document["microseconds"] = 200000;
  std::int64_t rows = 0;
  std::vector<double> times;
  bits({}, GeneratedSource(document), 2, {.progress = [&](const Progress& step) {
         rows += step.rows_read;
         EXPECT_EQ(step.rows_processed, rows);
         EXPECT_EQ(step.rows_total, 300000);
         times.push_back(step.seconds);
       }});
  EXPECT_EQ(rows, 300000);
  EXPECT_GE(times.size(), 3u);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_LT(times[i] - times[i - 1], 1.0);
}

/// A state that knows how many of its kind live.
struct Counted {
  static constexpr std::string_view name = "counted";
  static inline std::atomic<int> alive = 0, most = 0;
  struct State {
    std::string ballast;
    static constexpr auto fields = std::tuple{&State::ballast};
    void note() {
      const int now = ++alive;
      int before = most;
      while (before < now && !most.compare_exchange_weak(before, now)) {
      }
    }
    State() { note(); }
    State(const State& other) : ballast(other.ballast) { note(); }
    State& operator=(const State&) = default;
    ~State() { --alive; }
    void merge(const State&) {}
  };
  static constexpr auto fields = std::tuple{};
  std::vector<std::string> variables() const { return {"x"}; }
  State init() const { return {}; }
  void accumulate(State&, const Chunk&) const {}
  int finalize(const State&) const { return 0; }
};

TEST(Local, FewStatesLiveAtOnce) {
  auto document = generated(400000, 1000);
  document["microseconds"] = 50;
  const GeneratedSource source(document);
  LocalContext context(2);
  RunControl control;
  compute(Counted{}, source, context, control);
  // The window, one per node of the merge tree, and the one being merged.
  EXPECT_LE(Counted::most, 4 * 2 + 9 + 2);
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Local, NoThreadOutlivesTheCall) {
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                         std::filesystem::directory_iterator());
  };
  const auto before = threads();
  bits({}, GeneratedSource(generated(100000, 1000)), 4);
  EXPECT_EQ(threads(), before);
}

TEST(Local, NumbersOfThreadsOutsideTheMachineMeanAllCores) {
  EXPECT_EQ(LocalContext(0).threads(), LocalContext(-1).threads());
  EXPECT_EQ(LocalContext(100000).threads(), LocalContext(0).threads());
  EXPECT_EQ(LocalContext(1, "RxLocalParallel").name(), "RxLocalParallel");
}

}  // namespace
}  // namespace insitu::testing
