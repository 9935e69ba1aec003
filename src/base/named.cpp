#include "base/named.hpp"

namespace insitu {

namespace {

// U+FDD0 and U+FDD1.
constexpr std::string_view kBegin = "\xEF\xB7\x90";
constexpr std::string_view kEnd = "\xEF\xB7\x91";
constexpr std::string_view kEither = "\xEF\xB7";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The next mark of either kind at or after `from`.
std::size_t next_mark(std::string_view text, std::size_t from) {
  for (auto at = text.find(kEither, from); at != text.npos; at = text.find(kEither, at + 1)) {
    const auto mark = text.substr(at, kBegin.size());
    if (mark == kBegin || mark == kEnd) return at;
  }
  return text.npos;
}

}  // namespace

std::string operator""_named(const char* text, std::size_t size) {
  std::string marked;
  bool inside = false;
  for (const char c : std::string_view(text, size)) {
    if (c != '`') {
      marked.push_back(c);
      continue;
    }
    marked.append(inside ? kEnd : kBegin);
    inside = !inside;
  }
  return marked;
}

std::string named(std::string_view name) { return std::string(kBegin).append(name).append(kEnd); }

std::string named(std::string_view name, std::string_view value) {
  return std::string(kBegin).append(name).append(" = ").append(value).append(kEnd);
}

std::string in_words(std::string_view message, const Words& words) {
  std::string said;
  std::size_t from = 0;
  for (auto at = next_mark(message, 0); at != message.npos; at = next_mark(message, from)) {
    said.append(message.substr(from, at - from));
    from = at + kBegin.size();
    if (message.substr(at, kBegin.size()) == kEnd) continue;  // its begin was cut off
    const auto end = next_mark(message, from);
    if (end == message.npos || message.substr(end, kEnd.size()) != kEnd) continue;
    const auto phrase = message.substr(from, end - from);
    const auto equals = phrase.find(" = ");
    const auto name = trimmed(phrase.substr(0, equals));
    const auto value =
        equals == phrase.npos ? std::string_view() : trimmed(phrase.substr(equals + 3));
    said.append(words(name, value));
    from = end + kEnd.size();
  }
  return said.append(message.substr(from));
}

std::string in_words_of_r(std::string_view message) {
  return in_words(message, [](std::string_view name, std::string_view value) {
    auto said = std::string(name);
    if (!value.empty()) said.append(" = ").append(value);
    return said;
  });
}

bool has_names(std::string_view text) { return next_mark(text, 0) != text.npos; }

}  // namespace insitu
