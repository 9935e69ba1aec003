#include "methods/shown.hpp"

#include <nlohmann/json.hpp>

namespace insitu {

std::string shown(const nlohmann::json& value) {
  auto text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

}  // namespace insitu
