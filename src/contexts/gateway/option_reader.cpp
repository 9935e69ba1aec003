#include "contexts/gateway/option_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"

namespace insitu {

using nlohmann::json;

void OptionReader::wrong(const char* key, const std::string& expected, const json& value) const {
  throw InvalidArgument(context_ + ": " + named(key) + " must be " + expected + ", is " +
                        value.dump());
}

const json* OptionReader::given(const char* key) const {
  const auto found = description_.find(key);
  return found == description_.end() || found->is_null() ? nullptr : &*found;
}

void OptionReader::read(const char* key, std::string& to) const {
  if (const auto* value = given(key)) {
    if (!value->is_string()) wrong(key, "text", *value);
    to = value->get<std::string>();
  }
}

void OptionReader::read(const char* key, bool& to) const {
  if (const auto* value = given(key)) {
    if (!value->is_boolean()) wrong(key, "`TRUE` or `FALSE`"_named, *value);
    to = value->get<bool>();
  }
}

void OptionReader::read(const char* key, double& to) const {
  if (const auto* value = given(key)) {
    if (!value->is_number()) wrong(key, "a number of seconds", *value);
    to = value->get<double>();
  }
}

void OptionReader::read(const char* key, int& to, int least, int most) const {
  const auto* value = given(key);
  if (!value) return;
  double number = least - 1.0;
  if (value->is_number()) number = value->get<double>();
  if (value->is_string())  // ports often come as text
    number = number_of_text(value->get<std::string>()).value_or(number);
  if (!(number >= least && number <= most) || number != static_cast<int>(number))
    wrong(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
          *value);
  to = static_cast<int>(number);
}

void OptionReader::read(const char* key, std::vector<std::string>& to) const {
  const auto* value = given(key);
  if (!value) return;
  const json items = value->is_array() ? *value : json::array({*value});
  for (const auto& item : items) {
    if (!item.is_string()) wrong(key, "text or a list of texts", *value);
    to.push_back(item.get<std::string>());
  }
}

void OptionReader::read(const char* key, std::string& to,
                        const std::vector<std::string>& choices) const {
  read(key, to);
  if (std::ranges::find(choices, to) != choices.end()) return;
  std::string known;
  for (std::size_t i = 0; i < choices.size(); ++i)
    known += (i == 0 ? "\"" : i + 1 == choices.size() ? " or \"" : ", \"") + choices[i] + "\"";
  throw InvalidArgument(context_ + ": unknown " + named(key) + ": \"" + to + "\"" +
                        did_you_mean(to, choices) + "; use " + known);
}

void OptionReader::check_memory(const char* key, const std::string& text) const {
  const auto digits = static_cast<std::size_t>(
      std::find_if_not(text.begin(), text.end(), is_ascii_digit) - text.begin());
  const auto unit = text.size() == digits + 1 ? ascii_lower(text[digits]) : 0;
  if (digits == 0 || digits > 9 || (unit != 'k' && unit != 'm' && unit != 'g' && unit != 't'))
    wrong(key, "a size of memory such as \"4g\" or \"800m\"", text);
}

}  // namespace insitu
