// The laws of contexts, for RxSpark: every analysis of every source that a cluster can read has the
// bits of one thread here. The master is $INSITU_TEST_MASTER (local[2,4] when unset), so that the
// same program asks one process, a cluster of processes and a standalone master.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "contexts/local.hpp"
#include "contexts/spark/context.hpp"
#include "contexts/spark/preflight.hpp"
#include "laws/cluster_laws.hpp"

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

TEST_F(Spark, EveryAnalysisOfEveryFileHasTheBitsOfOneThread) {
  every_analysis_has_the_bits_of_one_thread(spark(), true);
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

TEST_F(Spark, RowsAreReadInTheOrderOfTheData) { rows_are_read_in_the_order_of_the_data(spark()); }

TEST_F(Spark, AFailureCarriesTheMessageOfOneThread) {
  a_failure_carries_the_message_of_one_thread(spark(), SIZE_MAX);
}

TEST_F(Spark, ACancelledCallStopsAndTheNextOneWorks) {
  a_cancelled_call_stops_and_the_next_one_works(spark());
}

TEST_F(Spark, RowsOfTheCallerAreRefusedWithTheWayOut) { rows_of_the_caller_are_refused(spark()); }

}  // namespace
}  // namespace insitu::laws
