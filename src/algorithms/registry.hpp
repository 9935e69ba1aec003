#pragma once
// Every analysis that a worker may be asked to run, by name: one line each in registry.cpp.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/pass.hpp"

namespace insitu {

/// Rebuilds a pass from its recipe. Throws Unsupported for a name that this build does not know,
/// DataError for options that are not of that analysis.
std::unique_ptr<Pass> make_pass(const Recipe&);

/// Pass::fields() of the analysis of that name; "": this build does not know it.
std::string analysis_fields(std::string_view name);

/// Names that the registry knows.
std::vector<std::string> analysis_names();

}  // namespace insitu
