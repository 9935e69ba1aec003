# Requests: a list that becomes the document of docs/requests.md, the data frames and functions that go with it, and the
# reply.

.rxNewRequest <- function(op, ...) {
  request <- new.env(parent = emptyenv())
  request$document <- list(op = op, ...)
  request$streams <- list()
  request$functions <- structure(list(), names = character())
  request
}

# An array in the document whatever its length.
.rxArray <- function(x) if (is.null(x)) NULL else I(unname(x))

.rxAdd <- function(request, ...) {
  values <- list(...)
  for (name in names(values)) if (!is.null(values[[name]])) request$document[[name]] <- values[[name]]
  invisible(request)
}

# The descriptor of a source, a path or a data frame.
.rxDescribeData <- function(request, data, what, label = NULL) {
  if (is(data, "RxGroupData")) {
    if (is.null(label)) label <- .rxGroupLabel(data)
    data <- data@frame
  }
  if (is(data, "RxDataSource")) return(.rxDescriptor(data))
  if (is.character(data) && length(data) == 1L && !is.na(data))
    return(.rxResolvePath(data, of = request$document$context))
  if (inherits(data, "nanoarrow_array_stream")) {
    # An external pointer to an Arrow stream; it is used up by the request.
    request$streams[[length(request$streams) + 1L]] <- data
    return(list(type = "frame", stream = length(request$streams) - 1L, name = if (is.null(label)) "data" else label))
  }
  if (is.list(data) && !is.data.frame(data) && !is.null(names(data)))
      data <- as.data.frame(data, stringsAsFactors = FALSE)
  if (is.data.frame(data)) {
    readable <- .rxReadableColumns(data, what)
    data <- readable$data
    if (length(readable$reasons)) request$leftOut <- list(what = what, reasons = readable$reasons)
    names_of_rows <- attr(data, "row.names")
    descriptor <- list(type = "frame", stream = length(request$streams), name = if (is.null(label)) "data" else label)
    if (is.character(names_of_rows)) {
      data <- cbind(data, .rxRowNames = names_of_rows, stringsAsFactors = FALSE)
      descriptor$rowNames <- ".rxRowNames"
    }
    request$streams[[length(request$streams) + 1L]] <- .rxCall(insitu_frame_stream, data)
    return(descriptor)
  }
  .rxStop(paste0(what, " must be a data source, a path or a data frame, not ", class(data)[[1L]]))
}

# The descriptor of an output: a path, a source, or NULL for a data frame.
.rxDescribeTarget <- function(target, what, of = NULL) {
  if (is.null(target)) return(NULL)
  if (is(target, "RxDataSource")) {
    .rxCheckWritable(target, what)
    return(.rxDescriptor(target))
  }
  if (is.character(target) && length(target) == 1L && !is.na(target))
    return(.rxResolvePath(target, isOutFile = TRUE, of = of))
  .rxStop(paste0(what, " must be a path or a data source, not ", class(target)[[1L]]))
}

# The document with the settings of the session.
.rxCompleted <- function(request, reportProgress = NULL) {
  document <- request$document
  document$reportProgress <- as.numeric(if (is.null(reportProgress)) .rxOption("reportProgress") else reportProgress)
  if (is.null(document$digits)) document$digits <- as.numeric(getOption("digits", 7))
  if (is.null(document$width)) document$width <- as.numeric(getOption("width", 80))
  for (option in c("memoryLimit", "syncWrites"))
    if (is.null(document[[option]]) && !is.null(.rxOption(option))) document[[option]] <- .rxOption(option)
  document
}

.rxRun <- function(request, reportProgress = NULL) {
  .rxTellLeftOut(request)
  document <- .rxCompleted(request, reportProgress)
  if (isTRUE(.rxState$explaining)) .rxLeaveExplained(request, document)
  if (document$op %in% .rxExplainedOps) document$execution <- TRUE
  progress <- if (identical(document$reportProgress, 1)) .rxShowProgress
  warn <- function(text) warning(text, call. = FALSE)
  run <- function() .rxCall(insitu_run, document, request$streams, request$functions, progress, warn, request$tasks)
  reply <- if (is.null(request$leftOut)) run()
      else tryCatch(run(), error = function(error) .rxExplainLeftOut(request, error))
  if (is.list(reply$execution)) .rxState$lastExecution <- reply$execution
  reply
}

# The live line of reportProgress = 1.
.rxShowProgress <- function(rows, total, seconds, memory, finished) {
  rate <- if (seconds > 0) rows / seconds else 0
  grouped <- function(number) format(number, big.mark = ",", decimal.mark = ".")
  line <- sprintf("Rows processed: %s  %s rows/s", grouped(rows), grouped(round(rate)))
  if (total > 0) line <- sprintf("%s  %.0f %%  ETA %.0f s", line, 100 * rows / total, if (rate > 0) (total - rows) /
      rate else 0)
  line <- sprintf("%s  %.0f MiB", line, memory / 2^20)
  if (interactive()) cat("\r", line, if (finished) "\n", sep = "") else if (finished) cat(line, "\n", sep = "")
  utils::flush.console()
}

# The value of a function that writes rows: a data frame, or the source written (invisibly).
.rxWritten <- function(reply) {
  if (is.null(reply$outFile)) return(.rxFrame(reply$frame, reply$rowNames))
  invisible(.rxSourceOf(reply$outFile))
}

.rxFrame <- function(frame, rowNames = NULL) {
  if (!is.null(rowNames) && rowNames %in% names(frame)) {
    rows <- as.character(frame[[rowNames]])
    frame[[rowNames]] <- NULL
    if (!anyDuplicated(rows)) attr(frame, "row.names") <- rows
  }
  frame
}

# Which int64 variables of a frame become bit64's integer64 (option int64); the others become numeric. `inexact`: those
# that hold a number which numeric does not. The engine calls this for each frame with int64 variables.
.rxInteger64 <- function(all, inexact) {
  wanted <- .rxOption("int64")
  chosen <- switch(wanted, auto = inexact, integer64 = all, character())
  if (length(chosen) && !.rxHasBit64()) {
    if (wanted == "integer64")
      .rxStop("rxOptions(int64 = \"integer64\") needs package bit64: install.packages(\"bit64\"), or set the option to \"auto\"")
    chosen <- character()
  }
  .rxTellLostDigits(all, setdiff(inexact, chosen))
  chosen
}

.rxHasBit64 <- function() requireNamespace("bit64", quietly = TRUE)

.rxTellLostDigits <- function(all, inexact) {
  if (length(inexact))
    warning("int64 variables hold whole numbers beyond 2^53, of which numeric loses digits: ",
        paste(inexact, collapse = ", "),
            "; install package bit64 and keep rxOptions(int64 = \"auto\") to get data frames with integer64, or compute on them in transforms",
            call. = FALSE)
  character()
}
