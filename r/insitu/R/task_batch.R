# Running tasks of rxExec, in a worker or here: arguments in; values, errors and warnings out; a stream of random
# numbers for each.

# Of the process: number of the worker (-1: none), and whether a task runs.
.rxTaskState <- new.env(parent = emptyenv())
.rxTaskState$worker <- -1L
.rxTaskState$running <- FALSE
.rxTaskState$threadPool <- FALSE

# The condition of a task that failed, without a call that holds large arguments.
.rxFailed <- function(condition) {
  if (!is.null(condition$call) && length(serialize(condition$call, NULL)) > 1e5) condition$call <- NULL
  condition
}

# A function that calls FUN, of the environment `scope`, for the i-th task of a batch. `batch`: fans, a list of an
# element for each task by argument; sets, a list of arguments for each task or NULL. `tasks`: see below.
.rxTaskCaller <- function(scope, tasks, batch) {
  common <- tasks$common
  quote <- tasks$quote
  place <- if (is.null(tasks$place)) seq_len(length(common) + length(batch$fans)) else tasks$place
  fans <- batch$fans
  sets <- batch$sets
  code <- function(values) !is.atomic(values) && any(vapply(values, is.language, NA))
  if (length(sets) || !length(fans) && !length(common) || .rxSeesItsCall(scope$FUN) || code(common) ||
      any(vapply(fans, code, NA)))
    return(function(i) do.call("FUN", c(c(common, lapply(fans, `[[`, i))[place], if (!is.null(sets)) sets[[i]]),
        quote, scope))
  # No argument is code: the call is made once, as lapply makes its own, and its arguments are values before FUN runs.
  scope$.rxFans <- fans
  scope$.rxCommon <- common
  common_at <- lapply(seq_along(common), function(at) call("[[", quote(.rxCommon), at))
  fans_at <- lapply(seq_along(fans), function(at) call("[[", call("[[", quote(.rxFans), at), quote(.rxTask)))
  names(common_at) <- names(common)
  names(fans_at) <- names(fans)
  arguments <- c(common_at, fans_at)[place]
  as.function(c(alist(.rxTask = ), as.call(c(list(quote(forceAndCall), length(arguments), quote(FUN)), arguments))),
      scope)
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
  run <- .rxTaskCaller(scope, tasks, batch)
  stream <- batch$stream
  total <- batch$count
  values <- vector("list", total)
  failed <- integer()
  told <- list()
  from <- 1L
  i <- 0L
  over <- FALSE
  # The handlers are set up once, and again after a failure.
  seconds <- function() .subset2(proc.time(), 3L)
  sent <- looked <- seconds()
  look <- stride <- 1L  # when to look at the clock again, which takes as long as a small task
  while (i < total && !over) withCallingHandlers(
    tryCatch(while (i < total && !over) {
      i <- i + 1L
      if (!is.null(stream)) {
        assign(".Random.seed", stream, globalenv())
        stream <- parallel::nextRNGStream(stream)
      }
      value <- run(i)
      if (!is.null(value)) values[[i]] <- value
      if (i < look && i < total && !each) next
      now <- seconds()
      stride <- if (now - looked < 0.002) min(2L * stride, 64L) else 1L
      looked <- now
      look <- i + stride
      if (each || i == total || now - sent > 0.05) {
        over <- isTRUE(report(values[from:i], failed, told))
        values[from:i] <- list(NULL)
        failed <- integer()
        told <- list()
        from <- i + 1L
        sent <- seconds()
      }
    }, error = function(e) {
      values[[i]] <<- .rxFailed(e)
      failed <<- c(failed, i - from + 1L)
      if (each || i == total) {
        over <<- isTRUE(report(values[from:i], failed, told))
        failed <<- integer()
        told <<- list()
        from <<- i + 1L
      }
    }),
    warning = function(w) {
      at <- as.character(i - from + 1L)
      told[[at]] <<- c(told[[at]], conditionMessage(w))
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
  kinds <- RNGkind()
  seed <- get0(".Random.seed", globalenv(), inherits = FALSE)
  on.exit({
    suppressWarnings(RNGkind(kinds[[1L]], kinds[[2L]], kinds[[3L]]))
    if (is.null(seed)) suppressWarnings(rm(".Random.seed", envir = globalenv()))
    else assign(".Random.seed", seed, globalenv())
  })
  code
}

# Attaches the packages of the tasks, in the order given.
.rxPrepareTasks <- function(tasks, packages = tasks$packages) {
  for (package in packages)
    if (!paste0("package:", package) %in% search())
      suppressPackageStartupMessages(library(package, character.only = TRUE))
  # Loops in tasks run one after the other, as rxExec does there, and without a warning.
  if ("foreach" %in% packages && !foreach::getDoParRegistered()) foreach::registerDoSEQ()
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

# A worker's part: what it is called with is in src/routines.hpp.
.rxTaskRunner <- function() {
  tasks <- NULL
  function(shared, arguments, info, batch) {
    tryCatch({
      .rxTaskState$worker <- info$worker
      .rxTaskState$rows <- info$rows
      if (!is.null(shared)) {
        shared <- unserialize(shared)
        .rxState$options <- utils::modifyList(.rxCurrentOptions(), shared$options, keep.null = TRUE)
        .rxState$options$numCoresToUse <- info$threads
        tasks <<- .rxPrepareTasks(shared, c("insitu", shared$packages))
      }
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
  }
}

# A chunk of tasks where a backend of foreach runs it, which may be this very session: a list of .rxValueBytes.
.rxForeachChunk <- function(shared, chunk) {
  tasks <- unserialize(shared)
  before <- .rxState$options
  on.exit(.rxState$options <- before)
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
