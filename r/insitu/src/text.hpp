#pragma once
// Texts between R (CHARSXP, each with an encoding mark) and the engine (UTF-8). What is no text is
// told, never replaced.
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "guard.hpp"

namespace insitu_r {

/// Reads strings of R as UTF-8. Marked UTF-8 and ASCII are checked and passed, latin1 and the
/// session's encoding converted, bytes refused.
class TextReader {
 public:
  TextReader();
  ~TextReader();
  TextReader(const TextReader&) = delete;
  TextReader& operator=(const TextReader&) = delete;

  /// Valid until the next call, and as long as `text` lives; nothing: it is no text. Not for
  /// NA_STRING. Allocates nothing in R; may be called inside `guarded`.
  std::optional<std::string_view> read(SEXP text);

  /// The same, for a text that stands alone. Throws InvalidArgument that names `what`.
  std::string read(SEXP text, std::string_view what);

 private:
  enum class Native { kUtf8, kAscii, kOther };
  struct Converter {
    void* handle = nullptr;
    bool open = false;
  };
  std::optional<std::string_view> converted(std::string_view bytes, Converter&, const char* from);

  Native native_;
  Converter latin1_, session_;
  std::string buffer_;
};

/// Why a string of R is no text, and the way out: "bytes that are no text in UTF-8 ('caf\xff');
/// ..."
std::string why_no_text(SEXP text);

/// Nothing: R can hold it. Else why not: "a NUL byte ('a\x00b')", which R's strings cannot hold.
std::optional<std::string> why_not_for_r(std::string_view text);

/// A CHARSXP. Inside `guarded` only; REQUIRES: !why_not_for_r(text).
SEXP char_of(std::string_view text);

/// The same for a text of a reply or a name. Inside `guarded` only. Throws DataError that names
/// `what`.
SEXP checked_char(std::string_view text, const char* what);

}  // namespace insitu_r
