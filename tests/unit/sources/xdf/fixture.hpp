#pragma once
// What the tests of .xdf files share: a temporary folder, the published sample files, reading and
// writing in a line.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/named.hpp"
#include "data/native_file.hpp"
#include "sources/xdf/source.hpp"

namespace insitu {

/// The native files, without the floor of file systems.
class TestFiles final : public FileSystem {
 public:
  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    return open_native_file(path);
  }
  bool exists(const std::string& path) const override { return std::filesystem::exists(path); }
  bool is_directory(const std::string& path) const override {
    return std::filesystem::is_directory(path);
  }
  std::vector<std::string> list(const std::string& directory) const override {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      if (entry.is_regular_file()) paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
};

class XdfTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "insitu-xdf-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  /// The path of a sample file, "" where the samples are not there.
  static std::string sample(const std::string& name) {
    const char* folder = std::getenv("INSITU_SAMPLES");
    const auto path =
        std::filesystem::path(folder ? folder : INSITU_SOURCE_DIR "/../shared/data") / name;
    return std::filesystem::exists(path) ? path.string() : std::string();
  }

  std::shared_ptr<const XdfSource> source(const std::string& file,
                                          nlohmann::json options = nlohmann::json::object()) const {
    options["type"] = "RxXdfData";
    options["file"] = file;
    return std::make_shared<const XdfSource>(options, files_);
  }

  /// All chunks of a source.
  static std::vector<Chunk> chunks(const DataSource& source, const ReadOptions& options = {}) {
    std::vector<Chunk> all;
    for (const auto& split : source.splits()) {
      const auto reader = source.open(split, options);
      while (auto chunk = reader->next()) all.push_back(std::move(*chunk));
    }
    return all;
  }

  /// One column of all rows.
  static Column column(const DataSource& source, const std::string& name) {
    std::vector<Column> parts;
    for (const auto& chunk : chunks(source, {.columns = std::vector<std::string>{name}}))
      parts.push_back(chunk.columns.at(0));
    return concatenate(parts);
  }

  static double sum(const Column& column) {
    double sum = 0;
    for (std::size_t i = 0; i < column.size(); ++i)
      if (!column.is_missing(i)) sum += column.number_at(i);
    return sum;
  }
  static std::size_t missing(const Column& column) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < column.size(); ++i) count += column.is_missing(i);
    return count;
  }

  static std::string bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  template <class E = DataError>
  static std::string message(const auto& action) {
    try {
      action();
    } catch (const E& error) {
      return in_words_of_r(error.what());
    }
    return "no error";
  }

  std::string folder_;
  FileSystemPtr files_ = std::make_shared<const TestFiles>();
};

#define INSITU_NEEDS_SAMPLE(variable, name) \
  const auto variable = sample(name);       \
  if (variable.empty()) GTEST_SKIP() << name << " is not there; set INSITU_SAMPLES to its folder"

}  // namespace insitu
