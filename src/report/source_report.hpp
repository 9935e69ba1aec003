#pragma once
// The printed form of a data source object.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// An option that is always shown: with `standard` where the descriptor does not say.
struct PrintedOption {
  std::string_view name, standard;
};

/// `descriptor`: a source as requests name it (docs/requests.md), an object.
std::string source_report(const nlohmann::json& descriptor,
                          const std::vector<PrintedOption>& options);

}  // namespace insitu
