# rxExec and what belongs to it (docs/exec.md).

# Objects above it are named when they are sent.
.rxLarge <- 1e7

# Kinds of random numbers of the original's documentation. Here each is L'Ecuyer-CMRG (docs/exec.md).
.rxRngKinds <- c("auto", "MCG31", "R250", "MRG32K3A", "MCG59", "MT19937", "MT2203", "SFMT19937", "SOBOL", "NIEDERR",
    "L'Ecuyer-CMRG")

#' Marks a vector or list of which each task of rxExec gets one element.
rxElemArg <- function(x) {
  # A plain vector stays one, which is smaller on its way than a list.
  if (!(is.list(x) && !is.data.frame(x)) && !(is.atomic(x) && !is.object(x))) x <- .rxElements(x)
  structure(list(items = x), class = "rxElemArg")
}

# A list of the elements of a vector, each of its class: as.list leaves that of some behind, such as integer64, whose
# bits are another number without it.
.rxElements <- function(x) {
  elements <- as.list(x)
  if (!is.object(x) || is.list(x) || !length(x) || identical(class(elements[[1L]]), class(x))) return(elements)
  lapply(seq_along(x), function(i) unname(x[i]))
}

#' Calls a function many times, where the compute context says.
rxExec <- function(FUN, ..., elemArgs, elemType = "nodes", oncePerElem = FALSE, timesToRun = -1L, packagesToLoad = NULL,
    execObjects = NULL, taskChunkSize = NULL, quote = FALSE, consoleOutput = NULL, autoCleanup = NULL,
    continueOnFailure = TRUE, RNGseed = NULL, RNGkind = NULL, foreachOpts = NULL, taskTimeout = NULL) {
  fun <- .rxCallable(FUN, "rxExec", parent.frame())
  context <- rxGetComputeContext()
  for (flag in c("oncePerElem", "quote", "continueOnFailure", "consoleOutput", "autoCleanup")) {
    value <- get(flag, inherits = FALSE)
    if (is.null(value) && flag %in% c("consoleOutput", "autoCleanup")) next
    if (!is.logical(value) || length(value) != 1L || is.na(value))
      .rxStop(paste0("rxExec: ", flag, " must be TRUE or FALSE, not ", .rxShow(value)))
  }
  if (!is.character(elemType) || length(elemType) != 1L || !elemType %in% c("nodes", "cores"))
    .rxStop(paste0("rxExec: elemType must be \"nodes\" or \"cores\", not ", .rxShow(elemType)))
  times <- .rxCount(timesToRun, "timesToRun", -1)
  chunk <- if (is.null(taskChunkSize) || oncePerElem) 0 else .rxCount(taskChunkSize, "taskChunkSize", 1)
  limit <- .rxTimeLimit(taskTimeout)
  packages <- .rxTaskPackages(packagesToLoad)
  calls <- .rxTaskCalls(list(...), if (missing(elemArgs)) NULL else elemArgs, times, context)
  objects <- .rxExecObjects(execObjects, parent.frame())
  if (limit > 0) .rxCheckTimeLimit(context, "rxExec")
  given <- list(tasks = list(fun = fun, common = calls$common, place = calls$place, quote = quote, packages = packages),
      objects = objects, seed = .rxTaskSeed(RNGseed, RNGkind), chunk = chunk, timeout = limit,
      continueOnFailure = continueOnFailure, foreachOpts = foreachOpts)
  # Inside a task, all cores have a task already.
  if (.rxWaitsIn(context) || .rxTaskState$running) return(.rxExecIn(context, calls, given, isTRUE(consoleOutput)))
  if (limit > 0) .rxCheckTimeLimit(.rxContextOfRunner(context), "rxExec")
  .rxLeaveTasks(calls, context, job = TRUE)
  .rxExecLater(context, calls, given, .rxCallText(sys.call()), autoCleanup, consoleOutput)
}

# Names that tasks find without being sent them.
.rxGivenNames <- function(given) c(names(given$objects), unlist(lapply(given$tasks$packages, getNamespaceExports)))

# The values of the tasks, in a context that waits.
.rxExecIn <- function(context, calls, given, consoleOutput) {
  collected <- .rxCollected(calls$names)
  .rxRunTasks(context, calls, given, consoleOutput, collected, .rxShipment(.rxGivenNames(given)))
  collected$finish(given$continueOnFailure)
}

# Runs tasks in a context that waits, and collects what they give. `shipment`: an empty one.
.rxRunTasks <- function(context, calls, given, consoleOutput, collected, shipment) {
  if (calls$count == 0) return(invisible())
  if (.rxTasksAreHere(context) || .rxTaskState$running) {
    .rxLeaveTasks(calls, context, "this session, one task after the other")
    return(.rxExecHere(given$tasks, calls, given$objects, given$seed, collected, given$continueOnFailure))
  }
  tasks <- .rxShippedTasks(shipment, given$tasks, given$objects, calls[c("fans", "sets")])
  .rxLeaveTasks(calls, context, if (is(context, "RxForeachDoPar")) .rxForeachPlace(), shipment, given$tasks$fun,
      tasks$common)
  if (is(context, "RxForeachDoPar"))
    .rxExecForeach(tasks, calls, given$seed, collected, given$chunk, given$foreachOpts)
  else .rxExecWorkers(tasks, calls, given$seed, collected, context, list(taskChunkSize = given$chunk,
      taskTimeout = given$timeout, continueOnFailure = given$continueOnFailure, consoleOutput = consoleOutput),
      shipment, given$tasks$fun)
}

# A job that will have them.
.rxExecLater <- function(context, calls, given, label, autoCleanup, consoleOutput) {
  packages <- given$tasks$packages
  shipment <- .rxShipment(.rxGivenNames(given))
  given$tasks$fun <- .rxPacked(shipment, given$tasks$fun)
  for (part in c("common", "fans", "sets")) if (length(calls[[part]]))
      calls[[part]] <- .rxPacked(shipment, calls[[part]])
  given$objects <- lapply(given$objects, function(value) .rxPacked(shipment, value))
  given$tasks["common"] <- list(calls$common)
  classes <- .rxClassesOf(list(calls[c("common", "fans", "sets")], given$objects))
  .rxTakeMethods(shipment, globalenv(), character(), classes)
  given$tasks$methods <- .rxMethodsIn(shipment)
  calls$batch <- NULL
  .rxSubmitCall(context, "rxExec", list(calls = calls, given = given), label,
      c(setdiff(rev(shipment$packages), .rxOwnPackages), packages), autoCleanup, consoleOutput)
}

.rxCalls$rxExec <- function(kept, context) {
  calls <- kept$calls
  # All that tasks print goes to the output of the job.
  .rxPlaceMethods(kept$given$tasks$methods)
  .rxExecIn(context, .rxCallsOf(calls$count, calls$common, calls$names, calls$fans, calls$sets), kept$given, TRUE)
}

#' What rxExec would send to workers with a function: name, kind and bytes of each item.
rxExecManifest <- function(FUN, ..., packagesToLoad = NULL, execObjects = NULL) {
  fun <- .rxCallable(FUN, "rxExecManifest", parent.frame())
  objects <- .rxExecObjects(execObjects, parent.frame())
  packages <- .rxTaskPackages(packagesToLoad)
  shipment <- .rxShipment(.rxGivenNames(list(objects = objects, tasks = list(packages = packages))))
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

.rxCount <- function(value, name, least, caller = "rxExec") {
  if (!is.numeric(value) || length(value) != 1L || !is.finite(value) || value != round(value) || value < least)
    .rxStop(paste0(caller, ": ", name, " must be a whole number from ", least, " on, not ", .rxShow(value)))
  as.numeric(value)
}

# Where tasks run one after the other in this session: a database runs no functions of R.
.rxTasksAreHere <- function(context) is(context, "RxLocalSeq") || is(context, "RxInDatabase")

.rxCheckTimeLimit <- function(context, caller) if (.rxTasksAreHere(context) && !.rxTaskState$running)
  .rxStop(paste0(caller,
      ": taskTimeout needs worker processes, which can be ended: use RxLocalParallel or RxProcesses"))

# The seconds of taskTimeout; 0: any.
.rxTimeLimit <- function(value, caller = "rxExec") {
  if (is.null(value)) return(0)
  if (!is.numeric(value) || length(value) != 1L || !is.finite(value) || value <= 0)
    .rxStop(paste0(caller, ": taskTimeout must be a number of seconds above 0, not ", .rxShow(value)))
  as.numeric(value)
}

.rxTaskPackages <- function(packages, what = "rxExec: packagesToLoad") {
  packages <- setdiff(unique(as.character(packages)), .rxOwnPackages)
  for (package in packages) if (!requireNamespace(package, quietly = TRUE))
    .rxStop(paste0(what, ": package '", package, "' is not installed"))
  packages
}

# The arguments of the tasks: `common` those of all, batch(first, count) those of some (.rxRunBatch), `place` of those
# of all and then the fanned ones in a call, `names` of the results.
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
    if (!is.list(elemArgs)) elemArgs <- .rxElements(elemArgs)
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
  names_of <- sprintf("rxElem%d", seq_len(count))
  if (!is.null(given) && length(given) == count) names_of <- ifelse(given %in% c("", NA), names_of, given)
  calls <- .rxCallsOf(count, c(common, once), names_of, items, if (length(elemArgs) > 1L) elemArgs)
  # Arguments without a name keep their order, whether each task gets its own or not.
  calls$place <- order(c(which(!fanned), length(dots) + seq_along(once), which(fanned)), method = "radix")
  calls
}

# `fans`: by argument, a list of an element for each task; `sets`: a list of arguments for each task or NULL.
.rxCallsOf <- function(count, common, names, fans, sets)
  list(count = count, common = common, names = names, fans = fans, sets = sets, batch = function(first, count) {
    at <- first + seq_len(count)
    list(count = as.integer(count), fans = lapply(fans, `[`, at), sets = if (!is.null(sets)) sets[at])
  })

# How many tasks there are when nothing says so: one for each core, worker or executor.
.rxTasksOf <- function(context) {
  cores <- function() max(1L, parallel::detectCores(), na.rm = TRUE)
  wanted <- if (is(context, "RxHadoopMR")) -1 else if (is(context, "RxProcesses"))
      context@numWorkers else if (is(context, "RxMpi"))
      context@numRanks else if (is(context, "RxSpark")) {
    # As many as the cluster gives is what a number beyond all clusters asks for (spark.numExecutors).
    if (context@numExecutors <= 1000) context@numExecutors else -1
  } else if (is(context, "RxLocalParallel"))
      as.numeric(.rxOption("numCoresToUse")) else if (is(context, "RxForeachDoPar") && requireNamespace("foreach",
      quietly = TRUE) && !.rxIsDoRSR()) foreach::getDoParWorkers() else 1
  if (wanted < 1 || is(context, "RxLocalParallel") && wanted > cores()) cores() else wanted
}

.rxExecObjects <- function(objects, frame) {
  if (is.null(objects)) return(list())
  if (is.environment(objects)) return(as.list(objects, all.names = TRUE))
  if (!is.character(objects) || anyNA(objects))
      .rxStop(paste0("rxExec: execObjects must be names of objects or an environment, not ",
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

# The slots of the result, filled in any order. `caller` is named in what is told.
.rxCollected <- function(names_of, caller = "rxExec") {
  slots <- vector("list", length(names_of))
  failed <- list()
  warned <- list()
  put <- function(first, values, at = integer(), told = list()) {
    slots[first + seq_along(values)] <<- values
    for (i in at) failed[[as.character(first + i)]] <<- values[[i]]
    for (i in names(told)) warned[[as.character(first + as.numeric(i))]] <<- told[[i]]
  }
  told_of <- function(all, what, text, class) {
    # Tasks end in any order.
    all <- all[order(as.numeric(names(all)), method = "radix")]
    some <- utils::head(all, 10L)
    told <- paste0(caller, ": ", length(all), " of ", length(slots), " tasks ", what, ": ",
        paste0(names_of[as.numeric(names(some))], ": ", vapply(some, text, ""), collapse = "; "),
        if (length(all) > 10L) " ...")
    warning(structure(class = c(class, "simpleWarning", "warning", "condition"), list(message = told, call = NULL,
        texts = vapply(all, text, ""))))  # for who tells it in other words
  }
  tell_warnings <- function()
    if (length(warned)) told_of(warned, "warned", function(texts) paste(unique(texts), collapse = ", "),
        "rxTasksWarned")
  # Values, and conditions of those that failed, without names.
  values <- function() {
    tell_warnings()
    slots
  }
  list(put = put, values = values, first_failed = function() if (length(failed)) min(as.numeric(names(failed))),
      finish = function(continueOnFailure) {
    if (length(failed) && !continueOnFailure) stop(failed[[which.min(as.numeric(names(failed)))]])
    tell_warnings()
    if (length(failed)) told_of(failed, "failed and hold their error", conditionMessage, "rxTasksFailed")
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

# The tasks as they travel. `others`: arguments that do not go along yet.
.rxShippedTasks <- function(shipment, tasks, objects, others = NULL) {
  classes <- .rxClassesOf(list(tasks$common, objects, others))
  tasks$fun <- .rxPacked(shipment, tasks$fun)
  tasks$common <- .rxPacked(shipment, tasks$common)
  tasks$fun <- .rxWithObjects(tasks$fun, lapply(objects, function(value) .rxPacked(shipment, value)))
  .rxTakeMethods(shipment, globalenv(), character(), classes)
  tasks$methods <- .rxMethodsIn(shipment)
  tasks$session <- .rxSessionNow()
  tasks$home <- Sys.getpid()
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
  # Of tasks for rows that the context keeps (groups_elsewhere.R).
  if (!is.null(.rxTaskState$over)) request$document <- utils::modifyList(request$document, .rxTaskState$over)
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
  .rxNeedForeach("rxExec: RxForeachDoPar", "use RxLocalParallel")
  if (.rxIsDoRSR())
    .rxStop(paste("rxExec: RxForeachDoPar would go round in circles, as foreach itself runs through rxExec",
        "(registerDoRSR): register another backend, or use RxLocalParallel"))
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
