# Connections to Spark applications, and what an application keeps in memory.

# The context of a call; an error that names the function where it is no RxSpark.
.rxSparkContext <- function(arguments, about) {
  .rxRequire(arguments, about, "computeContext")
  context <- .rxContext(arguments$computeContext)
  if (!is(context, "RxSpark"))
    .rxStop(paste0(about$name, ": computeContext must be RxSpark, not ", class(context)[[1L]],
        "; connect with rxSparkConnect"))
  context
}

.rxAskSpark <- function(op, context, ...) .rxRun(.rxNewRequest(op, context = .rxDescribeContext(context), ...), 0)

.rxShowReply <- function(reply) if (!is.null(reply$printed)) cat(sub("\n+$", "", reply$printed), "\n", sep = "")

.rxWantsSparklyr <- function(interop) {
  for (name in interop) if (name != "sparklyr")
    .rxStop(paste0("rxSparkConnect: interop must be \"sparklyr\", not ", .rxShow(name),
        if (name == "pyspark") "; pyspark is a package of Python"))
  length(interop) > 0L
}

.impl_rxSparkConnect <- function(arguments, about) {
  sparklyr <- .rxWantsSparklyr(arguments$interop)
  settings <- arguments[setdiff(names(arguments),
      c("interop", "reset", "computeContext", "cppInterp", "wait", "persistentRun"))]
  context <- do.call(RxSpark, c(settings[!vapply(settings, is.null, NA)], list(persistentRun = TRUE)))
  reset <- isTRUE(arguments$reset)
  if (sparklyr) {
    if (reset) .rxAskSpark("stop_engine", context, scope = "user")
    .rxAttachSparklyr(context)
  } else {
    # What it prints is printed when it is known, not when the application is there.
    context@application$folder <- .rxAskSpark("spark_connect", context, reset = reset)$context$session
  }
  rxSetComputeContext(context)
  invisible(context)
}

.impl_rxSparkDisconnect <- function(arguments, about) {
  context <- .rxSparkContext(arguments, about)
  # Whatever becomes of the application: it is not to be computed in any more.
  on.exit({
    rxSetComputeContext(RxLocalSeq())
    .rxDetachSparklyr(context)
    context@application$folder <- NULL
  })
  reply <- .rxAskSpark("spark_disconnect", context)
  .rxShowReply(reply)
  invisible(reply$stopped)
}

.impl_rxStopEngine <- function(arguments, about) {
  scope <- if (is.null(arguments$scope)) "session" else arguments$scope[[1L]]
  invisible(.rxAskSpark("stop_engine", .rxSparkContext(arguments, about), scope = scope)$stopped)
}

.impl_rxSparkCacheData <- function(arguments, about) {
  .rxRequire(arguments, about, "data")
  source <- arguments$data
  if (!is(source, "RxDataSource")) .rxStop(paste0("rxSparkCacheData: data must be a data source, not ",
      .rxShow(source)))
  if (is(source, "RxTextData"))
    .rxStop("rxSparkCacheData: data is an RxTextData, whose text Spark does not keep; import it into an .xdf or Parquet first")
  source@cache <- !identical(arguments$cache, FALSE)
  source
}

.impl_rxSparkListData <- function(arguments, about) {
  reply <- .rxAskSpark("spark_list_data", .rxSparkContext(arguments, about))
  column <- function(name, none) vapply(reply$data, function(entry) if (is.null(entry[[name]])) none else entry[[name]],
      none)
  found <- data.frame(name = column("name", ""), kind = column("kind", ""), columns = column("columns", 0),
      partitions = column("partitions", 0),
      memory = column("memory", 0), disk = column("disk", 0), stringsAsFactors = FALSE)
  if (identical(arguments$showDescription, FALSE)) return(found)
  .rxShowReply(reply)
  invisible(found)
}

# The name under which the application keeps a source: its path, table or query.
.rxCachedNames <- function(list) {
  if (is.data.frame(list) && is.character(list$name)) return(list$name)  # of rxSparkListData
  if (is.character(list)) return(list)
  if (is(list, "RxDataSource")) return(.rxSourceName(list))
  if (is.list(list) && !is.object(list)) return(unlist(lapply(list, .rxCachedNames)))
  .rxStop(paste0("rxSparkRemoveData: list must hold data sources, names or what rxSparkListData returned, not ",
      .rxShow(list)))
}

.impl_rxSparkRemoveData <- function(arguments, about) {
  .rxRequire(arguments, about, "list")
  context <- .rxSparkContext(arguments, about)
  names <- as.character(.rxCachedNames(arguments$list))
  invisible(.rxAskSpark("spark_remove_data", context, names = .rxArray(names))$removed)
}
