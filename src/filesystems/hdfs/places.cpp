#include "filesystems/hdfs/places.hpp"

#include <algorithm>
#include <string_view>

namespace insitu {

std::optional<std::string> with_range(const std::string& url, std::uint64_t offset,
                                      std::uint64_t length) {
  const auto query = url.find('?');
  if (query == std::string::npos || url.find('#') != std::string::npos) return std::nullopt;
  auto made = url.substr(0, query);
  int offsets = 0, lengths = 0;
  for (auto begin = query; begin < url.size();) {
    const auto end = std::min(url.find('&', begin + 1), url.size());
    const auto part = std::string_view(url).substr(begin + 1, end - begin - 1);
    made += url[begin];
    if (part.starts_with("offset=")) {
      ++offsets;
      made += "offset=" + std::to_string(offset);
    } else if (part.starts_with("length=")) {
      ++lengths;
      made += "length=" + std::to_string(length);
    } else {
      made += part;
    }
    begin = end;
  }
  if (offsets != 1 || lengths != 1) return std::nullopt;
  return made;
}

std::optional<std::string> HdfsPlaces::find(std::uint64_t offset, std::uint64_t length) {
  if (block_size_ == 0) return std::nullopt;
  const std::lock_guard guard(mutex_);
  const auto at = of_blocks_.find(offset / block_size_);
  if (at == of_blocks_.end()) return std::nullopt;
  if (Clock::now() - at->second.since > kLongest) {
    of_blocks_.erase(at);
    return std::nullopt;
  }
  return with_range(at->second.url, offset, length);
}

void HdfsPlaces::keep(std::uint64_t offset, const std::string& url) {
  if (block_size_ == 0) return;
  const std::lock_guard guard(mutex_);
  if (of_blocks_.size() >= kMost) of_blocks_.clear();
  of_blocks_.insert_or_assign(offset / block_size_, Place{url, Clock::now()});
}

void HdfsPlaces::forget(std::uint64_t offset) {
  if (block_size_ == 0) return;
  const std::lock_guard guard(mutex_);
  of_blocks_.erase(offset / block_size_);
}

}  // namespace insitu
