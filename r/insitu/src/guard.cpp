#include "guard.hpp"

#include <csetjmp>
#include <new>
#include <string>
#include <utility>

#include "held.hpp"

namespace insitu_r {

namespace {

/// One call from R into this library. Lives on the stack; has no destructor that a jump could skip.
struct Entry {
  SEXP continuation;
  Entry* outer;
  bool jumped;
};

Entry* current = nullptr;

// Both are apart from everything that has a destructor: setjmp and longjmp end here.
bool returns_normally(SEXP (*body)(void*), void* data) {
  std::jmp_buf back;
  if (setjmp(back)) return false;
  R_UnwindProtect(
      body, data,
      [](void* where, Rboolean jump) {
        if (jump) std::longjmp(*static_cast<std::jmp_buf*>(where), 1);
      },
      &back, current->continuation);
  return true;
}

SEXP failure(insitu::ErrorCode code, std::string text) {
  for (auto at = text.find('\0'); at != text.npos; at = text.find('\0', at))
    text.replace(at, 1, "\\x00");
  return guarded([&] {
    const char* names[] = {"code", "message", ""};
    SEXP out = Rf_protect(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, 0, Rf_ScalarInteger(static_cast<int>(code)));
    SEXP message = Rf_protect(Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8));
    SET_VECTOR_ELT(out, 1, Rf_ScalarString(message));
    SEXP kind = Rf_protect(Rf_mkString("rxFailure"));
    Rf_setAttrib(out, R_ClassSymbol, kind);
    Rf_unprotect(3);
    return out;
  });
}

SEXP run_entry(SEXP (*body)(void*), void* data) {
  using insitu::ErrorCode;
  try {
    release_abandoned();
    auto code = ErrorCode::kInternal;
    std::string text;
    try {
      return body(data);
    } catch (const insitu::Error& error) {
      code = error.code();
      text = error.what();
    } catch (const std::bad_alloc&) {
      code = ErrorCode::kData;
      text = "out of memory: use fewer variables or rows at once";
    } catch (const std::exception& error) {
      text = std::string("internal error: ") + error.what();
    }
    return failure(code, std::move(text));
  } catch (...) {
    // Jump only: it goes on in enter().
  }
  return R_NilValue;
}

}  // namespace

bool jump_pending() { return !current || current->jumped; }

void detail::run_guarded(SEXP (*body)(void*), void* data) {
  if (jump_pending()) throw Jump();
  if (!returns_normally(body, data)) {
    current->jumped = true;
    throw Jump();
  }
  SETCAR(current->continuation, R_NilValue);  // R keeps the result there
}

SEXP detail::enter(SEXP (*body)(void*), void* data) {
  Entry entry{Rf_protect(R_MakeUnwindCont()), current, false};
  current = &entry;
  SEXP result = run_entry(body, data);
  current = entry.outer;
  if (entry.jumped) R_ContinueUnwind(entry.continuation);
  Rf_unprotect(1);
  return result;
}

}  // namespace insitu_r
