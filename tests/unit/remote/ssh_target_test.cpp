#include "remote/ssh_target.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/run_program.hpp"

namespace insitu {
namespace {

using Words = std::vector<std::string>;

std::string refusal(const std::string& host, const std::string& user, const std::string& switches) {
  try {
    (void)ssh_target(host, user, switches);
  } catch (const InvalidArgument& why) {
    return in_words_of_r(why.what());
  }
  return "";
}

TEST(SshTarget, IsReadFromEveryWayToWriteIt) {
  for (const auto* host : {"ssh://ann@box:2222", "ssh://ann@box:2222/"}) {
    const auto target = ssh_target(host, "", "-i 'my key'");
    EXPECT_EQ(target.host, "box");
    EXPECT_EQ(target.user, "ann");
    EXPECT_EQ(target.switches, (Words{"-p", "2222", "-i", "my key"}));
    EXPECT_EQ(target.shown(), "ann@box");
  }
  EXPECT_EQ(ssh_target("ann@box", "bob", "").user, "bob");
  EXPECT_EQ(ssh_target("ssh://[::1]:22", "", "").host, "::1");
  EXPECT_EQ(ssh_target("box", "", "").shown(), "box");
}

TEST(SshTarget, RefusesWhatAShellOrAnOptionCouldBe) {
  EXPECT_NE(refusal("-oProxyCommand=touch x", "", "").find("sshHostname must not begin with '-'"),
            std::string::npos);
  EXPECT_NE(refusal("box", "-l", "").find("sshUsername"), std::string::npos);
  for (const auto* host : {"a b", "a;b", "$(a)", "a`b`", "a'b", "a\nb", ""})
    EXPECT_NE(refusal(host, "", ""), "") << host;
  EXPECT_NE(refusal("ssh://box:http", "", ""), "");
}

TEST(SshTarget, TakesSwitchesOfAConnectionAlone) {
  EXPECT_EQ(refusal("box", "", "-4C -p2222 -o 'User name' -vi key"), "");
  for (const auto* switches : {"other.host", "-f", "-N", "-4N", "-i", "-p 22 other", "--", "-",
                               "-W a:1", "-O exit", "-t", "-Dx y", "-i 'open"})
    EXPECT_NE(refusal("box", "", switches), "") << switches;
}

TEST(SshTarget, OfAPathStartsNoProgramHere) {
  const auto check = [](const char* switches) {
    require_harmless_switches(ssh_target("box", "", switches));
  };
  for (const auto* switches :
       {"", "-4C", "-i 'my key' -p 22", "-J ann@gate:22,b", "-vi key", "-46aCqvx"})
    EXPECT_NO_THROW(check(switches)) << switches;
  for (const auto* switches :
       {"-o ProxyCommand=x", "-oproxycommand=x", "-I library.so", "-4o LocalCommand=x",
        "-J 'a;touch b'", "-J '$(x)'", "-L 1:a:2", "-l 'a b'", "-A", "-X", "-Y", "-K", "-4A", "-y",
        "-F /a/config", "-4F /a/config", "-E /a/log", "-w 0"})
    EXPECT_THROW(check(switches), InvalidArgument) << switches;
}

TEST(SshTarget, OfAPathTakesConfigurationsOfTheUserAlone) {
  std::string home = ::testing::TempDir() + "insitu-home-XXXXXX";
  ASSERT_NE(::mkdtemp(home.data()), nullptr);
  const std::filesystem::path folder(home);
  std::filesystem::create_directory(folder / ".ssh");
  const std::string before = std::getenv("HOME") ? std::getenv("HOME") : "";
  ::setenv("HOME", home.c_str(), 1);
  const auto taken = [](const std::string& file) {
    try {
      require_harmless_switches(ssh_target("box", "", "-F '" + file + "'"));
      return true;
    } catch (const InvalidArgument&) {
      return false;
    }
  };
  for (const auto* name : {"saved.config", ".ssh/own", ".ssh/of a group"})
    std::ofstream(folder / name) << "Host *\n";
  std::filesystem::permissions(folder / ".ssh/of a group", std::filesystem::perms(0660));
  std::filesystem::create_symlink(folder / "saved.config", folder / ".ssh/link");
  EXPECT_TRUE(taken(folder / ".ssh/own"));
  for (const auto* name : {"saved.config", ".ssh/of a group", ".ssh/link", ".ssh/none", ".ssh",
                           ".ssh/../saved.config"})
    EXPECT_FALSE(taken(folder / name)) << name;
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((folder / ".ssh/own").c_str(), 65534, 65534), 0);
    EXPECT_FALSE(taken(folder / ".ssh/own"));
  }
  ::setenv("HOME", before.c_str(), 1);
  std::filesystem::remove_all(folder);
}

TEST(ShellWords, AreThoseOfAShell) {
  EXPECT_EQ(shell_words(R"(a  b 'c d' "e f" g\ h)"), (Words{"a", "b", "c d", "e f", "g h"}));
  EXPECT_EQ(shell_words(R"("a\"b" 'c\d' "e\f" '' x'y'"z")"),
            (Words{"a\"b", "c\\d", "e\\f", "", "xyz"}));
  EXPECT_EQ(shell_words(" \t\n"), Words{});
  EXPECT_THROW((void)shell_words("a 'b"), InvalidArgument);
}

TEST(QuotedWords, MeanThemselvesToAShell) {
  const Words words = {"",   "a b",        "it's", "$HOME `id` \\ \" * ?", "gr\xC3\xB6\xC3\x9F\x65",
                       "-n", "two\nlines", "!x"};
  const auto answer = run_program({"sh", "-c", "printf '<%s>' " + quoted_words(words)});
  std::string expected;
  for (const auto& word : words) expected += "<" + word + ">";
  EXPECT_EQ(answer.output, expected);
  EXPECT_THROW((void)quoted_words({std::string("a\0b", 3)}), InvalidArgument);
}

}  // namespace
}  // namespace insitu
