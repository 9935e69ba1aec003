#pragma once
// The other end of RxRemote: a process that runs whole requests for a client on another machine
// (docs/worker.md, "Whole requests").
#include <string>

namespace insitu {

/// Serves the client over standard input and output until it hangs up, or for ten minutes without a
/// call. Relative paths of requests are those of `folder` ("": of the user). Returns the exit
/// status.
int serve_requests(const std::string& folder);

/// The runner of a job that such a request has submitted. Returns the exit status.
int run_served_job(const std::string& folder);

}  // namespace insitu
