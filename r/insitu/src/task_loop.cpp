// The loop over the tasks of a batch, as lapply has its own in C: a tenth of what it costs in R.
#include "routines.hpp"

namespace insitu_r {

// R may leave by a jump, so nothing in here has a destructor.
SEXP run_tasks(SEXP code, SEXP forced, SEXP scope, SEXP values, SEXP at, SEXP until) {
  const int last = Rf_asInteger(until);
  const int arguments = Rf_asInteger(forced);
  SEXP number = Rf_install(".rxTask");
  for (int* task = INTEGER(at); *task < last;) {
    ++*task;
    SEXP index = Rf_protect(Rf_ScalarInteger(*task));
    Rf_defineVar(number, index, scope);
    Rf_unprotect(1);
    SEXP value = R_forceAndCall(code, arguments, scope);
    if (value != R_NilValue) SET_VECTOR_ELT(values, *task - 1, value);  // NULL is there
    R_CheckUserInterrupt();  // one that this task has caused must not meet the next one
  }
  return R_NilValue;
}

}  // namespace insitu_r
