#include "spark_commands.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run_request.hpp"
#include "spark_arguments.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

struct Arguments {
  SparkArguments spark;
  OutputArguments output;
  std::vector<std::string> names;

  /// The application that commands with --keep-spark and the same settings use.
  json kept_application() const {
    auto context = spark.description();
    context["persistentRun"] = true;
    return context;
  }
};

std::shared_ptr<Arguments> add_command(CLI::App& app, const char* name, const char* description,
                                       CLI::App*& command) {
  command = app.add_subcommand(name, description);
  auto arguments = std::make_shared<Arguments>();
  arguments->output.progress = 0;
  command->add_flag("--json", arguments->output.as_json, "Print the reply as JSON");
  return arguments;
}

}  // namespace

void add_spark_commands(CLI::App& app) {
  auto* spark = app.add_subcommand("spark", "The Spark applications that --keep-spark left");
  spark->require_subcommand(1);
  CLI::App* command = nullptr;

  const auto list =
      add_command(*spark, "list-data", "Say which rows an application keeps in memory", command);
  list->spark.add_options(*command);
  command->callback([list] {
    const auto reply = run_request(
        {{"op", "spark_list_data"}, {"context", list->kept_application()}}, list->output);
    show(reply, list->output, printed_text(reply, "print"));
  });

  const auto remove = add_command(*spark, "remove-data",
                                  "Remove rows that an application keeps in memory", command);
  command
      ->add_option("names", remove->names, "What to remove, as list-data names it (default: all)")
      ->type_name("NAME");
  remove->spark.add_options(*command);
  command->callback([remove] {
    json request = {{"op", "spark_remove_data"}, {"context", remove->kept_application()}};
    if (remove->names.empty())
      request["all"] = true;
    else
      request["names"] = remove->names;
    const auto reply = run_request(request, remove->output);
    show(reply, remove->output, "Removed: " + reply.value("removed", Document(0)).dump() + "\n");
  });

  const auto stop = add_command(*spark, "stop",
                                "Stop all Spark applications of this user that were kept", command);
  command->callback([stop] {
    const auto reply = run_request(
        {{"op", "stop_engine"}, {"context", stop->kept_application()}, {"scope", "user"}},
        stop->output);
    show(reply, stop->output, "Stopped: " + reply.value("stopped", Document(0)).dump() + "\n");
  });
}

}  // namespace insitu::cli
