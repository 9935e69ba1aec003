#pragma once
// What R can call. Each returns its value, or an object of class rxFailure (guard.hpp).
#include "guard.hpp"

namespace insitu_r {

/// A data frame as an Arrow stream in an external pointer, to be used once. Its vectors are held,
/// not copied, where the layouts agree, for as long as anything made of the stream uses them.
SEXP frame_stream(SEXP frame);

/// Runs a request: a list, a list of stream pointers, a named list of functions, progress function
/// or NULL; warnings go to the function `warn`. `tasks`: of the operation "exec", else NULL: a list
/// of shared (raw), arguments(first, count) -> raw, done(first, count, raw), lost(index, text),
/// progress(total, done, running, failed, seconds).
SEXP run(SEXP document, SEXP streams, SEXP functions, SEXP progress, SEXP warn, SEXP tasks);

/// Serves one host over stdin and stdout, or the Unix socket at `socket` ("": none); `load` turns
/// (language, raw code) into a function(list, info). Over stdin and stdout each call is served by a
/// forked copy of this process, which calls `leave` (never fails) before it ends. `run_tasks`(raw
/// or NULL, raw, info, batch) runs tasks of rxExec and calls tasks_loaded and task_values with
/// `batch`.
SEXP serve(SEXP load, SEXP socket, SEXP leave, SEXP run_tasks);

/// What the tasks of a batch share is loaded.
SEXP tasks_loaded(SEXP batch);
/// The values of the next `count` tasks of a batch; `failed`: numbers of those that failed.
SEXP task_values(SEXP batch, SEXP count, SEXP failed, SEXP values);

}  // namespace insitu_r
