#include "sources/text/splits.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/current_call.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "sources/text/scan.hpp"

namespace insitu {

namespace {

constexpr std::uint64_t kNone = ~std::uint64_t{0};

/// Bytes of a file from one position on: where it lies in memory, or a window that is read on
/// demand.
class Window {
 public:
  Window(const RandomAccessFile& file, std::uint64_t size)
      : file_(file), size_(size), mapped_(file.mapped()) {}

  /// Bytes [begin, end), end cut at the end of the file. Valid until the next call.
  std::string_view read(std::uint64_t begin, std::uint64_t end) {
    end = std::min(end, size_);
    if (begin >= end) return {};
    const auto length = static_cast<std::size_t>(end - begin);
    if (!mapped_.empty()) return mapped_.substr(static_cast<std::size_t>(begin), length);
    if (begin >= buffered_at_ && end <= buffered_at_ + buffer_.size())
      return std::string_view(buffer_).substr(static_cast<std::size_t>(begin - buffered_at_),
                                              length);
    buffer_.resize(length);
    buffer_.resize(file_.read_at(begin, buffer_));
    buffered_at_ = begin;
    return buffer_;
  }
  std::uint64_t size() const { return size_; }

 private:
  const RandomAccessFile& file_;
  std::uint64_t size_;
  std::string_view mapped_;
  std::string buffer_;
  std::uint64_t buffered_at_ = 0;
};

/// Where a file is cut: just behind the first line end at or behind `wanted[i]` - 1, the size of
/// the file where there is none. Each stretch between two wanted positions is searched once, also
/// when a line is longer than many of them. Safe to call from several threads.
class Cuts {
 public:
  Cuts(std::vector<std::uint64_t> wanted, const TextDialect& dialect)
      : wanted_(std::move(wanted)), dialect_(dialect), found_(wanted_.size()) {
    for (auto& each : found_) each = kNone;
    found_[0] = wanted_[0];
  }

  std::size_t size() const { return wanted_.size(); }
  std::uint64_t wanted(std::size_t i) const { return wanted_[i]; }

  std::uint64_t at(Window& window, std::size_t i) {
    auto stop = i;
    auto cut = window.size();
    for (; stop < found_.size(); ++stop) {
      if (const auto known = found_[stop].load(); known != kNone) {
        cut = known;
        break;
      }
      const auto end = stop + 1 < wanted_.size() ? wanted_[stop + 1] - 1 : window.size();
      if (const auto behind = search(window, wanted_[stop] - 1, end); behind != kNone) {
        cut = behind;
        found_[stop] = cut;
        break;
      }
    }
    for (auto each = i; each < stop; ++each) found_[each] = cut;
    return cut;
  }

 private:
  std::uint64_t search(Window& window, std::uint64_t from, std::uint64_t end) const {
    constexpr std::uint64_t kStep = 1 << 16;
    for (auto at = from; at < end; at += kStep) {
      const auto text = window.read(at, std::min(at + kStep, end));
      const auto found =
          dialect_.newline == '\r' ? text.find_first_of("\r\n") : text.find(dialect_.newline);
      if (found != std::string_view::npos) return at + found + 1;
      if (text.empty()) break;
      poll_current_call();
    }
    return kNone;
  }

  std::vector<std::uint64_t> wanted_;
  TextDialect dialect_;
  std::vector<std::atomic<std::uint64_t>> found_;
};

/// The states of the grammar between two bytes.
enum class State : std::uint8_t {
  kFieldStart,  // at the start of a field, or after blanks there
  kPlain,       // in a field without quotes
  kQuoted,      // between quotes
  kQuoteSeen,   // after a quote mark within quotes: the end, or the first of two
};

/// Reads text by the grammar, byte by byte where it must. Finds the state at its end and where the
/// first record begins when the text begins inside quotes.
class StateScanner {
 public:
  StateScanner(const TextDialect& dialect, State state) : dialect_(dialect), state_(state) {}

  /// `position`: of the text's first byte in the file.
  void scan(std::string_view text, std::uint64_t position) {
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char quote = dialect_.quote, delimiter = dialect_.delimiter;
    const char* p = begin;
    while (p < end) {
      if (state_ == State::kQuoted) {  // no byte of a longer character is a quote mark
        p = static_cast<const char*>(std::memchr(p, quote, static_cast<std::size_t>(end - p)));
        if (!p) return;
        state_ = State::kQuoteSeen;
        ++p;
        continue;
      }
      const char c = *p++;
      if (skip_ > 0) {
        --skip_;
        continue;
      }
      if (lead_) {
        // The second byte tells whether the character has two or four.
        lead_ = false;
        skip_ = c >= 0x30 && c <= 0x39 ? 2 : 0;
        continue;
      }
      if (dialect_.long_characters && static_cast<unsigned char>(c) > 0x80) {
        lead_ = true;
        state_ = State::kPlain;
        continue;
      }
      if (c == quote) {
        if (state_ == State::kFieldStart || state_ == State::kQuoteSeen) state_ = State::kQuoted;
        continue;
      }
      if (dialect_.ends_line(c)) {
        state_ = State::kFieldStart;
        if (first_record_ == kNone)
          first_record_ = position + static_cast<std::uint64_t>(p - begin);
      } else if (c == delimiter) {
        state_ = State::kFieldStart;
      } else if (!(state_ == State::kFieldStart && c == ' ' && dialect_.blanks_are_padding())) {
        state_ = State::kPlain;
      }
    }
  }

  State state() const { return state_; }
  bool quoted() const { return state_ == State::kQuoted; }
  std::uint64_t first_record() const { return first_record_; }

 private:
  TextDialect dialect_;
  State state_;
  bool lead_ = false;  // after the first byte of a longer character
  int skip_ = 0;       // its bytes still to come
  std::uint64_t first_record_ = kNone;
};

/// The text between two cuts, which lie just after line ends.
struct Piece {
  std::uint64_t begin = 0, end = 0;
  bool has_quotes = false;
  bool quoted_at_end = false;  ///< when it begins outside quotes
};

constexpr std::uint64_t kScanStep = 1 << 20;

/// The same by parity of quotes, 64 bytes at a time; nothing when a quote stands where the parity
/// rule does not hold.
std::optional<bool> quoted_at_end(Window& window, const Piece& piece, const TextDialect& dialect) {
  QuoteParity parity(false);
  for (auto at = piece.begin; at < piece.end; at += kScanStep) {
    poll_current_call();
    const auto text = window.read(at, std::min(at + kScanStep, piece.end));
    std::size_t i = 0;
    for (; i + kTextBlock <= text.size(); i += kTextBlock) {
      bool regular = true;
      parity.next(text_masks(text.data() + i, dialect), regular);
      if (!regular) return std::nullopt;
    }
    if (i < text.size()) {
      char padded[kTextBlock] = {};
      std::memcpy(padded, text.data() + i, text.size() - i);
      bool regular = true;
      auto masks = text_masks(padded, dialect);
      const auto valid = (std::uint64_t{1} << (text.size() - i)) - 1;
      masks.quotes &= valid, masks.delimiters &= valid, masks.newlines &= valid;
      parity.next(masks, regular);
      if (!regular) return std::nullopt;
    }
  }
  return parity.inside();
}

StateScanner scan_states(Window& window, const Piece& piece, const TextDialect& dialect,
                         State from) {
  StateScanner scanner(dialect, from);
  for (auto at = piece.begin; at < piece.end; at += kScanStep) {
    poll_current_call();
    scanner.scan(window.read(at, std::min(at + kScanStep, piece.end)), at);
  }
  return scanner;
}

void scan_piece(Window& window, const TextDialect& dialect, Piece& piece) {
  if (dialect.quote == '\0' || piece.begin >= piece.end) return;
  for (auto at = piece.begin; at < piece.end && !piece.has_quotes; at += kScanStep) {
    poll_current_call();
    piece.has_quotes = window.read(at, std::min(at + kScanStep, piece.end)).find(dialect.quote) !=
                       std::string_view::npos;
  }
  if (!piece.has_quotes) return;
  if (!dialect.long_characters)
    if (const auto quoted = quoted_at_end(window, piece, dialect)) {
      piece.quoted_at_end = *quoted;
      return;
    }
  piece.quoted_at_end = scan_states(window, piece, dialect, State::kFieldStart).quoted();
}

/// Calls `work(i)` for i in [0, count) on the cores of the machine; throws the first failure. The
/// calling thread hears interrupts while it waits for the others.
template <class F>
void for_all(std::size_t count, F work) {
  const auto threads =
      std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), count);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable done;
  std::size_t running = 0;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      for (std::size_t i; (i = next.fetch_add(1)) < count;) {
        poll_current_call();
        work(i);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t) {
      {
        const std::lock_guard lock(mutex);
        ++running;
      }
      others.emplace_back([&, flag = current_cancel_flag()] {
        const WorkScope scope(flag);
        run();
        const std::lock_guard lock(mutex);
        --running;
        done.notify_one();
      });
    }
    run();
    std::unique_lock lock(mutex);
    while (running > 0 && !failure) {
      done.wait_for(lock, std::chrono::milliseconds(20));
      lock.unlock();
      poll_current_call();
      lock.lock();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

[[noreturn]] void unclosed_quote(const RandomAccessFile& file, const TextPart& part,
                                 const TextDialect& dialect, std::uint64_t from) {
  // The last piece that begins outside quotes holds the opening one: the start of its last record
  // that does not end.
  std::uint64_t record = from;
  Window window(file, file.size());
  StateScanner scanner(dialect, State::kFieldStart);
  for (auto at = from; at < file.size(); at += kScanStep) {
    poll_current_call();
    const auto text = window.read(at, at + kScanStep);
    for (std::size_t i = 0; i < text.size(); ++i) {
      scanner.scan(text.substr(i, 1), at + i);
      if (dialect.ends_line(text[i]) && scanner.state() == State::kFieldStart) record = at + i + 1;
    }
  }
  throw DataError("a quoted field is not closed before the end of the file: " + part.path +
                  ", line " + std::to_string(line_number(file, dialect, record, {})) +
                  " (another `quoteMark`?)"_named);
}

}  // namespace

std::vector<TextRange> text_ranges(const RandomAccessFile& file, const TextPart& part,
                                   const TextLayout& layout, std::uint64_t split_bytes) {
  const auto size = file.size();
  if (part.data_begin >= size) return {};
  const auto& dialect = layout.dialect;
  // Cuts: the start of the records, then the first line at or behind each multiple of split_bytes.
  std::vector<std::uint64_t> wanted{part.data_begin};
  for (auto at = (part.data_begin / split_bytes + 1) * split_bytes; at < size; at += split_bytes)
    wanted.push_back(at);
  Cuts cuts(std::move(wanted), dialect);
  std::vector<Piece> pieces(cuts.size());
  for_all(pieces.size(), [&](std::size_t i) {
    Window window(file, size);
    if (window.read(cuts.wanted(i), cuts.wanted(i) + 1).empty())
      throw DataError("the file became shorter while it was read: " + part.path);
    pieces[i].begin = cuts.at(window, i);
    pieces[i].end = i + 1 < cuts.size() ? cuts.at(window, i + 1) : size;
    scan_piece(window, dialect, pieces[i]);
  });

  std::vector<TextRange> ranges;
  Window window(file, size);
  bool quoted = false;
  std::uint64_t last_outside = part.data_begin;
  for (const auto& piece : pieces) {
    if (piece.begin >= piece.end) continue;  // a line longer than a split
    if (!quoted) {
      ranges.push_back({piece.begin, piece.end});
      last_outside = piece.begin;
      quoted = piece.quoted_at_end;
      continue;
    }
    // Begins inside quotes: its first records belong to the range before.
    if (!piece.has_quotes) {
      ranges.back().end = piece.end;
      continue;
    }
    const auto scanner = scan_states(window, piece, dialect, State::kQuoted);
    quoted = scanner.quoted();
    if (scanner.first_record() == kNone || scanner.first_record() >= piece.end) {
      ranges.back().end = piece.end;
      continue;
    }
    ranges.back().end = scanner.first_record();
    ranges.push_back({scanner.first_record(), piece.end});
    last_outside = scanner.first_record();
  }
  if (quoted) unclosed_quote(file, part, dialect, last_outside);
  return ranges;
}

}  // namespace insitu
