#pragma once
// R objects that C++ objects borrow from. R's collector runs on one thread; chunks, Arrow arrays
// and streams die on any.
#include <memory>

#include "guard.hpp"

namespace insitu_r {

/// Once, when the library is loaded, on R's thread.
void start_holding();

/// Keeps an R object until the last copy of the pointer is gone, whoever drops it: on R's thread it
/// is released at once, on another one by the next call of release_abandoned. Main thread only.
std::shared_ptr<const void> hold(SEXP);

/// The object behind the pointer that `hold` gave.
SEXP held_object(const std::shared_ptr<const void>&);

/// Releases what other threads dropped. Main thread only; allocates nothing.
void release_abandoned();

}  // namespace insitu_r
