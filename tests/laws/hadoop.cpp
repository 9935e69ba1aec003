// The laws of contexts, for RxHadoopMR: in Hadoop's local runner, on files of this machine. With
// INSITU_TEST_ALL every analysis meets every source.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "contexts/hadoop_mr/context.hpp"
#include "contexts/hadoop_mr/preflight.hpp"
#include "contexts/local.hpp"
#include "laws/cluster_laws.hpp"

namespace insitu::laws {
namespace {

HadoopOptions options() {
  return hadoop_options_from_json(
      {{"framework", "local"}, {"jvmOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}});
}

bool asks_all() { return std::getenv("INSITU_TEST_ALL") != nullptr; }

/// One gateway for all tests.
class Hadoop : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const auto& check : hadoop_checks(options()))
      if (!check.ok && missing_.empty()) missing_ = check.found;
    if (missing_.empty()) context_ = std::make_unique<HadoopContext>(options());
  }
  static void TearDownTestSuite() { context_.reset(); }
  void SetUp() override {
    if (missing_.empty()) return;
    if (std::getenv("INSITU_REQUIRE_HADOOP")) FAIL() << missing_;
    GTEST_SKIP() << missing_;
  }
  static HadoopContext& hadoop() { return *context_; }

 private:
  static std::unique_ptr<HadoopContext> context_;
  static std::string missing_;
};

std::unique_ptr<HadoopContext> Hadoop::context_;
std::string Hadoop::missing_;

TEST_F(Hadoop, EveryAnalysisOfEveryFileHasTheBitsOfOneThread) {
  every_analysis_has_the_bits_of_one_thread(hadoop(), asks_all());
}

TEST_F(Hadoop, TheAnswerDoesNotDependOnHowStatesAreReduced) {
  const auto data = rows(150000);
  LocalContext reference(1);
  const Folder folder;
  const auto source = file_source().make(data, folder.path);
  const auto& analysis = analyses().front();
  for (const auto* method : {"none", "oneStage", "twoStage"}) {
    SCOPED_TRACE(method);
    auto wishes = options();
    wishes.reduce_method = method;
    HadoopContext context(wishes);
    RunControl control;
    EXPECT_EQ(analysis.fit(source, context, control).exact,
              analysis.fit(source, reference, control).exact);
  }
}

TEST_F(Hadoop, RowsAreReadInTheOrderOfTheData) { rows_are_read_in_the_order_of_the_data(hadoop()); }

TEST_F(Hadoop, AFailureCarriesTheMessageOfOneThread) {
  a_failure_carries_the_message_of_one_thread(hadoop(), asks_all() ? SIZE_MAX : 4);
}

TEST_F(Hadoop, ACancelledCallStopsAndTheNextOneWorks) {
  a_cancelled_call_stops_and_the_next_one_works(hadoop());
}

TEST_F(Hadoop, RowsOfTheCallerAreRefusedWithTheWayOut) { rows_of_the_caller_are_refused(hadoop()); }

/// What ends between two calls is started again without a word; so is one whose line is lost.
TEST_F(Hadoop, AGatewayThatWasKilledBetweenCallsIsReplaced) {
  RunControl control;
  const auto before = hadoop().session(control).folder();
  GatewayFolder(before).end();
  EXPECT_NE(hadoop().session(control).folder(), before);
  const auto data = rows(1000);
  const Folder folder;
  const auto source = file_source().make(data, folder.path);
  LocalContext reference(1);
  EXPECT_EQ(analyses().front().fit(source, hadoop(), control).exact,
            analyses().front().fit(source, reference, control).exact);
}

}  // namespace
}  // namespace insitu::laws
