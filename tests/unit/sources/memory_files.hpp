#pragma once
// A file system of a few texts in memory.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "data/file_system.hpp"

namespace insitu {

class MemoryFile final : public RandomAccessFile {
 public:
  MemoryFile(std::string bytes, bool mapped) : bytes_(std::move(bytes)), mapped_(mapped) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= bytes_.size()) return 0;
    const auto got =
        std::min<std::size_t>(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), bytes_.data() + offset, got);
    return got;
  }
  std::string_view mapped() const override {
    return mapped_ ? std::string_view(bytes_) : std::string_view();
  }

 private:
  std::string bytes_;
  bool mapped_;
};

class MemoryFiles final : public FileSystem {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files, bool mapped = true)
      : files_(std::move(files)), mapped_(mapped) {}
  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) throw DataError("file not found: " + path);
    return std::make_shared<MemoryFile>(found->second, mapped_);
  }
  bool exists(const std::string& path) const override { return files_.contains(path); }
  bool is_directory(const std::string& path) const override { return !list(path).empty(); }
  std::vector<std::string> list(const std::string& directory) const override {
    std::vector<std::string> paths;
    for (const auto& [path, text] : files_)
      if (path.starts_with(directory + "/")) paths.push_back(path);
    return paths;
  }

 private:
  std::map<std::string, std::string> files_;
  bool mapped_;
};

}  // namespace insitu
