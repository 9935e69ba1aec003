#include "explain_command.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "run_request.hpp"

namespace insitu::cli {

namespace {

void explain(std::vector<std::string> words, void (*add_commands)(CLI::App&)) {
  CLI::App commands("", "insitu explain");
  commands.require_subcommand(1);
  add_commands(commands);
  std::vector<std::string> names;
  for (const auto* each : commands.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  if (words.empty())
    throw InvalidArgument("COMMAND is missing: say insitu explain COMMAND with its arguments");
  if (std::ranges::find(names, words.front()) == names.end())
    throw InvalidArgument("unknown command: " + words.front() + did_you_mean(words.front(), names));
  const auto command = words.front();
  explain_requests(true);
  std::ranges::reverse(words);  // as the parser takes them
  commands.parse(std::move(words));
  throw InvalidArgument("insitu " + command +
                        " makes no pass over data: there is nothing to explain");
}

}  // namespace

void add_explain(CLI::App& app, void (*add_commands)(CLI::App&)) {
  auto* command = app.add_subcommand("explain", "Say what a command would do, without doing it");
  command->prefix_command();
  command->footer("Before COMMAND stand no options; all behind it are its own (--json, too).");
  command->callback([command, add_commands] { explain(command->remaining(), add_commands); });
}

}  // namespace insitu::cli
