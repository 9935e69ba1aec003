#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/local.hpp"
#include "contexts/processes.hpp"
#include "contexts/registry.hpp"
#include "filesystems/native.hpp"
#include "laws/analyses.hpp"
#include "laws/sources.hpp"

namespace insitu::laws {
namespace {

/// A context that must give the same answers as one thread.
struct ContextUnderTest {
  std::string name;
  std::unique_ptr<ComputeContext> context;
};

std::vector<ContextUnderTest> contexts() {
  std::vector<ContextUnderTest> all;
  for (const auto& kind : context_kinds())
    for (const int size : {1, 3})
      if (kind.on_this_machine)
        all.push_back({kind.type + " of " + std::to_string(size),
                       context_from_json({{"type", kind.type}, {kind.size_key, size}})});
  for (const int threads : {2, 3, 8})  // whatever the machine has
    all.push_back({std::to_string(threads) + " threads",
                   std::make_unique<LocalContext>(LocalContext::with_threads(threads))});
  for (const int workers : {2, 5})
    all.push_back({std::to_string(workers) + " processes",
                   std::make_unique<ProcessesContext>(ProcessesOptions{.workers = workers})});
  all.push_back({"2 processes that read through their host",
                 std::make_unique<ProcessesContext>(
                     ProcessesOptions{.workers = 2, .files = native_file_system()})});
  return all;
}

TEST(Contexts, EveryAnalysisOfEverySourceHasTheSameBitsEverywhere) {
  const auto data = rows(150000);
  const auto under_test = contexts();
  LocalContext reference(1);
  // Another worker program gives the same bits of whatever source, or of none.
  const bool two = std::getenv("INSITU_LAWS_TWO_SOURCES");
  for (const auto& entry : sources()) {
    if (two && entry.name != "RxXdfData" && entry.name != "RxTextData") continue;
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    std::vector<std::pair<std::string, SourcePtr>> readings = {{"", source}};
    if (entry.reading) {
      readings.emplace_back(", few rows at once", entry.reading(folder.path, 1000));
      readings.emplace_back(", many rows at once", entry.reading(folder.path, 1000000));
    }
    for (const auto& analysis : analyses()) {
      if (!meets(analysis, entry.name)) continue;
      RunControl control;
      const auto expected = analysis.fit(source, reference, control).exact;
      for (const auto& [name, context] : under_test)
        for (const auto& [how, reading] : readings) {
          // Readings differ in the wish alone: two contexts tell enough.
          if (reading != source && name != "3 threads" && name != "2 processes") continue;
          SCOPED_TRACE(analysis.name + " of " + entry.name + how + " in " + name);
          ASSERT_EQ(analysis.fit(reading, *context, control).exact, expected);
        }
    }
  }
}

TEST(Contexts, RowsAreReadTheSameEverywhere) {
  const auto data = rows(150000);
  for (const auto& entry : sources()) {
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    Bytes expected;
    for (const auto& [name, context] : contexts()) {
      SCOPED_TRACE(entry.name + " in " + name);
      RunControl control;
      std::vector<double> y, f;
      context->read(
          *source, {.columns = std::vector<std::string>{"f", "y"}},
          [&](const Chunk& chunk) {
            y.resize(y.size() + chunk.rows), f.resize(f.size() + chunk.rows);
            chunk.column("y").numbers(y.data() + y.size() - chunk.rows);
            chunk.column("f").numbers(f.data() + f.size() - chunk.rows);
          },
          control);
      EXPECT_EQ(y.size(), 150000u);
      const auto found = save(y) + save(f);
      if (expected.empty()) expected = found;
      EXPECT_EQ(found, expected);
    }
  }
}

TEST(Contexts, AFailureCarriesTheSameMessageEverywhere) {
  // Negative weights: found by a worker, reported as the caller's data error.
  auto data = rows(150000);
  std::vector<double> w(data.rows, 1.0);
  w[140000] = -1;
  data.columns[5] = Column::own(Type::kFloat64, std::move(w));
  for (const auto& entry : sources()) {
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    for (const auto& analysis : analyses()) {
      if (analysis.name.find(" w") == std::string::npos) continue;
      if (!meets(analysis, entry.name)) continue;
      std::string expected;
      for (const auto& [name, context] : contexts()) {
        SCOPED_TRACE(analysis.name + " of " + entry.name + " in " + name);
        RunControl control;
        try {
          analysis.fit(source, *context, control);
          FAIL();
        } catch (const DataError& failure) {
          if (expected.empty()) expected = failure.what();
          EXPECT_EQ(failure.what(), expected);
        }
      }
    }
  }
}

// What a sanitizer slows down stops later.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::chrono::seconds kSoon(5);
#else
constexpr std::chrono::seconds kSoon(1);
#endif

TEST(Cancellation, EveryContextStopsWithinASecond) {
  const auto data = rows(200000);
  const auto source = in_splits_of(data, 50);  // 4,000 splits
  for (const auto& [name, context] : contexts()) {
    SCOPED_TRACE(name);
    const auto begin = std::chrono::steady_clock::now();
    RunControl control;
    auto asked = begin;  // when the interrupt was first reported
    control.callbacks.interrupted = [&] {
      const auto now = std::chrono::steady_clock::now();
      if (now - begin <= std::chrono::milliseconds(100)) return false;
      if (asked == begin) asked = now;
      return true;
    };
    bool cancelled = false;
    try {
      for (int round = 0; round < 1000; ++round) analyses().front().fit(source, *context, control);
    } catch (const Cancelled&) {
      cancelled = true;
    }
    EXPECT_TRUE(cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, kSoon);
    EXPECT_LT(asked - begin,
              std::chrono::seconds(5));  // polled now and then, on a loaded machine too
  }
}

}  // namespace
}  // namespace insitu::laws
