#pragma once
// Commands for rows by groups: partition, partitions.
#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "run_request.hpp"

namespace insitu::cli {

/// Runs the request of a method for each group of its data, and prints a line for each: keys,
/// status, the numbers of the result; as CSV or JSON.
void analyze_by(const std::vector<std::string>& keys, nlohmann::json method,
                const OutputArguments&);

void add_groups_commands(CLI::App&);

}  // namespace insitu::cli
