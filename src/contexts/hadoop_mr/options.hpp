#pragma once
// What RxHadoopMR's arguments say (spec: compute-contexts.md, 4.4), and what a gateway is told of
// them.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace insitu {

/// The arguments by their names.
struct HadoopOptions {
  std::string framework = "auto";         ///< "yarn", "local"; "auto": as Hadoop is configured
  std::string name_node;                  ///< host or URI; "": as Hadoop is configured
  int port = 0;                           ///< of the name node; 0: its own
  std::string hadoop_switches;            ///< "-D k=v -files a,b ...", as a shell would split it
  std::string hdfs_share_dir;             ///< "": the gateway's choice
  std::string share_dir;                  ///< of jobs; "": that of the user
  std::string client_share_dir;           ///< "": /tmp
  std::string jvm_options;                ///< of the gateway's Java, as a shell would split them
  int map_memory = 0, reduce_memory = 0;  ///< MB of a task; 0: as Hadoop is configured
  std::string uber = "auto";              ///< "auto", "yes", "no"
  std::string reduce_method = "auto";     ///< "auto", "none", "oneStage", "twoStage"
  bool run_as_user_mode = false;          ///< tasks run as another user
  bool console_output = false;            ///< what workers print goes to the console
  double results_timeout = 15;            ///< seconds
  std::vector<std::string> worker;        ///< command of workers of a language; empty: the jar's
  std::vector<std::string> languages;     ///< whose functions that command runs
};

/// Keys that the description of the context may have.
const std::vector<std::string>& hadoop_option_keys();

/// Throws InvalidArgument that names the argument, its value and the way out; Unsupported for ssh.
HadoopOptions hadoop_options_from_json(const nlohmann::json& description);

/// What the options say to Hadoop.
struct HadoopLaunch {
  /// Over the files of HADOOP_CONF_DIR, by key: of nameNode, port and framework, then the user's
  /// own.
  nlohmann::json configuration = nlohmann::json::object();
  std::vector<std::string> files, archives, jars;  ///< of -files, -archives, -libjars
  std::vector<std::string> java;                   ///< arguments before the class path
  /// "yarn" or "local" where the user has said so, else "".
  std::string framework;
  /// What a task has at most, where the user has said so (Hadoop's key for it), else 0.
  std::uint64_t bytes_of_task = 0;
  /// The user has chosen nothing of where jobs run, so that small ones may run in the gateway.
  bool may_run_here = false;

  /// settings.json of the gateway's folder.
  nlohmann::json settings(const HadoopOptions&, const std::string& jar) const;
};

/// Throws InvalidArgument for switches that Hadoop does not know or that would be ours to set.
HadoopLaunch hadoop_launch(const HadoopOptions&);

}  // namespace insitu
