#include "columnar/columnar_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace fs = std::filesystem;

std::vector<std::string> columnar_files(const std::string& path) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return {path};
  std::vector<std::string> files;
  fs::directory_iterator entry(path, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with('_') || name.starts_with('.')) continue;
    std::error_code ignored;
    if (!entry->is_directory(ignored)) {
      files.push_back(entry->path().string());
    } else if (name.find('=') != std::string::npos) {
      throw InvalidArgument(
          "the folder is cut into partitions, which are not read as one source: " +
          entry->path().string() +
          "; name one of them, or read the folder in `RxSpark` with `RxHiveData`"_named);
    } else {
      throw InvalidArgument("the folder has folders in it, which are not read: " +
                            entry->path().string() + "; name the folder whose files you want");
    }
  }
  if (failure) throw DataError("cannot list the folder (" + failure.message() + "): " + path);
  if (files.empty()) throw DataError("the folder has no files of data: " + path);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace insitu
