#pragma once
// Starting the process that works on a job: a session of its own without a terminal, so that it
// outlives its client, with the job's lock as standard input and the job's output.txt as standard
// output and error.
#include <string>
#include <vector>

#include "jobs/job.hpp"

namespace insitu {

/// `command`: of a program that takes "--job FOLDER". The lock goes over to the runner without a
/// moment in which nobody holds it; the runner is no child of this process. Throws WorkerError
/// where the program cannot be started.
void start_runner(const Job&, std::vector<std::string> command, Descriptor lock);

/// In the runner: takes the lock that came as standard input, which is then /dev/null, or that
/// nobody holds. Throws DataError where somebody else has it.
Descriptor take_lock_of_runner(const Job&);

}  // namespace insitu
