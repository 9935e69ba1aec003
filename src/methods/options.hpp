#pragma once
// Typed reading of a request's keys. A key that is absent or null has its default; one of another
// kind is an error that names it and its value.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// A view of a JSON object; the object outlives it.
class Options {
 public:
  /// `what` names the object in messages: "" for the request itself, "data" for a source.
  explicit Options(const nlohmann::json& object, std::string what = "");

  bool has(const char* key) const;
  bool flag(const char* key, bool otherwise) const;
  /// Whole numbers may come as 2 or 2.0.
  std::int64_t whole(const char* key, std::int64_t otherwise) const;
  double number(const char* key, double otherwise) const;
  std::string text(const char* key, const std::string& otherwise = "") const;
  /// One of `choices`; else an error that lists them.
  std::string choice(const char* key, const char* otherwise,
                     const std::vector<std::string>& choices) const;
  /// An array of texts; a single text counts as one.
  std::vector<std::string> texts(const char* key) const;
  /// The value as it is; null when absent.
  const nlohmann::json& value(const char* key) const;

 private:
  [[noreturn]] void wrong(const char* key, std::string_view expected) const;
  std::string name(const char* key) const;

  const nlohmann::json& object_;
  std::string what_;
};

/// Parses a request; depth and size are bounded. Throws InvalidArgument.
nlohmann::json parse_document(std::string_view text);

/// JSON text of a reply; bytes that are not UTF-8 are replaced. Infinities and NaN become "Inf",
/// "-Inf" and null before.
std::string document_text(const nlohmann::json&);

}  // namespace insitu
