#include "filesystems/native.hpp"

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "data/native_file.hpp"

namespace insitu {

namespace {

class NativeFileSystem final : public FileSystem {
 public:
  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    return open_native_file(path);
  }

  bool exists(const std::string& path) const override {
    std::error_code error;
    return std::filesystem::exists(path, error);
  }

  bool is_directory(const std::string& path) const override {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
  }

  std::vector<std::string> list(const std::string& directory) const override {
    std::vector<std::string> paths;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code unreadable;
      if (entry->is_regular_file(unreadable)) paths.push_back(entry->path().string());
    }
    if (error == std::errc::no_such_file_or_directory)
      throw DataError("folder not found: " + directory);
    if (error == std::errc::not_a_directory) throw DataError("not a folder: " + directory);
    if (error) throw DataError("cannot list the folder (" + error.message() + "): " + directory);
    std::sort(paths.begin(), paths.end());
    return paths;
  }
};

}  // namespace

std::shared_ptr<const FileSystem> native_file_system() {
  return std::make_shared<const NativeFileSystem>();
}

}  // namespace insitu
