#pragma once
// Command line options that become parts of a request (docs/requests.md): sources by the ending of
// their name, what happens to rows, targets and compute contexts.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "database_arguments.hpp"
#include "hadoop_arguments.hpp"
#include "spark_arguments.hpp"

namespace insitu::cli {

struct SourceArguments {
  std::string path;
  std::optional<std::string> missing, delimiter, encoding, quote, decimal_type;
  std::vector<std::string> column_classes, factors, key;
  std::optional<std::int64_t> rows_per_read, blocks_per_read, skip, sniff;
  bool header = false, no_header = false, strings_as_factors = false, fixed = false;

  void add_options(CLI::App&);
  /// The descriptor of `path`, made absolute. Throws InvalidArgument for options that do not fit
  /// the format.
  nlohmann::json descriptor() const;

 private:
  void put_columns(nlohmann::json& source) const;
  nlohmann::json text_descriptor(const std::string& file) const;
};

struct PipelineArguments {
  std::vector<std::string> keep, drop, transforms;
  std::string select;
  std::optional<std::int64_t> start_row, rows;
  bool remove_missing = false;

  void add_options(CLI::App&, bool columns = true);
  void put(nlohmann::json& request) const;
};

struct TargetArguments {
  std::string path;
  bool overwrite = false, composite = false;
  std::string append;
  std::optional<int> compression, precision;

  void add_options(CLI::App&);
  nlohmann::json descriptor() const;
  void put(nlohmann::json& request) const;
};

/// Which other machine, through ssh.
struct RemoteArguments {
  std::string host, ssh_switches, folder;

  void add_options(CLI::App&, const char* what);
  /// RxRemote that computes in `within` there; null: none was named.
  nlohmann::json description(const nlohmann::json& within) const;
};

struct ContextArguments {
  std::string context = "local";
  SparkArguments spark;
  HadoopArguments hadoop;
  DatabaseArguments database;
  std::optional<int> threads, workers, ranks;
  std::string worker, mpirun, hostfile, switches;
  RemoteArguments remote;
  bool no_wait = false;

  void add_options(CLI::App&);
  /// --no-wait, of commands that may be jobs.
  void add_no_wait(CLI::App&);
  nlohmann::json description() const;

 private:
  nlohmann::json description_within() const;
};

/// An absolute path; nothing is looked up. What names its file system (hdfs://...) stays as it is,
/// and so does every path where --remote is given.
std::string absolute_path(const std::string& path);

/// "name=rest" in two. Throws InvalidArgument that names the option and what was given.
std::pair<std::string, std::string> name_and_rest(const std::string& text, const char* option);

}  // namespace insitu::cli
