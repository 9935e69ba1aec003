#include "filesystems/hdfs/file_system.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/lists_folders.hpp"
#include "filesystems/hdfs/file.hpp"
#include "filesystems/hdfs/name_node.hpp"

namespace insitu {

namespace {

class HdfsFileSystem final : public FileSystem, public ListsFolders {
 public:
  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    if (!is_hdfs_path(path))
      throw Unsupported("files of this machine and of HDFS are read in this compute context, not " +
                        path + "; read them in `RxSpark`, or copy them here first"_named);
    const auto address = HdfsAddress::of(path);
    auto status = just_seen(address);
    if (!status) status = reading_.lines->lease(address.authority)->status(address.path);
    if (!status) throw DataError("file not found: " + path);
    if (status->directory) throw DataError("is a directory: " + path);
    const std::lock_guard guard(mutex_);
    const auto [at, is_new] = seen_.try_emplace(address.text());
    auto& seen = at->second;
    if (is_new)
      seen = {identity_of(*status), seen_.size() - 1,
              std::make_shared<HdfsPlaces>(static_cast<std::uint64_t>(status->block_size))};
    if (seen.identity != identity_of(*status)) throw has_changed(path);
    return std::make_shared<HdfsFile>(reading_, seen.number, seen.places, address, *status);
  }

  bool exists(const std::string& path) const override { return status(path).has_value(); }

  bool is_directory(const std::string& path) const override {
    const auto found = status(path);
    return found && found->directory;
  }

  std::vector<std::string> list(const std::string& directory) const override {
    return entries(directory, false);
  }
  std::vector<std::string> folders(const std::string& directory) const override {
    return entries(directory, true);
  }

 private:
  std::vector<std::string> entries(const std::string& directory, bool folders) const {
    const auto address = HdfsAddress::of(directory);
    const auto found = status(directory);
    if (!found) throw DataError("folder not found: " + directory);
    if (!found->directory) throw DataError("not a folder: " + directory);
    std::vector<std::string> paths;
    for (const auto& each : reading_.lines->lease(address.authority)->list(address.path))
      if (each.directory == folders) paths.push_back(child_of(address.text(), each.name));
    return paths;  // sorted, as their names are
  }

  /// Nothing where it is none of HDFS.
  std::optional<HdfsStatus> status(const std::string& path) const {
    if (!is_hdfs_path(path)) return std::nullopt;
    const auto address = HdfsAddress::of(path);
    auto found = reading_.lines->lease(address.authority)->status(address.path);
    const std::lock_guard guard(mutex_);
    last_ = found ? std::optional(Last{address.text(), *found, Clock::now()}) : std::nullopt;
    return found;
  }

  /// What was told of a path when somebody asked what it is, if it is opened at once.
  std::optional<HdfsStatus> just_seen(const HdfsAddress& address) const {
    const std::lock_guard guard(mutex_);
    const auto last = std::exchange(last_, std::nullopt);
    if (!last || last->path != address.text() || Clock::now() - last->at > kAtOnce)
      return std::nullopt;
    return last->status;
  }

  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kAtOnce{1};
  struct Seen {
    FileIdentity identity;
    std::uint64_t number = 0;
    std::shared_ptr<HdfsPlaces> places;
  };
  struct Last {
    std::string path;
    HdfsStatus status;
    Clock::time_point at;
  };

  HdfsReading reading_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Seen> seen_;
  mutable std::optional<Last> last_;
};

}  // namespace

std::shared_ptr<const FileSystem> hdfs_file_system() {
  return std::make_shared<const HdfsFileSystem>();
}

}  // namespace insitu
