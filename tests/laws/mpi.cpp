// The laws of contexts, for RxMpi: the same bits and the same messages on any number of ranks.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "contexts/local.hpp"
#include "contexts/registry.hpp"
#include "laws/analyses.hpp"
#include "laws/sources.hpp"
#include "unit/contexts/mpi/missing_mpi.hpp"

namespace insitu::laws {
namespace {

std::unique_ptr<ComputeContext> ranks(int count) {
  return context_from_json({{"type", "RxMpi"}, {"numRanks", count}});
}

/// Two ranks for all tests: starting them takes half a second.
class Mpi : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    missing_ = missing_mpi();
    if (missing_.empty()) two_ = ranks(2);
  }
  static void TearDownTestSuite() { two_.reset(); }
  void SetUp() override {
    if (!missing_.empty()) GTEST_SKIP() << missing_;
  }
  static ComputeContext& two() { return *two_; }

 private:
  static std::unique_ptr<ComputeContext> two_;
  static std::string missing_;
};

std::unique_ptr<ComputeContext> Mpi::two_;
std::string Mpi::missing_;

TEST_F(Mpi, EveryAnalysisOfEverySourceHasTheSameBits) {
  const auto data = rows(150000);
  LocalContext reference(4);
  const char* all = std::getenv("INSITU_TEST_ALL");
  for (const auto& entry : sources()) {
    // Ranks read files themselves, or are sent rows: one source of each way, else all.
    if (!(all && *all) && entry.name != "RxXdfData" && entry.name != "frame") continue;
    const Folder folder;
    const auto source = entry.make(data, folder.path);
    for (const auto& analysis : analyses()) {
      if (!meets(analysis, entry.name)) continue;
      SCOPED_TRACE(analysis.name + " of " + entry.name);
      RunControl control;
      const auto expected = analysis.fit(source, reference, control).exact;
      ASSERT_EQ(analysis.fit(source, two(), control).exact, expected);
    }
  }
}

TEST_F(Mpi, TheNumberOfRanksDoesNotShow) {
  const auto source = in_splits_of(rows(20000), 500);
  LocalContext reference(1);
  RunControl control;
  const auto four = ranks(4);
  for (const auto& analysis : analyses()) {
    if (analysis.name.find(" w") == std::string::npos) continue;
    SCOPED_TRACE(analysis.name);
    EXPECT_EQ(analysis.fit(source, *four, control).exact,
              analysis.fit(source, reference, control).exact);
  }
}

TEST_F(Mpi, AFailureCarriesTheSameMessage) {
  auto data = rows(150000);
  std::vector<double> w(data.rows, 1.0);
  w[140000] = -1;
  data.columns[5] = Column::own(Type::kFloat64, std::move(w));
  const auto source = in_splits_of(data, 1000);
  LocalContext reference(1);
  int met = 0;
  for (const auto& analysis : analyses()) {
    if (analysis.name.find(" w") == std::string::npos) continue;
    SCOPED_TRACE(analysis.name);
    const auto failure = [&](ComputeContext& context) -> std::string {
      RunControl control;
      try {
        analysis.fit(source, context, control);
        return "none";
      } catch (const DataError& error) {
        return error.what();
      }
    };
    EXPECT_EQ(failure(two()), failure(reference));
    ++met;
  }
  EXPECT_GT(met, 0);
}

}  // namespace
}  // namespace insitu::laws
