#pragma once
// What a call needs of a compute context, checked before anything starts.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compute_context.hpp"

namespace insitu {

enum class Feature {
  kCallerRows,       ///< takes rows of the caller's memory (data frames)
  kRFunctions,       ///< runs functions written in R
  kPythonFunctions,  ///< runs functions written in Python
  kTasks,            ///< runs tasks (rxExec) somewhere else
};

/// What a context has that runs functions of these languages ("R", "python"), and takes rows of the
/// caller.
Capabilities of_languages(const std::vector<std::string>& languages);

bool offers(ComputeContext&, Feature);

/// What `require` says; nothing when the context offers it.
std::optional<std::string> lacking(ComputeContext&, Feature, std::string_view wanted_by);

/// Throws Unsupported, naming the context, the feature, what asked for it (`wanted_by`, for example
/// "transformFunc") and the way out, when the context does not offer it.
void require(ComputeContext&, Feature, std::string_view wanted_by);

}  // namespace insitu
