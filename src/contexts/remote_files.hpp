#pragma once
// The host's files seen from a worker: every read is a READ frame, answered by DATA. Formats never
// know the difference.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "contexts/frame.hpp"
#include "data/file_system.hpp"

namespace insitu {

/// Bytes that one READ frame asks for at most.
inline constexpr std::uint64_t kMostBytesPerRead = 8 << 20;

/// How a READ gets its answer; calls are not concurrent.
using AskHost = std::function<Frame(const std::string& read_json)>;

/// The host's file system. Safe to call from several threads; requests go one after the other.
std::shared_ptr<const FileSystem> remote_file_system(AskHost ask);

/// The host's side: answers READ frames from a file system; files stay open between the questions
/// about them.
class ReadServer {
 public:
  explicit ReadServer(std::shared_ptr<const FileSystem> files) : files_(std::move(files)) {}
  /// The JSON and the payload of the DATA frame. Never throws: failures travel in the JSON.
  std::pair<std::string, Bytes> answer(const std::string& read_json);

 private:
  const RandomAccessFile& open(const std::string& path);

  std::shared_ptr<const FileSystem> files_;
  std::map<std::string, std::shared_ptr<RandomAccessFile>> open_;
};

}  // namespace insitu
