#pragma once
// The arguments of a context over a gateway, read from its description.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace insitu {

/// Arguments that are absent or null leave what they are read into. Everything throws
/// InvalidArgument that names the context, the argument, its value, and what it must be.
class OptionReader {
 public:
  /// `context` is marked (base/named.hpp). Both outlive this object.
  OptionReader(const nlohmann::json& description, std::string context)
      : description_(description), context_(std::move(context)) {}

  void read(const char* key, std::string& to) const;
  void read(const char* key, bool& to) const;
  void read(const char* key, double& to) const;  ///< a number of seconds
  /// A whole number, also as text.
  void read(const char* key, int& to, int least, int most) const;
  void read(const char* key, std::vector<std::string>& to) const;
  /// One of the texts.
  void read(const char* key, std::string& to, const std::vector<std::string>& choices) const;
  /// "4g", "512m": as Java writes sizes of memory.
  void check_memory(const char* key, const std::string& text) const;
  [[noreturn]] void wrong(const char* key, const std::string& expected,
                          const nlohmann::json& value) const;

 private:
  const nlohmann::json* given(const char* key) const;

  const nlohmann::json& description_;
  std::string context_;
};

}  // namespace insitu
