// The laws of contexts, for RxSpark: every analysis of every source that a cluster can read has the
// bits of one thread here. The master is $INSITU_TEST_MASTER (local[2,4] when unset), so that the same
// program asks one process, a cluster of processes and a standalone master.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/local.hpp"
#include "contexts/spark.hpp"
#include "contexts/spark_preflight.hpp"
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

/// Sources of files; rows of the caller's memory are not for a cluster.
std::vector<const SourceUnderTest*> file_sources() {
  std::vector<const SourceUnderTest*> chosen;
  for (const auto& entry : sources()) {
    const Folder folder;
    if (!entry.make(rows(10), folder.path)->row_holder()) chosen.push_back(&entry);
  }
  return chosen;
}

TEST_F(Spark, EveryAnalysisOfEveryFileHasTheBitsOfOneThread) {
  const auto data = rows(150000);
  LocalContext reference(1);
  for (const auto* entry : file_sources()) {
    const Folder folder;
    const auto source = entry->make(data, folder.path);
    for (const auto& analysis : analyses()) {
      SCOPED_TRACE(analysis.name + " of " + entry->name);
      RunControl control;
      const auto expected = analysis.fit(source, reference, control).exact;
      ASSERT_EQ(analysis.fit(source, spark(), control).exact, expected);
    }
  }
}

TEST_F(Spark, TheAnswerDoesNotDependOnHowStatesAreReduced) {
  const auto data = rows(150000);
  LocalContext reference(1);
  const auto* entry = file_sources().front();
  const Folder folder;
  const auto source = entry->make(data, folder.path);
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
  for (const auto* entry : file_sources()) {
    const Folder folder;
    const auto source = entry->make(data, folder.path);
    Bytes expected;
    for (ComputeContext* context : std::initializer_list<ComputeContext*>{&reference, &spark()}) {
      SCOPED_TRACE(entry->name + " in " + context->name());
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

TEST_F(Spark, AFailureCarriesTheMessageOfOneThread) {
  auto data = rows(150000);
  std::vector<double> w(data.rows, 1.0);
  w[140000] = -1;
  data.columns[5] = Column::own(Type::kFloat64, std::move(w));
  LocalContext reference(1);
  for (const auto* entry : file_sources()) {
    const Folder folder;
    const auto source = entry->make(data, folder.path);
    for (const auto& analysis : analyses()) {
      if (analysis.name.find(" w") == std::string::npos) continue;
      std::string expected;
      for (ComputeContext* context : std::initializer_list<ComputeContext*>{&reference, &spark()}) {
        SCOPED_TRACE(analysis.name + " of " + entry->name + " in " + context->name());
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

TEST_F(Spark, ACancelledCallStopsAndTheNextOneWorks) {
  const auto data = rows(150000);
  const auto* entry = file_sources().front();
  const Folder folder;
  const auto source = entry->make(data, folder.path);
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
    EXPECT_NE(std::string(refusal.what()).find("RxSpark cannot use a data frame of the caller"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace insitu::laws
