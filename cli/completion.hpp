#pragma once
// `insitu completion SHELL`: a script that completes commands, options and their values, made from
// the commands themselves.
#include <CLI/CLI.hpp>

namespace insitu::cli {

/// Adds the command; the script tells of every command that `app` has when it runs.
void add_completion(CLI::App& app);

}  // namespace insitu::cli
