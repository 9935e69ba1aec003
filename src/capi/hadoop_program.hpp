#pragma once
// Hadoop's own programs, which need Java and Hadoop's jars here: what rxHadoopCommand runs.
#include <string>
#include <vector>

namespace insitu {

struct HadoopOutcome {
  int status = 0;  ///< 128 and the signal where one has ended it
  std::string output, errors;
};

/// What to start for `words` of a command of `hadoop` ("fs -ls /", "version"): with the class path
/// of INSITU_HADOOP_CLASSPATH Java itself, else the script of HADOOP_HOME or PATH. Throws
/// InvalidArgument for a command that Java alone is not known to have; Unsupported where there is
/// no Hadoop, with the way out.
std::vector<std::string> hadoop_command(const std::vector<std::string>& words);

/// Runs it to its end, without a shell; Hadoop's log is left out of `errors`. Throws Cancelled (it
/// is ended then), DataError for more than 64 MiB of output, WorkerError where it cannot be
/// started.
HadoopOutcome run_hadoop(const std::vector<std::string>& words);

}  // namespace insitu
