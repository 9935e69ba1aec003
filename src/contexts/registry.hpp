#pragma once
// The compute contexts of this machine, by the name of their class or their nickname: one line each
// in registry.cpp.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"

namespace insitu {

/// From a description (docs/requests.md, "Contexts"): {"type": "RxProcesses", "numWorkers": 2};
/// null: RxLocalSeq on all cores. Starts nothing. Throws InvalidArgument for an unknown type, key
/// or value (did you mean).
std::unique_ptr<ComputeContext> context_from_json(const nlohmann::json& description);

/// A compute context of a floor above this one.
struct ContextClass {
  std::string type, nickname;
  std::function<std::unique_ptr<ComputeContext>(const nlohmann::json& description)> make;
  std::string size_key;           ///< how many tasks it has at once
  std::vector<std::string> keys;  ///< of its description
};
/// From now on descriptions may name it. Called before the first call, on one thread.
void add_context_class(ContextClass);

/// How many threads or workers the context of a description has; all cores of this machine where it
/// does not say, at most those.
int size_of_context(const nlohmann::json& description);

/// Class names that the registry knows, for messages.
std::vector<std::string> context_class_names();

/// What the laws must know to try a context: every one of this machine is asked for equal bits,
/// with several sizes.
struct ContextKind {
  std::string type;
  std::string size_key;  ///< the key that says how many threads or workers it has
  bool on_this_machine = true;
};
std::vector<ContextKind> context_kinds();

}  // namespace insitu
