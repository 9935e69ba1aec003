#include "data/watched_files.hpp"

#include <utility>

namespace insitu {

namespace {

class WatchedFiles final : public FileSystem {
 public:
  WatchedFiles(std::shared_ptr<const FileSystem> files, std::shared_ptr<FileVersions> versions)
      : files_(std::move(files)), versions_(std::move(versions)) {}

  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    // Gone is another version too, and a better word than "not found".
    if (versions_->find(path) && !files_->exists(path)) versions_->check();
    auto file = files_->open(path);
    if (const auto identity = file->identity()) versions_->see(path, *identity);
    return file;
  }
  bool exists(const std::string& path) const override { return files_->exists(path); }
  bool is_directory(const std::string& path) const override { return files_->is_directory(path); }
  std::vector<std::string> list(const std::string& directory) const override {
    return files_->list(directory);
  }

 private:
  std::shared_ptr<const FileSystem> files_;
  std::shared_ptr<FileVersions> versions_;
};

}  // namespace

std::shared_ptr<const FileSystem> watched_files(std::shared_ptr<const FileSystem> files,
                                                std::shared_ptr<FileVersions> versions) {
  return std::make_shared<WatchedFiles>(std::move(files), std::move(versions));
}

}  // namespace insitu
