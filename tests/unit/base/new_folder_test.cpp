#include "base/new_folder.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "unit/base/folder_fixture.hpp"

namespace insitu {
namespace {

class NewFolderTest : public FolderTest {
 protected:
  void fill(const NewFolder& folder, const std::string& name, const std::string& text) const {
    NewFile file(folder.temporary_path() + "/" + name);
    file.append(text);
    file.commit();
  }
};

TEST_F(NewFolderTest, AppearsWholeAtCommitAndIsHiddenUntilThen) {
  NewFolder folder(path("set"));
  fill(folder, "a", "1");
  EXPECT_FALSE(fs::exists(path("set")));
  EXPECT_TRUE(fs::path(folder.temporary_path()).filename().string().starts_with("."));
  folder.commit();
  EXPECT_EQ(content(path("set/a")), "1");
  EXPECT_EQ(files(), 1u);
}

TEST_F(NewFolderTest, D4ReplacesAFolderWhole) {
  fs::create_directories(path("set/data"));
  put(path("set/data/old"), "old");
  fs::permissions(path("set"), fs::perms::owner_all);
  {
    NewFolder abandoned(path("set"));
    fill(abandoned, "new", "new");
  }
  EXPECT_EQ(content(path("set/data/old")), "old");
  NewFolder folder(path("set"));
  fill(folder, "new", "new");
  folder.commit();
  EXPECT_EQ(content(path("set/new")), "new");
  EXPECT_FALSE(fs::exists(path("set/data")));
  EXPECT_EQ(fs::status(path("set")).permissions(), fs::perms::owner_all);
  EXPECT_EQ(files(), 1u);
}

TEST_F(NewFolderTest, D4RefusesWhenSomethingElseLiesThere) {
  NewFolder first(path("set"), Expected::nothing());
  NewFolder second(path("set"), Expected::nothing());
  fill(first, "a", "first");
  fill(second, "a", "second");
  first.commit();
  EXPECT_NE(message([&] { second.commit(); }).find("made by another program"), std::string::npos);
  EXPECT_EQ(content(path("set/a")), "first");
  NewFolder third(path("set"), Expected::version_of(*file_identity(path("set"))));
  NewFolder fourth(path("set"));
  fill(fourth, "a", "fourth");
  fourth.commit();
  EXPECT_NE(message([&] { third.commit(); }).find("replaced by another program"),
            std::string::npos);
  EXPECT_EQ(content(path("set/a")), "fourth");
}

TEST_F(NewFolderTest, ReplacesAFile) {
  put(path("set"), "a file");
  NewFolder folder(path("set"));
  fill(folder, "a", "1");
  folder.commit();
  EXPECT_EQ(content(path("set/a")), "1");
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace insitu
