#include "contexts/gateway/configured_file_system.hpp"

#include "base/error.hpp"
#include "base/hadoop_configuration.hpp"

namespace insitu {

std::optional<std::string> configured_file_system() {
  try {
    const auto configuration = HadoopConfiguration::of_environment();
    auto found = configuration.get("fs.defaultFS", configuration.get("fs.default.name", ""));
    if (found.find("://") == std::string::npos || found.starts_with("file:")) return std::nullopt;
    return found;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace insitu
