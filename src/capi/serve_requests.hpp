#pragma once
// The other end of RxRemote: a process that runs whole requests for a client on another machine
// (docs/worker.md, "Whole requests").
#include <functional>
#include <string>
#include <vector>

#include "capi/serve.hpp"

namespace insitu {

/// The language of a process that serves requests, whose functions they may name.
struct ServedLanguage {
  LoadFunction load;
  std::vector<std::string> worker;    ///< command line of another process of it
  std::function<bool()> interrupted;  ///< as in Callbacks
  /// After each call: whether functions can be called again, whatever the last one has left behind.
  std::function<bool()> usable;
};

/// Serves the client over standard input and output until it hangs up, or for ten minutes without a
/// call. Relative paths of requests are those of `folder` ("": of the user). Returns the exit
/// status. Where a function of the language runs when a call is to stop, the calling thread gets
/// SIGINT, and the process ends with the call.
int serve_requests(const std::string& folder, const ServedLanguage* language = nullptr);

/// The runner of a job that such a request has submitted. Returns the exit status.
int run_served_job(const std::string& folder);

}  // namespace insitu
