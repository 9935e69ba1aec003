#pragma once
// The commands: each turns its arguments into one request, runs it and prints the reply.
#include <CLI/CLI.hpp>

namespace insitu::cli {

/// Adds the commands to `app`; what was asked for runs when the arguments have been parsed.
void add_commands(CLI::App& app);

}  // namespace insitu::cli
