#include "contexts/kept_contexts.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "base/start_thread.hpp"
#include "contexts/registry.hpp"

namespace insitu {

namespace {

constexpr double kStandardIdle = 600, kLongestIdle = 7 * 24 * 3600.0;
/// Workers end so much later than the context stops using them, so that none ends when it is given
/// a task.
constexpr double kGrace = 10;
/// Contexts of other descriptions or conditions; the one that was not used for longest ends.
constexpr std::size_t kMostKept = 4;

}  // namespace

double idle_seconds() {
  const char* variable = std::getenv("INSITU_WORKER_IDLE");
  if (!variable || !*variable) return kStandardIdle;
  const auto seconds = number_of_text(variable);
  if (!seconds || !(*seconds >= 0))
    throw InvalidArgument(
        "INSITU_WORKER_IDLE must be a number of seconds (0: workers end with "
        "each call), is '" +
        std::string(variable) + "'");
  return std::min(*seconds, kLongestIdle);
}

/// The thread that ends contexts which nobody asks for. It runs while there are any.
struct KeptContexts::Watch {
  std::condition_variable changed;
  std::thread thread;
  bool running = true, stopping = false;
  Clock::time_point wakes = Clock::time_point::max();
};

KeptContexts::KeptContexts() : owner_(::getpid()) {}

KeptContexts::~KeptContexts() {
  if (owner_ != ::getpid()) (void)watch_.release();  // its thread is the other process's
  if (!watch_) return;
  {
    const std::lock_guard lock(mutex_);
    watch_->stopping = true;
  }
  watch_->changed.notify_one();
  watch_->thread.join();
}

/// REQUIRES: mutex_ is held, the first of kept_ is new. Signals are for the threads of the host.
void KeptContexts::watch() {
  if (watch_ && watch_->running) {
    if (kept_.front().until < watch_->wakes) watch_->changed.notify_one();
    return;
  }
  if (watch_) watch_->thread.join();  // it has let go of the lock for the last time
  watch_ = std::make_unique<Watch>();
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    watch_->thread = start_thread([this, watch = watch_.get()] { end_idle_ones(*watch); });
  } catch (const std::system_error&) {
    watch_.reset();  // the next call ends them
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void KeptContexts::end_idle_ones(Watch& watch) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!watch.stopping && !kept_.empty()) {
    const auto first = std::ranges::min_element(kept_, {}, &Kept::until)->until;
    if (Clock::now() < first) {
      watch.wakes = first;
      watch.changed.wait_until(lock, first);
      continue;
    }
    std::list<Kept> ended;
    for (auto each = kept_.begin(); each != kept_.end();) {
      const auto next = std::next(each);
      if (Clock::now() >= each->until) ended.splice(ended.end(), kept_, each);
      each = next;
    }
    lock.unlock();
    ended.clear();  // their workers are waited for
    lock.lock();
  }
  watch.running = false;
}

void KeptContexts::disown_after_fork() {
  if (owner_ == ::getpid()) return;
  owner_ = ::getpid();
  (void)watch_.release();  // its thread is the other process's
  kept_.clear();  // closes this copy's ends of the lines; the workers are the other process's
}

KeptContexts::Loan KeptContexts::borrow(const nlohmann::json& description) {
  Loan loan;
  loan.context_ = context_from_json(description);
  std::list<Kept> ended;  // outside of the lock: their workers are waited for
  auto* keeping = loan.context_->kept_between_calls();
  loan.idle_ = keeping ? idle_seconds() : 0;
  if (loan.idle_ > 0) {
    loan.from_ = this;
    loan.key_ = description.dump() + '\0' + keeping->start_conditions();
  }
  const std::lock_guard lock(mutex_);
  disown_after_fork();
  const auto now = Clock::now();
  for (auto each = kept_.begin(); each != kept_.end();) {
    const auto next = std::next(each);
    if (now >= each->until) {
      ended.splice(ended.end(), kept_, each);
    } else if (loan.from_ && each->key == loan.key_) {
      loan.context_ = std::move(each->context);
      kept_.erase(each);
      break;
    }
    each = next;
  }
  return loan;
}

void KeptContexts::Loan::give_back_after_failure() noexcept {
  try {
    if (from_ && dynamic_cast<const OutlivesFailures*>(context_.get())) give_back();
  } catch (...) {
    // It ends with the loan.
  }
}

void KeptContexts::Loan::give_back() {
  if (!from_ || !context_->kept_between_calls()->rest(idle_ + kGrace)) return;
  std::list<Kept> ended;
  const std::lock_guard lock(from_->mutex_);
  from_->disown_after_fork();
  from_->kept_.push_front({std::move(key_), std::move(context_),
                           Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(idle_))});
  from_->watch();
  if (from_->kept_.size() > kMostKept)
    ended.splice(ended.end(), from_->kept_, std::prev(from_->kept_.end()));
  from_ = nullptr;
}

}  // namespace insitu
