#include "capi/set_in_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "base/new_folder.hpp"
#include "base/sync_writes.hpp"
#include "capi/uploaded_sink.hpp"
#include "filesystems/hdfs/lines.hpp"
#include "filesystems/hdfs/name_node.hpp"
#include "filesystems/hdfs/new_in_hdfs.hpp"

namespace insitu {

namespace {

namespace fs = std::filesystem;

/// No source of a folder reads it, and it is gone before anybody sees the folder.
constexpr const char* kUnfinished = "_unfinished";

std::string below(const std::string& folder, const std::string& name) {
  return name.empty() ? folder : folder + "/" + name;
}

[[noreturn]] void throw_not_there(const std::string& name, const std::string& target) {
  throw DataError("a file that a task has written is not there, or not whole: " + name + " of " +
                  target + "; is its folder seen by this process as by the tasks?");
}

class LocalSet final : public SetInPlace {
 public:
  LocalSet(const std::string& path, const PartSet& set, const Expected& expected)
      : part_folder_(set.part_folder()) {
    set.check_replaced(path);
    folder_.emplace(path, expected);
    if (!part_folder_.empty()) (void)folder_->add_folder(part_folder_);
    (void)folder_->add_folder(kUnfinished);
  }

  std::string root() const override { return folder_->temporary_path(); }
  std::string parts() const override { return below(folder_->temporary_path(), part_folder_); }
  std::string unfinished() const override { return below(folder_->temporary_path(), kUnfinished); }

  void commit(const std::vector<FileOfSet>& files,
              const std::map<std::string, std::uint64_t>& parts) override {
    std::error_code failure;
    fs::remove_all(unfinished(), failure);
    for (const auto& [name, bytes] : parts) take_over(name, bytes);
    for (const auto& file : files) {
      const auto path = below(folder_->temporary_path(), file.path);
      fs::create_directories(fs::path(path).parent_path(), failure);
      NewFile written(path, Expected::anything(), folder_->target());
      written.append(file.bytes);
      written.commit();
    }
    folder_->commit();
  }

 private:
  /// A file that another process wrote, as one of this process: its mode, and on the disk.
  void take_over(const std::string& name, std::uint64_t bytes) const {
    const auto path = below(parts(), name);
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || ::fstat(file, &status) != 0 ||
        static_cast<std::uint64_t>(status.st_size) != bytes) {
      if (file >= 0) ::close(file);
      throw_not_there(name, folder_->target());
    }
    struct stat around {};  // a folder that this process has made
    if (::stat(parts().c_str(), &around) == 0)
      (void)::fchmod(file, around.st_mode & 0666);  // another user's stays as it is
    const bool synced = !sync_writes() || ::fsync(file) == 0 || errno == EINVAL;
    const std::string reason = std::strerror(errno);
    ::close(file);
    if (!synced) throw DataError("cannot write to the disk (" + reason + "): " + folder_->target());
  }

  std::string part_folder_;
  std::optional<NewFolder> folder_;
};

class HdfsSet final : public SetInPlace {
 public:
  HdfsSet(const std::string& path, const PartSet& set, const SinkOptions& options)
      : to_(HdfsAddress::of(path)),
        hdfs_(lines_.lease(to_.authority)),
        made_(*hdfs_, to_.path, options.overwrite),
        part_folder_(set.part_folder()) {
    hdfs_->make_directories(below(made_.path(), part_folder_));
    hdfs_->make_directories(below(made_.path(), kUnfinished));
  }

  std::string root() const override { return shown(made_.path()); }
  std::string parts() const override { return shown(below(made_.path(), part_folder_)); }
  std::string unfinished() const override { return shown(below(made_.path(), kUnfinished)); }

  void commit(const std::vector<FileOfSet>& files,
              const std::map<std::string, std::uint64_t>& parts) override {
    hdfs_->remove(below(made_.path(), kUnfinished), true);
    std::map<std::string, std::uint64_t> found;
    for (const auto& file : hdfs_->list(below(made_.path(), part_folder_)))
      if (!file.directory) found.emplace(file.name, file.size);
    for (const auto& [name, bytes] : parts)
      if (const auto file = found.find(name); file == found.end() || file->second != bytes)
        throw_not_there(name, to_.text());
    for (const auto& file : files) send(file);
    made_.commit(true);
  }

 private:
  std::string shown(const std::string& path) const {
    return HdfsAddress{to_.authority, path}.text();
  }

  void send(const FileOfSet& file) {
    std::size_t sent = 0;
    hdfs_->create(below(made_.path(), file.path),
                  {.begin = [&] { sent = 0; },
                   .next =
                       [&](std::span<char> out) {
                         const auto some = std::min(out.size(), file.bytes.size() - sent);
                         std::copy_n(file.bytes.data() + sent, some, out.data());
                         sent += some;
                         return some;
                       }});
  }

  HdfsAddress to_;
  HdfsLines lines_;
  HdfsLines::Lease hdfs_;
  NewInHdfs made_;
  std::string part_folder_;
};

}  // namespace

std::unique_ptr<SetInPlace> set_in_place(const std::string& path, const PartSet& set,
                                         const SinkOptions& options) {
  if (!is_hdfs_path(path)) return std::make_unique<LocalSet>(path, set, options.expected());
  require_hdfs_target(path, options, "the target");
  return std::make_unique<HdfsSet>(path, set, options);
}

}  // namespace insitu
