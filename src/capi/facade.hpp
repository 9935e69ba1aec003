#pragma once
// The border: one request in, one reply out, one rule for errors. Python, R and the command line
// call this and nothing else; insitu.h is its C skin. Documents are JSON, described in
// docs/requests.md.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/task_runner.hpp"
#include "base/control.hpp"
#include "base/named.hpp"
#include "data/arrow_c.hpp"
#include "formula/rows/transforms.hpp"
#include "methods/values.hpp"

namespace insitu {

/// The caller's side of the operation "exec": as in TaskCall (analysis/task_runner.hpp).
struct HostTasks {
  Bytes shared;
  std::function<Bytes(std::size_t first, std::size_t count)> arguments;
  std::function<void(std::size_t first, std::size_t count, Bytes&& values)> done;
  std::function<void(std::size_t index, const std::string& why)> lost;
  std::function<void(const TaskProgress&)> progress;  ///< may be empty
};

struct Request {
  std::string document;  ///< JSON (docs/requests.md)
  std::vector<ArrowArrayStream*>
      streams;  ///< data frames of the caller: {"type": "frame", "stream": position}; taken over
  std::map<std::string, RowFunction>
      functions;               ///< functions of the host language by the name used in the document
  HostTasks* tasks = nullptr;  ///< of the operation "exec"
  Words words = nullptr;  ///< how the caller names arguments and functions (base/named.hpp); none:
                          ///< as the document's `face` says, else as R does
};

struct Reply {
  std::string document;              ///< JSON
  std::vector<NumericArray> arrays;  ///< {"$array": position}
  std::vector<ArrowArrayStream>
      frames;  ///< {"$frame": position}: data frames; whoever takes one releases it
};

/// Runs one request to its end on the calling thread (which polls the callbacks; work happens on
/// other threads). Throws Error and its kinds. May be called from several threads at once.
Reply run(Request request, const Callbacks& callbacks);

/// Version of the engine and of its documents: "0.1.0".
std::string version();

}  // namespace insitu
