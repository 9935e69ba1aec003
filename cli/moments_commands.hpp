#pragma once
// The commands over kept moments: refit, combine. (insitu moments is a method's.)
#include <CLI/CLI.hpp>

namespace insitu::cli {

void add_moments_commands(CLI::App&);

}  // namespace insitu::cli
