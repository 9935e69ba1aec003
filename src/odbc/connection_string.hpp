#pragma once
// Connection strings as users have them: keyword=value;..., values in braces where they hold
// anything odd. The password is kept apart from what may be shown.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insitu {

class ConnectionString {
 public:
  ConnectionString() = default;
  /// Throws InvalidArgument for what is no list of keyword=value: the message holds no value.
  static ConnectionString parse(std::string_view text);

  /// The value of the first of the keywords that is there; case does not matter.
  std::optional<std::string> find(std::initializer_list<std::string_view> keywords) const;
  /// Puts the value under `keywords[0]` in place of all of them.
  void set(std::initializer_list<std::string_view> keywords, std::string value);
  void remove(std::initializer_list<std::string_view> keywords);

  /// For a driver that does not read }} as } (FreeTDS).
  void without_doubled_braces() { doubled_braces_ = false; }
  /// As the driver manager takes it, password and all. Throws InvalidArgument for a value that the
  /// driver cannot be told.
  std::string text() const;
  /// For people: values of secrets are stars.
  std::string shown() const;
  /// The values that must not be seen; for taking them out of a driver's messages.
  std::vector<std::string> secrets() const;

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
  bool doubled_braces_ = true;
};

}  // namespace insitu
