#pragma once
// One column on its way into an .xdf file: rows in, stored bytes of blocks out. Keeps what the
// metadata will say of the column: levels in order of first appearance, range, whether texts are
// missing. Used by one thread at a time.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/column.hpp"
#include "sources/xdf/metadata.hpp"

namespace insitu {

struct XdfEncoding {
  int compression_level = 1;  ///< zlib, -1 to 9; 0: stored as they are
  bool compute_range = true;
  /// Compress while rows arrive (a compressor of 256 KB per column) or when the block is complete;
  /// the bytes agree.
  bool streaming = true;
};

class XdfEncoder {
 public:
  /// `field`: type and, for factors, the levels that are known already; codes of new ones follow.
  XdfEncoder(Field field, const XdfEncoding&);
  ~XdfEncoder();
  XdfEncoder(XdfEncoder&&) noexcept;

  /// Appends rows to the block. REQUIRES: of the field's type (factors: any levels). Throws
  /// DataError.
  void append(const Column&);
  /// Notes the levels of a factor without rows: those of rows that were left out.
  void note_levels(const Column&);
  /// Completes the block and returns what is stored of it.
  std::string finish_block();

  /// The field with all levels and, if computed, the range of the rows so far, and of what was
  /// merged before.
  Field field() const;
  bool marks_missing_text() const { return marks_missing_text_; }
  /// The rows that come are those from this one on of all that are written, from 0; messages name
  /// them.
  void begin_at(std::uint64_t row) { rows_in_file_ = row; }
  /// Takes over what rows written earlier have: their range and mark.
  void continue_from(const XdfColumn&);

 private:
  class Deflater;

  template <class T>
  void append_numbers(const Column&);
  void append_codes(const Column&);
  void append_strings(const Column&);
  /// The files do not say their character set: what is written is UTF-8, never what a reader would
  /// have to guess.
  void require_utf8(std::string_view text, std::uint64_t row) const;
  const std::vector<std::int32_t>* recoding(const Column&);
  void feed(const void* bytes, std::size_t size);

  Field field_;
  XdfEncoding encoding_;
  std::unique_ptr<Deflater> deflater_;
  std::string pending_;            // of the block: stored or still to be compressed
  std::uint64_t block_bytes_ = 0;  // before compression
  std::string scratch_;
  bool marks_missing_text_ = false;
  std::uint64_t rows_in_file_ = 0;  // texts so far, for messages
  double low_ = 0, high_ = 0;
  bool has_range_ = false;
  // Levels of the column as written, and how the levels of the last chunk map to them.
  std::vector<std::string> levels_;
  std::unordered_map<std::string, std::int32_t> codes_;
  Levels chunk_levels_;
  std::vector<std::int32_t> recoding_;
  bool is_identity_ = false;
};

}  // namespace insitu
