// R as a worker of a host (docs/worker.md).
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "capi/serve.hpp"
#include "capi/serve_requests.hpp"
#include "routines.hpp"
#include "row_function.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

SEXP language_of(const std::string& language) {
  return guarded([&] { return Rf_mkString(language.c_str()); });
}

/// What `run_tasks` calls back: external pointers to what belongs to the batch that runs.
struct RunningBatch {
  const insitu::ExecReport& report;
};

SEXP about(const insitu::ExecBatch& batch) {
  return guarded([&] {
    const char* names[] = {"first", "count", "each", "worker", "threads", "rows", ""};
    SEXP out = Rf_protect(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, 0, Rf_ScalarReal(static_cast<double>(batch.first)));
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(static_cast<double>(batch.count)));
    SET_VECTOR_ELT(out, 2, Rf_ScalarLogical(batch.each));
    SET_VECTOR_ELT(out, 3, Rf_ScalarInteger(batch.worker));
    SET_VECTOR_ELT(out, 4, Rf_ScalarInteger(batch.threads));
    SET_VECTOR_ELT(out, 5, Rf_mkString(batch.rows.c_str()));
    Rf_unprotect(1);
    return out;
  });
}

void run_batch(SEXP run_tasks, const insitu::ExecBatch& batch, const insitu::ExecReport& report) {
  RunningBatch running{report};
  const Kept shared(batch.shared ? raw_of(*batch.shared) : R_NilValue);
  const Kept arguments(raw_of(batch.arguments));
  const Kept info(about(batch));
  const Kept pointer([&] { return R_MakeExternalPtr(&running, R_NilValue, R_NilValue); });
  const Kept result([&] {
    SEXP code = Rf_protect(Rf_lang5(run_tasks, shared, arguments, info, pointer));
    SEXP value = Rf_eval(code, R_GlobalEnv);
    Rf_unprotect(1);
    return value;
  });
  R_ClearExternalPtr(pointer);
  throw_user_error(result);
}

/// REQUIRES: `load` outlives what is returned.
insitu::LoadFunction loading(SEXP load) {
  return [load](const std::string& language, const insitu::Bytes& code) {
    const Kept name(language_of(language)), raw(raw_of(code));
    const Kept function(call(load, name, raw));
    throw_user_error(function);
    return row_function(function);
  };
}

RunningBatch& batch_of(SEXP pointer) {
  auto* running = TYPEOF(pointer) == EXTPTRSXP
                      ? static_cast<RunningBatch*>(R_ExternalPtrAddr(pointer))
                      : nullptr;
  if (!running) throw insitu::InvalidArgument("the batch of tasks is over");
  return *running;
}

}  // namespace

SEXP tasks_loaded(SEXP pointer) {
  return enter([&]() -> SEXP {
    batch_of(pointer).report.loaded();
    return R_NilValue;
  });
}

SEXP task_values(SEXP pointer, SEXP count, SEXP failed, SEXP values) {
  return enter([&]() -> SEXP {
    std::vector<std::uint64_t> numbers;
    for (const double number : doubles(failed))
      numbers.push_back(static_cast<std::uint64_t>(number));
    batch_of(pointer).report.values(static_cast<std::uint64_t>(doubles(count)[0]), numbers,
                                    bytes_of(values));
    return R_NilValue;
  });
}

SEXP serve(SEXP load, SEXP socket, SEXP leave, SEXP run_tasks) {
  return enter([&]() -> SEXP {
    insitu::serve_worker(loading(load), "R", one_text(socket, "the socket"),
                         {.fork = [] { return static_cast<int>(::fork()); },
                          .leave = [&] { guarded([&] { Rf_eval(Rf_lang1(leave), R_BaseEnv); }); }},
                         [&](const insitu::ExecBatch& batch, const insitu::ExecReport& report) {
                           run_batch(run_tasks, batch, report);
                         });
    return R_NilValue;
  });
}

SEXP serve_requests(SEXP load, SEXP folder, SEXP worker) {
  return enter([&]() -> SEXP {
    insitu::ServedLanguage language;
    language.load = loading(load);
    for (SEXP word : strings(worker)) language.worker.emplace_back(R_CHAR(word));
    language.interrupted = user_interrupted;
    language.usable = [] { return !jump_pending(); };
    const auto status = insitu::serve_requests(one_text(folder, "the folder"), &language);
    return guarded([&] { return Rf_ScalarInteger(status); });
  });
}

}  // namespace insitu_r
