#pragma once
// A worker's main loop for any program that holds the engine: insitu-worker itself, python -m
// insitu.worker, Rscript.
#include <functional>
#include <string>

#include "contexts/worker.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

/// Turns the serialised code of a function of the host language back into something that can be
/// called with rows. Throws UserCodeError when it cannot.
using LoadFunction = std::function<RowFunction(const std::string& language, const Bytes& code)>;

/// Serves one host over stdin and stdout (docs/worker.md) until it hangs up. `load` may be empty:
/// then a task with a function is refused. `languages` are those that the worker can run, for its
/// HELLO. `socket`: the path of a Unix socket to connect to instead. `process`: set, each call over
/// stdin and stdout is served by a copy of this process. `exec`: runs tasks of rxExec. Throws
/// WorkerError when the host does not keep to the protocol.
void serve_worker(const LoadFunction& load, const std::string& language = "",
                  const std::string& socket = "", const LanguageProcess& process = {},
                  const ExecFunction& exec = {});

}  // namespace insitu
