#pragma once
// The folder of an application: what its gateway and its clients know of each other
// (docs/worker.md, "The gateway"). Private to the user; its name is short, for a socket is in
// it.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace insitu {

class GatewayFolder {
 public:
  explicit GatewayFolder(std::string path) : path_(std::move(path)) {}

  /// A new one, in a folder that is wanted ("": none) or in /tmp, with its token and with settings
  /// for the gateway. Throws DataError.
  static GatewayFolder make(const std::string& wanted, const nlohmann::json& settings);
  /// That of a persistent application of this user with the same settings, of which `key` tells, if
  /// it lives. `engine`: "spark".
  static std::optional<GatewayFolder> find(const std::string& engine, const std::string& key);
  /// Those of all persistent applications of this user that live on this machine; what killed ones
  /// have left is removed. Other machines may share the home folder: theirs is left alone.
  static std::vector<GatewayFolder> all_persistent(const std::string& engine);

  const std::string& path() const { return path_; }
  /// The gateway is there, and the folder is this user's alone.
  bool ready() const;
  int process() const;  ///< of the gateway; -1: not known
  /// That process runs, and is no later one with its number.
  bool lives() const;
  /// The path of a new file in it that only this user can read. Throws DataError.
  std::string write(const std::string& name, const std::string& text) const;
  /// Ends the process of a gateway that does not listen any more.
  void end() const noexcept;
  std::string socket() const;
  std::string token() const;
  std::string log() const;       ///< path of what the application prints
  std::string log_tail() const;  ///< its last lines

  /// Lets other processes of this user find it. Returns what went wrong, "" for nothing.
  std::string publish(const std::string& engine, const std::string& key) const;
  void remove() const noexcept;

 private:
  std::string path_;
};

/// Whether a process runs; one of ours that has ended is taken leave of.
bool process_lives(int process);

}  // namespace insitu
