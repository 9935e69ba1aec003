#include "filesystems/native.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

class NativeFileSystemTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "insitu-native-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (fs::path(folder_) / name).string(); }
  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string message(const auto& action) const {
    try {
      action();
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string folder_;
  std::shared_ptr<const FileSystem> files_ = native_file_system();
};

TEST_F(NativeFileSystemTest, ReadsAnyRange) {
  const auto file = files_->open(put("a", "0123456789"));
  EXPECT_EQ(file->size(), 10u);
  char out[4];
  EXPECT_EQ(file->read_at(3, out), 4u);
  EXPECT_EQ(std::string(out, 4), "3456");
  EXPECT_EQ(file->read_at(8, out), 2u);
  EXPECT_EQ(std::string(out, 2), "89");
  EXPECT_EQ(file->read_at(10, out), 0u);
  EXPECT_EQ(file->read_at(~std::uint64_t{0}, out), 0u);
}

TEST_F(NativeFileSystemTest, SaysWhatIsWrong) {
  EXPECT_EQ(message([&] { files_->open(path("none")); }), "file not found: " + path("none"));
  EXPECT_EQ(message([&] { files_->open(folder_); }), "is a directory, not a file: " + folder_);
  ::mkfifo(path("pipe").c_str(), 0600);
  EXPECT_EQ(message([&] { files_->open(path("pipe")); }), "is not a regular file: " + path("pipe"));
  EXPECT_EQ(message([&] { files_->list(path("none")); }), "folder not found: " + path("none"));
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  ::chmod(put("secret", "x").c_str(), 0);
  EXPECT_EQ(message([&] { files_->open(path("secret")); }),
            "no permission to read: " + path("secret"));
}

TEST_F(NativeFileSystemTest, AFileThatShrinksIsAnError) {
  const auto file = files_->open(put("a", std::string(100000, 'x')));
  ASSERT_EQ(::truncate(path("a").c_str(), 10), 0);
  std::string out(1000, ' ');
  EXPECT_EQ(message([&] { file->read_at(5000, out); }),
            "the file became shorter while it was read: " + path("a"));
}

TEST_F(NativeFileSystemTest, ListsRegularFilesByName) {
  put("b", ""), put("a", "");
  fs::create_directory(path("folder"));
  EXPECT_EQ(files_->list(folder_), (std::vector<std::string>{path("a"), path("b")}));
  EXPECT_TRUE(files_->is_directory(path("folder")));
  EXPECT_TRUE(files_->exists(path("a")));
  EXPECT_FALSE(files_->exists(path("c")));
}

}  // namespace
}  // namespace insitu
