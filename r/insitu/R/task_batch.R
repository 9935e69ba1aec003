# Running tasks of rxExec, in a worker or here: arguments in; values, errors and warnings out; a stream of random
# numbers for each.

# Of the process: number of the worker (-1: none), and whether a task runs.
.rxTaskState <- new.env(parent = emptyenv())
.rxTaskState$worker <- -1L
.rxTaskState$running <- FALSE
.rxTaskState$sent <- FALSE  # whether tasks come from another process
.rxTaskState$threadPool <- FALSE
.rxTaskState$placed <- character()  # methods of the call's session (task_methods.R)

# The condition of a task that failed, without a call that holds large arguments.
.rxFailed <- function(condition) {
  if (!is.null(condition$call) && length(serialize(condition$call, NULL)) > 1e5) condition$call <- NULL
  condition
}

# Evaluates code of a task; `failed` gets the condition of a failure. Ctrl-C reaches no worker, so an interrupt there is
# the task's own failure; in the session itself it ends the call.
.rxTryTask <- function(code, failed) {
  if (!.rxTaskState$sent) return(tryCatch(code, error = failed))
  tryCatch(allowInterrupts(code), error = failed, interrupt = function(e)
    failed(simpleError("the task was interrupted")))
}

# The call of FUN, of the environment `scope`, for the task of number `.rxTask` of a batch, and how many of its
# arguments are evaluated before FUN runs. `batch`: fans, a list of an element for each task by argument; sets, a list
# of arguments for each task or NULL. `tasks`: see below.
.rxTaskCall <- function(scope, tasks, batch) {
  common <- tasks$common
  quote <- tasks$quote
  place <- if (is.null(tasks$place)) seq_len(length(common) + length(batch$fans)) else tasks$place
  fans <- batch$fans
  sets <- batch$sets
  code <- function(values) !is.atomic(values) && any(vapply(values, is.language, NA))
  if (length(sets) || !length(fans) && !length(common) || .rxSeesItsCall(scope$FUN) || code(common) ||
      any(vapply(fans, code, NA))) {
    scope$.rxRun <- function(i) do.call("FUN", c(c(common, lapply(fans, `[[`, i))[place],
        if (!is.null(sets)) sets[[i]]), quote, scope)
    return(list(code = base::quote(.rxRun(.rxTask)), forced = 0L))
  }
  # No argument is code: the call is made once, as lapply makes its own, and its arguments are values before FUN runs.
  scope$.rxFans <- fans
  scope$.rxCommon <- common
  common_at <- lapply(seq_along(common), function(at) call("[[", base::quote(.rxCommon), at))
  fans_at <- lapply(seq_along(fans), function(at) call("[[", call("[[", base::quote(.rxFans), at),
      base::quote(.rxTask)))
  names(common_at) <- names(common)
  names(fans_at) <- names(fans)
  list(code = as.call(c(list(base::quote(FUN)), c(common_at, fans_at)[place])),
      forced = length(common) + length(fans))
}

# Whether a function may keep or look at the code of its call, in which arguments should be values.
.rxSeesItsCall <- function(fun) !is.primitive(fun) && any(c("match.call", "sys.call", "sys.calls", "sys.function",
    "substitute", "UseMethod", "standardGeneric", "eval.parent", "parent.frame") %in% all.names(body(fun)))

# Runs neighbouring tasks. `tasks`: fun, common (arguments of all), place (the order of these and the fanned ones in a
# call), quote. `batch`: count, fans, sets, stream (a .Random.seed of the first task, or NULL). `report` gets (values,
# positions of those that are conditions of failed tasks, warnings by position) with `each` after every task, else where
# time has passed; TRUE ends the batch.
.rxRunBatch <- function(tasks, batch, each, report) {
  before <- .rxTaskState$running
  .rxTaskState$running <- TRUE
  on.exit(.rxTaskState$running <- before)
  scope <- list2env(list(FUN = tasks$fun), parent = globalenv())
  run <- .rxTaskCall(scope, tasks, batch)
  stream <- batch$stream
  total <- batch$count
  values <- vector("list", total)
  at <- integer(1L)  # the task that runs: counted up in C, so never a constant, and never assigned to
  failed <- integer()
  told <- list()
  from <- 1L
  over <- FALSE
  report_to <- function(i) {
    over <<- isTRUE(report(values[from:i], failed, told))
    values[from:i] <<- list(NULL)
    failed <<- integer()
    told <<- list()
    from <<- i + 1L
  }
  fail <- function(condition) {
    i <- at[[1L]]
    values[[i]] <<- .rxFailed(condition)
    failed <<- c(failed, i - from + 1L)
    if (each || i == total) report_to(i)
  }
  # The handlers are set up once, and again after a failure.
  seconds <- function() .subset2(proc.time(), 3L)
  sent <- looked <- seconds()
  look <- stride <- 1L  # when to look at the clock again, which takes as long as a small task
  while (at[[1L]] < total && !over) withCallingHandlers(
    .rxTryTask(while (at[[1L]] < total && !over) {
      until <- if (each || !is.null(stream)) at[[1L]] + 1L else max(at[[1L]] + 1L, min(look, total))
      if (!is.null(stream)) {
        assign(".Random.seed", stream, globalenv())
        stream <- parallel::nextRNGStream(stream)
      }
      .Call(insitu_run_tasks, run$code, run$forced, scope, values, at, until)
      if (until < look && until < total && !each) next
      now <- seconds()
      stride <- if (now - looked < 0.002) min(2L * stride, 64L) else 1L
      looked <- now
      look <- until + stride
      if (each || until == total || now - sent > 0.05) {
        report_to(until)
        sent <- seconds()
      }
    }, fail),
    warning = function(w) {
      now <- as.character(at[[1L]] - from + 1L)
      told[[now]] <<- c(told[[now]], conditionMessage(w))
      invokeRestart("muffleWarning")
    })
  invisible()
}

# The streams of random numbers of tasks: L'Ecuyer's generator, one stream for each task, from a seed. Returns the
# first.
.rxFirstStream <- function(seed) {
  .rxKeepingNumbers({
    RNGkind("L'Ecuyer-CMRG", "Inversion", "Rejection")
    set.seed(seed)
    get(".Random.seed", globalenv(), inherits = FALSE)
  })
}

# Evaluates code and puts the random numbers of the session, and their kind, back.
.rxKeepingNumbers <- function(code) {
  before <- .rxNumbersNow()
  on.exit(.rxPutNumbersBack(before))
  code
}

.rxNumbersNow <- function() list(kinds = RNGkind(), seed = get0(".Random.seed", globalenv(), inherits = FALSE))

.rxPutNumbersBack <- function(before) {
  suppressWarnings(RNGkind(before$kinds[[1L]], before$kinds[[2L]], before$kinds[[3L]]))
  if (is.null(before$seed)) suppressWarnings(rm(".Random.seed", envir = globalenv()))
  else assign(".Random.seed", before$seed, globalenv())
}

# Attaches the packages of the tasks, in the order given.
.rxPrepareTasks <- function(tasks, packages = tasks$packages) {
  for (package in packages)
    if (!paste0("package:", package) %in% search())
      suppressPackageStartupMessages(library(package, character.only = TRUE))
  # Loops in tasks run one after the other, as rxExec does there, and without a warning.
  if ("foreach" %in% packages && !foreach::getDoParRegistered()) foreach::registerDoSEQ()
  .rxPlaceMethods(tasks$methods)
  tasks
}

# The bytes of what a batch reports, and which values failed: one that cannot travel does.
.rxValueBytes <- function(values, failed, told) {
  pointers <- FALSE
  hook <- function(object) {
    if (typeof(object) == "externalptr") pointers <<- TRUE
    NULL
  }
  # data.table keeps a pointer in every table and makes it anew.
  if ("data.table" %in% loadedNamespaces()) hook <- NULL
  bytes <- serialize(list(values, failed, told), NULL, xdr = FALSE, refhook = hook)
  if (pointers) {
    for (i in seq_along(values)) {
      pointers <- FALSE
      serialize(values[[i]], NULL, xdr = FALSE, refhook = hook)
      if (!pointers) next
      values[[i]] <- simpleError(if (i %in% failed) conditionMessage(values[[i]]) else paste0("the value, of class ",
          class(values[[i]])[[1L]],
          ", holds something outside of R (a connection, a pointer) that cannot be sent back from the worker"))
      failed <- union(failed, i)
    }
    bytes <- serialize(list(values, failed, told), NULL, xdr = FALSE)
  }
  list(bytes = bytes, failed = failed)
}

# The tasks of bytes, and the session's options for them.
.rxLoadedTasks <- function(shared, threads) {
  tasks <- unserialize(shared)
  .rxState$options <- utils::modifyList(.rxCurrentOptions(), tasks$options, keep.null = TRUE)
  .rxState$options$numCoresToUse <- threads
  .rxLikeSession(tasks$session, numbers = TRUE)
  .rxPrepareTasks(tasks, c("insitu", tasks$packages))
}

# A worker's part: what it is called with is in src/routines.hpp.
.rxTaskRunner <- function() {
  tasks <- NULL
  # An interrupt that comes when its task has ended waits for the next one: it must not end the worker.
  function(shared, arguments, info, batch) suspendInterrupts({
    tryCatch({
      .rxTaskState$worker <- info$worker
      .rxTaskState$sent <- TRUE
      .rxTaskState$rows <- info$rows
      if (!is.null(shared)) tasks <<- .rxLoadedTasks(shared, info$threads)
      .rxCall(insitu_tasks_loaded, batch)
      reported <- 0
      .rxRunBatch(tasks, unserialize(arguments), info$each, function(values, failed, told) {
        sent <- .rxValueBytes(values, failed, told)
        .rxCall(insitu_task_values, batch, as.numeric(length(values)), info$first + reported + sent$failed - 1,
            sent$bytes)
        reported <<- reported + length(values)
        FALSE
      })
      NULL
    }, error = function(e) structure(list(conditionMessage(e)), class = "rxUserError"))
  })
}

# A chunk of tasks where a backend of foreach runs it, which may be this very session: a list of .rxValueBytes.
.rxForeachChunk <- function(shared, chunk) {
  tasks <- unserialize(shared)
  before <- .rxState$options
  sent <- .rxTaskState$sent
  methods_of <- .rxPlaceMethods(tasks$methods)
  session <- .rxLikeSession(tasks$session, numbers = FALSE)  # those are the backend's
  .rxTaskState$sent <- tasks$home != Sys.getpid()
  on.exit({
    .rxTaskState$sent <- sent
    .rxLikeSession(session, numbers = FALSE)
    .rxState$options <- before
    rm(list = methods_of, envir = globalenv())
    .rxTaskState$placed <- setdiff(.rxTaskState$placed, methods_of)
  })
  .rxState$options <- utils::modifyList(.rxCurrentOptions(), tasks$options, keep.null = TRUE)
  .rxPrepareTasks(tasks, c("insitu", tasks$packages))
  parts <- list()
  batch <- unserialize(chunk)
  run <- function() .rxRunBatch(tasks, batch, FALSE, function(values, failed, told) {
    parts[[length(parts) + 1L]] <<- .rxValueBytes(values, failed, told)$bytes
    FALSE
  })
  if (is.null(batch$stream)) run() else .rxKeepingNumbers(run())
  parts
}
