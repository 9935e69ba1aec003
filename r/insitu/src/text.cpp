#include "text.hpp"

#include <R_ext/Riconv.h>
#include <langinfo.h>

#include <cerrno>
#include <limits>

#include "base/utf8.hpp"
#include "sources/encoding.hpp"

namespace insitu_r {

namespace {

std::string_view bytes_of(SEXP text) {
  return {R_CHAR(text), static_cast<std::size_t>(LENGTH(text))};
}

bool is_utf8(std::string_view text) {
  return insitu::is_ascii(text) || insitu::find_invalid_utf8(text) == text.npos;
}

}  // namespace

TextReader::TextReader() {
  const std::string_view codes = nl_langinfo(CODESET);
  native_ = codes == "UTF-8" || codes == "utf8"             ? Native::kUtf8
            : codes.starts_with("ANSI_X3.4") || codes == "" ? Native::kAscii
                                                            : Native::kOther;
}

TextReader::~TextReader() {
  for (auto* converter : {&latin1_, &session_})
    if (converter->open) Riconv_close(converter->handle);
}

std::optional<std::string_view> TextReader::read(SEXP text) {
  const auto bytes = bytes_of(text);
  if (insitu::is_ascii(bytes)) return bytes;
  switch (Rf_getCharCE(text)) {
    case CE_BYTES:
      return std::nullopt;
    case CE_LATIN1:
      return converted(bytes, latin1_, "CP1252");  // as R itself reads the mark
    case CE_NATIVE:
      if (native_ == Native::kOther) return converted(bytes, session_, "");
      // A session in the C locale has no letters beyond ASCII of its own: it was given UTF-8.
      [[fallthrough]];
    default:
      if (is_utf8(bytes)) return bytes;
      return std::nullopt;
  }
}

std::string TextReader::read(SEXP text, std::string_view what) {
  if (const auto found = read(text)) return std::string(*found);
  throw insitu::InvalidArgument(std::string(what) + " holds " + why_no_text(text));
}

std::optional<std::string_view> TextReader::converted(std::string_view bytes, Converter& converter,
                                                      const char* from) {
  if (!converter.open) {
    converter.handle = Riconv_open("UTF-8", from);
    converter.open = converter.handle != reinterpret_cast<void*>(-1);
    if (!converter.open) return std::nullopt;
  }
  Riconv(converter.handle, nullptr, nullptr, nullptr, nullptr);  // back to its first state
  buffer_.resize(4 * bytes.size());
  const char* in = bytes.data();
  char* out = buffer_.data();
  std::size_t in_left = bytes.size(), out_left = buffer_.size();
  if (Riconv(converter.handle, &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1))
    return std::nullopt;
  return std::string_view(buffer_.data(), buffer_.size() - out_left);
}

std::string why_no_text(SEXP text) {
  const auto shown = "'" + insitu::printable(bytes_of(text)) + "'";
  if (Rf_getCharCE(text) == CE_BYTES)
    return "a text marked as bytes (" + shown +
           "); give it its encoding, as Encoding(x) <- \"latin1\" does, or convert it with iconv()";
  return "bytes that are no text in " +
         std::string(Rf_getCharCE(text) == CE_LATIN1 ? "latin1" : "UTF-8") + " (" + shown +
         "); give it its encoding, as Encoding(x) <- \"latin1\" does, or convert it with iconv()";
}

std::optional<std::string> why_not_for_r(std::string_view text) {
  if (text.find('\0') != text.npos)
    return "a NUL byte ('" + insitu::printable(text) + "'), which a text of R cannot hold";
  if (!is_utf8(text)) return "bytes that are no text in UTF-8 ('" + insitu::printable(text) + "')";
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return "a text of more than 2 GiB, which R cannot hold";
  return std::nullopt;
}

SEXP char_of(std::string_view text) {
  return Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8);
}

SEXP checked_char(std::string_view text, const char* what) {
  if (const auto why = why_not_for_r(text))
    throw insitu::DataError(std::string(what) + " holds " + *why);
  return char_of(text);
}

}  // namespace insitu_r
