// R as a worker of a host (docs/worker.md).
#include <unistd.h>

#include <cstring>
#include <string>

#include "capi/serve.hpp"
#include "routines.hpp"
#include "row_function.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

SEXP language_of(const std::string& language) {
  return guarded([&] { return Rf_mkString(language.c_str()); });
}

SEXP raw_of(const insitu::Bytes& code) {
  SEXP raw = guarded([&] { return Rf_allocVector(RAWSXP, static_cast<R_xlen_t>(code.size())); });
  if (!code.empty()) std::memcpy(RAW(raw), code.data(), code.size());
  return raw;
}

}  // namespace

SEXP serve(SEXP load, SEXP socket, SEXP leave) {
  return enter([&]() -> SEXP {
    insitu::serve_worker(
        [&](const std::string& language, const insitu::Bytes& code) {
          const Kept name(language_of(language)), raw(raw_of(code));
          const Kept function(call(load, name, raw));
          throw_user_error(function);
          return row_function(function);
        },
        "R", one_text(socket, "the socket"),
        {.fork = [] { return static_cast<int>(::fork()); },
         .leave = [&] { guarded([&] { Rf_eval(Rf_lang1(leave), R_BaseEnv); }); }});
    return R_NilValue;
  });
}

}  // namespace insitu_r
