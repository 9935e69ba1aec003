#pragma once
// Which passes over the rows a method makes, as explanations tell it before it runs.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "methods/method.hpp"

namespace insitu {

struct PlannedPass {
  std::string pass;        ///< name of the analysis
  std::int64_t least = 1;  ///< how many of them there are at least ...
  std::int64_t most = 1;   ///< ... and at most; -1: nothing bounds it
  std::string until = {};  ///< what ends them where the data decide
};
using PlannedPasses = std::vector<PlannedPass>;

/// Those of a request, but for passes that find levels. A method makes each of its passes once, if
/// planned_passes.cpp has no more to say of it. Throws InvalidArgument for options that are none.
PlannedPasses planned_passes(const Method&, const nlohmann::json& request);

/// What a pass does, in words; "rows" and "survey" are readings that are no analysis. "" for an
/// unknown name.
std::string meaning_of_pass(std::string_view pass);

}  // namespace insitu
