#include "remote/ssh_channel.hpp"

#include <sys/stat.h>

#include <memory>

#include "base/error.hpp"
#include "base/named.hpp"
#include "loopback.hpp"
#include "remote/ssh_failure.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

class SshChannelTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<Loopback>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_->skip().empty()) GTEST_SKIP() << server_->skip();
  }
  static SshChannel channel(const std::string& more = "", const std::string& host = "") {
    return SshChannel(ssh_target(host.empty() ? server_->text("hostname") : host, "",
                                 more + " " + server_->text("switches")));
  }
  static std::string failure(SshChannel given, double seconds = 30) {
    try {
      RunControl control;
      (void)given.run({"true"}, "", control, seconds);
    } catch (const Error& why) {
      return in_words_of_r(why.what());
    }
    return "";
  }
  static std::string write(const std::string& name, const std::string& bytes) {
    const auto path = server_->folder() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::unique_ptr<Loopback> server_;
  RunControl control_;
};

std::unique_ptr<Loopback> SshChannelTest::server_;

TEST_F(SshChannelTest, RunsWordsAsTheyAreWithBytesBothWays) {
  auto there = channel();
  Bytes bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7 % 256);
  const auto answer = there.run({"sh", "-c", "cat; echo said >&2; exit 3"}, bytes, control_);
  EXPECT_EQ(answer.status, 3);
  EXPECT_EQ(answer.output, bytes);
  EXPECT_EQ(answer.errors, "said\n");
  const std::string odd = "it's $HOME \"quoted\" \xC3\xA4 *";
  EXPECT_EQ(there.run({"printf", "%s", odd}, "", control_).output, odd);
}

TEST_F(SshChannelTest, IsOneConnectionThatEndsWhenItIsTold) {
  auto first = channel(), second = channel();
  const auto connection = [&](SshChannel& of) {
    return of.run({"sh", "-c", "echo $SSH_CONNECTION"}, "", control_).output;
  };
  const auto port = connection(first);
  EXPECT_EQ(connection(second), port);
  first.close();
  EXPECT_NE(connection(second), port);
  second.close();
}

TEST_F(SshChannelTest, CopiesOnceAndWholeWithTheirMode) {
  auto there = channel();
  const auto from = write("from", std::string(100'000, 'x') + "end");
  const auto to = server_->folder() + "/new folder/d\xC3\xA4t'a";
  EXPECT_TRUE(there.copy(from, to, "700", control_));
  EXPECT_EQ(read(to), read(from));
  struct stat status {};
  ASSERT_EQ(::stat(to.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(fs::path(to).parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_FALSE(there.copy(from, to, "700", control_)) << "it is there";
  std::ofstream(to) << "damaged";
  EXPECT_TRUE(there.copy(from, to, "700", control_));
  EXPECT_EQ(read(to), read(from));
  EXPECT_EQ(std::distance(fs::directory_iterator(fs::path(to).parent_path()), {}), 1)
      << "nothing half written stays";
}

TEST_F(SshChannelTest, SaysWhatCannotBeWritten) {
  auto there = channel();
  const auto from = write("from", "bytes");
  const auto folder = server_->folder() + "/a folder";
  fs::create_directory(folder);
  for (const auto& to : {folder, from + "/below a file", std::string("/proc/none/x")}) try {
      (void)there.copy(from, to, "600", control_);
      FAIL() << to;
    } catch (const DataError& why) {
      EXPECT_NE(std::string(why.what()).find("cannot write " + to), std::string::npos)
          << why.what();
    }
  EXPECT_THROW((void)there.copy(server_->folder() + "/none", folder, "600", control_), DataError);
}

TEST_F(SshChannelTest, TellsWhyThereIsNoConnection) {
  EXPECT_EQ(failure(channel()), "");
  EXPECT_NE(failure(channel("-p 1")).find("refuses connections"), std::string::npos);
  EXPECT_NE(failure(channel("", "no-such-host.invalid")).find("there is no host"),
            std::string::npos);
  EXPECT_NE(failure(channel("-o NoSuchOption=1")).find("sshSwitches: ssh does not take them"),
            std::string::npos);
  const auto key = read(server_->text("folder") + "/user_key.pub");
  const auto known = write("known", "* " + key);
  const auto changed = failure(channel("-o UserKnownHostsFile=" + known));
  EXPECT_NE(changed.find("is not the one that is known"), std::string::npos) << changed;
  const auto unknown = failure(channel("-o UserKnownHostsFile=/dev/null"));
  EXPECT_NE(unknown.find("not known yet"), std::string::npos) << unknown;
  const auto denied = failure(channel("-l nobody"));
  EXPECT_NE(denied.find("did not let"), std::string::npos) << denied;
}

TEST_F(SshChannelTest, StopsWhenItIsToldAndWhenItTakesTooLong) {
  auto there = channel();
  there.connect(control_);
  const auto begin = std::chrono::steady_clock::now();
  RunControl impatient;
  impatient.callbacks.interrupted = [&] {
    return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(300);
  };
  EXPECT_THROW((void)there.run({"sleep", "60"}, "", impatient), Cancelled);
  EXPECT_THROW((void)there.run({"sleep", "60"}, "", control_, 0.3), WorkerError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(SshChannelTest, LosesNoLastWords) {
  auto there = channel();
  for (int i = 0; i < 20; ++i) {
    // Its words come when the pipe was just found empty.
    const auto pause = "0.0" + std::to_string(40 + i);
    EXPECT_EQ(there.run({"sh", "-c", "sleep " + pause + "; echo last"}, "", control_).output,
              "last\n")
        << pause;
  }
}

TEST_F(SshChannelTest, CommandsForOthersRunThere) {
  auto there = channel();
  const auto argv = there.command({"echo", "a b"});
  EXPECT_EQ(argv.back(), "'echo' 'a b'");
  EXPECT_EQ(argv[argv.size() - 2], "loopback");
  EXPECT_EQ(argv[argv.size() - 3], "--");
}

}  // namespace
}  // namespace insitu
