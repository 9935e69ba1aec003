#pragma once
// The keys of a descriptor (docs/requests.md, "Sources and targets") and values of their kinds. All
// messages begin with the type of the source and name the argument and its value.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

enum class KeyKind {
  kFlag,      ///< true or false
  kCount,     ///< a whole number of at least `least`
  kText,      ///< one text
  kChoice,    ///< one of `choices`
  kMark,      ///< one ASCII character, or "" for none
  kNames,     ///< a list of texts
  kColumns,   ///< by column name or a list of columns; looked at by the format
  kAnything,  ///< means nothing to the format, or is looked at elsewhere
};

struct DescriptorKey {
  std::string_view name;
  KeyKind kind = KeyKind::kAnything;
  std::int64_t least = 0;         ///< of kCount
  std::string_view choices = {};  ///< of kChoice: "float32, numeric or character"
  std::string_view printed = {};  ///< its default, as a printed source shows it; "": not shown
};

/// `owner` is a type: "RxTextData". A language may send a single value as an array of one.
class DescriptorValues {
 public:
  explicit DescriptorValues(std::string_view owner) : owner_(owner) {}

  std::string text(const std::string& argument, const nlohmann::json&) const;
  bool flag(const std::string& argument, const nlohmann::json&) const;
  double number(const std::string& argument, const nlohmann::json&) const;
  std::int64_t count(const std::string& argument, const nlohmann::json&, std::int64_t least) const;
  std::vector<std::string> texts(const std::string& argument, const nlohmann::json&) const;
  /// '\0' for "".
  char mark(const std::string& argument, const nlohmann::json&) const;

  /// Throws InvalidArgument: "`RxTextData`: `argument` must be <wanted>: <value>".
  [[noreturn]] void fail(const std::string& argument, const std::string& wanted,
                         const nlohmann::json&) const;

 private:
  std::string owner_;
};

/// Throws InvalidArgument for a descriptor that is no object, an unknown key (did you mean), a
/// value of another kind, and for both varsToKeep and varsToDrop. Nulls are as if they were not
/// there.
void check_descriptor(std::string_view owner, std::span<const DescriptorKey> keys,
                      const nlohmann::json& descriptor);

}  // namespace insitu
