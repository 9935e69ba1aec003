#pragma once
#include <cstdlib>
#include <string>

#include "contexts/run_program.hpp"

namespace insitu {

/// Why no ranks of MPI can be started here; "": they can.
inline std::string missing_mpi() {
  if (!std::getenv("INSITU_MPI"))
    return "this build has no insitu-mpi: libopenmpi-dev was not found, or sanitizers are on";
  if (!run_program({"mpirun", "--version"}).started)
    return "mpirun is not installed (Debian: openmpi-bin)";
  return "";
}

}  // namespace insitu
