#pragma once
// One request of a command with the terminal as its console, and the printing of its reply.
#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace insitu::cli {

/// A reply, in the order in which the engine tells it: columns as they stand in the data.
using Document = nlohmann::ordered_json;

struct OutputArguments {
  bool as_json = false;
  std::optional<int> progress;
  std::optional<std::string> memory_limit;
  bool no_sync = false;

  void add_options(CLI::App&);
  void put(nlohmann::json& request) const;
};

/// Runs a request and returns its reply with arrays and data frames in place. `analysis`: the time
/// it took is told where there is no bar. `model_file`: gets the bytes of the model and its result
/// (methods/model_file.hpp). `drawable`: gets the reply as methods/figures.hpp takes it.
Document run_request(nlohmann::json request, const OutputArguments&, bool analysis = false,
                     std::string* model_file = nullptr, nlohmann::json* drawable = nullptr);

/// From now on requests are explained, not run: the first one that can be is shown so, and
/// CLI::Success leaves the command (explain_command.hpp).
void explain_requests(bool);

/// A layout of the reply ("print", "summary"), or its one text.
std::string printed_text(const Document& reply, const char* layout);

/// Writes `text` to standard output, or the reply where JSON is asked for.
void show(const Document& reply, const OutputArguments&, const std::string& text);

/// The signal that ended the last request: SIGINT, SIGTERM or SIGHUP.
int interrupting_signal();

}  // namespace insitu::cli
