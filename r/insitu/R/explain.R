# What a call will do, and what it has done: rxExplain, and the record of execution of results (docs/explain.md).

# Requests that make passes over rows, or run tasks.
.rxExplainedOps <- c("import", "data_step", "predict", "refit", "combine", "exec", "group_rows", "partition",
    names(.rxMethods))
# Others that change nothing: what calls look up before they begin.
.rxHarmlessOps <- c("info", "var_info", "source_of_path", "head", "print", "print_source", "describe", "partitions",
    "vif",
    "coefficient_labels", "t_quantile", "f_tail", "unserialize_model", "serialize_model", "job_list", "job_show",
    "working_folder")

#' Says what a call will do before it runs.
rxExplain <- function(call) {
  if (missing(call)) {
    if (is.null(.rxState$lastExecution)) .rxStop("rxExplain: no call has been executed yet: give a call")
    return(.rxExplanation(.rxState$lastExecution))
  }
  code <- substitute(call)
  frame <- parent.frame()
  if (is.call(code) && identical(code[[1L]], quote(quote))) code <- code[[2L]]
  if (is.name(code)) {  # a call that was quoted before, or a result
    value <- eval(code, frame)
    record <- attr(value, "execution", exact = TRUE)
    if (inherits(record, "rxExecution")) return(.rxExplanation(.rxUnboxed(record)))
    code <- value
  }
  if (!is.call(code))
      .rxStop(paste0("rxExplain: call must be a call, as rxExplain(rxLinMod(y ~ x, data = d)), or a result ",
      "of one, not ", .rxShow(code)))
  before <- .rxState$explaining
  on.exit(.rxState$explaining <- before)
  .rxState$explaining <- TRUE
  explained <- tryCatch({
    eval(code, frame)
    NULL
  }, rxExplained = function(condition) condition$explanation)
  if (is.null(explained)) .rxStop(paste0("rxExplain: ", .rxShow(code[[1L]]),
      " makes no pass over data: there is nothing to explain"))
  .rxExplanation(explained)
}

.rxExplanation <- function(document) structure(document, class = "rxExplanation")

# In a call that is explained: ends it with the explanation of this request; returns where the request may be made.
.rxLeaveExplained <- function(request, document, ...) {
  op <- document$op
  if (op %in% .rxHarmlessOps) return(invisible())
  if (!op %in% .rxExplainedOps) .rxStop(paste0("rxExplain: the call makes a request '", op,
      "', which makes no pass over data and would be done at once: call the function itself"))
  asked <- list(op = "explain", reportProgress = 0, request = document)
  more <- c(list(...), request$explained)
  for (name in names(more)) if (!is.null(more[[name]])) asked[[name]] <- more[[name]]
  # An error of the call's arguments is the one that the call itself would give.
  reply <- .rxCall(insitu_run, asked, request$streams, request$functions, NULL, function(text) NULL, NULL)
  signalCondition(structure(class = c("rxExplained", "condition"),
      list(message = "explained", call = NULL, explanation = reply)))
  .rxStop("rxExplain: the call cannot be left")
}

# The same for tasks. `place`: who runs them, where the engine does not.
.rxLeaveTasks <- function(calls, context, place = NULL, shipment = NULL, fun = NULL, common = NULL, job = NULL) {
  if (!isTRUE(.rxState$explaining)) return(invisible())
  request <- .rxNewRequest("exec", context = .rxDescribeContext(context), count = as.numeric(calls$count),
      language = "R")
  shipped <- if (!is.null(shipment)) .rxManifestOf(shipment, fun, common)
  if (NROW(shipped)) shipped <- I(lapply(seq_len(nrow(shipped)), function(i) list(name = shipped$name[[i]],
      kind = shipped$kind[[i]], bytes = as.numeric(shipped$bytes[[i]]))))
  .rxLeaveExplained(request, request$document, place = place, job = job,
      shipped = if (length(shipped)) shipped)
}

.rxForeachPlace <- function() if (requireNamespace("foreach", quietly = TRUE))
  paste0("workers of the foreach backend ", foreach::getDoParName(), ": ", foreach::getDoParWorkers())

# A result with the record of its execution, in a box that identical() and all.equal() do not look into: equal results
# of two calls are equal. Plain vectors and matrices would print it, so they have none.
.rxWithExecution <- function(value, record) {
  if (is.list(record) && is.object(value) && is.list(value)) attr(value, "execution") <-
      structure(.rxCall(insitu_box, record), class = "rxExecution")
  value
}

.rxUnboxed <- function(box) .rxCall(insitu_unbox, box)

print.rxExecution <- function(x, ...) {
  cat("<record of an execution: rxExplain(result) shows it>\n")
  invisible(x)
}

`$.rxExecution` <- function(x, name) .rxUnboxed(x)[[name]]
`[[.rxExecution` <- function(x, i, ...) .rxUnboxed(x)[[i]]
names.rxExecution <- function(x) names(.rxUnboxed(x))
as.list.rxExecution <- function(x, ...) .rxUnboxed(x)

print.rxExplanation <- function(x, ...) {
  cat(x$printed)
  invisible(x)
}

format.rxExplanation <- function(x, ...) x$printed

as.list.rxExplanation <- function(x, ...) unclass(x)[setdiff(names(x), c("printed", "class"))]
