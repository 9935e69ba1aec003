// insitu: the command line. Results go to standard output, progress and errors to standard error.
// Exit status: 0 done, 1 failed, 2 wrong arguments, 128 + the signal where one ended it (130:
// interrupted).
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/named.hpp"
#include "base/suggest.hpp"
#include "capi/facade.hpp"
#include "capi/formats.hpp"
#include "commands.hpp"
#include "job_commands.hpp"
#include "run_request.hpp"
#include "standard_streams.hpp"
#include "words.hpp"

namespace {

enum Exit { kFailed = 1, kUsage = 2 };

int fail(const std::string& message, int status) {
  std::string line = insitu::cli::with_stream_names(message);
  for (auto& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "insitu: %s\n", line.c_str());
  return status;
}

/// What to say of a first argument that is no command; "" when it is one.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  std::vector<std::string> names;
  std::string list;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) return "";
    names.push_back(command->get_name());
    if (!list.empty()) list.append(", ");
    list.append(command->get_name());
  }
  return std::string("unknown command: ")
      .append(argv[1])
      .append(insitu::did_you_mean(argv[1], names))
      .append("; commands: ")
      .append(list);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--job") {  // the runner of a job (docs/jobs.md)
    try {
      return insitu::cli::run_job(argv[2]);
    } catch (const std::exception& failure) {
      return fail(failure.what(), kFailed);
    }
  }
  CLI::App app("Import, inspect, summarise and model data of any size.", "insitu");
  app.set_version_flag("--version", "insitu " + insitu::version());
  app.require_subcommand(1);
  app.footer(
      "Files are known by their endings: " + insitu::endings_of_files(false) +
      "\n(text also .gz); hive:TABLE and 'hive:SELECT ...' are rows of Hive, with --context "
      "spark;\n"
      "odbc:TABLE, postgres:TABLE, sqlserver:TABLE and 'odbc:SELECT ...' are rows of a database "
      "(docs/databases.md).\n"
      "insitu COMMAND --help tells more of a command.");
  try {
    insitu::cli::add_commands(app);
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& wrong) {
    if (wrong.get_exit_code() == 0) return app.exit(wrong);  // --help, --version
    if (const auto unknown = unknown_command(app, argc, argv); !unknown.empty())
      return fail(unknown, kUsage);
    return fail(std::string(wrong.what()) + " (insitu --help tells the arguments)", kUsage);
  } catch (const insitu::Cancelled&) {
    return fail("interrupted", 128 + insitu::cli::interrupting_signal());
  } catch (const insitu::Error& failure) {
    return fail(insitu::in_words(failure.what(), insitu::cli::words_of_commands), kFailed);
  } catch (const std::exception& failure) {
    return fail(std::string("internal error: ") + failure.what(), kFailed);
  }
}
