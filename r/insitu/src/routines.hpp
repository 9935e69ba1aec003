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

/// Serves whole requests for a client on another machine over stdin and stdout until it hangs up;
/// relative paths are those of `folder`, `load` is as in serve, `worker` the command line of a
/// worker. The exit status.
SEXP serve_requests(SEXP load, SEXP folder, SEXP worker);

/// Whether the user has interrupted. R's own jump is remembered and goes on when the engine has
/// unwound, so that handlers of an interrupt are found as ever. Main thread only.
bool user_interrupted();

/// Starts the far end of a remote session (sessions/near_end.hpp): an external pointer to the near
/// end. `name` is what messages call it.
SEXP near_start(SEXP command, SEXP name);
/// Puts a frame in the queue: number of its type, of its call, list, raw or NULL. near_flush sends
/// what is there, and can be interrupted.
SEXP near_flush(SEXP pointer);
SEXP near_put(SEXP pointer, SEXP type, SEXP request, SEXP document, SEXP payload);
/// The next frame: list of type, request, document, payload (raw; of an OUT frame text).
SEXP near_receive(SEXP pointer);
SEXP near_close(SEXP pointer);
/// Makes this process the far end of a session; the others speak for it. Its receive gives NULL
/// when the near end is gone.
SEXP far_start(SEXP folder);
SEXP far_send(SEXP type, SEXP request, SEXP document, SEXP payload);
SEXP far_receive();
/// Whether paths are regular files, or lead to one.
SEXP are_files(SEXP paths);
/// A text of JSON as lists and vectors (documents.hpp).
SEXP list_of_json(SEXP text);

/// Calls `code` in `scope`, its first `forced` arguments evaluated before the function runs, once
/// for each number `.rxTask` from the one behind `at` to `until`. `at` is counted up in place, so
/// that a handler of conditions knows which task runs; what comes out is put into the list
/// `values`.
SEXP run_tasks(SEXP code, SEXP forced, SEXP scope, SEXP values, SEXP at, SEXP until);
/// What the tasks of a batch share is loaded.
SEXP tasks_loaded(SEXP batch);
/// The values of the next `count` tasks of a batch; `failed`: numbers of those that failed.
SEXP task_values(SEXP batch, SEXP count, SEXP failed, SEXP values);

}  // namespace insitu_r
