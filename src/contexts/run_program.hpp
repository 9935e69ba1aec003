#pragma once
// A short question to another program of this machine.
#include <string>
#include <vector>

namespace insitu {

struct ProgramAnswer {
  bool started = false;  ///< the program exists and could be run
  int status = -1;       ///< exit status; -1: killed or not started
  std::string output;    ///< standard output and error, at most 64 KiB
};

/// Runs the program (looked for in PATH) with no input, at most `seconds`; then it is killed.
ProgramAnswer run_program(const std::vector<std::string>& command, double seconds = 20);

}  // namespace insitu
