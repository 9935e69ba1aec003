#include "sources/xdf/output.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/new_file.hpp"
#include "base/new_folder.hpp"

namespace insitu {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMetadataFolder = "metadata";

class FileOutput final : public XdfOutput {
 public:
  FileOutput(const std::string& path, const Expected& expected) : file_(path, expected) {
    file_.append(xdf_header_bytes());
  }

  void begin_block() override {}
  XdfExtent append(std::string_view stored) override {
    const XdfExtent extent{file_.size(), stored.size()};
    file_.append(stored);
    return extent;
  }
  void commit(XdfMetadata& metadata) override {
    file_.append(xdf_metadata_bytes(metadata, file_.size()));
    file_.commit();
  }

 private:
  NewFile file_;
};

std::string name_of(const std::string& path) {
  auto name = fs::path(path).filename();
  return name.extension() == ".xdf" ? name.stem().string() : name.string();
}

/// Whether a folder may be replaced by a set: it is one, or there is nothing in it.
bool may_be_replaced(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder + "/" + kMetadataFolder, error), end;
       !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".xdfm") return true;
  return fs::is_empty(folder, error) && !error;
}

// The whole set is built in a folder beside its place; one rename puts it there.
class CompositeOutput final : public XdfOutput {
 public:
  CompositeOutput(const std::string& path, std::int64_t blocks_per_file, const Expected& expected)
      : path_(path), blocks_per_file_(blocks_per_file) {
    check_composite_xdf_replaced(path);
    folder_.emplace(path, expected);
    data_ = folder_->add_folder(kXdfPartFolder);
    (void)folder_->add_folder(kMetadataFolder);
  }

  void begin_block() override {
    if (part_ && counts_.back() >= static_cast<std::uint64_t>(blocks_per_file_)) close_part();
    if (!part_) open_part();
    ++counts_.back();
  }

  XdfExtent append(std::string_view stored) override {
    const XdfExtent extent{part_->size(), stored.size()};
    part_->append(stored);
    return extent;
  }

  void commit(XdfMetadata& metadata) override {
    if (part_) close_part();
    NewFile file(folder_->temporary_path() + "/" + xdf_set_metadata_path(path_),
                 Expected::anything(), folder_->target());
    file.append(xdf_set_metadata_file(metadata, names_, counts_));
    file.commit();
    folder_->commit();
  }

 private:
  void open_part() {
    names_.push_back(xdf_part_name(path_, names_.size() + 1));
    counts_.push_back(0);
    part_.emplace(data_ + "/" + names_.back(), Expected::anything(), folder_->target());
    part_->append(xdf_header_bytes());
  }
  void close_part() {
    part_->commit();
    part_.reset();
  }

  std::string path_, data_;
  std::int64_t blocks_per_file_;
  std::optional<NewFolder> folder_;
  std::optional<NewFile> part_;  // goes before its folder
  std::vector<std::string> names_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace

std::unique_ptr<XdfOutput> open_xdf_file_output(const std::string& path, const Expected& expected) {
  return std::make_unique<FileOutput>(path, expected);
}

std::unique_ptr<XdfOutput> open_composite_xdf_output(const std::string& path,
                                                     std::int64_t blocks_per_file,
                                                     const Expected& expected) {
  return std::make_unique<CompositeOutput>(path, blocks_per_file, expected);
}

void check_composite_xdf_replaced(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error) && !may_be_replaced(folder))
    throw DataError("the folder is neither empty nor a composite set; nothing was replaced: " +
                    folder);
}

std::string xdf_part_name(const std::string& path, std::size_t number) {
  return name_of(path) + "_" + std::to_string(number) + ".xdfd";
}

std::string xdf_set_metadata_path(const std::string& path) {
  return std::string(kMetadataFolder) + "/" + name_of(path) + ".xdfm";
}

std::string xdf_set_metadata_file(XdfMetadata& metadata, std::vector<std::string> parts,
                                  const std::vector<std::uint64_t>& blocks) {
  auto& dataset = *metadata.dataset.array;
  dataset.set_attribute(xdf_attribute::kPartFiles, xdf_string_array(std::move(parts)));
  dataset.set_attribute(xdf_attribute::kPartBlocks,
                        xdf_uint64_array(blocks, static_cast<std::int64_t>(blocks.size()), 1));
  auto file = xdf_header_bytes();
  file += xdf_metadata_bytes(metadata, file.size());
  return file;
}

XdfExtent copy_xdf_extent(const RandomAccessFile& from, const XdfExtent& extent, XdfOutput& to) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
  std::string piece;
  XdfExtent copied;
  for (std::uint64_t done = 0; done < extent.length || done == 0;) {
    poll_current_call();
    piece.resize(std::min(kPiece, extent.length - done));
    if (from.read_at(extent.offset + done, piece) != piece.size())
      throw DataError("the file became shorter while it was read");
    const auto place = to.append(piece);
    if (done == 0) copied = place;
    done += piece.size();
    if (piece.empty()) break;
  }
  copied.length = extent.length;
  return copied;
}

}  // namespace insitu
