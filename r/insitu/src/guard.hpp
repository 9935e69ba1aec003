#pragma once
// The one rule for R's C API here: R leaves a function by longjmp when it runs out of memory, when
// code of the user fails or is interrupted, when a warning is an error. No such jump may pass C++
// frames, so every call that allocates, evaluates or may fail runs inside `guarded`, and every
// routine that R calls is an `enter`.
//
// A jump is caught at the guard, the C++ frames unwind as from an interrupt (the engine cancels
// what it does, old output is kept), and the routine's end lets R go on with the very same jump:
// handlers of the caller, tryCatch, restarts and "abort" see what they would have seen without the
// engine.
//
// This is not cpp11's unwind_protect because calls nest: a user's function may call the engine
// again. Up to 0.4.3 cpp11 leaves inner calls unguarded. Here each entry has a continuation of its
// own.
#define R_NO_REMAP
#include <Rinternals.h>

#include <exception>
#include <type_traits>

#include "base/error.hpp"

namespace insitu_r {

/// R is on its way elsewhere. Only thrown by `guarded`; ends in `enter`.
struct Jump : insitu::Cancelled {};

/// Whether this entry has met a jump: then R must not be called any more.
bool jump_pending();

namespace detail {
void run_guarded(SEXP (*body)(void*), void* data);
SEXP enter(SEXP (*body)(void*), void* data);
}  // namespace detail

/// Calls `body`, which may use R. Objects with destructors must live outside of it: a jump skips
/// those inside. C++ exceptions pass. Main thread only. Throws Jump.
template <class F>
auto guarded(F&& body) -> std::invoke_result_t<F&> {
  using Result = std::invoke_result_t<F&>;
  constexpr bool kNothing = std::is_void_v<Result>;
  struct Call {
    F& body;
    std::exception_ptr thrown;
    std::conditional_t<kNothing, char, Result> result{};
  } call{body, nullptr};
  static_assert(kNothing || std::is_trivially_destructible_v<decltype(call.result)>);
  detail::run_guarded(
      [](void* data) {
        auto& self = *static_cast<Call*>(data);
        try {
          if constexpr (kNothing)
            self.body();
          else
            self.result = self.body();
        } catch (...) {
          self.thrown = std::current_exception();  // must not pass R's frames either
        }
        return R_NilValue;
      },
      &call);
  if (call.thrown) std::rethrow_exception(call.thrown);
  if constexpr (!kNothing) return call.result;
}

/// An R object that the collector leaves alone until the end of the scope.
class Kept {
 public:
  explicit Kept(SEXP object) : object_(Rf_protect(object)) {}
  /// Makes and keeps an object: Kept list([&] { return Rf_allocVector(VECSXP, 3); });
  template <class F>
  requires std::is_invocable_r_v<SEXP, F&>
  explicit Kept(F&& make) : Kept(guarded(make)) {}
  ~Kept() { Rf_unprotect(1); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  static void* operator new(std::size_t) = delete;  // the order of scopes is that of R's stack
  operator SEXP() const { return object_; }

 private:
  SEXP object_;
};

/// The whole of a routine that R calls. What `body` throws comes back as an object of class
/// rxFailure (code, message), which R/errors.R raises; a jump goes on.
template <class F>
SEXP enter(F&& body) {
  return detail::enter([](void* data) -> SEXP { return (*static_cast<F*>(data))(); }, &body);
}

}  // namespace insitu_r
