#include "filesystems/routed.hpp"

#include <utility>

#include "data/lists_folders.hpp"

namespace insitu {

namespace {

class RoutedFileSystem final : public FileSystem, public ListsFolders {
 public:
  RoutedFileSystem(std::shared_ptr<const FileSystem> native,
                   std::shared_ptr<const FileSystem> remote)
      : native_(std::move(native)), remote_(std::move(remote)) {}

  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    return is_remote_path(path) ? remote_->open(path) : native_->open(native_path(path));
  }
  bool exists(const std::string& path) const override {
    return is_remote_path(path) ? remote_->exists(path) : native_->exists(native_path(path));
  }
  bool is_directory(const std::string& path) const override {
    return is_remote_path(path) ? remote_->is_directory(path)
                                : native_->is_directory(native_path(path));
  }
  std::vector<std::string> list(const std::string& directory) const override {
    return is_remote_path(directory) ? remote_->list(directory)
                                     : native_->list(native_path(directory));
  }

  std::vector<std::string> folders(const std::string& directory) const override {
    const auto& files = is_remote_path(directory) ? remote_ : native_;
    const auto* offers = dynamic_cast<const ListsFolders*>(files.get());
    return offers ? offers->folders(native_path(directory)) : std::vector<std::string>();
  }

 private:
  std::shared_ptr<const FileSystem> native_, remote_;
};

}  // namespace

std::string native_path(const std::string& path) {
  if (!path.starts_with("file:")) return path;
  auto rest = path.substr(5);
  return rest.starts_with("///") ? rest.substr(2) : rest;
}

bool is_remote_path(const std::string& path) {
  return path.find("://") != std::string::npos && !path.starts_with("file:") &&
         path.find("://") < path.find('/');
}

std::shared_ptr<const FileSystem> routed_file_system(std::shared_ptr<const FileSystem> native,
                                                     std::shared_ptr<const FileSystem> remote) {
  return std::make_shared<RoutedFileSystem>(std::move(native), std::move(remote));
}

}  // namespace insitu
