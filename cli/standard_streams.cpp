#include "standard_streams.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "base/error.hpp"

namespace insitu::cli {

namespace {

namespace fs = std::filesystem;

/// A folder that only this user can look into; it goes with the process.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::error_code error;
    auto name = (fs::temp_directory_path(error) / "insitu-stream-XXXXXX").string();
    if (error || !::mkdtemp(name.data()))
      throw DataError(std::string("cannot make a folder for a temporary file: ") +
                      (error ? error.message() : std::strerror(errno)));
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

const PrivateFolder& folder() {
  static const PrivateFolder found;
  return found;
}

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

/// Copies all bytes; "" or what went wrong.
std::string copy(std::FILE* from, std::FILE* to) {
  std::vector<char> buffer(std::size_t{1} << 18);
  for (;;) {
    const auto got = std::fread(buffer.data(), 1, buffer.size(), from);
    if (got > 0 && std::fwrite(buffer.data(), 1, got, to) != got) return std::strerror(errno);
    if (got < buffer.size()) {
      if (std::ferror(from) || std::fflush(to) != 0) return std::strerror(errno);
      return "";
    }
  }
}

std::optional<std::string> input, output;

}  // namespace

const std::string& standard_input_file() {
  if (!input) {
    input = folder().file("standard-input");
    const File file(std::fopen(input->c_str(), "wb"));
    const auto failure = file ? copy(stdin, file.get()) : std::string(std::strerror(errno));
    if (!failure.empty()) throw DataError("standard input cannot be read: " + failure);
  }
  return *input;
}

const std::string& standard_output_file() {
  if (!output) output = folder().file("standard-output.csv");
  return *output;
}

void send_standard_output() {
  const File file(std::fopen(standard_output_file().c_str(), "rb"));
  const auto failure = file ? copy(file.get(), stdout) : std::string(std::strerror(errno));
  if (!failure.empty()) throw DataError("cannot write to standard output: " + failure);
}

std::string with_stream_names(std::string message) {
  const auto replace = [&](const std::optional<std::string>& path, const char* name) {
    if (!path) return;
    for (auto at = message.find(*path); at != std::string::npos; at = message.find(*path, at))
      message.replace(at, path->size(), name);
  };
  replace(input, "standard input");
  replace(output, "standard output");
  return message;
}

}  // namespace insitu::cli
