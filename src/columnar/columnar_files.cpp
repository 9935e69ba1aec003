#include "columnar/columnar_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/lists_folders.hpp"

namespace insitu {

namespace fs = std::filesystem;

namespace {

/// _SUCCESS, .part-0.crc
bool is_no_data(const std::string& name) { return name.starts_with('_') || name.starts_with('.'); }

[[noreturn]] void refuse_folder(const std::string& path, const std::string& name) {
  if (name.find('=') != std::string::npos)
    throw InvalidArgument(
        "the folder is cut into partitions, which are not read as one source: " + path +
        "; name one of them, or read the folder in `RxSpark` with `RxHiveData`"_named);
  throw InvalidArgument("the folder has folders in it, which are not read: " + path +
                        "; name the folder whose files you want");
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::vector<std::string> columnar_files(const std::string& path) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return {path};
  std::vector<std::string> files;
  fs::directory_iterator entry(path, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const auto name = entry->path().filename().string();
    if (is_no_data(name)) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) refuse_folder(entry->path().string(), name);
    files.push_back(entry->path().string());
  }
  if (failure) throw DataError("cannot list the folder (" + failure.message() + "): " + path);
  if (files.empty()) throw DataError("the folder has no files of data: " + path);
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> columnar_files(const std::string& path, const FileSystem& files) {
  if (!files.is_directory(path)) return {path};
  if (const auto* folders = dynamic_cast<const ListsFolders*>(&files))
    for (const auto& each : folders->folders(path))
      if (const auto name = last_part(each); !is_no_data(name)) refuse_folder(each, name);
  std::vector<std::string> found;
  for (auto& each : files.list(path))
    if (!is_no_data(last_part(each))) found.push_back(std::move(each));
  if (found.empty()) throw DataError("the folder has no files of data: " + path);
  return found;
}

}  // namespace insitu
