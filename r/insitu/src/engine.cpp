// The routines of the R package, registered. The engine itself is in the libraries that this one is
// linked with; what crosses is in frames, documents and text, who owns it in held, how R's errors
// pass in guard.
#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "capi/facade.hpp"
#include "formula/expression/evaluate.hpp"
#include "held.hpp"
#include "routines.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

bool only_known_functions(const insitu::Expression& expression,
                          const std::vector<std::string>& known) {
  if (expression.kind != insitu::Expression::Kind::kCall) return true;
  if (!std::binary_search(known.begin(), known.end(), expression.text)) return false;
  for (const auto& argument : expression.arguments)
    if (argument.value && !only_known_functions(*argument.value, known)) return false;
  return true;
}

/// Whether all functions of an expression (its text) are ones the engine knows; else R must
/// evaluate it.
SEXP is_portable(SEXP text) {
  return enter([&]() -> SEXP {
    static const auto known = insitu::portable_functions();
    bool portable = false;
    try {
      portable = only_known_functions(
          *insitu::parse_expression(one_text(text, "an expression"), "expression"), known);
    } catch (const Jump&) {
      throw;
    } catch (const insitu::Error&) {
    }
    return guarded([&] { return Rf_ScalarLogical(portable); });
  });
}

SEXP to_base64(SEXP bytes) {
  return enter([&]() -> SEXP {
    const auto text = insitu::to_base64(bytes_of(bytes));
    return guarded([&] { return Rf_mkString(text.c_str()); });
  });
}

SEXP from_base64(SEXP text) {
  return enter([&]() -> SEXP {
    const auto bytes = insitu::from_base64(one_text(text, "base64"));
    return raw_of(bytes);
  });
}

/// A value in a box that `identical` and `all.equal` do not look into: an external pointer to
/// nothing that holds it. It survives saveRDS.
SEXP box(SEXP value) {
  return enter([&]() -> SEXP {
    return guarded([&] { return R_MakeExternalPtr(nullptr, R_NilValue, value); });
  });
}

SEXP unbox(SEXP box) {
  return enter([&]() -> SEXP {
    return TYPEOF(box) == EXTPTRSXP ? R_ExternalPtrProtected(box) : R_NilValue;
  });
}

SEXP version() {
  return enter([]() -> SEXP {
    const auto text = insitu::version();
    return guarded([&] { return Rf_mkString(text.c_str()); });
  });
}

}  // namespace

}  // namespace insitu_r

extern "C" void attribute_visible R_init_insitu(DllInfo* dll) {
  static const R_CallMethodDef routines[] = {
      {"insitu_frame_stream", reinterpret_cast<DL_FUNC>(&insitu_r::frame_stream), 1},
      {"insitu_run", reinterpret_cast<DL_FUNC>(&insitu_r::run), 6},
      {"insitu_serve", reinterpret_cast<DL_FUNC>(&insitu_r::serve), 4},
      {"insitu_run_tasks", reinterpret_cast<DL_FUNC>(&insitu_r::run_tasks), 6},
      {"insitu_serve_requests", reinterpret_cast<DL_FUNC>(&insitu_r::serve_requests), 3},
      {"insitu_tasks_loaded", reinterpret_cast<DL_FUNC>(&insitu_r::tasks_loaded), 1},
      {"insitu_task_values", reinterpret_cast<DL_FUNC>(&insitu_r::task_values), 4},
      {"insitu_near_start", reinterpret_cast<DL_FUNC>(&insitu_r::near_start), 2},
      {"insitu_near_put", reinterpret_cast<DL_FUNC>(&insitu_r::near_put), 5},
      {"insitu_near_flush", reinterpret_cast<DL_FUNC>(&insitu_r::near_flush), 1},
      {"insitu_near_receive", reinterpret_cast<DL_FUNC>(&insitu_r::near_receive), 1},
      {"insitu_near_close", reinterpret_cast<DL_FUNC>(&insitu_r::near_close), 1},
      {"insitu_far_start", reinterpret_cast<DL_FUNC>(&insitu_r::far_start), 1},
      {"insitu_far_send", reinterpret_cast<DL_FUNC>(&insitu_r::far_send), 4},
      {"insitu_far_receive", reinterpret_cast<DL_FUNC>(&insitu_r::far_receive), 0},
      {"insitu_are_files", reinterpret_cast<DL_FUNC>(&insitu_r::are_files), 1},
      {"insitu_list_of_json", reinterpret_cast<DL_FUNC>(&insitu_r::list_of_json), 1},
      {"insitu_is_portable", reinterpret_cast<DL_FUNC>(&insitu_r::is_portable), 1},
      {"insitu_to_base64", reinterpret_cast<DL_FUNC>(&insitu_r::to_base64), 1},
      {"insitu_from_base64", reinterpret_cast<DL_FUNC>(&insitu_r::from_base64), 1},
      {"insitu_box", reinterpret_cast<DL_FUNC>(&insitu_r::box), 1},
      {"insitu_unbox", reinterpret_cast<DL_FUNC>(&insitu_r::unbox), 1},
      {"insitu_version", reinterpret_cast<DL_FUNC>(&insitu_r::version), 0},
      {nullptr, nullptr, 0}};
  R_registerRoutines(dll, nullptr, routines, nullptr, nullptr);
  R_useDynamicSymbols(dll, FALSE);
  insitu_r::start_holding();
}
