#include "sources/text/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include "base/current_call.hpp"
#include "base/error.hpp"

namespace insitu {

namespace {

constexpr std::uint64_t kBetweenPoints = std::uint64_t{4} << 20;
constexpr std::size_t kWindow = 32768;
constexpr std::size_t kIdleCursors = 4;

/// A place from which inflating can begin.
struct Point {
  std::uint64_t out = 0;     ///< position in the text
  std::uint64_t in = 0;      ///< byte of the file after those used up
  int bits = 0;              ///< bits of the byte before `in` that are still to be used
  bool member_start = true;  ///< a gzip header stands at `in`
  std::uint32_t window_size = 0;
  std::string window;  ///< the text before, deflated
};

[[noreturn]] void damaged(const std::string& path) {
  throw DataError("the gzip file is damaged or truncated: " + path);
}

/// An inflater at some position of the text, moving forward.
class Cursor {
 public:
  Cursor(const RandomAccessFile& file, const std::string& path, const Point& from)
      : file_(file), path_(path) {
    if (inflateInit2(&stream_, -15) != Z_OK) throw Error("zlib cannot start");
    position_ = from.out;
    in_position_ = from.in;
    member_start_ = from.member_start;
    whole_member_ = from.member_start;
    try {
      if (!from.member_start) restore(from);
    } catch (...) {
      inflateEnd(&stream_);
      throw;
    }
  }
  ~Cursor() { inflateEnd(&stream_); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  std::uint64_t position() const { return position_; }
  bool at_end() const { return at_end_; }

  /// Inflates up to `size` bytes into `out`; fewer only at the end. `reached(point)` is told every
  /// place from which inflating can begin that lies at least kBetweenPoints behind `last_point`.
  template <class F>
  std::size_t read(char* out, std::size_t size, std::uint64_t last_point, F reached) {
    std::size_t done = 0;
    while (done < size && !at_end_) {
      if (member_start_ && !begin_member()) break;
      poll_now_and_then();
      if (stream_.avail_in == 0 && !fill()) damaged(path_);
      const auto room = static_cast<uInt>(std::min<std::size_t>(size - done, std::size_t{1} << 20));
      stream_.next_out = reinterpret_cast<Bytef*>(out + done);
      stream_.avail_out = room;
      const int result = inflate(&stream_, Z_BLOCK);
      const auto got = room - stream_.avail_out;
      if (whole_member_) crc_ = crc32(crc_, reinterpret_cast<const Bytef*>(out + done), got);
      done += got;
      position_ += got;
      member_bytes_ += got;
      if (result == Z_STREAM_END) {
        end_member();
        continue;
      }
      if (result != Z_OK && result != Z_BUF_ERROR) damaged(path_);
      const bool between_blocks = (stream_.data_type & 128) && !(stream_.data_type & 64);
      if (between_blocks && position_ >= last_point + kBetweenPoints) {
        reached(save());
        last_point = position_;
      }
    }
    return done;
  }

 private:
  /// A block of deflate can be short, and asking for the time is not free.
  void poll_now_and_then() {
    if (++since_poll_ % 64 == 0) poll_current_call();
  }
  bool fill() {
    poll_current_call();
    const auto got = file_.read_at(in_position_, buffer_);
    in_position_ += got;
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(got);
    return got > 0;
  }
  int next_byte() {
    if (stream_.avail_in == 0 && !fill()) return -1;
    --stream_.avail_in;
    return *stream_.next_in++;
  }
  int need_byte() {
    const int byte = next_byte();
    if (byte < 0) damaged(path_);
    return byte;
  }

  /// Reads a gzip header (RFC 1952). False when the text ends here: the file does, or nothing but
  /// zeros follow, as tape drives pad with. Anything else is a member that was damaged: what it
  /// holds must not be lost without a word.
  bool begin_member() {
    int first = next_byte();
    while (first == 0) first = next_byte(), poll_now_and_then();
    if (first < 0) {
      at_end_ = true;
      return false;
    }
    if (first != 0x1f || next_byte() != 0x8b) damaged(path_);
    if (need_byte() != 8) damaged(path_);
    const int flags = need_byte();
    for (int i = 0; i < 6; ++i) need_byte();
    if (flags & 4) {
      int length = need_byte();
      length |= need_byte() << 8;
      while (length-- > 0) need_byte();
    }
    for (const int zero_ended : {8, 16})
      if (flags & zero_ended)
        while (need_byte() != 0) {
        }
    if (flags & 2) need_byte(), need_byte();
    if (inflateReset2(&stream_, -15) != Z_OK) throw Error("zlib cannot restart");
    member_start_ = false;
    whole_member_ = true;
    member_bytes_ = 0;
    crc_ = crc32(0, nullptr, 0);
    return true;
  }

  void end_member() {
    std::uint32_t crc = 0, length = 0;
    for (int i = 0; i < 4; ++i) crc |= static_cast<std::uint32_t>(need_byte()) << (8 * i);
    for (int i = 0; i < 4; ++i) length |= static_cast<std::uint32_t>(need_byte()) << (8 * i);
    if (whole_member_ && (crc != crc_ || length != static_cast<std::uint32_t>(member_bytes_)))
      damaged(path_);
    member_start_ = true;
  }

  Point save() {
    Point point;
    point.out = position_;
    point.in = in_position_ - stream_.avail_in;
    point.bits = stream_.data_type & 7;
    point.member_start = false;
    std::array<Bytef, kWindow> window;
    uInt size = 0;
    if (inflateGetDictionary(&stream_, window.data(), &size) != Z_OK)
      throw Error("zlib does not give its window");
    uLongf packed = compressBound(size);
    point.window.resize(packed);
    compress2(reinterpret_cast<Bytef*>(point.window.data()), &packed, window.data(), size, 1);
    point.window.resize(packed);
    point.window.shrink_to_fit();
    point.window_size = size;
    return point;
  }

  void restore(const Point& point) {
    if (point.bits > 0) {
      in_position_ = point.in - 1;
      const int byte = need_byte();
      inflatePrime(&stream_, point.bits, byte >> (8 - point.bits));
    }
    std::array<Bytef, kWindow> window;
    uLongf size = window.size();
    if (uncompress(window.data(), &size, reinterpret_cast<const Bytef*>(point.window.data()),
                   point.window.size()) != Z_OK ||
        size != point.window_size)
      throw Error("a kept window of the gzip reader is damaged");
    inflateSetDictionary(&stream_, window.data(), static_cast<uInt>(size));
  }

  const RandomAccessFile& file_;
  const std::string& path_;
  z_stream stream_{};
  std::array<char, 65536> buffer_;
  std::uint64_t in_position_ = 0;  // of the file, after the buffer
  std::uint64_t position_ = 0, member_bytes_ = 0;
  uLong crc_ = 0;
  unsigned since_poll_ = 0;
  bool member_start_ = true, whole_member_ = true, at_end_ = false;
};

class GzipFile final : public RandomAccessFile {
 public:
  GzipFile(std::shared_ptr<RandomAccessFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), points_(1) {}

  bool is_unpacked() const override { return true; }
  std::uint64_t size() const override {
    {
      const std::lock_guard lock(mutex_);
      if (size_) return *size_;
    }
    auto cursor = take_cursor(~std::uint64_t{0});
    std::vector<char> sink(std::size_t{1} << 18);
    while (read(*cursor, sink.data(), sink.size()) == sink.size()) {
    }
    const std::lock_guard lock(mutex_);
    size_ = cursor->position();
    return *size_;
  }

  std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
    if (out.empty()) return 0;
    auto cursor = take_cursor(offset);
    std::vector<char> skipped(
        static_cast<std::size_t>(std::min<std::uint64_t>(offset - cursor->position(), 1 << 18)));
    while (cursor->position() < offset) {
      const auto step = static_cast<std::size_t>(
          std::min<std::uint64_t>(skipped.size(), offset - cursor->position()));
      if (read(*cursor, skipped.data(), step) < step) return 0;
    }
    const auto got = read(*cursor, out.data(), out.size());
    const std::lock_guard lock(mutex_);
    if (idle_.size() >= kIdleCursors) idle_.erase(idle_.begin());
    idle_.push_back(std::move(cursor));
    return got;
  }

 private:
  /// The inflater nearest before `offset`: an idle one, or a new one from a kept point.
  std::unique_ptr<Cursor> take_cursor(std::uint64_t offset) const {
    const std::lock_guard lock(mutex_);
    auto point = std::upper_bound(points_.begin(), points_.end(), offset,
                                  [](std::uint64_t at, const Point& p) { return at < p.out; }) -
                 1;
    std::size_t best = idle_.size();
    auto nearest = point->out;
    for (std::size_t i = 0; i < idle_.size(); ++i)
      if (idle_[i]->position() <= offset && idle_[i]->position() >= nearest)
        best = i, nearest = idle_[i]->position();
    if (best == idle_.size()) return std::make_unique<Cursor>(*file_, path_, *point);
    auto cursor = std::move(idle_[best]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(best));
    return cursor;
  }

  std::size_t read(Cursor& cursor, char* out, std::size_t size) const {
    std::uint64_t last = 0;
    {
      const std::lock_guard lock(mutex_);
      last = points_.back().out;
    }
    return cursor.read(out, size, last, [&](Point point) {
      const std::lock_guard lock(mutex_);
      if (point.out >= points_.back().out + kBetweenPoints) points_.push_back(std::move(point));
    });
  }

  std::shared_ptr<RandomAccessFile> file_;
  std::string path_;
  mutable std::mutex mutex_;
  mutable std::vector<Point> points_;
  mutable std::vector<std::unique_ptr<Cursor>> idle_;
  mutable std::optional<std::uint64_t> size_;
};

}  // namespace

bool is_gzip(const RandomAccessFile& file) {
  char magic[2];
  return file.read_at(0, magic) == 2 && magic[0] == '\x1f' && magic[1] == '\x8b';
}

std::shared_ptr<RandomAccessFile> open_gzip(std::shared_ptr<RandomAccessFile> file,
                                            std::string path) {
  return std::make_shared<GzipFile>(std::move(file), std::move(path));
}

}  // namespace insitu
