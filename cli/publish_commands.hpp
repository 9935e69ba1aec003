#pragma once
// insitu publish, published, unpublish, selftest: models that others use from SQL, and what only a
// server can tell
// (docs/scoring-in-the-database.md).
#include <CLI/CLI.hpp>

namespace insitu::cli {

void add_publish_commands(CLI::App&);

}  // namespace insitu::cli
