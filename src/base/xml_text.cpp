#include "base/xml_text.hpp"

#include <algorithm>

namespace insitu {

namespace {

bool held(char c) {
  return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        if (held(c)) out += c;
    }
  }
  return out;
}

bool xml_can_hold(std::string_view text) { return std::all_of(text.begin(), text.end(), held); }

}  // namespace insitu
