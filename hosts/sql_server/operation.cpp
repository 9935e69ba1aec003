#include "operation.hpp"

#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "operations.hpp"
#include "script.hpp"

namespace insitu::sql_server {

std::string Operation::state() {
  throw InvalidArgument("only op map has a value for an OUTPUT parameter, @state");
}

std::unique_ptr<Operation> make_operation(const std::string& text, const SessionInput& input) {
  using Make = std::unique_ptr<Operation> (*)(const nlohmann::json&, const SessionInput&);
  static constexpr std::array<std::pair<std::string_view, Make>, 7> kOperations{{
      {"hello", hello_operation},
      {"begin", begin_operation},
      {"map", map_operation},
      {"combine", combine_operation},
      {"predict", predict_operation},
      {"execby", execby_operation},
      {"sample", sample_operation},
  }};
  const auto script = parse_script(text);
  const auto op = script["op"].get<std::string>();
  std::vector<std::string> names;
  for (const auto& [name, make] : kOperations) {
    if (name == op) return make(script, input);
    names.emplace_back(name);
  }
  throw InvalidArgument("@script: no operation " + op + did_you_mean(op, names));
}

}  // namespace insitu::sql_server
