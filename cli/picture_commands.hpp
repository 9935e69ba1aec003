#pragma once
// The commands that draw and are no method's: lineplot, residualplot.
#include <CLI/CLI.hpp>

namespace insitu::cli {

void add_picture_commands(CLI::App&);

}  // namespace insitu::cli
