#include "groups_commands.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "request_arguments.hpp"
#include "run_request.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

json set_at(const std::string& path) {
  return {{"type", "RxXdfData"}, {"file", absolute_path(path)}, {"createPartitionSet", true}};
}

void add_partition(CLI::App& app) {
  auto* command =
      app.add_subcommand("partition", "Write the rows of each group to an .xdf of their own");
  struct Own {
    SourceArguments source;
    PipelineArguments pipeline;
    ContextArguments context;
    OutputArguments output;
    std::string target;
    std::vector<std::string> by;
    bool append = false, overwrite = false;
    std::optional<int> compression;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("source", own->source.path, "File to read")->required()->type_name("SOURCE");
  command->add_option("target", own->target, "Folder of the partitioned set")
      ->required()
      ->type_name("TARGET");
  command->add_option("--by", own->by, "Variables whose values make a group: a,b,c")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  auto* append = command->add_flag("--append", own->append,
                                   "Add rows to the partitions of a set that is there");
  command->add_flag("--overwrite", own->overwrite, "Replace a set that is there")->excludes(append);
  command->add_option("--compression", own->compression, "zlib level of the files, 0 to 9")
      ->type_name("LEVEL");
  own->source.add_options(*command);
  own->pipeline.add_options(*command, false);
  own->context.add_options(*command);
  own->output.add_options(*command);
  command->callback([own] {
    json request = {{"op", "partition"},
                    {"inData", own->source.descriptor()},
                    {"outData", set_at(own->target)},
                    {"varsToPartition", own->by},
                    {"append", own->append ? "rows" : "none"},
                    {"overwrite", own->overwrite},
                    {"context", own->context.description()}};
    own->pipeline.put(request);
    if (own->compression) request["xdfCompressionLevel"] = *own->compression;
    const auto reply = run_request(request, own->output);
    show(reply, own->output, printed_text(reply, "print"));
  });
}

void add_partitions(CLI::App& app) {
  auto* command = app.add_subcommand("partitions", "Say what a partitioned set holds");
  struct Own {
    std::string folder;
    OutputArguments output;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("source", own->folder, "Folder of the set")->required()->type_name("SOURCE");
  own->output.add_options(*command);
  command->callback([own] {
    auto output = own->output;
    if (!output.progress) output.progress = 0;
    const auto reply = run_request({{"op", "partitions"}, {"data", set_at(own->folder)}}, output);
    show(reply, own->output, printed_text(reply, "print"));
  });
}

}  // namespace

void add_groups_commands(CLI::App& app) {
  add_partition(app);
  add_partitions(app);
}

}  // namespace insitu::cli
