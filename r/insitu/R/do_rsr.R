# foreach loops through rxExec: registerDoRSR (docs/exec.md).

#' Makes rxExec the backend of foreach: loops run where the compute context says.
registerDoRSR <- function(computeContext = NULL) {
  .rxNeedForeach("registerDoRSR", "use rxExec")
  foreach::setDoPar(.rxDoRSR, if (!is.null(computeContext)) .rxContext(computeContext), .rxDoRSRInfo)
  invisible()
}

.rxNeedForeach <- function(what, instead) if (!requireNamespace("foreach", quietly = TRUE))
  .rxStop(paste0(what, " needs the package foreach: install.packages(\"foreach\"), or ", instead), "rxUnsupported")

.rxIsDoRSR <- function() identical(foreach::getDoParName(), "doRSR")

# What getDoParName() and the like are told. `data`: the context of the registration, or NULL.
.rxDoRSRInfo <- function(data, item) switch(item, name = "doRSR",
    workers = as.integer(.rxTasksOf(if (is.null(data)) rxGetComputeContext() else data)),
    version = as.character(utils::packageVersion("insitu")))

# What foreach calls for `loop %dopar% code`.
.rxDoRSR <- function(obj, expr, envir, data) {
  context <- if (is.null(data)) rxGetComputeContext() else data
  options <- .rxRsrOptions(obj$options$rsr)
  loop <- iterators::iter(obj)
  accumulate <- foreach::makeAccum(loop)
  items <- as.list(loop)
  variables <- setdiff(unique(obj$argnames), "")
  values_of <- lapply(variables, function(variable) lapply(items, `[[`, variable))
  names(values_of) <- variables
  packages <- c(.rxTaskPackages(obj$packages, "foreach: .packages"), .rxTaskPackages(options$packagesToLoad,
      "foreach: .options.rsr: packagesToLoad"))
  objects <- c(.rxLoopObjects(obj$export, envir), .rxExecObjects(options$execObjects, envir))
  calls <- .rxCallsOf(length(items), list(), sprintf("task %d", seq_along(items)), values_of, NULL)
  collected <- .rxCollected(calls$names, "foreach")
  stops <- identical(obj$errorHandling, "stop")
  given <- list(tasks = list(fun = .rxLoopBody(variables, expr, envir), common = list(), quote = TRUE,
      packages = packages), objects = objects, seed = .rxLoopSeed(options), chunk = options$chunkSize,
      timeout = options$taskTimeout, continueOnFailure = !stops, foreachOpts = options$foreachOpts)
  if (given$timeout > 0) .rxCheckTimeLimit(context, "foreach: .options.rsr")
  # Turns that choose another generator, as those of doRNG do, leave the session's own, in this process, too.
  before <- .rxNumbersNow()
  on.exit(if (!identical(RNGkind(), before$kinds)) .rxPutNumbersBack(before))
  .rxRunTasks(context, calls, given, options$consoleOutput, collected,
      .rxShipment(c(.rxGivenNames(given), obj$noexport), "foreach", .rxLoopWays))
  values <- collected$values()
  # What stands behind the first failure was ended. It counts as failed, too: loops within loops look for failures when
  # they have all of their turns.
  if (stops && !is.null(failed <- collected$first_failed())) values[failed:length(values)] <- values[failed]
  accumulate(values, seq_along(values))
  failure <- foreach::getErrorValue(loop)
  if (stops && !is.null(failure)) stop(simpleError(sprintf("task %.0f failed - \"%s\"",
      as.numeric(foreach::getErrorIndex(loop)), conditionMessage(failure)), call = if (is.call(expr)) expr))
  foreach::getResult(loop)
}

.rxLoopWays <- "define it before the loop, name it in .export, or its package in .packages"

# The code of a loop as a function of the loop's variables.
.rxLoopBody <- function(variables, code, envir) {
  formals_of <- rep(alist(x = ), length(variables))
  names(formals_of) <- variables
  as.function(c(formals_of, list(code)), envir)
}

# Objects of .export, which code mentions in text only.
.rxLoopObjects <- function(names_of, envir) {
  names_of <- unique(names_of)
  found <- lapply(names_of, function(name) {
    if (!exists(name, envir)) .rxStop(paste0("foreach: .export: there is no object '", name, "'"))
    get(name, envir)
  })
  names(found) <- names_of
  found
}

# The arguments of rxExec that .options.rsr may have; chunkSize is taskChunkSize.
.rxRsrArguments <- c("chunkSize", "taskChunkSize", "elemType", "oncePerElem", "autoCleanup", "packagesToLoad",
    "execObjects", "consoleOutput", "RNGseed", "RNGkind", "taskTimeout", "foreachOpts")

.rxRsrOptions <- function(given) {
  what <- "foreach: .options.rsr"
  if (!is.null(given) && (!is.list(given) || length(given) && (is.null(names(given)) || any(names(given) == ""))))
    .rxStop(paste0(what, " must be a list with names, not ", .rxShow(given)))
  for (name in setdiff(names(given), .rxRsrArguments))
    .rxStop(paste0(what, ": unknown option '", name, "'", .rxDidYouMean(name, .rxRsrArguments), "; known: ",
        paste(.rxRsrArguments, collapse = ", ")))
  chunk <- c(given$chunkSize, given$taskChunkSize)
  if (length(chunk) > 1L) .rxStop(paste0(what, ": chunkSize and taskChunkSize are the same: give one number"))
  given$chunkSize <- if (is.null(chunk)) 0 else .rxCount(chunk, "chunkSize", 1, what)
  given$taskTimeout <- .rxTimeLimit(given$taskTimeout, what)
  given$consoleOutput <- isTRUE(given$consoleOutput)
  given
}

# Streams of random numbers: of the seed in .options.rsr, or, as in package parallel, of the session's own generator
# when it is one of streams.
.rxLoopSeed <- function(options) {
  if (is.null(options$RNGseed) && is.null(options$RNGkind) && RNGkind()[[1L]] == "L'Ecuyer-CMRG")
    options$RNGseed <- "auto"
  .rxTaskSeed(options$RNGseed, options$RNGkind)
}
