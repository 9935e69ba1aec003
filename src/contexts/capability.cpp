#include "contexts/capability.hpp"

#include <algorithm>
#include <string>

#include "analysis/task_runner.hpp"
#include "base/error.hpp"
#include "base/named.hpp"

namespace insitu {

namespace {

struct Line {
  std::string feature, way_out;
};

Line line_of(Feature feature) {
  switch (feature) {
    case Feature::kCallerRows:
      return {"use a data frame of the caller",
              "write it to a file first (`rxDataStep`), or use `RxLocalSeq`"_named};
    case Feature::kRFunctions:
      return {
          "run functions written in R",
          "call it from R, write it as an expression in `transforms`, or use `RxLocalSeq`"_named};
    case Feature::kPythonFunctions:
      return {
          "run functions written in Python",
          "call it from Python, write it as an expression in `transforms`, or use `RxLocalSeq`"_named};
    case Feature::kTasks:
      return {"run tasks yet", "use `RxLocalParallel` or `RxProcesses`, or `RxLocalSeq`"_named};
  }
  return {"do this", "use `RxLocalSeq`"_named};
}

}  // namespace

Capabilities of_languages(const std::vector<std::string>& languages) {
  const auto hosts = [&](const char* language) {
    return std::ranges::find(languages, language) != languages.end();
  };
  return {.runs_r_functions = hosts("R"), .runs_python_functions = hosts("python")};
}

bool offers(ComputeContext& context, Feature feature) {
  const auto can = context.capabilities();
  switch (feature) {
    case Feature::kCallerRows:
      return can.holds_caller_rows;
    case Feature::kRFunctions:
      return can.runs_r_functions;
    case Feature::kPythonFunctions:
      return can.runs_python_functions;
    case Feature::kTasks:
      return task_runner_of(context) != nullptr;
  }
  return false;
}

std::optional<std::string> lacking(ComputeContext& context, Feature feature,
                                   std::string_view wanted_by) {
  if (offers(context, feature)) return std::nullopt;
  const auto [what, way_out] = line_of(feature);
  return named(context.name()) + " cannot " + what + ", which " + named(wanted_by) + " needs; " +
         way_out;
}

void require(ComputeContext& context, Feature feature, std::string_view wanted_by) {
  if (const auto sentence = lacking(context, feature, wanted_by)) throw Unsupported(*sentence);
}

}  // namespace insitu
