#pragma once
// `insitu spark`: what the kept Spark applications of this user hold, and their end.
#include <CLI/CLI.hpp>

namespace insitu::cli {

void add_spark_commands(CLI::App& app);

}  // namespace insitu::cli
