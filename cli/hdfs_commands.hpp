#pragma once
// insitu hdfs: files of HDFS without Hadoop (docs/hdfs.md).
#include <CLI/CLI.hpp>

namespace insitu::cli {

void add_hdfs_commands(CLI::App&);

}  // namespace insitu::cli
