#pragma once
// The state of a text between two bytes, as far as quotes go: the grammar of scan.hpp as an
// automaton.
#include <cstdint>
#include <string_view>

#include "sources/text/dialect.hpp"

namespace insitu {

/// The states of the grammar between two bytes.
enum class TextState : std::uint8_t {
  kFieldStart,  // at the start of a field, or after blanks there
  kPlain,       // in a field without quotes
  kQuoted,      // between quotes
  kQuoteSeen,   // after a quote mark within quotes: the end, or the first of two
};

/// Reads text by the grammar, byte by byte where it must. Finds the state at its end and where the
/// first record begins when the text begins inside quotes.
class TextStateScanner {
 public:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  TextStateScanner(const TextDialect& dialect, TextState state)
      : dialect_(dialect), state_(state) {}

  /// `position`: of the text's first byte in the file.
  void scan(std::string_view text, std::uint64_t position);

  TextState state() const { return state_; }
  bool quoted() const { return state_ == TextState::kQuoted; }
  /// Behind the first line end outside of quotes; kNone: there was none.
  std::uint64_t first_record() const { return first_record_; }
  /// Both say the same of all text that follows.
  bool agrees_with(const TextStateScanner& other) const {
    return state_ == other.state_ && lead_ == other.lead_ && skip_ == other.skip_;
  }
  /// Looks for a first record anew.
  void forget_first_record() { first_record_ = kNone; }

 private:
  TextDialect dialect_;
  TextState state_;
  bool lead_ = false;  // after the first byte of a longer character
  int skip_ = 0;       // its bytes still to come
  std::uint64_t first_record_ = kNone;
};

}  // namespace insitu
