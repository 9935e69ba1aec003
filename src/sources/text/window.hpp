#pragma once
// Bytes of a file read from front to back, with looks back at what was read last.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "data/file_system.hpp"

namespace insitu {

/// Bytes of a file: where it lies in memory, or a buffer that moves forward.
class TextWindow {
 public:
  TextWindow(const RandomAccessFile& file, std::uint64_t size)
      : file_(file), size_(size), mapped_(file.mapped()) {}

  /// Bytes [begin, end), end cut at the end of the file. Valid until the next call.
  std::string_view read(std::uint64_t begin, std::uint64_t end) {
    end = std::min(end, size_);
    if (begin >= end) return {};
    const auto length = static_cast<std::size_t>(end - begin);
    if (!mapped_.empty()) return mapped_.substr(static_cast<std::size_t>(begin), length);
    const auto known_end = at_ + buffer_.size();
    if (begin < at_ || begin >= known_end) {
      at_ = begin;
      buffer_.clear();
    }
    if (end > at_ + buffer_.size()) {
      buffer_.erase(0, static_cast<std::size_t>(begin - at_));
      at_ = begin;
      const auto known = buffer_.size();
      buffer_.resize(length);
      buffer_.resize(known + file_.read_at(begin + known, std::span<char>(buffer_).subspan(known)));
    }
    const auto text = std::string_view(buffer_);
    return text.substr(std::min(text.size(), static_cast<std::size_t>(begin - at_)), length);
  }

 private:
  const RandomAccessFile& file_;
  std::uint64_t size_;
  std::string_view mapped_;
  std::string buffer_;
  std::uint64_t at_ = 0;  // where the buffer begins
};

}  // namespace insitu
