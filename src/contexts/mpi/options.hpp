#pragma once
#include <string>
#include <vector>

namespace insitu {

struct MpiOptions {
  int ranks = -1;                      ///< -1: as many as mpirun has slots
  std::string mpirun = "mpirun";       ///< a name without '/' is looked for in PATH
  std::string hostfile;                ///< "": none
  std::vector<std::string> switches;   ///< more arguments of mpirun
  std::vector<std::string> worker;     ///< command beside each rank; empty: find_worker()
  std::vector<std::string> languages;  ///< whose functions this command runs
  double patience = 60;                ///< seconds of silence after which a worker counts as lost
  int attempts = 3;                    ///< how often a run of splits may be lost with its worker
};

/// The program that runs as each rank: $INSITU_MPI, else beside insitu-worker. Throws WorkerError
/// that says how it is had.
std::string find_mpi_program();

/// The command line of mpirun; `folder`: where rank 0 finds its client. Throws InvalidArgument for
/// options that cannot be, WorkerError where the program of the ranks is not there.
std::vector<std::string> mpirun_command(const MpiOptions&, const std::string& folder);

/// What options can be seen to be wrong without starting anything. Throws InvalidArgument.
void check_mpi_options(const MpiOptions&);

}  // namespace insitu
