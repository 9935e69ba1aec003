#pragma once
// The data nodes that have given blocks of one file: asked again without the name node, for a
// while.
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace insitu {

/// The same address of a data node, for other bytes; nothing where it does not tell both.
std::optional<std::string> with_range(const std::string& url, std::uint64_t offset,
                                      std::uint64_t length);

/// Safe to use from several threads.
class HdfsPlaces {
 public:
  explicit HdfsPlaces(std::uint64_t block_size) : block_size_(block_size) {}

  /// The address for these bytes, of a node that has given others of their block.
  std::optional<std::string> find(std::uint64_t offset, std::uint64_t length);
  void keep(std::uint64_t offset, const std::string& url);
  void forget(std::uint64_t offset);

 private:
  using Clock = std::chrono::steady_clock;
  /// Shorter than name nodes take to hear of a dead node, and than any token lasts.
  static constexpr std::chrono::seconds kLongest{30};
  static constexpr std::size_t kMost = 1024;

  struct Place {
    std::string url;
    Clock::time_point since;
  };
  std::uint64_t block_size_;
  std::mutex mutex_;
  std::map<std::uint64_t, Place> of_blocks_;
};

}  // namespace insitu
