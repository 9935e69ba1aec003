#include "contexts/gateway/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace insitu {
namespace {

class GatewayProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/insitu-process-XXXXXX";
    folder = ::mkdtemp(name);
    log = folder + "/log";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string said() const {
    std::ifstream file(log);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder, log;
};

TEST_F(GatewayProcessTest, EndsWithItsStandardInput) {
  GatewayProcess process({"/bin/sh", "-c", "cat; echo \"$WORD\"; echo bad >&2"}, {{"WORD", "good"}},
                         log);
  EXPECT_TRUE(process.ours());
  EXPECT_FALSE(process.ended_within(0.05));
  process.let_go();
  EXPECT_TRUE(process.ended_within(10));
  EXPECT_EQ(said(), "good\nbad\n");
}

TEST_F(GatewayProcessTest, IsKilledWithWhatItHasStarted) {
  GatewayProcess process({"/bin/sh", "-c", "sleep 1000 & echo $!; wait"}, {}, log);
  while (said().empty()) EXPECT_FALSE(process.ended_within(0.01));
  process.kill();
  EXPECT_TRUE(process.ended_within(0));
  const auto child = "/proc/" + std::to_string(std::stoi(said()));
  for (int i = 0; i < 500 && std::filesystem::exists(child); ++i)
    process.ended_within(0.01), ::usleep(10000);
  std::ifstream status(child + "/stat");
  std::string number, name, state;
  EXPECT_TRUE(!(status >> number >> name >> state) || state == "Z");
}

TEST_F(GatewayProcessTest, AProgramThatIsNotThereIsNamed) {
  try {
    GatewayProcess process({folder + "/nothing"}, {}, log);
    FAIL();
  } catch (const WorkerError& failure) {
    EXPECT_NE(std::string(failure.what()).find("cannot run " + folder + "/nothing"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace insitu
