#pragma once
// Contexts that stay between calls, by their description and by what they would find if they were
// started now (KeptBetweenCalls). Safe to use from several threads; a forked copy of the process
// starts with none. While any is kept a thread waits for the end of its time, so that no process
// that has ended is left behind however long no call comes.
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/compute_context.hpp"
#include "base/fork_safe_mutex.hpp"

namespace insitu {

/// Seconds for which a context without a call is kept: INSITU_WORKER_IDLE, 600 by default; 0: no
/// context is kept. Throws InvalidArgument for anything else.
double idle_seconds();

/// What a context is besides, if a call that fails leaves it as it was: it is kept then, too.
class OutlivesFailures {
 public:
  virtual ~OutlivesFailures() = default;
};

class KeptContexts {
 public:
  KeptContexts();
  ~KeptContexts();
  KeptContexts(const KeptContexts&) = delete;
  KeptContexts& operator=(const KeptContexts&) = delete;

  /// A context for one call: nobody else's until the end of the loan.
  class Loan {
   public:
    ComputeContext& operator*() const { return *context_; }
    ComputeContext* operator->() const { return context_.get(); }
    /// The call has ended well: the context is kept for the next one, if it can be. Without it, it
    /// ends with the loan.
    void give_back();
    /// The call has failed: the same for a context that outlives it.
    void give_back_after_failure() noexcept;

   private:
    friend class KeptContexts;
    KeptContexts* from_ = nullptr;
    std::unique_ptr<ComputeContext> context_;
    std::string key_;  // "": not to be kept
    double idle_ = 0;
  };
  /// As context_from_json(description), or one that is kept for it.
  Loan borrow(const nlohmann::json& description);

 private:
  using Clock = std::chrono::steady_clock;
  struct Kept {
    std::string key;
    std::unique_ptr<ComputeContext> context;
    Clock::time_point until;
  };
  struct Watch;
  void disown_after_fork();
  void watch();
  void end_idle_ones(Watch&);

  ForkSafeMutex mutex_;
  std::list<Kept> kept_;  // the one that was used last first
  int owner_ = 0;         // process that they belong to
  std::unique_ptr<Watch> watch_;
};

}  // namespace insitu
