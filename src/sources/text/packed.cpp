#include "sources/text/packed.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <minizip/unzip.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/text/gzip.hpp"
#include "sources/text/spool.hpp"

namespace insitu {

namespace {

using FilePtr = std::shared_ptr<RandomAccessFile>;

[[noreturn]] void damaged(const char* format, const std::string& path) {
  throw DataError(std::string("the ") + format + " file is damaged or truncated: " + path);
}

/// The bytes of a file from front to back.
class Input {
 public:
  explicit Input(FilePtr file) : file_(std::move(file)), buffer_(std::size_t{1} << 16) {}

  /// The next bytes; empty at the end of the file.
  std::string_view next() {
    const auto got = file_->read_at(position_, buffer_);
    position_ += got;
    return {buffer_.data(), got};
  }

 private:
  FilePtr file_;
  std::vector<char> buffer_;
  std::uint64_t position_ = 0;
};

/// Streams may follow one another; they are one text.
class Bzip2Decoder final : public ForwardDecoder {
 public:
  Bzip2Decoder(FilePtr file, std::string path) : input_(std::move(file)), path_(std::move(path)) {}
  ~Bzip2Decoder() override { stop(); }

  std::size_t read(char* out, std::size_t size) override {
    stream_.next_out = out;
    stream_.avail_out = static_cast<unsigned>(size);
    while (stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        bytes_ = input_.next();
        stream_.next_in = const_cast<char*>(bytes_.data());  // bzlib's signature
        stream_.avail_in = static_cast<unsigned>(bytes_.size());
        if (bytes_.empty()) {
          if (started_) damaged("bzip2", path_);
          break;
        }
      }
      if (!started_) start();
      const int result = BZ2_bzDecompress(&stream_);
      if (result == BZ_STREAM_END)
        stop();
      else if (result != BZ_OK)
        damaged("bzip2", path_);
    }
    return size - stream_.avail_out;
  }

 private:
  void start() {
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw Error("bzlib cannot start");
    started_ = true;
  }
  void stop() {
    if (started_) BZ2_bzDecompressEnd(&stream_);
    started_ = false;
  }

  Input input_;
  std::string path_;
  std::string_view bytes_;
  bz_stream stream_{};
  bool started_ = false;
};

class XzDecoder final : public ForwardDecoder {
 public:
  XzDecoder(FilePtr file, std::string path) : input_(std::move(file)), path_(std::move(path)) {
    constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30;
    if (lzma_stream_decoder(&stream_, kMostMemory, LZMA_CONCATENATED) != LZMA_OK)
      throw Error("liblzma cannot start");
  }
  ~XzDecoder() override { lzma_end(&stream_); }

  std::size_t read(char* out, std::size_t size) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out);
    stream_.avail_out = size;
    while (stream_.avail_out > 0 && !done_) {
      if (stream_.avail_in == 0 && !all_read_) {
        const auto bytes = input_.next();
        all_read_ = bytes.empty();
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
        stream_.avail_in = bytes.size();
      }
      const auto result = lzma_code(&stream_, all_read_ ? LZMA_FINISH : LZMA_RUN);
      if (result == LZMA_STREAM_END)
        done_ = true;
      else if (result == LZMA_MEMLIMIT_ERROR)
        throw DataError("the xz file needs more than 1 GiB of memory to be unpacked: " + path_);
      else if (result != LZMA_OK)
        damaged("xz", path_);
    }
    return size - stream_.avail_out;
  }

 private:
  Input input_;
  std::string path_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool all_read_ = false, done_ = false;
};

class ZstdDecoder final : public ForwardDecoder {
 public:
  ZstdDecoder(FilePtr file, std::string path)
      : input_(std::move(file)), path_(std::move(path)), stream_(ZSTD_createDStream()) {
    if (!stream_) throw Error("libzstd cannot start");
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 30);
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  std::size_t read(char* out, std::size_t size) override {
    ZSTD_outBuffer text{out, size, 0};
    while (text.pos < size) {
      if (bytes_.pos == bytes_.size && !all_read_) {
        const auto next = input_.next();
        all_read_ = next.empty();
        bytes_ = {next.data(), next.size(), 0};
      }
      if (all_read_ && !inside_frame_) break;
      const auto before = text.pos;
      const auto result = ZSTD_decompressStream(stream_, &text, &bytes_);
      if (ZSTD_isError(result)) damaged("Zstandard", path_);
      inside_frame_ = result != 0;
      if (all_read_ && inside_frame_ && text.pos == before) damaged("Zstandard", path_);
    }
    return text.pos;
  }

 private:
  Input input_;
  std::string path_;
  ZSTD_DStream* stream_;
  ZSTD_inBuffer bytes_{nullptr, 0, 0};
  bool all_read_ = false, inside_frame_ = false;
};

/// What minizip asks of a file.
struct ZipFile {
  FilePtr file;
  std::uint64_t position = 0;
};

zlib_filefunc64_def zip_functions(ZipFile* file) {
  zlib_filefunc64_def functions{};
  functions.opaque = file;
  functions.zopen64_file = [](voidpf opaque, const void*, int) -> voidpf { return opaque; };
  functions.zread_file = [](voidpf, voidpf stream, void* out, uLong size) -> uLong {
    auto& zip = *static_cast<ZipFile*>(stream);
    try {
      const auto got =
          zip.file->read_at(zip.position, std::span<char>(static_cast<char*>(out), size));
      zip.position += got;
      return got;
    } catch (const std::exception&) {  // minizip is C: it learns of fewer bytes
      return 0;
    }
  };
  functions.ztell64_file = [](voidpf, voidpf stream) -> ZPOS64_T {
    return static_cast<ZipFile*>(stream)->position;
  };
  functions.zseek64_file = [](voidpf, voidpf stream, ZPOS64_T offset, int origin) -> long {
    auto& zip = *static_cast<ZipFile*>(stream);
    if (origin == ZLIB_FILEFUNC_SEEK_CUR) offset += zip.position;
    if (origin == ZLIB_FILEFUNC_SEEK_END) offset += zip.file->size();
    zip.position = offset;
    return 0;
  };
  functions.zclose_file = [](voidpf, voidpf) -> int { return 0; };
  functions.zerror_file = [](voidpf, voidpf) -> int { return 0; };
  return functions;
}

/// The one file of a zip archive.
class ZipDecoder final : public ForwardDecoder {
 public:
  ZipDecoder(FilePtr file, std::string path) : zip_{std::move(file)}, path_(std::move(path)) {
    auto functions = zip_functions(&zip_);
    archive_ = unzOpen2_64(path_.c_str(), &functions);
    if (!archive_) damaged("zip", path_);
    try {
      open_only_file();
    } catch (...) {
      unzClose(archive_);
      throw;
    }
  }
  ~ZipDecoder() override {
    unzCloseCurrentFile(archive_);
    unzClose(archive_);
  }

  std::size_t read(char* out, std::size_t size) override {
    const int got = unzReadCurrentFile(archive_, out, static_cast<unsigned>(size));
    if (got < 0) damaged("zip", path_);
    // The checksum is compared when the file is closed at its end.
    if (got == 0 && unzCloseCurrentFile(archive_) != UNZ_OK) damaged("zip", path_);
    return static_cast<std::size_t>(got);
  }

 private:
  void open_only_file() {
    std::vector<std::string> names;
    unz64_file_pos place{};
    for (int result = unzGoToFirstFile(archive_); result == UNZ_OK;
         result = unzGoToNextFile(archive_)) {
      unz_file_info64 info{};
      char name[1024] = {};
      if (unzGetCurrentFileInfo64(archive_, &info, name, sizeof name - 1, nullptr, 0, nullptr, 0) !=
          UNZ_OK)
        damaged("zip", path_);
      const std::string text(name);
      if (text.ends_with('/') || text.starts_with("__MACOSX/")) continue;
      if (info.flag & 1) throw DataError("the zip file has a password; unpack it first: " + path_);
      if (names.empty()) unzGetFilePos64(archive_, &place);
      names.push_back(text);
      if (names.size() > 1)
        throw DataError("the zip file holds more than one file (" + names[0] + ", " + names[1] +
                        ", ...); unpack it and name the folder or one of its files: " + path_);
    }
    if (names.empty()) throw DataError("the zip file holds no file: " + path_);
    if (unzGoToFilePos64(archive_, &place) != UNZ_OK || unzOpenCurrentFile(archive_) != UNZ_OK)
      throw DataError("the zip file is damaged, or compressed in another way than deflate: " +
                      path_);
  }

  ZipFile zip_;
  std::string path_;
  unzFile archive_ = nullptr;
};

}  // namespace

std::shared_ptr<RandomAccessFile> unpacked(std::shared_ptr<RandomAccessFile> file,
                                           const std::string& path) {
  char bytes[8];
  const std::string_view magic(bytes, file->read_at(0, bytes));
  const auto decoded = [&](auto decoder) { return spool(std::move(decoder), path, file->size()); };
  if (is_gzip(*file)) return open_gzip(std::move(file), path);
  if (magic.size() >= 4 && magic.starts_with("BZh") && magic[3] >= '1' && magic[3] <= '9' &&
      (magic.substr(4).starts_with("1AY&") || magic.substr(4).starts_with("\x17rE8")))
    return decoded(std::make_unique<Bzip2Decoder>(file, path));
  if (magic.starts_with("\x28\xb5\x2f\xfd"))
    return decoded(std::make_unique<ZstdDecoder>(file, path));
  if (magic.starts_with(std::string_view("\xfd"
                                         "7zXZ\0",
                                         6)))
    return decoded(std::make_unique<XzDecoder>(file, path));
  if (magic.starts_with("PK\x03\x04") || magic.starts_with("PK\x05\x06"))
    return decoded(std::make_unique<ZipDecoder>(file, path));
  struct Known {
    std::string_view magic;
    const char* name;
  };
  for (const auto& known :
       {Known{"7z\xbc\xaf\x27\x1c", "7-Zip"}, Known{"Rar!\x1a\x07", "RAR"},
        Known{"\x1f\x9d", "compress (.Z)"}, Known{"\x04\x22\x4d\x18", "LZ4"},
        Known{"\xd0\xcf\x11\xe0\xa1\xb1", "Excel (.xls)"}, Known{"PAR1", "Parquet"}})
    if (magic.starts_with(known.magic))
      throw DataError(std::string("the file is no text but ") + known.name +
                      ", which `RxTextData` does not read; unpack or convert it first: "_named +
                      path);
  return file;
}

}  // namespace insitu
