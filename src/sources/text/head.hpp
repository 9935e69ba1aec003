#pragma once
// The text of a file from its beginning, a window at a time, as UTF-8: for sniffing and for names.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/file_system.hpp"
#include "sources/text/scan.hpp"

namespace insitu {

class TextHead {
 public:
  /// Begins after a byte order mark. `encoding` as in TextDialect.
  TextHead(std::shared_ptr<RandomAccessFile> file, std::string path, const std::string& encoding);

  /// Text read and not yet consumed.
  std::string_view view() const { return std::string_view(text_).substr(consumed_); }
  bool at_end() const { return at_end_; }
  /// Reads more. False at the end of the file.
  bool grow();
  /// Reads until the view has `bytes` or the file ends.
  void grow_to(std::size_t bytes) {
    while (view().size() < bytes && grow()) {
    }
  }
  void consume(std::size_t bytes) { consumed_ += bytes; }

  /// Drops whole lines, whatever they hold. False when there are fewer.
  bool skip_lines(std::int64_t count, const TextDialect&);
  /// The fields of the next record, valid until the next call. False at the end. Throws DataError
  /// for an unclosed quote.
  bool next_record(const TextDialect&, std::vector<FieldSpan>& fields);
  /// The next line, without its end.
  bool next_line(const TextDialect&, std::string_view& line);

  /// Bytes of text consumed so far.
  std::uint64_t consumed() const { return dropped_ + consumed_; }
  /// Where in the file (bytes as they stand there) the consumed text ends.
  std::uint64_t file_position(const TextDialect&) const;
  /// The line that the text `behind` bytes after the consumed one stands in, from 1.
  std::int64_t line(const TextDialect&, std::size_t behind = 0) const;

 private:
  std::shared_ptr<RandomAccessFile> file_;
  std::string path_, encoding_;
  std::uint64_t begin_ = 0;  // after the mark
  std::uint64_t read_ = 0;   // bytes of the file read so far
  std::string raw_;          // bytes read but not yet decoded
  std::string text_;
  std::size_t consumed_ = 0;
  std::uint64_t dropped_ = 0;  // bytes of text dropped from the front
  LineEnds dropped_ends_;
  bool at_end_ = false;
};

}  // namespace insitu
