#include "sources/xdf_output.hpp"

#include <filesystem>
#include <optional>

#include "base/error.hpp"
#include "base/new_file.hpp"

namespace insitu {

namespace {

namespace fs = std::filesystem;

class FileOutput final : public XdfOutput {
 public:
  explicit FileOutput(const std::string& path) : file_(path) { file_.append(xdf_header_bytes()); }

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

[[noreturn]] void fail(const char* what, const std::string& path, const std::error_code& error) {
  throw DataError(std::string(what) + " (" + error.message() + "): " + path);
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail("cannot create the folder", path, error);
}

/// The metadata file of the set in a folder, or nothing.
std::optional<std::string> metadata_file(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder + "/metadata", error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".xdfm") return entry->path().string();
  return std::nullopt;
}

std::vector<std::string> data_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder + "/data", error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".xdfd") files.push_back(entry->path().string());
  return files;
}

// A new set is built in a folder beside its place and renamed. A set that exists gets parts with
// new names; the rename of its metadata file is the moment at which readers see the new rows, and
// the old parts go afterwards.
class CompositeOutput final : public XdfOutput {
 public:
  CompositeOutput(const std::string& path, std::int64_t blocks_per_file)
      : path_(path), blocks_per_file_(blocks_per_file) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::is_directory(status)) {
      const auto known = metadata_file(path);
      if (!known && !fs::is_empty(path, error))
        throw DataError("the folder is neither empty nor a composite set; nothing was replaced: " +
                        path);
      folder_ = path;
      metadata_ = known.value_or(path + "/metadata/" + name_of(path) + ".xdfm");
      old_parts_ = data_files(path);
    } else {
      replaces_file_ = fs::exists(status);
      // The name of a file that does not exist and that no other writer has.
      const NewFile reserve(path);
      folder_ = reserve.temporary_path() + ".set";
      metadata_ = folder_ + "/metadata/" + name_of(path) + ".xdfm";
      is_temporary_ = true;
    }
    make_folder(folder_ + "/data");
    make_folder(folder_ + "/metadata");
  }

  ~CompositeOutput() override {
    if (committed_) return;
    part_.reset();
    std::error_code ignored;
    if (is_temporary_) {
      fs::remove_all(folder_, ignored);
    } else {
      for (const auto& name : names_) fs::remove(folder_ + "/data/" + name, ignored);
    }
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
    auto& dataset = *metadata.dataset.array;
    dataset.set_attribute(xdf_attribute::kPartFiles, xdf_string_array(names_));
    dataset.set_attribute(xdf_attribute::kPartBlocks,
                          xdf_uint64_array(counts_, static_cast<std::int64_t>(counts_.size()), 1));
    NewFile file(metadata_);
    file.append(xdf_header_bytes());
    file.append(xdf_metadata_bytes(metadata, file.size()));
    file.commit();
    std::error_code error;
    if (is_temporary_) {
      if (replaces_file_) fs::remove(path_, error);
      fs::rename(folder_, path_, error);
      if (error) fail("cannot put the composite set in place", path_, error);
    }
    committed_ = true;
    for (const auto& part : old_parts_) fs::remove(part, error);
  }

 private:
  void open_part() {
    const auto base = name_of(path_) + "_" + std::to_string(names_.size() + 1);
    auto name = base + ".xdfd";
    for (int i = 2; fs::exists(folder_ + "/data/" + name); ++i)
      name = base + "-" + std::to_string(i) + ".xdfd";
    part_.emplace(folder_ + "/data/" + name);
    part_->append(xdf_header_bytes());
    names_.push_back(name);
    counts_.push_back(0);
  }
  void close_part() {
    part_->commit();
    part_.reset();
  }

  std::string path_, folder_, metadata_;
  std::int64_t blocks_per_file_;
  bool is_temporary_ = false, replaces_file_ = false, committed_ = false;
  std::optional<NewFile> part_;
  std::vector<std::string> names_, old_parts_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace

std::unique_ptr<XdfOutput> open_xdf_file_output(const std::string& path) {
  return std::make_unique<FileOutput>(path);
}

std::unique_ptr<XdfOutput> open_composite_xdf_output(const std::string& path,
                                                     std::int64_t blocks_per_file) {
  return std::make_unique<CompositeOutput>(path, blocks_per_file);
}

XdfExtent copy_xdf_extent(const RandomAccessFile& from, const XdfExtent& extent, XdfOutput& to) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
  std::string piece;
  XdfExtent copied;
  for (std::uint64_t done = 0; done < extent.length || done == 0;) {
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
