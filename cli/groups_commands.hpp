#pragma once
// Commands for rows by groups: partition, partitions.
#include <CLI/CLI.hpp>

namespace insitu::cli {

void add_groups_commands(CLI::App&);

}  // namespace insitu::cli
