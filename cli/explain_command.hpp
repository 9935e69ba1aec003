#pragma once
// insitu explain COMMAND ...: what a command would do, before it does it (docs/explain.md).
#include <CLI/CLI.hpp>

namespace insitu::cli {

/// `add_commands`: makes the commands that can be explained.
void add_explain(CLI::App&, void (*add_commands)(CLI::App&));

}  // namespace insitu::cli
