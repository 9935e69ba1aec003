#include "contexts/remote_files.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::string text_of(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// One line to the host, shared by the file system and its files.
class Line {
 public:
  explicit Line(AskHost ask) : ask_(std::move(ask)) {}

  std::pair<json, Bytes> ask(const json& request) {
    const std::lock_guard lock(mutex_);
    auto frame = ask_(text_of(request));
    try {
      auto answer = json::parse(frame.json);
      if (answer.contains("error"))
        throw_error(
            static_cast<ErrorCode>(answer.value("code", static_cast<int>(ErrorCode::kData))),
            answer["error"].get<std::string>());
      return {std::move(answer), std::move(frame.payload)};
    } catch (const json::exception& failure) {
      throw DataError(std::string("the host's answer about a file cannot be read: ") +
                      failure.what());
    }
  }

 private:
  std::mutex mutex_;
  AskHost ask_;
};

template <class T>
T field(const json& answer, const char* name) {
  try {
    return answer.at(name).get<T>();
  } catch (const json::exception& failure) {
    throw DataError(std::string("the host's answer about a file cannot be read: ") +
                    failure.what());
  }
}

/// As far as the host tells, which is a time in milliseconds.
std::optional<FileIdentity> version_of(const json& answer, const std::string& path,
                                       std::uint64_t size) {
  if (!answer.contains("modified")) return std::nullopt;
  return FileIdentity{.inode = checksum(path),
                      .size = size,
                      .modified = field<std::int64_t>(answer, "modified") * 1'000'000};
}

class RemoteFile final : public RandomAccessFile {
 public:
  RemoteFile(std::shared_ptr<Line> line, std::string path, std::uint64_t size,
             std::optional<FileIdentity> identity)
      : line_(std::move(line)), path_(std::move(path)), size_(size), identity_(identity) {}

  std::uint64_t size() const override { return size_; }
  std::optional<FileIdentity> identity() const override { return identity_; }

  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= size_) return 0;
    out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset)));
    if (out.size() > kPiece / 4) {
      fetch(offset, out);
    } else {
      // Small reads come in neighbourhoods: headers, directories, lines.
      const std::lock_guard lock(mutex_);
      for (auto rest = out; !rest.empty();) {
        const auto begin = offset / kPiece * kPiece;
        if (piece_.empty() || piece_begin_ != begin) {
          piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size_ - begin)));
          piece_begin_ = begin;
          try {
            fetch(begin, piece_);
          } catch (...) {
            piece_.clear();
            throw;
          }
        }
        const auto at = static_cast<std::size_t>(offset - begin);
        const auto count = std::min(rest.size(), piece_.size() - at);
        std::memcpy(rest.data(), piece_.data() + at, count);
        rest = rest.subspan(count);
        offset += count;
      }
    }
    return out.size();
  }

 private:
  static constexpr std::uint64_t kPiece = 1 << 20;

  void fetch(std::uint64_t offset, std::span<char> out) const {
    while (!out.empty()) {
      const auto wanted = std::min<std::uint64_t>(out.size(), kMostBytesPerRead);
      const auto payload =
          line_->ask({{"what", "bytes"}, {"file", path_}, {"offset", offset}, {"length", wanted}})
              .second;
      if (payload.empty() || payload.size() > wanted)
        throw DataError("file changed while it was read: " + path_ + ": the host sent " +
                        std::to_string(payload.size()) + " bytes of " + std::to_string(wanted) +
                        " at " + std::to_string(offset));
      std::memcpy(out.data(), payload.data(), payload.size());
      out = out.subspan(payload.size());
      offset += payload.size();
    }
  }

  std::shared_ptr<Line> line_;
  std::string path_;
  std::uint64_t size_;
  std::optional<FileIdentity> identity_;
  mutable std::mutex mutex_;
  mutable std::uint64_t piece_begin_ = 0;
  mutable std::vector<char> piece_;
};

class RemoteFileSystem final : public FileSystem {
 public:
  explicit RemoteFileSystem(AskHost ask) : line_(std::make_shared<Line>(std::move(ask))) {}

  std::shared_ptr<RandomAccessFile> open(const std::string& path) const override {
    const auto answer = line_->ask({{"what", "size"}, {"file", path}}).first;
    const auto size = field<std::uint64_t>(answer, "size");
    return std::make_shared<RemoteFile>(line_, path, size, version_of(answer, path, size));
  }
  bool exists(const std::string& path) const override {
    return field<bool>(line_->ask({{"what", "kind"}, {"file", path}}).first, "exists");
  }
  bool is_directory(const std::string& path) const override {
    return field<bool>(line_->ask({{"what", "kind"}, {"file", path}}).first, "directory");
  }
  std::vector<std::string> list(const std::string& directory) const override {
    return field<std::vector<std::string>>(
        line_->ask({{"what", "list"}, {"file", directory}}).first, "files");
  }

 private:
  std::shared_ptr<Line> line_;
};

}  // namespace

std::shared_ptr<const FileSystem> remote_file_system(AskHost ask) {
  return std::make_shared<RemoteFileSystem>(std::move(ask));
}

const RandomAccessFile& ReadServer::open(const std::string& path) {
  auto& file = open_[path];
  if (!file) {
    if (open_.size() > 256) {  // folders of many files
      open_.clear();
      return open(path);
    }
    try {
      file = files_->open(path);
    } catch (...) {
      open_.erase(path);
      throw;
    }
  }
  return *file;
}

std::pair<std::string, Bytes> ReadServer::answer(const std::string& read_json) {
  try {
    if (!files_) throw Unsupported("this host reads no files for its workers");
    const auto request = json::parse(read_json);
    const auto path = request.at("file").get<std::string>();
    const auto what = request.value("what", "bytes");
    if (what == "size") return {text_of({{"size", open(path).size()}}), {}};
    if (what == "kind")
      return {
          text_of({{"exists", files_->exists(path)}, {"directory", files_->is_directory(path)}}),
          {}};
    if (what == "list") return {text_of({{"files", files_->list(path)}}), {}};
    if (what != "bytes") throw DataError("unknown request about a file: '" + what + "'");
    const auto offset = request.at("offset").get<std::uint64_t>();
    const auto length = request.at("length").get<std::uint64_t>();
    if (length > kMostBytesPerRead)
      throw DataError("a read of " + std::to_string(length) + " bytes is too long");
    Bytes bytes(static_cast<std::size_t>(length), '\0');
    bytes.resize(open(path).read_at(offset, bytes));
    return {text_of({{"length", bytes.size()}}), std::move(bytes)};
  } catch (const Error& failure) {
    return {text_of({{"error", failure.what()}, {"code", static_cast<int>(failure.code())}}), {}};
  } catch (const std::exception& failure) {
    return {text_of({{"error", failure.what()}, {"code", static_cast<int>(ErrorCode::kData)}}), {}};
  }
}

}  // namespace insitu
