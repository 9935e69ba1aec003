# Compute contexts: values that say where a call computes. One of them is active; a call may name another.

setClass("RxComputeContext", representation("VIRTUAL", dataPath = "ANY", outDataPath = "ANY"))
setClass("RxLocalSeq", slots = c(wait = "logical"), contains = "RxComputeContext", prototype = list(wait = TRUE))
setClass("RxLocalParallel", slots = c(wait = "logical"), contains = "RxComputeContext", prototype = list(wait = TRUE))
setClass("RxForeachDoPar", slots = c(wait = "logical"), contains = "RxComputeContext", prototype = list(wait = TRUE))
setClass("RxMpi", slots = c(numRanks = "numeric", mpirun = "character", hostfile = "ANY", switches = "ANY",
    worker = "ANY",
    wait = "logical"), contains = "RxComputeContext", prototype = list(wait = TRUE))
setClass("RxProcesses", slots = c(numWorkers = "numeric", worker = "ANY", wait = "logical"),
    contains = "RxComputeContext", prototype = list(wait = TRUE))

.rxContextNames <- c(local = "RxLocalSeq", localpar = "RxLocalParallel", dopar = "RxForeachDoPar",
    mpi = "RxMpi",
    insqlserver = "RxInSqlServer",
    inpostgres = "RxInPostgres",
    processes = "RxProcesses",
    remote = "RxRemote",
    spark = "RxSpark",
    hadoopmr = "RxHadoopMR")

# Formals that a copy takes over from `object` where the call does not give them.
.rxMakeContext <- function(class, arguments, about) {
  object <- arguments$object
  if (!is.null(object) && !is(object, "RxComputeContext"))
    .rxStop(paste0(class, ": object must be a compute context, not ", .rxShow(object)))
  given <- .rxWrittenNames(about$call, about$caller)
  for (name in c("dataPath", "outDataPath", if (class == "RxProcesses" && is(object, class)) c("numWorkers", "worker",
      "wait"), if (class == "RxMpi" && is(object, class)) setdiff(slotNames(class), c("dataPath", "outDataPath"))))
    if (!is.null(object) && !name %in% given && .hasSlot(object, name)) arguments[name] <- list(slot(object, name))
  arguments$object <- NULL
  arguments$computeContext <- NULL
  do.call(new, c(list(class), arguments))
}

.impl_RxLocalSeq <- function(arguments, about) .rxMakeContext("RxLocalSeq", arguments, about)
.impl_RxLocalParallel <- function(arguments, about) .rxMakeContext("RxLocalParallel", arguments, about)
.impl_RxForeachDoPar <- function(arguments, about) {
  backend <- arguments$backend
  arguments$backend <- NULL
  if (is.null(backend)) return(.rxMakeContext("RxForeachDoPar", arguments, about))
  if (!identical(backend, "mpi"))
    .rxStop(paste0("RxForeachDoPar: backend must be NULL (what is registered with foreach) or \"mpi\", not ",
        .rxShow(backend)))
  do.call(RxMpi, arguments[intersect(c("object", "dataPath", "outDataPath", "wait"), names(arguments))])
}
.impl_RxMpi <- function(arguments, about) .rxMakeContext("RxMpi", arguments, about)
.impl_RxProcesses <- function(arguments, about) .rxMakeContext("RxProcesses", arguments, about)

#' A compute context from its class name, nickname or another context.
RxComputeContext <- function(computeContext, ...) .rxContext(computeContext, ...)

.rxContext <- function(value, ...) {
  changes <- list(...)
  if (is.function(value)) value <- value(...)
  if (is(value, "RxComputeContext")) {
    if (!length(changes)) return(value)
    if (is(value, "RxClusterContext") || is(value, "RxInDatabase"))
        return(do.call(class(value)[[1L]], c(list(object = value), changes)))
    known <- slotNames(value)
    for (name in names(changes)) {
      if (!name %in% known) .rxStop(paste0(class(value)[[1L]], ": unknown argument '", name, "'",
          .rxDidYouMean(name, known)))
      slot(value, name) <- if (name == "wait")
          .rxCheckType(class(value)[[1L]], name, "flag", changes[[name]], NULL) else changes[[name]]
    }
    return(value)
  }
  if (is.character(value) && length(value) == 1L) {
    known <- c(.rxContextNames, structure(.rxContextNames, names = .rxContextNames))
    at <- match(tolower(value), tolower(names(known)))
    if (!is.na(at)) return(get(known[[at]], mode = "function")(...))
  }
  .rxStop(paste0("unknown compute context: ", .rxShow(value), "; known: ",
      paste(c(.rxContextNames, names(.rxContextNames)), collapse = ", ")))
}

rxSetComputeContext <- function(computeContext, ...) {
  before <- rxGetComputeContext()
  rxOptions(computeContext = .rxContext(computeContext, ...))
  invisible(before)
}

.impl_rxGetComputeContext <- function(arguments, about) .rxOption("computeContext")
.impl_rxGetOption <- function(arguments, about) .rxOption(arguments$opt, arguments$default)

.impl_rxCompareContexts <- function(arguments, about) {
  first <- .rxContext(arguments$context1)
  second <- .rxContext(arguments$context2)
  if (!identical(class(first), class(second))) return(FALSE)
  # The same head node and the same shared folder, where a context has them.
  identity <- intersect(c("shareDir", "nameNode", "sshHostname", "sshUsername", "sshSwitches"), slotNames(first))
  if (is(first, "RxInDatabase")) identity <- c("connectionString", "server", "databaseName", "user")
  if (is(first, "RxClusterContext")) identity <- c("shareDir", "nameNode")
  if (isTRUE(arguments$exactMatch)) identity <- setdiff(slotNames(first), "application")
  else if (!length(identity)) identity <- setdiff(slotNames(first), "wait")
  .rxSameSlots(first, second, identity)
}

.impl_rxIsDistributedContext <- function(arguments, about)
  is(if (is.null(arguments$computeContext)) rxGetComputeContext() else .rxContext(arguments$computeContext),
      "RxClusterContext")

# What the engine is told of a context (docs/requests.md).
.rxDescribeContext <- function(context) {
  context <- if (is.null(context)) rxGetComputeContext() else .rxContext(context)
  if (is(context, "RxSpark")) return(structure(.rxDescribeSpark(context), of = context))
  if (is(context, "RxHadoopMR")) return(structure(.rxDescribeHadoop(context), of = context))
  if (is(context, "RxInDatabase")) return(structure(.rxDescribeInDatabase(context), of = context))
  if (is(context, "RxRemote")) return(structure(.rxDescribeRemote(context), of = context))
  descriptor <- list(type = class(context)[[1L]])
  if (is(context, "RxMpi")) {
    descriptor$numRanks <- context@numRanks
    descriptor$mpirun <- context@mpirun
    descriptor$hostfile <- context@hostfile
    if (!is.null(context@switches)) descriptor$switches <- .rxArray(context@switches)
    worker <- if (is.null(context@worker)) .rxPackagedWorker() else context@worker
    if (length(worker)) descriptor$worker <- .rxArray(worker)
  } else if (is(context, "RxProcesses")) {
    descriptor$numWorkers <- context@numWorkers
    worker <- if (is.null(context@worker)) .rxPackagedWorker() else context@worker
    if (length(worker)) descriptor$worker <- .rxArray(worker)
  } else {
    descriptor$numCoresToUse <- as.numeric(.rxOption("numCoresToUse"))
  }
  structure(descriptor, of = context)  # whether calls wait in it (jobs.R); the engine does not see it
}

.rxPackagedWorker <- function() {
  path <- file.path(getNamespaceInfo("insitu", "path"), "bin", "insitu-worker")
  if (file.exists(path)) path
}

setMethod("show", "RxComputeContext", function(object) {
  cat(class(object)[[1L]], " Compute Context\n", sep = "")
  for (name in setdiff(slotNames(object), "application")) {
    value <- slot(object, name)
    if (is(value, "RxFileSystem")) value <- value@fileSystemType
    if (name == "wait" && !is(object, "RxClusterContext") && isTRUE(value)) next
    if (is(object, "RxHadoopMR") && identical(value, .rxUsualHadoop[[name]])) next
    if (name == "mpirun" && identical(value, "mpirun")) next
    if (is(object, "RxInDatabase")) {
      if (identical(value, .rxUsualInDatabase[[name]])) next
      if (name == "password" && !is.null(value)) value <- "***"
      if (name == "connectionString") value <- .rxWithoutSecrets(value)
    }
    if (!is.null(value)) cat("    ", name, " = ", .rxShow(value), "\n", sep = "")
  }
  folder <- if (is(object, "RxSpark")) object@application$folder
  if (!is.null(folder)) cat("    connected through ", folder, "\n", sep = "")
})
