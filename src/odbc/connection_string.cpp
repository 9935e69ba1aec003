#include "odbc/connection_string.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool is_secret(std::string_view keyword) {
  for (const auto* each : {"pwd", "password", "sslpassword", "accesstoken", "clientkey",
                           "keystoresecret", "passphrase", "oldpassword", "newpassword"})
    if (same_word(keyword, each)) return true;
  return false;
}

[[noreturn]] void fail(const std::string& what) {
  throw InvalidArgument("`connectionString` "_named + what +
                        "; write keyword=value pairs with semicolons between them, and values "
                        "that hold a semicolon or braces as {value}, with } doubled in it");
}

/// A value begins at `at`, which moves behind the semicolon that ends it.
std::string value_at(std::string_view text, std::size_t& at, std::string_view keyword) {
  while (at < text.size() && is_ascii_space(text[at])) ++at;
  std::string value;
  if (at < text.size() && text[at] == '{') {
    bool closed = false;
    for (++at; at < text.size() && !closed; ++at) {
      if (text[at] != '}')
        value += text[at];
      else if (at + 1 < text.size() && text[at + 1] == '}')
        value += text[at++];
      else
        closed = true;
    }
    if (!closed) fail("has no closing brace after " + std::string(keyword) + "={");
    while (at < text.size() && is_ascii_space(text[at])) ++at;
    if (at < text.size() && text[at] != ';')
      fail("goes on after the closing brace of " + std::string(keyword));
  } else {
    const auto end = std::min(text.find(';', at), text.size());
    value = trimmed(text.substr(at, end - at));
    at = end;
  }
  if (at < text.size()) ++at;
  return value;
}

/// Whether the value means the same without braces.
bool is_plain(std::string_view value) {
  return value.find_first_of("[]{}(),;?*=!@") == std::string_view::npos && trimmed(value) == value;
}

std::string braced(std::string_view value) {
  std::string out = "{";
  for (const char c : value) {
    if (c == '}') out += c;
    out += c;
  }
  return out + "}";
}

}  // namespace

ConnectionString ConnectionString::parse(std::string_view text) {
  ConnectionString parsed;
  if (text.find('\0') != std::string_view::npos) fail("has a NUL character");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find_first_of("=;", at);
    const auto keyword = trimmed(text.substr(at, std::min(end, text.size()) - at));
    if (end == std::string_view::npos || text[end] == ';') {
      // What is no pair may be a part of a password: it is not repeated.
      if (!keyword.empty()) fail("has a part that is no keyword=value");
      at = end == std::string_view::npos ? text.size() : end + 1;
      continue;
    }
    if (keyword.empty()) fail("has a value without a keyword");
    at = end + 1;
    auto value = value_at(text, at, keyword);
    // The first of two is the one that driver managers take.
    if (!parsed.find({keyword})) parsed.entries_.emplace_back(keyword, std::move(value));
  }
  return parsed;
}

std::optional<std::string> ConnectionString::find(
    std::initializer_list<std::string_view> keywords) const {
  for (const auto keyword : keywords)
    for (const auto& [name, value] : entries_)
      if (same_word(name, keyword)) return value;
  return std::nullopt;
}

void ConnectionString::remove(std::initializer_list<std::string_view> keywords) {
  std::erase_if(entries_, [&](const auto& entry) {
    return std::ranges::any_of(keywords,
                               [&](std::string_view each) { return same_word(entry.first, each); });
  });
}

void ConnectionString::set(std::initializer_list<std::string_view> keywords, std::string value) {
  remove(keywords);
  entries_.emplace_back(*keywords.begin(), std::move(value));
}

std::string ConnectionString::text() const {
  std::string out;
  for (const auto& [name, value] : entries_) {
    const bool no_braces = !doubled_braces_ && value.find('}') != std::string::npos;
    if (no_braces &&
        (value.find(';') != std::string::npos || value.front() == '{' || trimmed(value) != value))
      throw InvalidArgument(
          "`connectionString`: FreeTDS cannot be told a value with } beside ; or "
          "blanks at its ends: change that of "_named +
          name + ", or use Microsoft's driver");
    out += name + "=" + (no_braces || is_plain(value) ? value : braced(value)) + ";";
  }
  return out;
}

std::string ConnectionString::shown() const {
  std::string out;
  for (const auto& [name, value] : entries_)
    out += name + "=" + (is_secret(name) ? "***" : is_plain(value) ? value : braced(value)) + ";";
  return out;
}

std::vector<std::string> ConnectionString::secrets() const {
  std::vector<std::string> out;
  for (const auto& [name, value] : entries_)
    if (is_secret(name) && !value.empty()) out.push_back(value);
  return out;
}

}  // namespace insitu
