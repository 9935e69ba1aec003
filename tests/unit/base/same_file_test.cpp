// D3, D4, D5, D10, D14, D18: what is the same file, who may change it, what is left of dead
// writers.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/file_lock.hpp"
#include "base/file_versions.hpp"
#include "base/memory_limit.hpp"
#include "base/new_file.hpp"
#include "base/temporary.hpp"
#include "unit/base/folder_fixture.hpp"

namespace insitu {
namespace {

using SameFileTest = FolderTest;

TEST_F(SameFileTest, AnIdentityIsAVersionOfAFile) {
  put(path("a"), "one");
  const auto before = *file_identity(path("a"));
  EXPECT_EQ(file_identity_from(before.text()), before);
  put(path("b"), "two");
  fs::rename(path("b"), path("a"));
  EXPECT_NE(*file_identity(path("a")), before);
  EXPECT_FALSE(file_identity(path("none")));
  for (const auto* text : {"", "1:2:3", "1:2:3:4:5", "1:2:3:x", "-1:2:3:4", "1:2:3:4 "})
    EXPECT_NE(message([&] { file_identity_from(text); }), "no error") << text;
}

TEST_F(SameFileTest, D5VersionsOfACallDoNotChange) {
  put(path("a.xdf"), "one");
  put(path("log.csv"), "1\n");
  FileVersions versions;
  for (const auto* name : {"a.xdf", "log.csv"})
    versions.see(path(name), *file_identity(path(name)));
  versions.check();
  const FileVersions sent(versions.list());
  std::ofstream(path("log.csv"), std::ios::app) << "2\n";  // text may grow
  versions.check();
  std::ofstream(path("a.xdf"), std::ios::app) << "more";
  EXPECT_NE(message([&] { versions.check(); }).find("a.xdf"), std::string::npos);
  put(path("b"), "one");
  fs::rename(path("b"), path("a.xdf"));
  FileVersions received(versions.list());
  EXPECT_NE(message([&] {
              received.see(path("a.xdf"), *file_identity(path("a.xdf")));
            }).find("replaced or changed"),
            std::string::npos);
  fs::remove(path("log.csv"));
  EXPECT_NE(message([&] { sent.check(); }), "no error");
}

TEST_F(SameFileTest, D4AFileIsReplacedOnlyWhereItsVersionIsStillThere) {
  put(path("a"), "old");
  NewFile changed(path("a"), Expected::version_of(*file_identity(path("a"))));
  changed.append("changed");
  put(path("b"), "of another");
  fs::rename(path("b"), path("a"));
  EXPECT_NE(message([&] { changed.commit(); }).find("replaced by another program"),
            std::string::npos);
  EXPECT_EQ(content(path("a")), "of another");
  NewFile again(path("a"), Expected::version_of(*file_identity(path("a"))));
  again.append("changed");
  again.commit();
  EXPECT_EQ(content(path("a")), "changed");
  NewFile fresh(path("c"), Expected::nothing());
  put(path("c"), "was faster");
  EXPECT_NE(message([&] { fresh.commit(); }).find("made by another program"), std::string::npos);
  EXPECT_EQ(content(path("c")), "was faster");
}

TEST_F(SameFileTest, D4ConcurrentChangesAreOneAfterTheOther) {
  put(path("count"), "0");
  std::vector<std::jthread> writers;
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([&] {
      for (int k = 0; k < 10; ++k) {
        const FileLock lock(path("count"), {});
        ASSERT_TRUE(lock.held());
        const auto version = *file_identity(path("count"));
        const auto number = std::stoi(content(path("count")));
        NewFile file(path("count"), Expected::version_of(version));
        file.append(std::to_string(number + 1));
        file.commit();
      }
    });
  writers.clear();
  EXPECT_EQ(content(path("count")), "80");
  EXPECT_EQ(files(), 1u);
}

TEST_F(SameFileTest, ADeadOwnerDoesNotBlockAndWaitingCanEnd) {
  put(path("a"), "x");
  int line[2];
  ASSERT_EQ(::pipe(line), 0);
  const auto child = ::fork();
  if (child == 0) {
    const FileLock lock(path("a"), {});
    (void)!::write(line[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte;
  ASSERT_EQ(::read(line[0], &byte, 1), 1);
  struct Enough {};
  EXPECT_THROW(FileLock(path("a"),
                        [](double seconds) {
                          if (seconds > 0.1) throw Enough();
                        }),
               Enough);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock(path("a"), {}).held());
  const FileLock mine(path("a"), {});
  EXPECT_THROW(FileLock(path("a"), {}), InvalidArgument);  // would wait for itself
  EXPECT_FALSE(FileLock(path("none"), {}).held());
}

TEST_F(SameFileTest, D3D10LeftOversAreHiddenAndGoWithTheNextWriter) {
  const auto child = ::fork();
  if (child == 0) {
    new NewFile(path("a"));
    ::mkdir(temporary_name(path("a")).c_str(), 0777);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(files(), 2u);
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const auto name = entry.path().filename().string();
    EXPECT_EQ(name[0], '.');
    EXPECT_TRUE(owner_is_dead(name));
  }
  const NewFile mine(path("b"));
  put(path(".insitu-new-of-somebody"), "not ours");
  EXPECT_FALSE(owner_is_dead(fs::path(mine.temporary_path()).filename().string()));
  EXPECT_EQ(files(), 2u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  const NewFile other(path("c"));
  EXPECT_EQ(files(), 3u);
}

TEST_F(SameFileTest, D14AForkedCopyRemovesNothing) {
  auto file = std::make_unique<NewFile>(path("a"));
  file->append("all");
  const auto child = ::fork();
  if (child == 0) {
    file.reset();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  file->commit();
  EXPECT_EQ(content(path("a")), "all");
}

TEST_F(SameFileTest, D18ModesOwnersAndAttributes) {
  const auto write = [](const std::string& target) {
    NewFile file(target);
    file.append("new");
    file.commit();
  };
  const auto status = [](const std::string& target) {
    struct stat found {};
    ::stat(target.c_str(), &found);
    return found;
  };
  const auto mask = ::umask(027);
  write(path("fresh"));
  ::umask(mask);
  EXPECT_EQ(status(path("fresh")).st_mode & 07777, 0640u);

  put(path("a"), "old");
  ::chmod(path("a").c_str(), 0604);
  const bool attributes = ::setxattr(path("a").c_str(), "user.note", "kept", 4, 0) == 0;
  write(path("a"));
  EXPECT_EQ(status(path("a")).st_mode & 07777, 0604u);
  char value[8] = {};
  if (attributes) {
    EXPECT_EQ(::getxattr(path("a").c_str(), "user.note", value, sizeof value), 4);
  }

  if (::geteuid() != 0) GTEST_SKIP() << "the rest needs root";
  put(path("theirs"), "old");
  ASSERT_EQ(::chown(path("theirs").c_str(), 65534, 65534), 0);
  ::chmod(path("theirs").c_str(), 04777);
  write(path("theirs"));
  EXPECT_EQ(status(path("theirs")).st_uid, 65534u);
  EXPECT_EQ(status(path("theirs")).st_mode & 07777, 0777u);
}

TEST_F(SameFileTest, D18LinksAreFollowedAlsoToNothing) {
  fs::create_directory(path("there"));
  fs::create_symlink("there/file", path("link"));
  NewFile file(path("link"));
  file.append("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(content(path("there/file")), "new");
  fs::create_symlink("circle", path("circle"));
  EXPECT_NE(message([&] { NewFile circle(path("circle")); }), "no error");
}

TEST(MemoryLimitTest, D7ASentenceSaysWhatNeedsHowMuch) {
  const MemoryLimit limit(2'000'000'000);
  EXPECT_EQ(memory_limit(), 2'000'000'000u);
  require_memory(2e9, "x", "y");
  try {
    require_memory(14.4e9, "the block of a.xdf", "read fewer variables");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "the block of a.xdf needs about 14.4 GB of memory, more than the limit of 2.0 GB: "
                 "read fewer variables, or raise memoryLimit");
  }
  EXPECT_EQ(memory_from_text("500MB", "m"), 500'000'000u);
  EXPECT_EQ(memory_from_text("0.5 GiB", "m"), 536'870'912u);
  EXPECT_EQ(memory_from_text("1000", "m"), 1000u);
  for (const auto* text : {"", "MB", "-1", "5 apples", "1e400", "nan", "5ib", "1k9"})
    EXPECT_THROW(memory_from_text(text, "m"), InvalidArgument) << text;
}

}  // namespace
}  // namespace insitu
