#include "base/new_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "base/file_attributes.hpp"
#include "base/sync_writes.hpp"
#include "base/temporary.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

/// Without a slash at the end, which names what is in a folder.
std::string name_of_folder(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return follow_links(path);
}

[[noreturn]] void fail(const std::string& path, int error) {
  if (error == ENOENT) throw DataError("folder not found: " + folder_of(path));
  if (error == ENOTDIR) throw DataError("not a folder: " + folder_of(path));
  if (error == EACCES || error == EPERM || error == EROFS)
    throw DataError("the folder is not writable: " + folder_of(path));
  if (error == ENOSPC || error == EDQUOT)
    throw DataError("the disk is full; nothing was replaced: " + path);
  throw DataError(std::string("cannot create a folder (") + std::strerror(error) + "): " + path);
}

}  // namespace

NewFolder::NewFolder(const std::string& target, const Expected& expected)
    : target_(name_of_folder(target)), expected_(expected), owner_(::getpid()) {
  collect_left_overs(folder_of(target_));
  for (int attempt = 0;; ++attempt) {
    temporary_ = temporary_name(target_);
    if (::mkdir(temporary_.c_str(), 0777) == 0) break;
    if (errno != EEXIST || attempt >= 100) fail(target_, errno);
  }
  descriptor_ = ::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ >= 0) (void)::flock(descriptor_, LOCK_EX | LOCK_NB);
}

NewFolder::~NewFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (committed_ || owner_ != ::getpid()) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

std::string NewFolder::add_folder(const std::string& name) {
  const auto path = temporary_ + "/" + name;
  if (::mkdir(path.c_str(), 0777) != 0) fail(path, errno);
  return path;
}

void NewFolder::commit() {
  if (owner_ != ::getpid()) throw Error("a forked process cannot finish the folder of its parent");
  struct stat existing {};
  if (descriptor_ >= 0 && ::stat(target_.c_str(), &existing) == 0 && S_ISDIR(existing.st_mode))
    take_attributes(descriptor_, target_);
  if (sync_writes()) {
    std::error_code ignored;
    for (fs::directory_iterator entry(temporary_, ignored), end; !ignored && entry != end;
         entry.increment(ignored))
      if (entry->is_directory(ignored)) sync_folder(entry->path().string());
    sync_folder(temporary_);
  }
  const bool replaced = put_folder_in_place(temporary_, target_, expected_);
  committed_ = true;
  if (sync_writes()) sync_folder(folder_of(target_));
  std::error_code ignored;
  if (replaced) fs::remove_all(temporary_, ignored);
}

}  // namespace insitu
