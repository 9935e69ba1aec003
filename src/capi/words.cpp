#include "capi/words.hpp"

#include <map>
#include <string>
#include <utility>

namespace insitu {

namespace {

struct PythonWord {
  const char *op, *name, *python;
};

constexpr PythonWord kPythonWords[] = {
#include "capi/python_words.inc"
};

using NamesByOperation = std::map<std::pair<std::string_view, std::string_view>, std::string_view>;

const NamesByOperation& python_names() {
  static const NamesByOperation names = [] {
    NamesByOperation all;
    for (const auto& word : kPythonWords) all[{word.op, word.name}] = word.python;
    return all;
  }();
  return names;
}

std::string python_name(std::string_view op, std::string_view name) {
  for (const auto& scope : {op, std::string_view()})
    if (const auto found = python_names().find({scope, name}); found != python_names().end())
      return std::string(found->second);
  return std::string(name);
}

/// A constant of R in Python.
std::string python_value(std::string_view value) {
  if (value == "TRUE") return "True";
  if (value == "FALSE") return "False";
  if (value == "NULL") return "None";
  if (value.starts_with("c(") && value.ends_with(")"))
    return "[" + std::string(value.substr(2, value.size() - 3)) + "]";
  return std::string(value);
}

}  // namespace

Words words_of_face(std::string_view face, std::string_view op) {
  if (face != "python")
    return [](std::string_view name, std::string_view value) {
      auto said = std::string(name);
      if (!value.empty()) said.append(" = ").append(value);
      return said;
    };
  return [op = std::string(op)](std::string_view name, std::string_view value) {
    if (const auto at = name.find('$'); at != name.npos)  // an entry of a list: transforms$late
      return python_name(op, name.substr(0, at))
          .append("['")
          .append(name.substr(at + 1))
          .append("']");
    if (value.empty()) return python_value(python_name(op, name));
    return python_name(op, name).append("=").append(python_value(value));
  };
}

}  // namespace insitu
