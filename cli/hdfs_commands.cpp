#include "hdfs_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "request_arguments.hpp"
#include "run_request.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

struct HdfsArguments {
  OutputArguments output;
  std::vector<std::string> paths;
  std::string source, target;
  bool recursive = false, overwrite = false, skip_trash = false;

  Document ask(const char* command, json more) const {
    more["op"] = "hdfs";
    more["command"] = command;
    return run_request(std::move(more), output);
  }
};

using HdfsArgumentsPtr = std::shared_ptr<HdfsArguments>;

HdfsArgumentsPtr add_hdfs_command(CLI::App& app, const char* name, const char* description,
                                  CLI::App*& command) {
  command = app.add_subcommand(name, description);
  auto arguments = std::make_shared<HdfsArguments>();
  arguments->output.progress = 0;
  return arguments;
}

void add_paths(CLI::App& command, const HdfsArgumentsPtr& arguments, const char* what) {
  command.add_option("path", arguments->paths, what)->required()->type_name("PATH");
}

void add_ends(CLI::App& command, const HdfsArgumentsPtr& arguments, const char* from,
              const char* to) {
  command.add_option("source", arguments->source, from)->required()->type_name("SOURCE");
  command.add_option("target", arguments->target, to)->required()->type_name("TARGET");
}

void add_json(CLI::App& command, const HdfsArgumentsPtr& arguments) {
  command.add_flag("--json", arguments->output.as_json, "Print the reply as JSON");
}

std::string line_of(const Document& file) {
  char time[32] = "";
  const auto seconds = static_cast<std::time_t>(file["modified"].get<double>());
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts))
    std::strftime(time, sizeof time, "%Y-%m-%d %H:%M", &parts);  // locale: digits alone
  const auto wide = [](std::string text, std::size_t width) {
    text.resize(std::max(width, std::min(text.size(), std::size_t{32})), ' ');
    return text + " ";
  };
  const auto size = file["size"].dump();
  return std::string(file["folder"].get<bool>() ? "d " : "- ") +
         wide(file["permission"].get<std::string>(), 4) +
         wide(file["owner"].get<std::string>(), 12) + wide(file["group"].get<std::string>(), 12) +
         std::string(size.size() < 14 ? 14 - size.size() : 0, ' ') + size + " " + time + " " +
         file["path"].get<std::string>() + "\n";
}

/// The bytes of a file on standard output, piece by piece.
void print_file(const HdfsArguments& arguments, const std::string& path) {
  for (std::uint64_t offset = 0, size = 1; offset < size;) {
    const auto reply =
        arguments.ask("read", {{"path", path}, {"offset", offset}, {"length", 8 << 20}});
    size = reply["size"].get<std::uint64_t>();
    const auto bytes = from_base64(reply["value"].get<std::string>());
    if (bytes.empty() && offset < size) throw DataError("the file has become shorter: " + path);
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size())
      throw DataError("cannot write to standard output");
    offset += bytes.size();
  }
  if (std::fflush(stdout) != 0) throw DataError("cannot write to standard output");
}

}  // namespace

void add_hdfs_commands(CLI::App& app) {
  auto* hdfs = app.add_subcommand(
      "hdfs", "Files of HDFS, over WebHDFS: hdfs:// paths, or those of HADOOP_CONF_DIR's cluster");
  hdfs->require_subcommand(1);
  CLI::App* command = nullptr;

  const auto list = add_hdfs_command(*hdfs, "ls", "List folders", command);
  command->add_option("path", list->paths, "Folders or files (default: the home folder)")
      ->type_name("PATH");
  command->add_flag("-R,--recursive", list->recursive, "With all that is below");
  add_json(*command, list);
  command->callback([list] {
    for (const auto& path : list->paths.empty() ? std::vector<std::string>{""} : list->paths) {
      const auto reply = list->ask("list", {{"path", path}, {"recursive", list->recursive}});
      std::string text;
      for (const auto& file : reply["files"]) text += line_of(file);
      show(reply, list->output, text);
    }
  });

  const auto stat = add_hdfs_command(*hdfs, "stat", "Say what a path is", command);
  add_paths(*command, stat, "Files or folders");
  add_json(*command, stat);
  command->callback([stat] {
    for (const auto& path : stat->paths) {
      const auto reply = stat->ask("stat", {{"path", path}});
      if (reply["file"].is_null()) throw DataError("file not found: " + path);
      show(reply, stat->output, line_of(reply["file"]));
    }
  });

  const auto cat = add_hdfs_command(*hdfs, "cat", "Print files", command);
  add_paths(*command, cat, "Files");
  command->callback([cat] {
    for (const auto& path : cat->paths) print_file(*cat, path);
  });

  const auto put = add_hdfs_command(*hdfs, "put", "Copy a file or folder to HDFS", command);
  add_ends(*command, put, "Of this machine", "Its name there, or a folder that it goes into");
  command->add_flag("-f,--overwrite", put->overwrite, "Replace what is there");
  command->callback([put] {
    put->ask("put", {{"path", absolute_path(put->source)},
                     {"target", put->target},
                     {"overwrite", put->overwrite}});
  });

  const auto get = add_hdfs_command(*hdfs, "get", "Copy a file or folder from HDFS", command);
  add_ends(*command, get, "Of HDFS", "Its name here, or a folder that it goes into");
  command->add_flag("-f,--overwrite", get->overwrite, "Replace what is there");
  command->callback([get] {
    get->ask("get", {{"path", get->source},
                     {"target", absolute_path(get->target)},
                     {"overwrite", get->overwrite}});
  });

  const auto copy = add_hdfs_command(*hdfs, "cp", "Copy within HDFS", command);
  add_ends(*command, copy, "A file or folder", "Its other name, or a folder that it goes into");
  command->add_flag("-f,--overwrite", copy->overwrite, "Replace what is there");
  command->callback([copy] {
    copy->ask("copy",
              {{"path", copy->source}, {"target", copy->target}, {"overwrite", copy->overwrite}});
  });

  const auto move = add_hdfs_command(*hdfs, "mv", "Rename within HDFS", command);
  add_ends(*command, move, "A file or folder", "Its new name, or a folder that it goes into");
  command->callback([move] {
    move->ask("move", {{"path", move->source}, {"target", move->target}});
  });

  const auto make = add_hdfs_command(*hdfs, "mkdir", "Make folders, and those above them", command);
  add_paths(*command, make, "Folders");
  command->callback([make] {
    for (const auto& path : make->paths) make->ask("makeDir", {{"path", path}});
  });

  const auto remove = add_hdfs_command(*hdfs, "rm", "Remove files", command);
  add_paths(*command, remove, "Files, or folders with -r");
  command->add_flag("-r,--recursive", remove->recursive, "Folders, with all that is in them");
  command->add_flag("--skip-trash", remove->skip_trash, "Not into the trash of the cluster");
  command->callback([remove] {
    for (const auto& path : remove->paths)
      remove->ask(
          "remove",
          {{"path", path}, {"recursive", remove->recursive}, {"skipTrash", remove->skip_trash}});
  });
}

}  // namespace insitu::cli
