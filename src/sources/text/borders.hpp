#pragma once
// Where the ranges of a text begin. Whether a line end lies within quotes depends on all text
// before it, so a stretch of text is read both ways at once, as beginning outside and inside of
// quotes; what it does to either is a small value, and those of neighbouring stretches merge
// (associatively): stretches may be read anywhere, in any order.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/file_system.hpp"
#include "sources/text/dialect.hpp"
#include "sources/text/layout.hpp"

namespace insitu {

/// What a stretch of text between two line ends says.
struct TextBorders {
  struct Reading {
    bool ends_in_quotes = false;
    std::vector<std::uint64_t> begins;  ///< first bytes of ranges
  };
  /// [0]: as text that begins outside of quotes, [1]: inside. At first that of no text at all.
  std::array<Reading, 2> readings{Reading{false, {}}, Reading{true, {}}};

  /// Adds the stretch that follows.
  void merge(const TextBorders& next);

  /// As numbers, to be sent.
  std::vector<std::int64_t> numbers() const;
  /// Throws DataError for anything but such numbers.
  static TextBorders from_numbers(std::span<const std::int64_t>);
};

/// The borders of the pieces that begin in [begin, end) when the text is cut just behind the first
/// line end at or behind each multiple of `split_bytes`. `begin`: such a multiple, or where the
/// records of the file begin; `end`: a multiple, or the size of the file. The last piece may reach
/// beyond `end`; each byte is read about once. Throws DataError when the file is shorter than it
/// was.
TextBorders find_borders(const RandomAccessFile&, const TextPart&, const TextDialect&,
                         std::uint64_t split_bytes, std::uint64_t begin, std::uint64_t end);

}  // namespace insitu
