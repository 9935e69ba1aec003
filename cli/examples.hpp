#pragma once
// The examples at the end of every --help. tests/integration/help_test.py runs them as printed.
#include <CLI/CLI.hpp>

namespace insitu::cli {

/// Puts its examples below the help of each command of `app`.
void add_examples(CLI::App& app);

}  // namespace insitu::cli
