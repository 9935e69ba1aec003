#include "methods/options.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "methods/shown.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr int kMaxDepth = 64;

}  // namespace

Options::Options(const json& object, std::string what) : object_(object), what_(std::move(what)) {
  if (!object_.is_object())
    throw InvalidArgument((what_.empty() ? std::string("the request") : what_) +
                          " must be a JSON object, not " + shown(object_));
}

const json& Options::value(const char* key) const {
  static const json null;
  const auto found = object_.find(key);
  return found == object_.end() ? null : *found;
}

bool Options::has(const char* key) const { return !value(key).is_null(); }

std::string Options::name(const char* key) const {
  return what_.empty() ? named(key) : what_ + "$" + key;
}

void Options::wrong(const char* key, std::string_view expected) const {
  throw InvalidArgument(name(key) + " must be " + std::string(expected) + ", not " +
                        shown(value(key)));
}

bool Options::flag(const char* key, bool otherwise) const {
  const auto& found = value(key);
  if (found.is_null()) return otherwise;
  if (!found.is_boolean()) wrong(key, "true or false");
  return found.get<bool>();
}

std::int64_t Options::whole(const char* key, std::int64_t otherwise) const {
  const auto& found = value(key);
  if (found.is_null()) return otherwise;
  if (found.is_number_unsigned()) {
    if (found.get<std::uint64_t>() >
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      wrong(key, "a smaller number");
    return found.get<std::int64_t>();
  }
  if (found.is_number_integer()) return found.get<std::int64_t>();
  if (found == "Inf") return std::numeric_limits<std::int64_t>::max();
  if (!found.is_number()) wrong(key, "a whole number");
  const double number = found.get<double>();
  if (number != std::floor(number) || std::fabs(number) > 9007199254740992.0)
    wrong(key, "a whole number");
  return static_cast<std::int64_t>(number);
}

double Options::number(const char* key, double otherwise) const {
  const auto& found = value(key);
  if (found.is_null()) return otherwise;
  if (found == "Inf") return std::numeric_limits<double>::infinity();
  if (found == "-Inf") return -std::numeric_limits<double>::infinity();
  if (!found.is_number()) wrong(key, "a number");
  return found.get<double>();
}

std::string Options::text(const char* key, const std::string& otherwise) const {
  const auto& found = value(key);
  if (found.is_null()) return otherwise;
  if (!found.is_string()) wrong(key, "a text");
  return found.get<std::string>();
}

std::string Options::choice(const char* key, const char* otherwise,
                            const std::vector<std::string>& choices) const {
  auto found = text(key, otherwise);
  if (std::ranges::find(choices, found) != choices.end()) return found;
  std::string list;
  for (const auto& each : choices) list += (list.empty() ? "'" : ", '") + each + "'";
  throw InvalidArgument(name(key) + " must be one of " + list + ", not '" + found + "'" +
                        did_you_mean(found, choices));
}

std::vector<std::string> Options::texts(const char* key) const {
  const auto& found = value(key);
  if (found.is_null()) return {};
  if (found.is_string()) return {found.get<std::string>()};
  if (!found.is_array()) wrong(key, "an array of texts");
  std::vector<std::string> texts;
  for (const auto& each : found) {
    if (!each.is_string()) wrong(key, "an array of texts");
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

json parse_document(std::string_view text) {
  try {
    bool too_deep = false;
    auto document =
        json::parse(text.begin(), text.end(), [&](int depth, json::parse_event_t, json&) {
          too_deep |= depth > kMaxDepth;
          return !too_deep;
        });
    if (too_deep)
      throw InvalidArgument("the request is nested deeper than " + std::to_string(kMaxDepth) +
                            " levels");
    return document;
  } catch (const json::parse_error& failure) {
    throw InvalidArgument("the request is not JSON (byte " + std::to_string(failure.byte) + ")");
  }
}

std::string document_text(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace insitu
