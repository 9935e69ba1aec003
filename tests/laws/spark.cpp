// The laws of contexts, for RxSpark: every analysis of every source that a cluster can read has the
// bits of one thread here. The master is $INSITU_TEST_MASTER (local[2,4] when unset), so that the
// same program asks one process, a cluster of processes and a standalone master.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/local.hpp"
#include "contexts/spark/context.hpp"
#include "contexts/spark/preflight.hpp"
#include "formula/rows/transforms.hpp"
#include "laws/analyses.hpp"
#include "laws/sources.hpp"

namespace insitu::laws {
namespace {

SparkOptions options() {
  const char* master = std::getenv("INSITU_TEST_MASTER");
  const char* extra = std::getenv("INSITU_TEST_SPARK_CONFIG");
  return spark_options_from_json(
      {{"master", master && *master ? master : "local[2,4]"},
       {"driverMem", "1g"},
       {"executorMem", "700m"},
       {"executorOverheadMem", "400m"},
       {"executorCores", 1},
       // Faster to start, which is most of what a test does.
       {"extraSparkConfig",
        std::string("--conf 'spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 "
                    "-XX:+UseSerialGC' ") +
            (extra ? extra : "")}});
}

/// One application for all tests: starting one takes seconds.
class Spark : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const auto& check : spark_checks(options()))
      if (!check.ok && missing_.empty()) missing_ = check.found;
    if (missing_.empty()) context_ = std::make_unique<SparkContext>(options());
  }
  static void TearDownTestSuite() { context_.reset(); }
  void SetUp() override {
    if (missing_.empty()) return;
    if (std::getenv("INSITU_REQUIRE_SPARK")) FAIL() << missing_;
    GTEST_SKIP() << missing_;
  }
  static SparkContext& spark() { return *context_; }

 private:
  static std::unique_ptr<SparkContext> context_;
  static std::string missing_;
};

std::unique_ptr<SparkContext> Spark::context_;
std::string Spark::missing_;

/// A source as one thread here reads it, and as the cluster does.
struct Pair {
  std::string name;
  SourcePtr here, there;
};

/// First rows left out, and last ones: so that splits have other numbers.
SourcePtr middle_of(const SourcePtr& source) {
  Pipeline pipeline;
  pipeline.start_row = 25000;
  pipeline.row_limit = 90000;
  return transformed(source, pipeline);
}

/// Every source that a cluster can read; rows of the caller's memory are not.
std::vector<Pair> pairs(const SourceUnderTest& entry, const Chunk& data, const std::string& folder,
                        ComputeContext& spark) {
  const auto here = entry.make(data, folder);
  if (entry.opened_by) {
    const auto there = entry.opened_by(folder, spark, false);
    return {{entry.name, here, there},
            {entry.name + ", cached", here, entry.opened_by(folder, spark, true)},
            {"the middle of " + entry.name, middle_of(here), middle_of(there)}};
  }
  if (here->row_holder()) return {};
  return {{entry.name, here, here},
          {"the middle of " + entry.name, middle_of(here), middle_of(here)}};
}

TEST_F(Spark, EveryAnalysisOfEveryFileHasTheBitsOfOneThread) {
  const auto data = rows(150000);
  LocalContext reference(1);
  std::size_t compared = 0;
  for (const auto& entry : sources()) {
    const Folder folder;
    for (const auto& pair : pairs(entry, data, folder.path, spark()))
      for (const auto& analysis : analyses()) {
        if (!meets(analysis, pair.name)) continue;
        SCOPED_TRACE(analysis.name + " of " + pair.name);
        RunControl control;
        ASSERT_EQ(analysis.fit(pair.there, spark(), control).exact,
                  analysis.fit(pair.here, reference, control).exact);
        ++compared;
      }
  }
  EXPECT_GT(compared, 50u);
}

TEST_F(Spark, RepeatedPassesOverCachedRowsAreEqual) {
  const auto data = rows(150000);
  for (const auto& entry : sources()) {
    if (!entry.opened_by) continue;
    const Folder folder;
    entry.make(data, folder.path);
    const auto source = entry.opened_by(folder.path, spark(), true);
    RunControl control;
    const auto first = analyses().front().fit(source, spark(), control).exact;
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(analyses().front().fit(source, spark(), control).exact, first);
  }
}

const SourceUnderTest& file_source() {
  return *std::find_if(sources().begin(), sources().end(),
                       [](const auto& entry) { return entry.name == "RxXdfData"; });
}

TEST_F(Spark, TheAnswerDoesNotDependOnHowStatesAreReduced) {
  const auto data = rows(150000);
  LocalContext reference(1);
  const Folder folder;
  const auto source = file_source().make(data, folder.path);
  RunControl control;
  // The same application, asked by contexts with other wishes.
  for (const auto* method : {"oneStage", "twoStage"}) {
    auto wishes = options();
    wishes.session = spark().session(control).folder();
    wishes.reduce_method = method;
    SparkContext context(wishes);
    for (const auto& analysis : analyses()) {
      SCOPED_TRACE(analysis.name + " by " + method);
      ASSERT_EQ(analysis.fit(source, context, control).exact,
                analysis.fit(source, reference, control).exact);
    }
  }
}

TEST_F(Spark, RowsAreReadInTheOrderOfTheData) {
  const auto data = rows(150000);
  LocalContext reference(1);
  const auto read = [](const SourcePtr& source, ComputeContext& context) {
    RunControl control;
    std::vector<double> y, f;
    context.read(
        *source, {.columns = std::vector<std::string>{"f", "y"}},
        [&](const Chunk& chunk) {
          y.resize(y.size() + chunk.rows), f.resize(f.size() + chunk.rows);
          chunk.column("y").numbers(y.data() + y.size() - chunk.rows);
          chunk.column("f").numbers(f.data() + f.size() - chunk.rows);
        },
        control);
    EXPECT_GE(y.size(), 90000u);
    return save(y) + save(f);
  };
  for (const auto& entry : sources()) {
    const Folder folder;
    for (const auto& pair : pairs(entry, data, folder.path, spark())) {
      SCOPED_TRACE(pair.name);
      EXPECT_EQ(read(pair.there, spark()), read(pair.here, reference));
    }
  }
}

TEST_F(Spark, AFailureCarriesTheMessageOfOneThread) {
  auto data = rows(150000);
  std::vector<double> w(data.rows, 1.0);
  w[140000] = -1;
  data.columns[5] = Column::own(Type::kFloat64, std::move(w));
  LocalContext reference(1);
  for (const auto& entry : sources()) {
    const Folder folder;
    for (const auto& pair : pairs(entry, data, folder.path, spark())) {
      if (pair.name.starts_with("the middle")) continue;  // the row is not in it
      for (const auto& analysis : analyses()) {
        if (analysis.name.find(" w") == std::string::npos) continue;
        SCOPED_TRACE(analysis.name + " of " + pair.name);
        const auto failure = [&](const SourcePtr& source, ComputeContext& context) {
          RunControl control;
          try {
            analysis.fit(source, context, control);
            return std::string();
          } catch (const DataError& error) {
            return in_words_of_r(error.what());
          }
        };
        const auto expected = failure(pair.here, reference);
        EXPECT_NE(expected, "");
        EXPECT_EQ(failure(pair.there, spark()), expected);
      }
    }
  }
}

TEST_F(Spark, ACancelledCallStopsAndTheNextOneWorks) {
  const auto data = rows(150000);
  const Folder folder;
  const auto source = file_source().make(data, folder.path);
  const auto begin = std::chrono::steady_clock::now();
  RunControl control;
  auto asked = begin;
  control.callbacks.interrupted = [&] {
    const auto now = std::chrono::steady_clock::now();
    if (now - begin <= std::chrono::milliseconds(200)) return false;
    if (asked == begin) asked = now;
    return true;
  };
  EXPECT_THROW(
      {
        for (int round = 0; round < 10000; ++round)
          analyses().front().fit(source, spark(), control);
      },
      Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(3));
  RunControl next;
  LocalContext reference(1);
  EXPECT_EQ(analyses().front().fit(source, spark(), next).exact,
            analyses().front().fit(source, reference, next).exact);
}

TEST_F(Spark, RowsOfTheCallerAreRefusedWithTheWayOut) {
  RunControl control;
  const auto frame = std::make_shared<FrameSource>(rows(10).schema, std::vector{rows(10)});
  try {
    analyses().front().fit(frame, spark(), control);
    FAIL();
  } catch (const Unsupported& refusal) {
    EXPECT_NE(in_words_of_r(refusal.what()).find("RxSpark cannot use a data frame of the caller"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace insitu::laws
