#pragma once
// A source whose factors have global levels: factor and character columns of the inner source,
// recoded chunk by chunk to given level lists.
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/source.hpp"

namespace insitu {

enum class OutsideLevels {
  kMissing,  ///< values that are not among the levels become missing
  kError,    ///< ... are a DataError that names the variable and the value
};

/// `source` with the named columns as factors of the given levels. Columns that are ordered stay
/// so. Throws InvalidArgument: unknown variable, a variable that is neither factor nor character, a
/// level twice.
std::shared_ptr<const DataSource> declare_levels(
    std::shared_ptr<const DataSource> source,
    const std::map<std::string, std::vector<std::string>>& levels,
    OutsideLevels outside = OutsideLevels::kError);

/// Rebuilds it from its recipe, {"type": "declared_levels", "source": ..., "levels": {...},
/// "outside": "error"}; `make` builds the inner source.
std::shared_ptr<const DataSource> declared_levels_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make);

}  // namespace insitu
