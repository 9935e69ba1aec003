#pragma once
// The process that runs a job in its own language, rather than a request by the engine: it holds
// the job's lock, tells how far it is, and is interrupted, as by Ctrl-C, when the job is to be
// canceled.
#include <memory>
#include <string>

#include "jobs/job.hpp"

namespace insitu {

class CallRunner {
 public:
  /// Makes this process the runner: the job is running, and the calling thread gets SIGINT once
  /// when the job is asked to stop. Throws DataError where the job has a runner or has ended.
  static CallRunner& begin(Job);
  /// Nothing: this process is no runner, or a copy (fork) of one.
  static CallRunner* current();
  ~CallRunner();
  CallRunner(const CallRunner&) = delete;
  CallRunner& operator=(const CallRunner&) = delete;

  const Job& job() const { return job_; }
  /// Says how far the job is, as the message of its state; once a second at most.
  void tell(const std::string& progress);
  /// From now on nothing interrupts the process. True: it has been asked to stop.
  bool stop_watching();
  /// The job has ended, and this process is no runner any more.
  static void end(JobStatus, const std::string& message, int code = 0);

 private:
  struct Watch;
  CallRunner(Job, Descriptor lock);

  Job job_;
  Descriptor lock_;
  pid_t process_;
  double told_ = 0;
  std::unique_ptr<Watch> watch_;
};

}  // namespace insitu
