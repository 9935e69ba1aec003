#pragma once
// Jobs (docs/jobs.md): commands with --no-wait, and insitu jobs, which follows what they and the
// language faces have submitted.
#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "run_request.hpp"

namespace insitu::cli {

void add_job_commands(CLI::App&);

/// Has a process of its own run the request, and prints the id of the job. `label`: the command,
/// for lists. Throws InvalidArgument for a `source` that is standard input.
void submit(nlohmann::json request, const OutputArguments&, const std::string& source,
            const std::string& label);

/// The runner: runs the request of a job. Returns the exit status.
int run_job(const std::string& folder);

/// What commands say that write rows.
std::string written_text(const Document& reply);

}  // namespace insitu::cli
