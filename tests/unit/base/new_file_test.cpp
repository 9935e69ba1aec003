#include "base/new_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "unit/base/folder_fixture.hpp"

namespace insitu {
namespace {

using NewFileTest = FolderTest;

TEST_F(NewFileTest, AppearsOnlyAtCommit) {
  NewFile file(path("a.txt"));
  file.append("hello ");
  file.append("world");
  EXPECT_FALSE(fs::exists(path("a.txt")));
  EXPECT_EQ(file.size(), 11u);
  file.commit();
  EXPECT_EQ(content(path("a.txt")), "hello world");
  EXPECT_EQ(files(), 1u);
}

TEST_F(NewFileTest, LeavesTheTargetAndNothingElseWhenAbandoned) {
  put(path("a.txt"), "old");
  {
    NewFile file(path("a.txt"));
    file.append(std::string(1 << 20, 'x'));
  }
  EXPECT_EQ(content(path("a.txt")), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(NewFileTest, KeepsTheBytesInOrderWhateverTheirSizes) {
  std::string expected;
  NewFile file(path("a.bin"));
  for (int i = 0; i < 200; ++i) {
    const std::string piece(static_cast<std::size_t>(i * i * 37 % 400000),
                            static_cast<char>('a' + i % 26));
    file.append(piece);
    expected += piece;
  }
  file.write_at(5, "PATCH");
  expected.replace(5, 5, "PATCH");
  file.append("end");
  expected += "end";
  file.commit();
  EXPECT_TRUE(content(path("a.bin")) == expected);
}

TEST_F(NewFileTest, KeepsThePermissionsOfTheTarget) {
  put(path("a.txt"), "old");
  ::chmod(path("a.txt").c_str(), 0640);
  NewFile file(path("a.txt"));
  file.append("new");
  file.commit();
  struct stat status {};
  ::stat(path("a.txt").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(NewFileTest, FollowsASymbolicLink) {
  put(path("real.txt"), "old");
  fs::create_symlink(path("real.txt"), path("link.txt"));
  NewFile file(path("link.txt"));
  file.append("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(path("link.txt")));
  EXPECT_EQ(content(path("real.txt")), "new");
}

TEST_F(NewFileTest, SeveralWritersOfOneTargetDoNotMix) {
  std::vector<std::jthread> writers;
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([this, i] {
      NewFile file(path("shared.txt"));
      for (int k = 0; k < 1000; ++k) file.append(std::string(100, static_cast<char>('a' + i)));
      file.commit();
    });
  writers.clear();
  const auto text = content(path("shared.txt"));
  EXPECT_EQ(text, std::string(100000, text.at(0)));
  EXPECT_EQ(files(), 1u);
}

TEST_F(NewFileTest, NamesWhatIsWrongWithTheFolder) {
  EXPECT_EQ(message([&] { NewFile file(path("no/a.txt")); }), "folder not found: " + path("no"));
  EXPECT_EQ(message([&] { NewFile file(folder_); }), "is a directory, not a file: " + folder_);
  EXPECT_EQ(message([&] { NewFile file("/dev/null"); }), "is not a regular file: /dev/null");
  put(path("plain"), "");
  EXPECT_EQ(message([&] { NewFile file(path("plain/a.txt")); }), "not a folder: " + path("plain"));
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(message([&] { NewFile file(path("a.txt")); }),
            "the folder is not writable: " + folder_);
}

TEST_F(NewFileTest, AFailedWriteKeepsTheOldFile) {
  put(path("a.txt"), "old");
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1 << 16, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto text = message([&] {
    NewFile file(path("a.txt"));
    file.append(std::string(1 << 20, 'x'));
    file.commit();
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(text.find("nothing was replaced"), std::string::npos) << text;
  EXPECT_EQ(content(path("a.txt")), "old");
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace insitu
