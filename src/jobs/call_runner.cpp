#include "jobs/call_runner.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/start_thread.hpp"
#include "jobs/runner_start.hpp"

namespace insitu {

namespace {

std::unique_ptr<CallRunner>& the_runner() {
  static auto& runner = *new std::unique_ptr<CallRunner>;
  return runner;
}

}  // namespace

/// The thread that looks whether the job is to be canceled.
struct CallRunner::Watch {
  explicit Watch(const Job& job) : whom(::pthread_self()) {
    // Signals of the process are for the thread that works.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread = start_thread([this, &job] { look(job); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  void look(const Job& job) {
    std::unique_lock guard(mutex);
    while (!over.wait_for(guard, std::chrono::milliseconds(50), [&] { return ended; })) {
      if (!job.is_asked_to_cancel()) continue;
      ::pthread_kill(whom, SIGINT);
      return;
    }
  }
  void stop() {
    {
      const std::lock_guard guard(mutex);
      ended = true;
    }
    over.notify_all();
    if (thread.joinable()) thread.join();
  }

  pthread_t whom;
  std::mutex mutex;
  std::condition_variable over;
  bool ended = false;
  std::thread thread;
};

CallRunner::CallRunner(Job job, Descriptor lock)
    : job_(std::move(job)), lock_(std::move(lock)), process_(::getpid()) {}

CallRunner::~CallRunner() {
  if (watch_) watch_->stop();
}

CallRunner& CallRunner::begin(Job job) {
  if (current()) throw InvalidArgument("this process runs a job already");
  auto lock = take_lock_of_runner(job);
  if (const auto state = job.look(); state.status != JobStatus::kQueued)
    throw InvalidArgument("the job " + job.id() + " is " + name_of(state.status) + " already");
  job.set_state(JobStatus::kRunning);
  auto& runner = the_runner();
  runner.reset(new CallRunner(std::move(job), std::move(lock)));
  runner->watch_ = std::make_unique<Watch>(runner->job_);
  return *runner;
}

CallRunner* CallRunner::current() {
  auto* runner = the_runner().get();
  return runner && runner->process_ == ::getpid() ? runner : nullptr;
}

void CallRunner::tell(const std::string& progress) {
  if (const double now = seconds_now(); now - told_ >= 1) {
    told_ = now;
    job_.set_state(JobStatus::kRunning, progress);
  }
}

bool CallRunner::stop_watching() {
  watch_->stop();
  return job_.is_asked_to_cancel();
}

void CallRunner::end(JobStatus status, const std::string& message, int code) {
  auto runner = std::move(the_runner());
  runner->watch_->stop();
  runner->job_.set_state(status, message, code);
}

}  // namespace insitu
