#pragma once
// Which machine a process runs on, and since when: what a job remembers of its runner.
#include <string>

namespace insitu {

struct Machine {
  std::string host;       ///< its name
  std::string boot;       ///< changes when the machine is started anew; "" where it is not told
  std::string processes;  ///< the space in which process numbers mean something; "" likewise
};

Machine this_machine();

}  // namespace insitu
