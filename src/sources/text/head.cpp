#include "sources/text/head.hpp"

#include <algorithm>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/encoding.hpp"

namespace insitu {

namespace {

constexpr std::size_t kStep = 256 * 1024;
constexpr std::size_t kLongestRecord = std::size_t{1} << 30;

/// Where the line end that `text` holds first stops (one behind it); npos if there is none.
std::size_t behind_line(const TextDialect& dialect, std::string_view text) {
  const auto found = dialect.newline == '\r' ? text.find_first_of("\r\n") : text.find('\n');
  if (found == std::string_view::npos) return found;
  const bool both = text[found] == '\r' && found + 1 < text.size() && text[found + 1] == '\n';
  return found + (both ? 2 : 1);
}

}  // namespace

TextHead::TextHead(std::shared_ptr<RandomAccessFile> file, std::string path,
                   const std::string& encoding)
    : file_(std::move(file)), path_(std::move(path)), encoding_(encoding) {
  char mark[4] = {};
  const auto size = file_->read_at(0, mark);
  const std::string_view found(mark, size);
  if (found.starts_with("\xef\xbb\xbf") && encoding_.empty()) begin_ = 3;
  if (encoding_ == "gb18030" && found.starts_with("\x84\x31\x95\x33")) begin_ = 4;
  read_ = begin_;
}

bool TextHead::grow() {
  if (at_end_) return false;
  poll_current_call();
  if (consumed_ > 0 && consumed_ >= text_.size() / 2) {
    dropped_ += consumed_;
    dropped_ends_.add(std::string_view(text_).substr(0, consumed_));
    text_.erase(0, consumed_);
    consumed_ = 0;
  }
  if (view().size() > kLongestRecord)
    throw DataError("a record is longer than 1 GiB (is a quote mark missing?): " + path_);
  const auto step = std::max(kStep, view().size());  // a long record costs few rounds
  auto& into = encoding_.empty() ? text_ : raw_;
  const auto before = into.size();
  into.resize(before + step);
  std::size_t got = 0;
  while (got < step) {  // by steps, so that an interrupt is heard within a long record
    const auto wanted = std::min(step - got, std::size_t{4} << 20);
    const auto more =
        file_->read_at(read_ + got, std::span<char>(into.data() + before + got, wanted));
    got += more;
    if (more < wanted) break;
    poll_current_call();
  }
  into.resize(before + got);
  read_ += got;
  at_end_ = got < step;
  if (encoding_.empty()) return true;
  // Line ends are no part of longer characters: a text may be cut there.
  const auto cut = at_end_ ? raw_.size() : std::max(raw_.rfind('\n') + 1, raw_.rfind('\r') + 1);
  try {
    text_ += utf8_from(encoding_, std::string_view(raw_).substr(0, cut));
  } catch (const InvalidText& bad) {
    LineEnds ends = dropped_ends_;
    ends.add(text_);
    ends.add(std::string_view(raw_).substr(0, bad.at));
    throw DataError("invalid " + encoding_ + " text: " + path_ + ", line " +
                    std::to_string(1 + ends.count()) + ": " + bad.bytes +
                    "; name the encoding of the file by `inputEncoding`"_named);
  }
  raw_.erase(0, cut);
  return true;
}

bool TextHead::skip_lines(std::int64_t count, const TextDialect& dialect) {
  for (; count > 0; --count) {
    std::size_t found;
    // A CR at the end of the view may have its LF behind it.
    while ((found = behind_line(dialect, view())) == std::string_view::npos ||
           (found == view().size() && !at_end_))
      if (!grow()) {
        if (found != std::string_view::npos) break;
        consume(view().size());
        return false;
      }
    consume(found);
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
        throw DataError("a quoted field is not closed before the end of the file: " + path_ +
                        ", line " + std::to_string(line(dialect, walker.record_begin())) +
                        " (another `quoteMark`?)"_named);
      consume(view().size());
      return false;
    }
  }
}

bool TextHead::next_line(const TextDialect& dialect, std::string_view& line) {
  for (;;) {
    const auto text = view();
    const auto found =
        dialect.newline == '\r' ? text.find_first_of("\r\n") : text.find(dialect.newline);
    if (found == std::string_view::npos && !at_end_) {
      grow();
      continue;
    }
    if (text.empty()) return false;
    const auto length = std::min(found, text.size());
    consume(std::min(length + 1, text.size()));
    const char* const begin = text.data();
    line = {begin,
            static_cast<std::size_t>(dialect.without_carriages(begin, begin + length) - begin)};
    if (!line.empty()) return true;
  }
}

std::int64_t TextHead::line(const TextDialect& dialect, std::size_t behind) const {
  LineEnds ends = dropped_ends_;
  ends.add(std::string_view(text_).substr(0, consumed_ + behind));
  return 1 + (dialect.newline == '\r' ? ends.count() : ends.feeds());
}

std::uint64_t TextHead::file_position(const TextDialect& dialect) const {
  if (encoding_.empty()) return begin_ + dropped_ + consumed_;
  // Decoding keeps the number of line ends; the position is just after one of them, or at the end.
  LineEnds ends = dropped_ends_;
  ends.add(std::string_view(text_).substr(0, consumed_));
  const bool both = dialect.newline == '\r';
  auto lines = both ? ends.characters() : ends.feeds();
  if (view().empty() && at_end_) return read_;
  std::string buffer(kStep, '\0');
  for (auto position = begin_; lines > 0;) {
    const auto got = file_->read_at(position, buffer);
    if (got == 0) return position;
    for (std::size_t i = 0; i < got; ++i)
      if (dialect.ends_line(buffer[i]) && --lines == 0) return position + i + 1;
    position += got;
  }
  return begin_;
}

}  // namespace insitu
