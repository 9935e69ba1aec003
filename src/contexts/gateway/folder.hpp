#pragma once
// The folder of a Spark application: what its gateway and its clients know of each other
// (docs/worker.md, "The Spark gateway"). Private to the user; its name is short, for a socket is in
// it.
#include <optional>
#include <string>
#include <vector>

#include "contexts/spark_options.hpp"

namespace insitu {

class SparkFolder {
 public:
  explicit SparkFolder(std::string path) : path_(std::move(path)) {}

  /// A new one, in clientShareDir or /tmp, with its token and settings. Throws DataError.
  static SparkFolder make(const SparkOptions&);
  /// That of a persistent application of this user with the same settings, if it lives.
  static std::optional<SparkFolder> find(const SparkLaunch&);
  /// Those of all persistent applications of this user that live on this machine; what killed ones
  /// have left is removed. Other machines may share the home folder: theirs is left alone.
  static std::vector<SparkFolder> all_persistent();

  const std::string& path() const { return path_; }
  /// The gateway is there, and the folder is this user's alone.
  bool ready() const;
  int process() const;  ///< of the gateway; -1: not known
  /// That process runs, and is no later one with its number.
  bool lives() const;
  /// The arguments of spark-submit, with the settings in a file of the folder: arguments can be
  /// seen by every user of the machine, and settings may be secrets. Throws DataError.
  std::vector<std::string> write_settings(const SparkLaunch&, const std::string& spark_home) const;
  /// Ends the process of a gateway that does not listen any more.
  void end() const noexcept;
  std::string socket() const;
  std::string token() const;
  std::string log() const;       ///< path of what spark-submit prints
  std::string log_tail() const;  ///< its last lines

  /// Lets other processes of this user find it. Returns what went wrong, "" for nothing.
  std::string publish(const SparkLaunch&) const;
  void remove() const noexcept;

 private:
  std::string path_;
};

/// Whether a process runs; one of ours that has ended is taken leave of.
bool process_lives(int process);

}  // namespace insitu
