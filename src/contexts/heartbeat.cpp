#include "contexts/heartbeat.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "base/number_text.hpp"
#include "base/start_thread.hpp"

namespace insitu {

double worker_patience() {
  const char* variable = std::getenv("INSITU_WORKER_TIMEOUT");
  const double seconds = variable ? number_of_text(variable).value_or(0) : 0;
  return seconds > 0 ? seconds : 60;
}

Heartbeat::Heartbeat(HostConnection& host, std::uint32_t request, std::chrono::milliseconds pause,
                     bool end_with_host) {
  if (pause.count() <= 0) return;
  // Signals are for the threads of the language, never for this one.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = start_thread([this, &host, request, pause, end_with_host] {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, pause, [this] { return over_; })) {
      lock.unlock();
      try {
        host.send(FrameType::kProgress, request, "{}");
      } catch (const HostGone&) {
        if (end_with_host) ::_exit(0);
        return;
      }
      lock.lock();
    }
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Heartbeat::~Heartbeat() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace insitu
