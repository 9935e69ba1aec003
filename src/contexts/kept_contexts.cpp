#include "contexts/kept_contexts.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/number_text.hpp"
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

KeptContexts::KeptContexts() : owner_(::getpid()) {}
KeptContexts::~KeptContexts() = default;

void KeptContexts::disown_after_fork() {
  if (owner_ == ::getpid()) return;
  owner_ = ::getpid();
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

void KeptContexts::Loan::give_back() {
  if (!from_ || !context_->kept_between_calls()->rest(idle_ + kGrace)) return;
  std::list<Kept> ended;
  const std::lock_guard lock(from_->mutex_);
  from_->disown_after_fork();
  from_->kept_.push_front({std::move(key_), std::move(context_),
                           Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(idle_))});
  if (from_->kept_.size() > kMostKept)
    ended.splice(ended.end(), from_->kept_, std::prev(from_->kept_.end()));
  from_ = nullptr;
}

}  // namespace insitu
