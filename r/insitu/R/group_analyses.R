# rxExecBy of an analysis of the engine: all groups at once, without a call of R for each.

# The analysis that `func` is (rxLinMod, or a call of it), as a call without data; NULL: a function of the user's.
.rxAnalysisCall <- function(func, params, about) {
  if (is.call(func)) {
    code <- func
    func <- eval(code[[1L]], about$caller)
  } else {
    code <- NULL
  }
  namespace <- environment(.rxAnalysisCall)
  named <- names(Filter(function(signature) signature$op %in% names(.rxMethods), .rxSignatures))
  name <- Find(function(name) identical(func, get0(name, namespace)), named)
  if (is.null(name)) {
    if (is.null(code)) return(NULL)
    .rxStop(paste0(about$name, ": func must be a function of keys and data, or an analysis such as ",
        "rxLinMod or quote(rxLinMod(y ~ x)), not ", .rxShow(code)))
  }
  code <- as.call(c(as.name(name), as.list(code)[-1L], params))
  given <- intersect(names(code), c("data", "computeContext", "moments"))
  if (length(given)) .rxStop(paste0(about$name, ": ", given[[1L]], " cannot be an argument of ", name,
      " here: the data are the rows of each group"))
  code
}

# The request that a call of an analysis would run over `data`, and what makes the value of its reply. Analyses within
# the arguments run as ever, over data of their own: a variable `data` there is the user's.
.rxRequestOf <- function(code, data, caller) {
  code$data <- quote(.rxRowsOfGroup)
  before <- .rxState$taking
  on.exit(.rxState$taking <- before)
  .rxState$taking <- data
  taken <- tryCatch(eval(code, list(.rxRowsOfGroup = data), caller), rxTaken = identity)
  if (!inherits(taken, "rxTaken"))
    .rxStop(paste0("rxExecBy: ", code[[1L]], " computes nothing by itself; wrap it in a function of keys and data"))
  for (key in c("call", "dataLabel"))
    if (!is.null(taken$document[[key]]))
      taken$document[[key]] <- gsub(".rxRowsOfGroup", "data", taken$document[[key]], fixed = TRUE)
  shown <- function(code) if (!is.call(code) || is.object(code)) code else
      eval(call("substitute", code, list(.rxRowsOfGroup = quote(data))))
  for (name in names(taken$kept)) taken$kept[name] <- list(.rxInWorkspace(shown(taken$kept[[name]])))
  taken$kept["caller"] <- list(NULL)  # of results' formulas
  taken
}

# A value whose formulas look names up in the workspace: each of many results would be saved with all that the frame of
# their caller holds, the rows of all groups for example.
.rxInWorkspace <- function(value) {
  if (inherits(value, "formula")) environment(value) <- globalenv()
  else if (is.list(value) && !is.object(value)) value[] <- lapply(value, .rxInWorkspace)
  value
}

# Whether .rxRequestOf waits for this request.
.rxTakes <- function(request) !is.null(.rxState$taking) &&
    identical(request$document$data, .rxDescribeData(request, .rxState$taking, "data"))

# Where .rxFinish would run a request: it goes to .rxRequestOf instead.
.rxHandOver <- function(request, reportProgress, kind, kept) {
  document <- .rxCompleted(request, reportProgress)
  document[c("data", "context")] <- NULL
  stop(structure(list(message = "this request is not run", call = NULL, document = document,
      functions = request$functions, kind = kind, kept = kept), class = c("rxTaken", "error", "condition")))
}

# The results for the groups at the positions `wanted` (NULL: all). `keys`: the table of the keys of these; `folder`:
# what holds the rows, removed when nobody can ask any more.
.rxAnalyzeGroups <- function(code, keys, files, rows, wanted, arguments, about, folder) {
  results <- new.env(parent = emptyenv())
  results$keys <- keys
  results$at <- if (is.null(wanted)) seq_along(rows) else wanted
  results$files <- files
  results$first <- cumsum(c(0, rows))
  results$ends <- vapply(files, function(each) as.numeric(each$end), 0)
  results$folder <- folder
  results$owner <- Sys.getpid()
  reg.finalizer(results, .rxRemoveRows, onexit = TRUE)
  results$numbers <- list()
  results$errors <- character()
  if (length(results$at)) {
    taken <- .rxRequestOf(code, RxXdfData(files[[1L]]$file), about$caller)
    results$context <- .rxDescribeContext(arguments$computeContext)
    if (results$context$type %in% c("RxMpi", "RxProcesses", "RxRemote"))
        taken$document <- .rxWithCode(taken$document, taken$functions)
    request <- .rxNewRequest("analyze_groups", context = results$context, files = unname(files), rows = .rxArray(rows),
        method = taken$document)
    if (!is.null(wanted)) request$document$wanted <- .rxArray(wanted - 1)
    request$functions <- taken$functions
    table <- .rxFrame(.rxRun(request, 0)$table)
    results$errors <- table$.rxError
    results$codes <- table$.rxCode
    table[c(".rxError", ".rxCode")] <- NULL
    results$numbers <- table
    results$taken <- taken
  }
  structure(list(groups = results, which = seq_along(results$at)), class = "rxExecByResults")
}

# Functions go with the request to workers and to another machine.
.rxWithCode <- function(document, functions) {
  for (key in c("transformFunc", "familyFunctions")) if (!is.null(document[[key]])) {
    document[[key]]$code <- .rxBase64(serialize(functions[[document[[key]]$`function`]], NULL))
    document[[key]]$worker <- .rxArray(.rxWorkerCommand())
  }
  document
}

# What no result needs any more; a forked child has the results, too, and leaves the rows to its parent.
.rxRemoveRows <- function(results)
  if (identical(results$owner, Sys.getpid())) results$folder$remove(now = FALSE)

# The result of the i-th group of those that were computed.
.rxGroupResult <- function(results, i) {
  if (!is.null(results$made)) return(results$made[[i]])
  reply <- if (!is.null(results$there)) results$there(i) else .rxGroupReply(results, i)
  .rxMakers[[results$taken$kind]](reply, results$taken$kept)
}

.rxGroupReply <- function(results, i) {
  at <- results$at[[i]]
  file <- results$files[[findInterval(at - 1, results$ends) + 1L]]
  if (!isTRUE(results$folder$elsewhere) && !file.exists(file$file))
    .rxStop(paste("the rows of the groups are gone with the session that made them, so results cannot be computed any more:",
        "keep as.list(groups), or as.data.frame(groups), instead"))
  request <- .rxNewRequest("group_result", context = results$context, file = file$file,
      firstRow = results$first[[at]] - results$first[[file$begin + 1]],
      numRows = results$first[[at + 1L]] - results$first[[at]], method = results$taken$document,
      fileVersions = .rxFileVersions(file))
  request$functions <- results$taken$functions
  .rxRun(request, 0)
}

# Groups that hold their results, and need the rows no more.
.rxWithResults <- function(x) {
  groups <- unclass(x)$groups
  groups$made <- lapply(seq_along(groups$at), function(i) if (is.na(groups$errors[[i]])) .rxGroupResult(groups, i))
  groups$taken <- groups$there <- NULL
  x
}

.rxOneGroup <- function(results, i) {
  error <- results$errors[[i]]
  keys <- lapply(results$keys, function(column) if (is.factor(column)) as.character(column[[i]]) else
      .rxElement(column, i))
  if (is.na(error)) return(list(keys = keys, result = .rxGroupResult(results, i), status = "OK"))
  condition <- structure(class = c(.rxErrorClasses[[results$codes[[i]]]], "insitu_error", "error", "condition"),
      list(message = error, call = NULL))
  list(keys = keys, result = NULL, status = structure("Error", condition = condition))
}

length.rxExecByResults <- function(x) length(unclass(x)$which)

`[[.rxExecByResults` <- function(x, i, ...) {
  x <- unclass(x)
  .rxOneGroup(x$groups, x$which[[i]])
}

`[.rxExecByResults` <- function(x, i) {
  x <- unclass(x)
  x$which <- x$which[i]
  structure(x, class = "rxExecByResults")
}

names.rxExecByResults <- function(x) NULL

`$.rxExecByResults` <- function(x, name) NULL

as.list.rxExecByResults <- function(x, ...) lapply(seq_along(x), function(i) x[[i]])

as.data.frame.rxExecByResults <- function(x, row.names = NULL, optional = FALSE, ...) {
  x <- unclass(x)
  groups <- x$groups
  columns <- c(as.list(groups$keys), list(status = ifelse(is.na(groups$errors), "OK", groups$errors)),
      as.list(groups$numbers))
  structure(lapply(columns, `[`, x$which), names = make.unique(names(columns)),
      row.names = .set_row_names(length(x$which)), class = "data.frame")
}

print.rxExecByResults <- function(x, n = 10L, ...) {
  table <- as.data.frame(x[seq_len(min(n, length(x)))])
  failed <- sum(!is.na(unclass(x)$groups$errors[unclass(x)$which]))
  cat(length(x), if (length(x) == 1L) " group" else " groups",
      if (failed) paste0(" (", failed, " failed)"), ", ", ncol(table), " columns in as.data.frame(); ",
      "[[i]] is list(keys, result, status) of the i-th\n", sep = "")
  if (nrow(table)) print(table[seq_len(min(ncol(table), 8L))], ...)
  invisible(x)
}
