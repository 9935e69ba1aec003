#pragma once
// The files of a text source, and where a place in them is told by one number.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "sources/text/layout.hpp"
#include "sources/text/options.hpp"

namespace insitu {

/// A split's position is a byte of a file; the number of the file lies above it.
inline constexpr int kTextPositionBits = 44;

inline std::uint64_t text_position(std::size_t part, std::uint64_t byte) {
  return static_cast<std::uint64_t>(part) << kTextPositionBits | byte;
}
inline std::uint64_t byte_of_position(std::uint64_t position) {
  return position & ((std::uint64_t{1} << kTextPositionBits) - 1);
}

/// Opened as they are needed; up to 64 are kept open. Safe to use from several threads.
class TextFiles {
 public:
  TextFiles(TextOptions options, FileSystemPtr files, std::vector<TextPart> parts);

  const std::vector<TextPart>& parts() const { return parts_; }
  std::shared_ptr<RandomAccessFile> open(std::size_t part) const;
  /// The part in which a split lies. Throws InvalidArgument.
  std::size_t part_of(const Split&) const;

 private:
  TextOptions options_;
  FileSystemPtr files_;
  std::vector<TextPart> parts_;
  mutable std::mutex mutex_;
  mutable std::vector<std::weak_ptr<RandomAccessFile>> open_;
  mutable std::vector<std::shared_ptr<RandomAccessFile>> kept_;
};

}  // namespace insitu
