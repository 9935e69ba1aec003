# The pipeline of a call: the engine evaluates transforms and rowSelection where it can (docs/expressions.md), else R
# does, all of them, in one function of the rows of a chunk (row_functions.R, docs/functions.md).

# Adds the pipeline of a call to the request: what the engine can evaluate as text, the rest as one function of R.
.rxAddPipeline <- function(request, arguments, about) {
  transforms <- .rxTransformsCode(about$written$transforms, about$caller)
  selection <- .rxCode(about$written$rowSelection, about$caller)
  if (is.character(selection) && length(selection) == 1L) selection <- as.name(selection)
  objects <- arguments$transformObjects
  if (!is.null(objects) && (!is.list(objects) || is.null(names(objects)) || any(names(objects) == "")))
    .rxStop(paste0(about$name, ": transformObjects must be a named list"))
  packages <- .rxTransformPackages(arguments$transformPackages)
  steps <- c(transforms, if (!is.null(selection)) list(rowSelection = selection))
  texts <- vapply(steps, .rxDeparse, "")
  chunk_values <- .rxChunkValues(steps, objects)
  plain <- vapply(objects, .rxPlainObject, NA)
  uses_other_objects <- any(unlist(lapply(steps, all.names)) %in% names(objects)[!plain])
  # By the text alone; where rows stay in this process the engine has the last word.
  here <- !request$document$context$type %in% c("RxHadoopMR", "RxMpi", "RxProcesses", "RxSpark")
  in_r <- length(steps) && (uses_other_objects || length(chunk_values) || !.rxIsPortable(texts))
  asks_engine <- length(steps) && !in_r && here && is.null(arguments$transformFunc)
  document <- list()
  if (length(steps) && !in_r) {
    if (length(transforms)) document$transforms <-
        unname(lapply(seq_along(transforms), function(i) I(c(names(transforms)[[i]], texts[[i]]))))
    if (!is.null(selection)) document$rowSelection <- texts[[length(texts)]]
  }
  if (any(plain)) document$transformObjects <- lapply(objects[plain], function(x) if (length(x) == 1L) x else I(x))
  if (!is.null(arguments$transformFunc) || in_r || asks_engine) {
    in_function <- in_r || asks_engine
    parts <- list(transformFunc = arguments$transformFunc, transforms = if (in_function) transforms,
        reads = if (in_function) .rxReadOfData(transforms, objects), rowSelection = if (in_function) selection,
        packages = packages,
        skipTestChunk = isTRUE(arguments$returnTransformObjects))
    entry <- .rxFunctionEntry(arguments, parts, objects, chunk_values)
    if (asks_engine) entry$instead <- TRUE
    .rxAddFunction(request, entry, parts, objects, arguments$transformEnvir)
    # What a model keeps: the function as it was given, without the rows of the fit.
    request$kept <- list(entry = entry[intersect(c("function", "language", "name", "variables", "ifPresent",
        "chunkValues"), names(entry))],
        parts = parts[setdiff(names(parts), c("rowSelection", "skipTestChunk"))], objects = objects,
        transformEnvir = arguments$transformEnvir)
    request$kept$entry$ifPresent <- request$kept$entry$ifPresent || length(entry$variables) > 0L
    document$transformFunc <- request$document$transformFunc
  }
  for (key in names(document)) request$document[[key]] <- document[[key]]
  invisible(request)
}

# How the request describes the function: what it reads and how it is named in messages.
.rxFunctionEntry <- function(arguments, parts, objects, chunk_values) {
  user <- !is.null(parts$transformFunc)
  entry <- list(`function` = "transformFunc", language = "R", ifPresent = FALSE,
      name = if (user) "transformFunc" else if (length(parts$transforms)) "transforms" else "rowSelection")
  steps <- c(parts$transforms, if (!is.null(parts$rowSelection)) list(parts$rowSelection))
  read <- unique(unlist(.rxReadOfData(steps, objects)))
  named <- if (user) { if (is.null(arguments$transformVars)) arguments$varsToKeep else arguments$transformVars }
  if (!user) {
    # Variables are the symbols that the data have; the rest is R's.
    entry$ifPresent <- TRUE
    entry$variables <- .rxArray(as.character(read))
    entry$required <- .rxArray(.rxUnknownToR(steps, objects, parts$packages))
    if (length(chunk_values)) entry$chunkValues <- as.list(chunk_values)
  } else if (length(named)) {
    # What transforms read may be the data's or made by the function.
    entry$variables <- .rxArray(unique(c(as.character(named), read)))
    entry$required <- .rxArray(as.character(named))
    entry$ifPresent <- length(steps) > 0L
  } else {
    entry$variables <- .rxArray(character())
  }
  entry
}

.rxAddFunction <- function(request, entry, parts, objects, transformEnvir) {
  request$objects <- .rxObjectsEnvironment(objects, transformEnvir)
  callable <- .rxRowFunction(parts, request$objects, is.null(transformEnvir))
  request$functions$transformFunc <- callable
  if (.rxTravels(request)) {
    entry$code <- .rxTravellingText(callable, c(parts$transformFunc, parts$transforms), objects)
    entry$worker <- .rxArray(.rxWorkerCommand())
  }
  request$document$transformFunc <- entry
}

# ---- what code reads -------------------------------------------------------------------------------------------------

# The symbols that code reads as variables: not the names behind `$` and `@`, nor packages, nor what it calls by name,
# nor the parameters of functions in it.
.rxVariablesOf <- function(code) {
  if (is.symbol(code)) return(if (nzchar(as.character(code))) as.character(code))
  if (!is.call(code)) return(NULL)
  head <- .rxCallHead(code)
  if (head %in% c("::", ":::")) return(NULL)
  if (head %in% c("$", "@")) return(.rxVariablesOf(code[[2L]]))
  if (head == "function") return(setdiff(.rxVariablesOf(code[[3L]]), names(code[[2L]])))
  found <- if (head == "") .rxVariablesOf(code[[1L]])
  for (part in as.list(code)[-1L]) if (!identical(part, quote(expr = ))) found <- c(found, .rxVariablesOf(part))
  unique(found)
}

.rxCallHead <- function(code) if (is.symbol(code[[1L]])) as.character(code[[1L]]) else ""

# For each step the variables that may be the data's: not objects, chunk variables, nor what steps before it made.
.rxReadOfData <- function(steps, objects) {
  made <- character()
  found <- list()
  for (i in seq_along(steps)) {
    read <- .rxVariablesOf(steps[[i]])
    own <- c(names(objects), made, grep("^\\.rx", read, value = TRUE))
    found[i] <- list(as.character(setdiff(read, own)))
    made <- c(made, names(steps)[[i]])
  }
  found
}

# Names that code assigns itself: { a <- k * 2; a + 1 }, for (i in ...).
.rxAssigned <- function(code) {
  if (!is.call(code)) return(NULL)
  head <- .rxCallHead(code)
  found <- if (head %in% c("<-", "=", "<<-", "for") && is.symbol(code[[2L]])) as.character(code[[2L]])
  for (part in as.list(code)[-1L]) if (!identical(part, quote(expr = ))) found <- c(found, .rxAssigned(part))
  unique(found)
}

# Functions that give their arguments a meaning of their own.
.rxOwnMeaning <- c("with", "within", "eval", "evalq", "quote", "bquote", "substitute", "expression", "subset",
    "transform", "local",
    "get", "get0", "mget", "exists", "~", "delayedAssign", "switch", "curve", "missing")

# Symbols that only the data can have, because R knows nothing of that name. None where a call of the code may see it
# otherwise.
.rxUnknownToR <- function(steps, objects, packages) {
  known <- .rxSterileEnvironment(packages)
  calls <- unique(unlist(lapply(steps, function(code) setdiff(all.names(code), all.vars(code)))))
  ordinary <- function(name) exists(name, known, mode = "function") && !name %in% .rxOwnMeaning
  if (!all(vapply(calls, ordinary, NA))) return(character())
  assigned <- unlist(lapply(steps, .rxAssigned))
  names_of <- setdiff(unlist(.rxReadOfData(steps, objects)), c(assigned, "T", "F"))
  as.character(names_of[!vapply(names_of, exists, NA, envir = known)])
}

# ---- functions of all rows -------------------------------------------------------------------------------------------

# Whose value depends on other rows than its own: R runs them on the rows of one chunk.
.rxAllRows <- c("sum", "mean", "max", "min", "range", "prod", "length", "NROW", "nrow", "var", "sd", "median", "mad",
    "IQR", "fivenum",
    "quantile", "cumsum", "cumprod", "cummax", "cummin", "rev", "sort", "order", "rank", "scale", "diff", "unique",
    "duplicated",
    "table", "tabulate", "ave", "tapply", "aggregate", "any", "all", "which", "which.max", "which.min", "head", "tail",
    "seq_along",
    "sample", "cor", "cov", "weighted.mean", "ecdf", "density", "poly", "ns", "bs", "smooth", "lowess", "loess", "fft",
    "filter",
    "convolve", "embed", "rle", "cutree", "kmeans", "split", "unsplit", "by", "mode", "prop.table", "proportions",
    "rowsum", "Reduce")

# Functions for which a length only says how many values to make.
.rxMakesValues <- c("runif", "rnorm", "rbinom", "rpois", "rexp", "rgamma", "rbeta", "rt", "rchisq", "rlogis",
    "rweibull", "rep",
    "rep_len", "rep.int", "numeric", "character", "logical", "integer", "vector", "double", "seq_len", "vapply",
    "sample.int")

# The first function of all rows that each step applies to something that may be a variable, by the step's name.
.rxChunkValues <- function(steps, objects) {
  found <- vapply(steps, function(code) {
    name <- .rxFindAllRows(code, c(names(objects), "T", "F", "pi", "letters", "LETTERS", "month.name", "month.abb"))
    if (is.null(name)) "" else name
  }, "")
  found[nzchar(found)]
}

.rxFindAllRows <- function(code, constants) {
  if (!is.call(code)) return(NULL)
  head <- .rxCallHead(code)
  if (head == "::") return(NULL)
  if (!nzchar(head) && is.call(code[[1L]]) && .rxCallHead(code[[1L]]) == "::") head <- as.character(code[[1L]][[3L]])
  if (head == "function") return(NULL)  # sapply(x, function(v) max(v)) looks at single values
  parts <- as.list(code)[-1L]
  of_variable <- function(part) length(setdiff(grep("^\\.rx", .rxVariablesOf(part), value = TRUE, invert = TRUE),
      constants)) > 0L
  looks <- any(vapply(parts, of_variable, NA))
  if (looks && head %in% .rxAllRows) return(head)
  if (looks && head == "cut" && .rxIsCount(parts, "breaks")) return("cut")
  if (head %in% c("[", "[[") && length(parts) == 2L && of_variable(parts[[1L]]) && .rxIsWhole(parts[[2L]])) return(head)
  if (looks && head %in% c("paste", "paste0") && !is.null(parts$collapse)) return(head)
  for (part in parts) {
    if (identical(part, quote(expr = ))) next
    if (head %in% .rxMakesValues && is.call(part) && .rxCallHead(part) %in% c("length", "NROW", "nrow")) next
    if (!is.null(name <- .rxFindAllRows(part, constants))) return(name)
  }
  NULL
}

.rxIsWhole <- function(code) is.numeric(code) || is.call(code) && .rxCallHead(code) == "-" && length(code) == 2L &&
    is.numeric(code[[2L]])

# cut(x, 5), cut(x, breaks = 5)
.rxIsCount <- function(parts, name) {
  value <- if (!is.null(parts[[name]])) parts[[name]] else if (length(parts) > 1L &&
      (is.null(names(parts)) || names(parts)[[2L]] == "")) parts[[2L]]
  is.numeric(value) && length(value) == 1L
}

# ---- workers ---------------------------------------------------------------------------------------------------------

.rxBase64 <- function(bytes) {
  alphabet <- charToRaw(paste(c(LETTERS, letters, 0:9, "+", "/"), collapse = ""))
  n <- length(bytes)
  padded <- c(as.integer(bytes), rep(0L, (3L - n %% 3L) %% 3L))
  triples <- matrix(padded, nrow = 3L)
  codes <- rbind(triples[1L, ] %/% 4L, (triples[1L, ] %% 4L) * 16L + triples[2L, ] %/% 16L, (triples[2L, ] %% 16L) *
      4L + triples[3L, ] %/% 64L,
      triples[3L, ] %% 64L)
  text <- alphabet[codes + 1L]
  if (n %% 3L) text[seq.int(length(text) - (2L - n %% 3L), length(text))] <- charToRaw("=")
  rawToChar(text)
}

# A worker that runs functions of R: Rscript with this package.
.rxWorkerCommand <- function() {
  # The worker finds this package where this session did.
  code <- paste0(".libPaths(", paste(deparse(.libPaths(), width.cutoff = 500L), collapse = ""),
      "); insitu:::.rxServe()")
  # Small tasks end before memory is collected, which would touch, and so copy, all that a copy of the worker shares.
  c(file.path(R.home("bin"), "Rscript"), "--vanilla", "--min-nsize=2M", "-e", code)
}

# Serves one host over stdin and stdout, over a Unix socket where the command line ends with --connect PATH. With --job
# FOLDER it is the runner of a job, with --serve [FOLDER] the engine for a client on another machine (docs/remote.md).
.rxServe <- function(arguments = commandArgs(trailingOnly = TRUE)) {
  if (length(arguments) == 2L && arguments[[1L]] == "--job") return(.rxRunJob(arguments[[2L]]))
  serves <- length(arguments) %in% 1:2 && arguments[[1L]] == "--serve"
  if (length(arguments) && !serves && !(length(arguments) == 2L && arguments[[1L]] == "--connect"))
    stop("a worker of R takes no arguments but --connect PATH")
  # What users' functions print must not mix with the frames on stdout: print to stderr.
  sink(stderr())
  load <- function(language, code) {
    tryCatch({
      if (language != "R") stop("a worker of R cannot run a function written in ", language)
      .rxTravelled(code)
    }, error = function(e) structure(list(conditionMessage(e)), class = "rxUserError"))
  }
  if (serves) {
    if (!"package:insitu" %in% search()) attachNamespace("insitu")
    folder <- if (length(arguments) == 2L) arguments[[2L]] else ""
    quit("no", status = .rxCall(insitu_serve_requests, load, folder, .rxWorkerCommand()))
  }
  # What a user's function has left open is written out; its temporary files end with the call.
  files <- function() list.files(tempdir(), all.files = TRUE, full.names = TRUE, no.. = TRUE)
  at_start <- files()
  leave <- function() {
    for (number in setdiff(getAllConnections(), 0:2)) try(close(getConnection(number)), silent = TRUE)
    unlink(setdiff(files(), at_start), recursive = TRUE, expand = FALSE)
  }
  # What every task needs is there before a copy is made for a call: attached, compiled, touched.
  if (!"package:insitu" %in% search()) attachNamespace("insitu")
  defaults <- .rxCurrentOptions()
  warm <- list(fun = function(x) x, common = list(), quote = FALSE, packages = "insitu", options = defaults)
  for (i in 1:3) {
    tasks <- .rxLoadedTasks(serialize(warm, NULL, xdr = FALSE), 1)
    .rxRunBatch(tasks, list(count = 9L, fans = list(as.list(1:9)), sets = NULL, stream = NULL), FALSE,
        function(values, failed, told) length(.rxValueBytes(values, failed, told)) < 0L)
  }
  .rxState$options <- defaults
  .rxCall(insitu_serve, load, if (length(arguments) == 2L) arguments[[2L]] else "", leave, .rxTaskRunner())
  invisible()
}
