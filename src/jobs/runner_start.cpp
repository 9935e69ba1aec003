#include "jobs/runner_start.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "base/error.hpp"
#include "contexts/child_start.hpp"

namespace insitu {

namespace {

/// Beyond the standard ones, which the child's are put in place of.
Descriptor out_of_the_way(Descriptor file) {
  return Descriptor(::fcntl(file.get(), F_DUPFD_CLOEXEC, 10));
}

}  // namespace

void start_runner(const Job& job, std::vector<std::string> command, Descriptor lock) {
  command.insert(command.end(), {"--job", job.folder().path()});
  const auto path = job.folder().path() + "/" + Job::kOutput;
  const auto output = out_of_the_way(
      Descriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)));
  const auto held = out_of_the_way(std::move(lock));
  if (!output || !held) throw WorkerError("cannot open the files of the job: " + path);
  ChildStart start;
  start.use(held.get(), 0);
  start.use(output.get(), 1);
  start.use(output.get(), 2);
  start.apart(ChildStart::Group::kSession);
  if (const int error = start.start_orphan(command))
    throw WorkerError("the runner of the job cannot be started (" +
                      std::string(std::strerror(error)) + "): " + command[0]);
}

Descriptor take_lock_of_runner(const Job& job) {
  if (job.adopts(STDIN_FILENO)) {
    // Programs that the runner starts do not inherit this one.
    Descriptor lock(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10));
    const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (lock && nothing && ::dup2(nothing.get(), STDIN_FILENO) == STDIN_FILENO) return lock;
    throw DataError("the runner cannot keep the lock of the job: " + job.folder().path());
  }
  auto lock = job.lock();
  if (!lock) throw DataError("the job has a runner already: " + job.folder().path());
  return std::move(*lock);
}

}  // namespace insitu
