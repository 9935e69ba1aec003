#pragma once
// How a program is started as a child of this process: its descriptors, signals and environment.
#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace insitu {

class ChildStart {
 public:
  ChildStart();
  ~ChildStart();
  ChildStart(const ChildStart&) = delete;
  ChildStart& operator=(const ChildStart&) = delete;

  /// The child's descriptor `as` is this one of ours, or this file.
  void use(int descriptor, int as);
  void open(const char* path, int flags, int as, mode_t mode = 0);

  enum class Group { kGroup, kSession };
  /// Signals as for a program started afresh, whatever this process has set, in a group or session
  /// of its own: an interrupt at a terminal reaches us alone, and we cancel in good order. No other
  /// descriptors than the standard ones are inherited, where the platform can close them: say it
  /// last.
  void apart(Group);

  /// Starts the program (without '/': looked for in PATH) in our environment, or in the given one
  /// of "NAME=value". Returns 0, or the error number; then there is no child.
  int start(std::vector<std::string> command, pid_t& process,
            std::vector<std::string>* environment = nullptr) const;
  /// The same for a program that outlives this one: it is no child of ours, so nobody here has to
  /// take note of its end.
  int start_orphan(std::vector<std::string> command) const;

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace insitu
