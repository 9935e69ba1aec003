#include "sources/text/files.hpp"

#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::size_t kOpenFiles = 64;

}  // namespace

TextFiles::TextFiles(TextOptions options, FileSystemPtr files, std::vector<TextPart> parts)
    : options_(std::move(options)),
      files_(std::move(files)),
      parts_(std::move(parts)),
      open_(parts_.size()) {}

std::shared_ptr<RandomAccessFile> TextFiles::open(std::size_t part) const {
  const std::lock_guard lock(mutex_);
  auto& slot = open_[part];
  if (auto file = slot.lock()) return file;
  auto file = open_text_file(*files_, parts_[part].path, options_);
  slot = file;
  if (kept_.size() >= kOpenFiles) kept_.erase(kept_.begin());
  kept_.push_back(file);
  return file;
}

std::size_t TextFiles::part_of(const Split& split) const {
  const auto part = static_cast<std::size_t>(split.begin >> kTextPositionBits);
  if (part >= parts_.size() || split.end >> kTextPositionBits != part)
    throw InvalidArgument("this split is not one of the text source " + options_.file);
  return part;
}

}  // namespace insitu
