#pragma once
// Bytes of text files: UTF-8 is checked, other encodings are read into UTF-8 (iconv of the C
// library).
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace insitu {

/// How texts of an encoding can be cut.
enum class EncodingKind : std::uint8_t {
  kUtf8,
  kOneByte,  ///< every character is a byte, those of ASCII are themselves
  kGb18030,  ///< line ends stand for themselves only; other bytes may be part of longer characters
  kWhole,    ///< known from its beginning only (UTF-16, Shift_JIS, ...): decoded whole
};

/// What iconv can read under this name. Throws InvalidArgument naming inputEncoding for a name that
/// it does not know.
EncodingKind encoding_kind(const std::string& name);

/// Bytes that are no text of their encoding.
struct InvalidText {
  std::size_t at = 0;  ///< from the beginning of the bytes given
  std::string bytes;   ///< printable
};

/// Reads bytes of an encoding into UTF-8, piece by piece.
class Utf8Converter {
 public:
  explicit Utf8Converter(const std::string& encoding);
  ~Utf8Converter();
  Utf8Converter(const Utf8Converter&) = delete;
  Utf8Converter& operator=(const Utf8Converter&) = delete;

  /// Appends the text of `bytes` to `text` and returns how many bytes it used: all of them, or all
  /// but the beginning of a character at the end when `more` bytes are to come. Throws InvalidText.
  std::size_t convert(std::string_view bytes, bool more, std::string& text);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

/// The same for bytes that are whole. Throws InvalidText.
std::string utf8_from(const std::string& encoding, std::string_view bytes);

/// "\xff"-style writing of bytes that are no text, cut to a readable length, for messages.
std::string printable(std::string_view);

}  // namespace insitu
