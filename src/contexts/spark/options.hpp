#pragma once
// What RxSpark's arguments say (spec: compute-contexts.md, 4.2), and the command that starts a
// Spark application of that kind.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace insitu {

/// The arguments by their names; those that concern the application alone decide whether a running
/// one can be used again.
struct SparkOptions {
  std::string master = "yarn";  ///< "yarn", "standalone", "local", or a URL of Spark
  std::string name_node;        ///< host or URI; "": as Spark is configured
  int port = 0;                 ///< of the name node; 0: its own
  int num_executors = 65535;    ///< 65535: as many as there are
  int executor_cores = 2;
  std::string executor_mem = "4g", driver_mem = "4g", executor_overhead_mem = "4g";
  std::string extra_spark_config;         ///< "--conf k=v ...", as a shell would split it
  std::string reduce_method = "auto";     ///< "auto", "oneStage", "twoStage"
  std::string share_dir, hdfs_share_dir;  ///< "": the defaults of this user
  std::string client_share_dir;           ///< "": /tmp
  std::string tmp_fs_work_dir;            ///< "": as the executors have it
  std::string job_tracker_url;            ///< set: the web pages of the application are on
  bool persistent_run = false;            ///< the application outlives the call
  double idle_timeout = 3600;             ///< seconds; negative: never
  bool suppress_warning = true;           ///< no notes on arguments that mean nothing here
  bool console_output = false;            ///< what workers print goes to the console
  std::string spark_home;                 ///< used where SPARK_HOME is not set; "": search
  std::string session;                    ///< folder of a running application; "": none
  std::vector<std::string> worker;        ///< command of workers of a language; empty: the jar's
  std::vector<std::string> languages;     ///< whose functions that command runs
};

/// Keys that the description of the context may have.
const std::vector<std::string>& spark_option_keys();

/// Throws InvalidArgument that names the argument, its value and the way out: another kind, an
/// impossible memory size, ssh arguments (nothing is started on other machines), ...
SparkOptions spark_options_from_json(const nlohmann::json& description);

/// What to run, and in what environment.
struct SparkLaunch {
  std::string master;                                            ///< as Spark is told
  std::vector<std::string> arguments;                            ///< of spark-submit, up to the jar
  std::vector<std::pair<std::string, std::string>> environment;  ///< set for it
  std::vector<std::string> notes;  ///< arguments that have no meaning for this master
  bool loopback = false;           ///< driver and executors are on this machine
  /// The same for a session that another program starts: settings in the order in which they are
  /// made, the user's own last, and the words of extraSparkConfig that are no settings.
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> other_words;
  /// Two descriptions with the same key may share one application.
  std::string key;
};

/// The command line for these options; settings that keep the order of the data come last but for
/// the user's own. Throws InvalidArgument for settings in extraSparkConfig that would break it.
SparkLaunch spark_launch(const SparkOptions&);

}  // namespace insitu
