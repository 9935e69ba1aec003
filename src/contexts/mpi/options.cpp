#include "contexts/mpi/options.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"

namespace insitu {

std::string find_mpi_program() {
  try {
    return find_companion("insitu-mpi", "INSITU_MPI", "hosts/mpi",
                          {".", "bin", "../bin", "../libexec/insitu", "../../bin"});
  } catch (const WorkerError& failure) {
    throw WorkerError(
        std::string(failure.what()) +
        ". This installation was built where there was no MPI: install Open MPI (Debian: "
        "libopenmpi-dev and openmpi-bin) and install insitu anew");
  }
}

void check_mpi_options(const MpiOptions& options) {
  if (options.ranks != -1 && options.ranks < 1)
    throw InvalidArgument("`numRanks` must be at least 1, or -1 for all slots, is "_named +
                          std::to_string(options.ranks));
  if (options.mpirun.empty()) throw InvalidArgument("`mpirun` must name a program, is \"\""_named);
  for (const auto& word : options.switches)
    for (const auto* number : {"-n", "--n", "-np", "--np", "-c"})
      if (word == number)
        throw InvalidArgument("`RxMpi`: `switches` cannot hold "_named + word +
                              ": say the number of ranks as `numRanks`"_named);
}

std::vector<std::string> mpirun_command(const MpiOptions& options, const std::string& folder) {
  check_mpi_options(options);
  if (!options.hostfile.empty() && ::access(options.hostfile.c_str(), R_OK) != 0)
    throw InvalidArgument("`RxMpi`: `hostfile` names no file that can be read: "_named +
                          options.hostfile);
  std::vector<std::string> command = {options.mpirun};
  if (options.ranks > 0) command.insert(command.end(), {"-n", std::to_string(options.ranks)});
  if (!options.hostfile.empty()) command.insert(command.end(), {"--hostfile", options.hostfile});
  command.insert(command.end(), options.switches.begin(), options.switches.end());
  command.insert(command.end(), {find_mpi_program(), "--client", folder});
  return command;
}

}  // namespace insitu
