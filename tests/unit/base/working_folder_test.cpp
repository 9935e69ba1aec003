#include "base/working_folder.hpp"

#include <gtest/gtest.h>

#include "base/temporary.hpp"
#include "unit/base/folder_fixture.hpp"

namespace insitu {
namespace {

using WorkingFolderTest = FolderTest;

TEST_F(WorkingFolderTest, IsThisUsersAloneUntilItIsRemoved) {
  const auto made = make_working_folder(path(""));
  EXPECT_TRUE(fs::equivalent(fs::path(made).parent_path(), path("")));
  EXPECT_EQ(fs::status(made).permissions() & fs::perms::all, fs::perms::owner_all);
  std::ofstream(made + "/rows") << "1";
  EXPECT_TRUE(has_working_folders());
  EXPECT_TRUE(remove_working_folder(made));
  EXPECT_FALSE(fs::exists(made));
  EXPECT_FALSE(has_working_folders());
  EXPECT_FALSE(remove_working_folder(made));
}

TEST_F(WorkingFolderTest, OthersAreLeftAlone) {
  const auto kept = path("kept");
  fs::create_directory(kept);
  EXPECT_FALSE(remove_working_folder(kept));
  EXPECT_FALSE(remove_working_folder(path("")));
  EXPECT_FALSE(remove_working_folder(""));
  const auto link = temporary_name(path("x"));
  fs::create_directory_symlink(kept, link);
  EXPECT_FALSE(remove_working_folder(link));
  EXPECT_TRUE(fs::exists(kept));
  // One that another process of this user has made.
  const auto other = temporary_name(path("x"));
  fs::create_directory(other);
  EXPECT_TRUE(remove_working_folder(other));
}

TEST_F(WorkingFolderTest, AllGoWithTheProcessThatServes) {
  const auto a = make_working_folder(path("")), b = make_working_folder(path(""));
  remove_working_folders();
  EXPECT_FALSE(fs::exists(a) || fs::exists(b));
}

}  // namespace
}  // namespace insitu
