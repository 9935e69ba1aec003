#include "job_commands.hpp"

#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.hpp"
#include "capi/facade.hpp"
#include "method_commands.hpp"
#include "methods/methods.hpp"
#include "request_arguments.hpp"
#include "standard_streams.hpp"
#include "words.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

/// The path of a job there, or of the folder of jobs (docs/remote.md).
bool of_another_machine(const std::string& path) { return path.starts_with("rxremote:"); }

struct Arguments {
  OutputArguments output;
  std::string job, folder;
  std::vector<std::string> jobs, states;
  ModelFileArguments model;
  RemoteArguments remote;
  double seconds = -1;
  bool force = false, keep = false;

  json request(const char* op, const std::string& which) const {
    json made = {{"op", op}};
    if (!which.empty())
      made["job"] = which.find('/') == std::string::npos || of_another_machine(which)
                        ? which
                        : absolute_path(which);
    if (auto elsewhere = remote.description({{"type", "RxLocalSeq"}}); !elsewhere.is_null()) {
      if (!folder.empty())
        throw InvalidArgument("--folder is one of this machine, without --remote");
      made["jobs"] = std::move(elsewhere);
    }
    if (!folder.empty()) made["jobs"] = of_another_machine(folder) ? folder : absolute_path(folder);
    return made;
  }
  Document ask(const char* op, const json& more = json::object()) const {
    auto made = request(op, job);
    made.update(more);
    return run_request(made, output);
  }
};

using ArgumentsPtr = std::shared_ptr<Arguments>;

std::string time_text(double seconds) {
  if (!(seconds > 0)) return "-";
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[32] = "";
  if (::localtime_r(&time, &parts))
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);  // locale: digits alone
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string line_of(const Document& job) {
  return padded(job["status"].get<std::string>(), 12) + " " +
         time_text(job["changed"].get<double>()) + "  " + job["id"].get<std::string>() + "  " +
         job["description"].value("label", std::string()) + "\n";
}

/// Everything that is known, a line each.
std::string about(const Document& job) {
  const auto& said = job["description"];
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += padded(std::string(name) + ":", 12) + value + "\n";
  };
  add("job", job["id"].get<std::string>());
  add("status", job["status"].get<std::string>());
  add(job["status"] == "running" ? "progress" : "why", job["message"].get<std::string>());
  add("call", said.value("label", std::string()));
  if (said.contains("context"))
    add("context", said["context"].value("type", std::string("RxLocalSeq")));
  if (said.contains("created")) add("submitted", time_text(said["created"].get<double>()));
  if (job["changed"].get<double>() > 0) add("changed", time_text(job["changed"].get<double>()));
  add("by", said.value("face", std::string()));
  add("machine", said.value("host", std::string()));
  add("folder", job["path"].get<std::string>());
  return text;
}

ArgumentsPtr add_command(CLI::App& app, const char* name, const char* description,
                         CLI::App*& command, bool of_one = true) {
  command = app.add_subcommand(name, description);
  auto arguments = std::make_shared<Arguments>();
  arguments->output.progress = 0;
  if (of_one)
    command->add_option("job", arguments->job, "Id of the job, or its folder")
        ->required()
        ->type_name("JOB");
  command->add_option("--folder", arguments->folder, "Folder of jobs (default: that of the user)")
      ->type_name("FOLDER");
  arguments->remote.add_options(*command, "The jobs of another machine, through ssh");
  command->add_flag("--json", arguments->output.as_json, "Print the reply as JSON");
  return arguments;
}

/// The value of a call of a language, where it is not in that language's own form alone.
std::string value_text(const Document& reply) {
  if (reply.contains("value")) return reply["value"].dump(2) + "\n";
  const bool is_python = reply.value("language", std::string()) == "python";
  throw InvalidArgument("the job holds values of " +
                        std::string(is_python ? "Python: fetch them there with rx_get_job_results"
                                              : "R: fetch them there with rxGetJobResults"));
}

/// As the command itself would have printed it; of a job of a language its print method.
std::string result_text(const Document& reply) {
  if (reply.value("op", std::string()) == "call") return value_text(reply);
  for (const auto* layout : {"summary", "print"})
    if (auto text = printed_text(reply, layout); !text.empty()) return text;
  if (reply.contains("outFile") && !reply["outFile"].is_null()) return written_text(reply);
  if (!reply.contains("class")) return reply.dump(2) + "\n";
  OutputArguments quiet;
  quiet.progress = 0;
  const auto printed = run_request(
      {{"op", "print"}, {"result", json::parse(reply.dump())}, {"layout", "print"}}, quiet);
  return printed_text(printed, "print");
}

}  // namespace

std::string written_text(const Document& reply) {
  const auto& target = reply["outFile"];
  const bool is_table = target.is_object() && target.contains("table");
  const auto name = target.is_string() ? target.get<std::string>()
                                       : target.value(is_table ? "table" : "file", std::string());
  return "Number of rows written: " + reply.value("numRows", Document(0)).dump() +
         ", variables: " + reply.value("numVars", Document(0)).dump() +
         (is_table ? "\nTable: " : "\nFile name: ") + name + "\n";
}

void submit(json request, const OutputArguments& output, const std::string& source,
            const std::string& label) {
  if (is_standard_stream(source))
    throw InvalidArgument("--no-wait needs a file as SOURCE, not standard input");
  output.put(request);
  const auto op = request.value("op", std::string());
  OutputArguments quiet = output;
  quiet.progress = 0;
  const auto reply =
      run_request({{"op", "job_submit"},
                   {"face", "command"},
                   {"runner", {std::filesystem::read_symlink("/proc/self/exe").string()}},
                   {"label", label},
                   {"function", label.substr(0, label.find(' ', label.find(' ') + 1))},
                   {"finish", {{"kind", method_of_op(op) ? "method" : "rows"}}},
                   {"request", std::move(request)}},
                  quiet);
  // A job of another machine is found again by its path, which names that machine.
  const auto path = reply["job"].value("path", std::string());
  show(reply, output,
       (of_another_machine(path) ? path : reply["job"]["id"].get<std::string>()) + "\n");
}

int run_job(const std::string& folder) {
  Request request{json{{"op", "job_run"}, {"job", folder}, {"reportProgress", 0}}.dump(),
                  {},
                  {},
                  nullptr,
                  words_of_commands};
  const auto reply = run(std::move(request), {});
  return json::parse(reply.document).value("status", "") == "finished" ? 0 : 1;
}

void add_job_commands(CLI::App& app) {
  auto* jobs = app.add_subcommand("jobs", "Jobs: what --no-wait and wait = FALSE have submitted");
  jobs->require_subcommand(1);
  CLI::App* command = nullptr;

  const auto list = add_command(*jobs, "list", "List the jobs", command, false);
  command->add_option("--state", list->states, "Those of these statuses: running,finished")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  command->callback([list] {
    json more = json::object();
    if (!list->states.empty()) more["states"] = list->states;
    const auto reply = list->ask("job_list", more);
    std::string text;
    for (const auto& job : reply["jobs"]) text += line_of(job);
    show(reply, list->output, text);
  });

  const auto look = add_command(*jobs, "show", "Say what has become of a job", command);
  command->callback([look] {
    const auto reply = look->ask("job_show");
    show(reply, look->output, about(reply["job"]));
  });

  const auto output = add_command(*jobs, "output", "Print what a job has printed so far", command);
  command->callback([output] {
    const auto reply = output->ask("job_output");
    show(reply, output->output, reply["output"].get<std::string>());
  });

  const auto result = add_command(*jobs, "result", "Print the result of a finished job", command);
  command->add_flag("--keep", result->keep, "Keep the job: its result can be printed again");
  result->model.add_options(*command);
  command->callback([result] {
    result->model.check();
    const bool cleans = result->ask("job_show")["job"]["description"].value("autoCleanup", true);
    const auto reply = run_request(result->request("job_result", result->job), result->output,
                                   false, result->model.wanted());
    result->model.keep();
    show(reply, result->output, result_text(reply));
    if (cleans && !result->keep) result->ask("job_remove", {{"force", true}});
  });

  const auto wait = add_command(*jobs, "wait", "Wait until a job has ended", command);
  command->add_option("--seconds", wait->seconds, "At most so long (default: as long as it takes)")
      ->type_name("NUMBER");
  command->callback([wait] {
    const auto reply = wait->ask("job_wait", {{"seconds", wait->seconds}});
    show(reply, wait->output, line_of(reply["job"]));
    const auto status = reply["job"]["status"].get<std::string>();
    if (status != "finished")
      throw Error("the job " + reply["job"]["id"].get<std::string>() + " is " + status +
                  (reply["job"]["message"] == "" ? "" : ": ") +
                  reply["job"]["message"].get<std::string>());
  });

  const auto cancel =
      add_command(*jobs, "cancel", "Stop a job; what it has computed is removed", command);
  command->callback([cancel] {
    const auto reply = cancel->ask("job_cancel");
    show(reply, cancel->output, line_of(reply["job"]));
  });

  const auto clean =
      add_command(*jobs, "clean", "Remove jobs that have failed or were canceled", command, false);
  command->add_option("jobs", clean->jobs, "Ids of jobs (default: all)")->type_name("JOB");
  command->add_flag("--force", clean->force,
                    "Any job, also one with a result; one that runs is stopped");
  command->callback([clean] {
    auto which = clean->jobs;
    const auto listed =
        which.empty() ? clean->ask("job_list") : Document{{"jobs", Document::array()}};
    for (const auto& job : listed["jobs"]) which.push_back(job["path"]);
    Document all = Document::array();
    std::string text;
    for (const auto& each : which) {
      auto request = clean->request("job_remove", each);
      request["force"] = clean->force;
      const auto reply = run_request(request, clean->output);
      text += (reply["removed"] == true ? "removed: " : "kept:    ") + line_of(reply["job"]);
      all.push_back(reply);
    }
    show({{"jobs", all}}, clean->output, text);
  });
}

}  // namespace insitu::cli
