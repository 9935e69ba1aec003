#include "held.hpp"

#include <atomic>
#include <thread>

namespace insitu_r {

namespace {

/// A cell of the list that R's collector sees: CAR is the cell before, CDR the one after, TAG the
/// object. `next` links those that wait to be released.
struct Cell {
  SEXP place = nullptr;
  SEXP object = nullptr;
  Cell* next = nullptr;
};

SEXP list = nullptr;
std::thread::id main_thread;
std::atomic<Cell*> abandoned{nullptr};

void release(Cell* cell) {
  SEXP before = CAR(cell->place), after = CDR(cell->place);
  SETCDR(before, after);
  if (after != R_NilValue) SETCAR(after, before);
  SET_TAG(cell->place, R_NilValue);
  delete cell;
}

void drop(const void* held) {
  auto* cell = static_cast<Cell*>(const_cast<void*>(held));
  if (!cell->place) {
    delete cell;
  } else if (std::this_thread::get_id() == main_thread) {
    release(cell);
  } else {
    cell->next = abandoned.load(std::memory_order_relaxed);
    while (!abandoned.compare_exchange_weak(cell->next, cell, std::memory_order_release,
                                            std::memory_order_relaxed)) {
    }
  }
}

}  // namespace

void start_holding() {
  main_thread = std::this_thread::get_id();
  list = Rf_cons(R_NilValue, R_NilValue);
  R_PreserveObject(list);
}

std::shared_ptr<const void> hold(SEXP object) {
  auto* cell = new Cell;
  const std::shared_ptr<const void> held(static_cast<const void*>(cell), drop);
  guarded([&] {
    Rf_protect(object);
    SEXP place = Rf_protect(Rf_cons(list, CDR(list)));
    SET_TAG(place, object);
    if (CDR(list) != R_NilValue) SETCAR(CDR(list), place);
    SETCDR(list, place);
    Rf_unprotect(2);
    cell->place = place;
    cell->object = object;
  });
  return held;
}

SEXP held_object(const std::shared_ptr<const void>& held) {
  return static_cast<const Cell*>(held.get())->object;
}

void release_abandoned() {
  for (auto* cell = abandoned.exchange(nullptr, std::memory_order_acquire); cell;) {
    auto* next = cell->next;
    release(cell);
    cell = next;
  }
}

}  // namespace insitu_r
