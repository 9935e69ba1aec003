#include "groups_commands.hpp"

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.hpp"
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

/// A folder of this command's own for the rows of the groups.
struct RowsFolder {
  RowsFolder() {
    auto name = (std::filesystem::temp_directory_path() / "insitu-groups-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw DataError("cannot make a folder for rows: " + name);
    path = name;
  }
  ~RowsFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  RowsFolder(const RowsFolder&) = delete;
  RowsFolder& operator=(const RowsFolder&) = delete;
  std::string path;
};

std::string csv_cell(const Document& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return value.dump();
  auto text = value.get<std::string>();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// Columns of one length as CSV; missing values are empty.
std::string as_csv(const Document& columns, std::size_t rows) {
  std::string text;
  for (const auto& [name, values] : columns.items()) {
    if (!text.empty()) text += ',';
    text += csv_cell(name);
  }
  text += '\n';
  for (std::size_t row = 0; row < rows; ++row) {
    bool first = true;
    for (const auto& values : columns) {
      if (!std::exchange(first, false)) text += ',';
      text += csv_cell(values[row]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

void analyze_by(const std::vector<std::string>& keys, json method, const OutputArguments& output) {
  const RowsFolder folder;
  const auto context = method.value("context", json());
  const auto data = method["data"];
  for (const auto* key : {"data", "context", "print"}) method.erase(key);
  OutputArguments quiet = output;
  if (!quiet.progress) quiet.progress = 0;
  auto groups = run_request({{"op", "group_rows"},
                             {"inData", data},
                             {"keys", keys},
                             {"folder", folder.path},
                             {"context", context}},
                            quiet);
  auto columns = groups["keys"];
  const auto rows = columns[".rxRows"];
  columns.erase(".rxRows");
  columns["status"] = Document::array();
  if (!rows.empty()) {
    auto table = run_request({{"op", "analyze_groups"},
                              {"files", groups["files"]},
                              {"rows", rows},
                              {"method", method},
                              {"context", context}},
                             quiet)["table"];
    columns["status"] = table[".rxError"];
    for (auto& each : columns["status"])
      if (each.is_null()) each = "OK";
    table.erase(".rxError");
    table.erase(".rxCode");
    for (const auto& [name, values] : table.items()) columns[name] = values;
  }
  show({{"groups", columns}}, output, as_csv(columns, rows.size()));
}

void add_groups_commands(CLI::App& app) {
  add_partition(app);
  add_partitions(app);
}

}  // namespace insitu::cli
