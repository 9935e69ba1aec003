#include "run_request.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "capi/call.hpp"
#include "capi/facade.hpp"
#include "capi/whole_reply.hpp"
#include "methods/model_file.hpp"
#include "progress_bar.hpp"
#include "report/progress_report.hpp"
#include "words.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

volatile std::sig_atomic_t interrupts = 0;

volatile std::sig_atomic_t interrupted_by_signal = SIGINT;

extern "C" void on_interrupt(int signal) {
  interrupts = interrupts + 1;
  interrupted_by_signal = signal;
  if (interrupts > 1) {  // the second time at once
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

/// What asks for an end ends the call, which takes away what it wrote; a reader that is gone is met
/// when there is something to print.
void listen_to_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What the caller has switched off (nohup) stays so.
    if (std::signal(signal, on_interrupt) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

bool explaining = false;

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    if (errno == EPIPE) {  // as any program in a pipe whose reader has enough
      std::signal(SIGPIPE, SIG_DFL);
      std::raise(SIGPIPE);
    }
    throw DataError("cannot write to standard output");
  }
}

}  // namespace

void OutputArguments::add_options(CLI::App& app) {
  app.add_flag("--json", as_json, "Print the reply as JSON");
  app.add_option(
         "--progress", progress,
         "0: none, 1: row counter, 2: chunks and times, 3: more (default: a bar on a terminal)")
      ->check(CLI::Range(0, 3))
      ->type_name("LEVEL");
  app.add_option("--memory-limit", memory_limit,
                 "Memory that the data may take: 8GB, 500MB (default: a quarter of the machine)")
      ->type_name("SIZE");
  app.add_flag("--no-sync", no_sync, "Do not wait until the disk has what was written");
}

void OutputArguments::put(json& request) const {
  request["reportProgress"] = progress.value_or(2);
  if (memory_limit) request["memoryLimit"] = *memory_limit;
  if (no_sync) request["syncWrites"] = false;
}

void explain_requests(bool wanted) { explaining = wanted; }

namespace {

/// Shows what a request would do; that of a job, what the job would.
[[noreturn]] void explain_request(json request, const OutputArguments& output) {
  explaining = false;
  json asked = {{"op", "explain"}};
  if (request.value("op", "") == "job_submit") {
    request = json(request.at("request"));
    asked["job"] = true;
  }
  asked["request"] = std::move(request);
  OutputArguments quiet = output;
  quiet.progress = 0;
  const auto reply = run_request(std::move(asked), quiet);
  show(reply, output, printed_text(reply, ""));
  throw CLI::Success();
}

}  // namespace

Document run_request(json request, const OutputArguments& output, bool analysis,
                     std::string* model_file, json* drawable) {
  if (explaining) {
    output.put(request);
    explain_request(std::move(request), output);
  }
  const bool terminal = is_terminal(STDERR_FILENO) && !output.progress;
  const int level = output.progress.value_or(2);
  ProgressBar bar(level == 0 ? ProgressBar::Style::kNone
                  : terminal ? ProgressBar::Style::kBar
                             : ProgressBar::Style::kLines,
                  level);
  output.put(request);
  // Only these print tables.
  const auto op = request.value("op", std::string());
  if (is_terminal(STDOUT_FILENO) && (op == "info" || op == "head" || request.contains("print")))
    request["width"] = std::clamp(terminal_columns(STDOUT_FILENO), 40, 1000);
  Callbacks callbacks;
  callbacks.progress = [&](const Progress& p) { bar.show(p); };
  callbacks.interrupted = [] { return interrupts > 0; };
  callbacks.warning = [&](const std::string& text) {
    bar.clear();
    std::fprintf(stderr, "insitu: warning: %s\n", text.c_str());
  };
  listen_to_signals();
  Request document{request.dump(), {}, {}, nullptr, words_of_commands};
  const auto begin = std::chrono::steady_clock::now();
  auto reply = run(std::move(document), callbacks);
  bar.clear();
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (analysis && !terminal && level >= 2)
    std::fprintf(stderr, "%s\n", computation_time_line(level, seconds).c_str());
  if (model_file) {
    const auto text = json::parse(reply.document).at("model").get<std::string>();
    *model_file =
        make_model_file(reply.document, as_file_arrays(reply.arrays), from_base64(text), version())
            .save();
  }
  if (drawable) *drawable = with_arrays(json::parse(reply.document), reply.arrays);
  auto found = whole_reply(reply);
  for (auto& frame : reply.frames)
    if (frame.release) frame.release(&frame);
  return found;
}

std::string printed_text(const Document& reply, const char* layout) {
  const auto printed = reply.value("printed", Document());
  if (printed.is_object()) return printed.value(layout, std::string());
  return printed.is_string() ? printed.get<std::string>() : std::string();
}

int interrupting_signal() { return interrupted_by_signal; }

void show(const Document& reply, const OutputArguments& output, const std::string& text) {
  print(output.as_json ? reply.dump(2) + "\n" : text);
}

}  // namespace insitu::cli
