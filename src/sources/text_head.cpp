#include "sources/text_head.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "sources/text_encoding.hpp"

namespace insitu {

namespace {

constexpr std::size_t kStep = 256 * 1024;
constexpr std::size_t kLongestRecord = std::size_t{1} << 30;

}  // namespace

TextHead::TextHead(std::shared_ptr<RandomAccessFile> file, std::string path, bool gb18030)
    : file_(std::move(file)), path_(std::move(path)), gb18030_(gb18030) {
  char mark[4] = {};
  const auto size = file_->read_at(0, mark);
  const std::string_view found(mark, size);
  if (found.starts_with("\xff\xfe") || found.starts_with("\xfe\xff"))
    throw DataError("the file is UTF-16; convert it to utf-8: " + path_);
  if (found.starts_with("\xef\xbb\xbf")) begin_ = 3;
  if (gb18030_ && found.starts_with("\x84\x31\x95\x33")) begin_ = 4;
  read_ = begin_;
}

bool TextHead::grow() {
  if (at_end_) return false;
  if (consumed_ > 0 && consumed_ >= text_.size() / 2) {
    dropped_ += consumed_;
    dropped_newlines_ += static_cast<std::uint64_t>(
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(consumed_), '\n'));
    text_.erase(0, consumed_);
    consumed_ = 0;
  }
  if (view().size() > kLongestRecord)
    throw DataError("a record is longer than 1 GiB (is a quote mark missing?): " + path_);
  const auto step = std::max(kStep, view().size());  // a long record costs few rounds
  auto& into = gb18030_ ? raw_ : text_;
  const auto before = into.size();
  into.resize(before + step);
  const auto got = file_->read_at(read_, std::span<char>(into.data() + before, step));
  into.resize(before + got);
  read_ += got;
  at_end_ = got < step;
  if (gb18030_) {
    // Line ends are no part of longer characters: a text may be cut there.
    const auto cut = at_end_ ? raw_.size() : std::max(raw_.rfind('\n') + 1, raw_.rfind('\r') + 1);
    text_ += utf8_from_gb18030(std::string_view(raw_).substr(0, cut));
    raw_.erase(0, cut);
  }
  return true;
}

bool TextHead::skip_lines(std::int64_t count, char newline) {
  for (; count > 0; --count) {
    std::size_t found;
    while ((found = view().find(newline)) == std::string_view::npos)
      if (!grow()) {
        consume(view().size());
        return false;
      }
    consume(found + 1);
  }
  return true;
}

bool TextHead::next_record(const TextDialect& dialect, std::vector<FieldSpan>& fields) {
  for (;;) {
    RecordWalker walker(dialect, view());
    const bool found = walker.next(fields);
    if (found && (walker.terminated() || at_end_)) {
      consume(walker.position());
      return true;
    }
    if (!grow()) {
      if (walker.unclosed())
        throw DataError(
            "a quoted field is not closed before the end of the file: " + path_ + ", line " +
            std::to_string(1 +
                           std::count(text_.begin(),
                                      text_.begin() + static_cast<std::ptrdiff_t>(
                                                          consumed_ + walker.record_begin()),
                                      dialect.newline) +
                           static_cast<std::int64_t>(dropped_newlines_)) +
            " (another quoteMark?)");
      consume(view().size());
      return false;
    }
  }
}

bool TextHead::next_line(const TextDialect& dialect, std::string_view& line) {
  for (;;) {
    const auto text = view();
    const auto found = text.find(dialect.newline);
    if (found == std::string_view::npos && !at_end_) {
      grow();
      continue;
    }
    if (text.empty()) return false;
    line = text.substr(0, found);
    consume(found == std::string_view::npos ? text.size() : found + 1);
    if (dialect.newline == '\n' && line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) return true;
  }
}

std::uint64_t TextHead::file_position(char newline) const {
  if (!gb18030_) return begin_ + dropped_ + consumed_;
  // Decoding keeps the number of line ends; the position is just after one of them, or at the end.
  const auto consumed_text = std::string_view(text_).substr(0, consumed_);
  auto lines = std::count(consumed_text.begin(), consumed_text.end(), newline) +
               static_cast<std::int64_t>(dropped_newlines_);
  if (view().empty() && at_end_) return read_;
  std::string buffer(kStep, '\0');
  for (auto position = begin_; lines > 0;) {
    const auto got = file_->read_at(position, buffer);
    if (got == 0) return position;
    for (std::size_t i = 0; i < got; ++i)
      if (buffer[i] == newline && --lines == 0) return position + i + 1;
    position += got;
  }
  return begin_;
}

}  // namespace insitu
