# rxExec and what belongs to it (docs/exec.md).

# Objects above it are named when they are sent.
.rxLarge <- 1e7

# Kinds of random numbers of the original's documentation. Here each is L'Ecuyer-CMRG (docs/exec.md).
.rxRngKinds <- c("auto", "MCG31", "R250", "MRG32K3A", "MCG59", "MT19937", "MT2203", "SFMT19937", "SOBOL", "NIEDERR",
    "L'Ecuyer-CMRG")

#' Marks a vector or list of which each task of rxExec gets one element.
rxElemArg <- function(x) structure(list(items = if (is.list(x) && !is.data.frame(x)) x else as.list(x)),
    class = "rxElemArg")

#' Calls a function many times, where the compute context says.
rxExec <- function(FUN, ..., elemArgs, elemType = "nodes", oncePerElem = FALSE, timesToRun = -1L, packagesToLoad = NULL,
    execObjects = NULL, taskChunkSize = NULL, quote = FALSE, consoleOutput = NULL, autoCleanup = NULL,
    continueOnFailure = TRUE, RNGseed = NULL, RNGkind = NULL, foreachOpts = NULL, taskTimeout = NULL) {
  fun <- .rxCallable(FUN, "rxExec", parent.frame())
  context <- rxGetComputeContext()
  for (flag in c("oncePerElem", "quote", "continueOnFailure")) {
    value <- get(flag)
    if (!is.logical(value) || length(value) != 1L || is.na(value))
      .rxStop(paste0("rxExec: ", flag, " must be TRUE or FALSE, not ", .rxShow(value)))
  }
  if (!is.character(elemType) || length(elemType) != 1L || !elemType %in% c("nodes", "cores"))
    .rxStop(paste0("rxExec: elemType must be \"nodes\" or \"cores\", not ", .rxShow(elemType)))
  times <- .rxCount(timesToRun, "timesToRun", -1)
  chunk <- if (is.null(taskChunkSize) || oncePerElem) 0 else .rxCount(taskChunkSize, "taskChunkSize", 1)
  if (!is.null(taskTimeout) && !(is.numeric(taskTimeout) && length(taskTimeout) == 1L && !is.na(taskTimeout) &&
      taskTimeout > 0))
    .rxStop(paste0("rxExec: taskTimeout must be a number of seconds above 0, not ", .rxShow(taskTimeout)))
  packages <- .rxTaskPackages(packagesToLoad)
  calls <- .rxTaskCalls(list(...), if (missing(elemArgs)) NULL else elemArgs, times, context)
  objects <- .rxExecObjects(execObjects, parent.frame())
  if (!is.null(taskTimeout) && is(context, "RxLocalSeq") && !.rxTaskState$running)
    .rxStop("rxExec: taskTimeout needs worker processes, which can be ended: use RxLocalParallel or RxProcesses")
  given <- list(tasks = list(fun = fun, common = calls$common, quote = quote, packages = packages), objects = objects,
      seed = .rxTaskSeed(RNGseed, RNGkind), chunk = chunk, timeout = if (is.null(taskTimeout)) 0 else
      as.numeric(taskTimeout), continueOnFailure = continueOnFailure, foreachOpts = foreachOpts)
  # Inside a task, all cores have a task already.
  if (.rxWaitsIn(context) || .rxTaskState$running) return(.rxExecIn(context, calls, given, isTRUE(consoleOutput)))
  .rxLeaveTasks(calls, context, job = TRUE)
  .rxExecLater(context, calls, given, .rxCallText(sys.call()), autoCleanup, consoleOutput)
}

# The values of the tasks, in a context that waits.
.rxExecIn <- function(context, calls, given, consoleOutput) {
  tasks <- given$tasks
  seed <- given$seed
  collected <- .rxCollected(calls$names)
  if (calls$count == 0) return(collected$finish(given$continueOnFailure))
  if (is(context, "RxLocalSeq") || .rxTaskState$running) {
    .rxLeaveTasks(calls, context, "this session, one task after the other")
    .rxExecHere(tasks, calls, given$objects, seed, collected, given$continueOnFailure)
  } else {
    objects <- given$objects
    packages <- tasks$packages
    shipment <- .rxShipment(c(names(objects), unlist(lapply(packages, getNamespaceExports))))
    tasks <- .rxShippedTasks(shipment, tasks, objects)
    .rxLeaveTasks(calls, context, if (is(context, "RxForeachDoPar")) .rxForeachPlace(), shipment, given$tasks$fun,
        tasks$common)
    if (is(context, "RxForeachDoPar"))
      .rxExecForeach(tasks, calls, seed, collected, given$chunk, given$foreachOpts)
    else .rxExecWorkers(tasks, calls, seed, collected, context, list(taskChunkSize = given$chunk,
        taskTimeout = given$timeout, continueOnFailure = given$continueOnFailure,
        consoleOutput = consoleOutput), shipment, given$tasks$fun)
  }
  collected$finish(given$continueOnFailure)
}

# A job that will have them.
.rxExecLater <- function(context, calls, given, label, autoCleanup, consoleOutput) {
  packages <- given$tasks$packages
  shipment <- .rxShipment(c(names(given$objects), unlist(lapply(packages, getNamespaceExports))))
  given$tasks$fun <- .rxPacked(shipment, given$tasks$fun)
  for (part in c("common", "fans", "sets")) if (length(calls[[part]]))
      calls[[part]] <- .rxPacked(shipment, calls[[part]])
  given$objects <- lapply(given$objects, function(value) .rxPacked(shipment, value))
  given$tasks["common"] <- list(calls$common)
  calls$batch <- NULL
  .rxSubmitCall(context, "rxExec", list(calls = calls, given = given), label,
      c(setdiff(rev(shipment$packages), .rxOwnPackages), packages), autoCleanup, consoleOutput)
}

.rxCalls$rxExec <- function(kept, context) {
  calls <- kept$calls
  # All that tasks print goes to the output of the job.
  .rxExecIn(context, .rxCallsOf(calls$count, calls$common, calls$names, calls$fans, calls$sets), kept$given, TRUE)
}

#' What rxExec would send to workers with a function: name, kind and bytes of each item.
rxExecManifest <- function(FUN, ..., packagesToLoad = NULL, execObjects = NULL) {
  fun <- .rxCallable(FUN, "rxExecManifest", parent.frame())
  objects <- .rxExecObjects(execObjects, parent.frame())
  packages <- .rxTaskPackages(packagesToLoad)
  shipment <- .rxShipment(c(names(objects), unlist(lapply(packages, getNamespaceExports))))
  arguments <- lapply(list(...), function(value) if (inherits(value, "rxElemArg")) value$items else value)
  .rxShippedTasks(shipment, list(fun = fun, common = arguments), objects)
  .rxManifestOf(shipment, fun, c(arguments, objects))
}

#' The number of the worker that runs the task, from 1; -1 in the caller's own process.
rxRemoteGetId <- function() .rxTaskState$worker

#' Whether threads are kept between calls, as rxSetEnableThreadPool was told last.
rxGetEnableThreadPool <- function() .rxTaskState$threadPool

#' Accepted for scripts that call it in tasks: the engine starts threads when it computes and needs no pool kept.
rxSetEnableThreadPool <- function(enable) {
  if (!is.logical(enable) || length(enable) != 1L || is.na(enable))
    .rxStop(paste0("rxSetEnableThreadPool: enable must be TRUE or FALSE, not ", .rxShow(enable)))
  before <- .rxTaskState$threadPool
  .rxTaskState$threadPool <- enable
  invisible(before)
}

.rxCallable <- function(fun, caller, frame) {
  if (is.character(fun) && length(fun) == 1L && !is.na(fun)) {
    found <- get0(fun, frame, mode = "function")
    if (is.null(found)) .rxStop(paste0(caller, ": FUN: there is no function '", fun, "'"))
    return(found)
  }
  if (!is.function(fun)) .rxStop(paste0(caller, ": FUN must be a function, not ", .rxShow(fun)))
  fun
}

.rxCount <- function(value, name, least) {
  if (!is.numeric(value) || length(value) != 1L || is.na(value) || value != round(value) || value < least)
    .rxStop(paste0("rxExec: ", name, " must be a whole number from ", least, " on, not ", .rxShow(value)))
  as.numeric(value)
}

.rxTaskPackages <- function(packages) {
  packages <- setdiff(unique(as.character(packages)), .rxOwnPackages)
  for (package in packages) if (!requireNamespace(package, quietly = TRUE))
    .rxStop(paste0("rxExec: packagesToLoad: package '", package, "' is not installed"))
  packages
}

# The arguments of the tasks: `common` those of all, batch(first, count) those of some (.rxRunBatch), `names` of the
# results.
.rxTaskCalls <- function(dots, elemArgs, times, context) {
  fanned <- vapply(dots, inherits, NA, "rxElemArg")
  items <- lapply(dots[fanned], `[[`, "items")
  lengths_of <- vapply(items, length, 0L)
  names_of <- names(dots)[fanned]
  names(lengths_of) <- if (is.null(names_of)) rep("rxElemArg", length(items)) else
      ifelse(names_of == "", "rxElemArg", names_of)
  common <- dots[!fanned]
  if (!is.null(elemArgs)) {
    if (inherits(elemArgs, "rxElemArg")) elemArgs <- elemArgs$items
    if (!is.list(elemArgs)) elemArgs <- as.list(elemArgs)
    if (length(elemArgs) != 1L) lengths_of <- c(lengths_of, elemArgs = length(elemArgs))
    elemArgs <- lapply(elemArgs, function(each) if (is.list(each) && !is.object(each)) each else list(each))
  }
  if (times == 0) .rxStop("rxExec: timesToRun must be at least 1, or -1 for as many as there are arguments")
  if (times > 0) lengths_of <- c(lengths_of, timesToRun = times)
  if (length(unique(lengths_of)) > 1L)
    .rxStop(paste0("rxExec: the number of tasks is not clear: ", paste(names(lengths_of), "says", lengths_of,
        collapse = ", "), "; give them one length"))
  count <- if (length(lengths_of)) lengths_of[[1L]] else if (length(elemArgs)) 1 else .rxTasksOf(context)
  once <- if (length(elemArgs) == 1L) elemArgs[[1L]]
  given <- names(elemArgs)
  names_of <- sprintf("rxElem%.0f", as.numeric(seq_len(count)))
  if (!is.null(given) && length(given) == count) names_of <- ifelse(given == "", names_of, given)
  .rxCallsOf(count, c(common, once), names_of, items, if (length(elemArgs) > 1L) elemArgs)
}

# `fans`: by argument, a list of an element for each task; `sets`: a list of arguments for each task or NULL.
.rxCallsOf <- function(count, common, names, fans, sets)
  list(count = count, common = common, names = names, fans = fans, sets = sets, batch = function(first, count) {
    at <- first + seq_len(count)
    list(count = as.integer(count), fans = lapply(fans, `[`, at), sets = if (!is.null(sets)) sets[at])
  })

# How many tasks there are when nothing says so: one for each core or worker.
.rxTasksOf <- function(context) {
  cores <- function() max(1L, parallel::detectCores(), na.rm = TRUE)
  wanted <- if (is(context, "RxProcesses")) context@numWorkers else if (is(context, "RxMpi"))
      context@numRanks else if (is(context, "RxLocalParallel"))
      as.numeric(.rxOption("numCoresToUse")) else if (is(context, "RxForeachDoPar") && requireNamespace("foreach",
      quietly = TRUE)) foreach::getDoParWorkers() else 1
  if (wanted < 1 || is(context, "RxLocalParallel") && wanted > cores()) cores() else wanted
}

.rxExecObjects <- function(objects, frame) {
  if (is.null(objects)) return(list())
  if (is.environment(objects)) return(as.list(objects, all.names = TRUE))
  if (!is.character(objects)) .rxStop(paste0("rxExec: execObjects must be names of objects or an environment, not ",
      .rxShow(objects)))
  found <- lapply(objects, function(name) {
    if (!exists(name, frame)) .rxStop(paste0("rxExec: execObjects: there is no object '", name, "'"))
    get(name, frame)
  })
  names(found) <- objects
  found
}

# The first stream of random numbers; NULL: tasks draw what they like.
.rxTaskSeed <- function(seed, kind) {
  if (!is.null(kind) && !(is.character(kind) && length(kind) == 1L && kind %in% .rxRngKinds))
    .rxStop(paste0("rxExec: RNGkind must be one of ", paste0("\"", .rxRngKinds, "\"", collapse = ", "), ", not ",
        .rxShow(kind)))
  if (is.null(seed) && is.null(kind)) return(NULL)
  # A caller who has set a seed gets the same again.
  if (is.null(seed) || identical(seed, "auto")) seed <- sample.int(.Machine$integer.max, 1L)
  if (!is.numeric(seed) || length(seed) != 1L || is.na(seed) || seed != round(seed) || abs(seed) > .Machine$integer.max)
    .rxStop(paste0("rxExec: RNGseed must be \"auto\" or a whole number, not ", .rxShow(seed)))
  .rxFirstStream(as.integer(seed))
}

# The stream of the first of some neighbouring tasks, which are asked for in any order.
.rxStreams <- function(first, count) {
  if (is.null(first)) return(function(index) NULL)
  known <- matrix(0L, length(first), count)
  stream <- first
  for (i in seq_len(count)) {
    known[, i] <- stream
    stream <- parallel::nextRNGStream(stream)
  }
  function(index) known[, index + 1]
}

# The slots of the result, filled in any order.
.rxCollected <- function(names_of) {
  slots <- vector("list", length(names_of))
  failed <- list()
  warned <- list()
  put <- function(first, values, at = integer(), told = list()) {
    slots[first + seq_along(values)] <<- values
    for (i in at) failed[[as.character(first + i)]] <<- values[[i]]
    for (i in names(told)) warned[[as.character(first + as.numeric(i))]] <<- told[[i]]
  }
  told_of <- function(all, what, text) {
    at <- as.numeric(names(all))
    some <- utils::head(order(at, method = "radix"), 10L)
    warning("rxExec: ", length(all), " of ", length(slots), " tasks ", what, ": ", paste0(names_of[at[some]], ": ",
        vapply(all[some], text, ""), collapse = "; "), if (length(all) > 10L) " ...", call. = FALSE)
  }
  list(put = put, finish = function(continueOnFailure) {
    if (length(failed) && !continueOnFailure) stop(failed[[which.min(as.numeric(names(failed)))]])
    if (length(warned)) told_of(warned, "warned", function(texts) paste(unique(texts), collapse = ", "))
    if (length(failed)) told_of(failed, "failed and hold their error", conditionMessage)
    names(slots) <- names_of
    slots
  })
}

# One task after the other in this session.
.rxExecHere <- function(tasks, calls, objects, stream, collected, continueOnFailure) {
  .rxPrepareTasks(tasks)
  tasks$fun <- .rxWithObjects(tasks$fun, objects)
  batch <- calls$batch(0, calls$count)
  batch$stream <- stream
  done <- failures <- 0
  run <- function() .rxRunBatch(tasks, batch, !continueOnFailure, function(values, failed, told) {
    collected$put(done, values, failed, told)
    done <<- done + length(values)
    failures <<- failures + length(failed)
    .rxTellProgress(done, calls$count, failures)
    !continueOnFailure && length(failed) > 0L
  })
  if (is.null(stream)) run() else .rxKeepingNumbers(run())
}

# A function that finds objects before what its own environment holds.
.rxWithObjects <- function(fun, objects) {
  if (length(objects) && !is.primitive(fun))
      environment(fun) <- list2env(objects, parent = environment(fun))
  fun
}

# The tasks as they travel.
.rxShippedTasks <- function(shipment, tasks, objects) {
  tasks$fun <- .rxPacked(shipment, tasks$fun)
  tasks$common <- .rxPacked(shipment, tasks$common)
  tasks$fun <- .rxWithObjects(tasks$fun, lapply(objects, function(value) .rxPacked(shipment, value)))
  tasks$packages <- unique(c(setdiff(rev(shipment$packages), .rxOwnPackages), tasks$packages))
  options <- .rxCurrentOptions()
  tasks$options <- options[setdiff(names(options), c("computeContext", "numCoresToUse", "libDir", "includeDir"))]
  tasks
}

# Some tasks' arguments as they travel.
.rxBatchOf <- function(calls, streams, first, count) {
  batch <- calls$batch(first, count)
  own <- batch[c("fans", "sets")]
  if (.rxHoldsCode(own)) batch[c("fans", "sets")] <- .rxPacked(.rxShipment(), own)
  batch$stream <- streams(first)
  serialize(batch, NULL, xdr = FALSE)
}

.rxExecWorkers <- function(tasks, calls, seed, collected, context, how, shipment, fun) {
  shared <- serialize(tasks, NULL, xdr = FALSE)
  level <- .rxOption("reportProgress")
  if (length(shared) > .rxLarge && level > 0) .rxTellLarge(.rxManifestOf(shipment, fun, tasks$common))
  request <- .rxNewRequest("exec", context = .rxDescribeContext(context), count = as.numeric(calls$count),
      language = "R", worker = .rxArray(.rxWorkerCommand()))
  do.call(.rxAdd, c(list(request), how))
  streams <- .rxStreams(seed, calls$count)
  request$tasks <- list(shared = shared,
    arguments = function(first, count) .rxBatchOf(calls, streams, first, count),
    done = function(first, count, bytes) {
      values <- unserialize(bytes)
      collected$put(first, values[[1L]], values[[2L]], values[[3L]])
    },
    lost = function(index, why) collected$put(index, list(structure(
        class = c("rxWorkerError", "insitu_error", "error", "condition"),
        list(message = paste0(calls$names[[index + 1]], ": ", why), call = NULL))), 1L),
    progress = .rxTaskProgress(level))
  .rxRun(request, level)
  invisible()
}

.rxTellLarge <- function(manifest) {
  large <- manifest[manifest$bytes > .rxLarge, ]
  message("rxExec: sent once to each worker: ", if (nrow(large)) paste0(large$name, " (", format(round(large$bytes /
      1e6)), " MB)", collapse = ", ") else "more than 10 MB")
}

# The live line of an interactive session.
.rxTaskProgress <- function(level) {
  shown <- FALSE
  function(total, done, running, failed, seconds) {
    if (level < 1 || !interactive() || seconds < 1 && !shown) return()
    shown <<- TRUE
    left <- if (done > 0 && done < total) sprintf("  ETA %.0f s", seconds / done * (total - done)) else ""
    cat(sprintf("\rTasks: %.0f of %.0f done, %.0f running, %.0f failed%s", done, total, running, failed, left),
        if (done == total) "\n")
    utils::flush.console()
  }
}

# Chunks of tasks through the backend that is registered with foreach.
.rxExecForeach <- function(tasks, calls, seed, collected, chunk, options) {
  if (!requireNamespace("foreach", quietly = TRUE))
    .rxStop("rxExec: RxForeachDoPar needs the package foreach: install.packages(\"foreach\"), or use RxLocalParallel",
        "rxUnsupported")
  if (!is.null(options) && !is.list(options)) .rxStop(paste0(
      "rxExec: foreachOpts must be a list of arguments of foreach, not ", .rxShow(options)))
  shared <- serialize(tasks, NULL, xdr = FALSE)
  streams <- .rxStreams(seed, calls$count)
  size <- if (chunk > 0) chunk else max(1, ceiling(calls$count / foreach::getDoParWorkers()))
  first <- seq(0, calls$count - 1, by = size)
  chunks <- lapply(first, function(at) .rxBatchOf(calls, streams, at, min(size, calls$count - at)))
  `%dopar%` <- foreach::`%dopar%`
  # All that the backend sends: no environment of this package goes along.
  run <- function(shared, chunk, libraries) {
    .libPaths(unique(c(libraries, .libPaths())))
    asNamespace("insitu")$.rxForeachChunk(shared, chunk)
  }
  environment(run) <- baseenv()
  libraries <- .libPaths()
  # By name: foreach keeps its own call, and an error would print all bytes.
  loop <- eval(as.call(c(list(quote(foreach::foreach), rxChunk = quote(chunks)), options)))
  found <- loop %dopar% run(shared, rxChunk, libraries)
  for (i in seq_along(found)) {
    at <- first[[i]]
    for (part in found[[i]]) {
      values <- unserialize(part)
      collected$put(at, values[[1L]], values[[2L]], values[[3L]])
      at <- at + length(values[[1L]])
    }
  }
}
