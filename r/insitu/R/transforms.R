# Functions of the user on the rows of a chunk (spec: formulas-and-output.md, section 3): the environment they run in, the chunk
# variables .rxStartRow, .rxChunkNum, .rxNumRows, .rxReadFileName, .rxIsTestChunk, .rxIsPrediction, and .rxGet, .rxSet, .rxModify.

# The environment of the objects: transformEnvir itself where the caller gave one (changes are visible there afterwards), else a new
# one. What code looks up goes: its own closure (a copy, changed by <<- and kept from chunk to chunk), chunk variables, objects,
# then `parent`.
.rxObjectsEnvironment <- function(objects, transformEnvir, parent) {
  if (is.null(transformEnvir)) return(list2env(as.list(objects), parent = parent))
  list2env(as.list(objects), envir = transformEnvir)
}

.rxChunkEnvironment <- function(objects) {
  env <- new.env(parent = objects)
  env$.rxTransformEnvir <- objects
  env$.rxGet <- function(objName) {
    if (!exists(objName, objects, inherits = FALSE))
      stop("no object '", objName, "' in transformObjects; there are: ", paste(ls(objects, all.names = TRUE), collapse = ", "), call. = FALSE)
    get(objName, objects, inherits = FALSE)
  }
  env$.rxSet <- function(objName, value) {
    assign(objName, value, objects)
    invisible(value)
  }
  env$.rxModify <- function(objName, ..., FUN = "+") {
    apply_it <- if (is.character(FUN)) get(FUN, envir = objects, mode = "function") else FUN
    value <- apply_it(get(objName, objects, inherits = FALSE), ...)
    assign(objName, value, objects)
    invisible(value)
  }
  env
}

# The function with its closure copied in front of the chunk's environment. Functions of packages and of the workspace keep
# looking there: their variables are not copied.
.rxInScope <- function(fun, scope, objects) {
  if (is.primitive(fun)) return(fun)
  closure <- environment(fun)
  if (identical(closure, globalenv()) || isNamespace(closure) || identical(closure, baseenv())) {
    environment(fun) <- scope
  } else {
    clash <- intersect(ls(closure, all.names = TRUE), ls(objects, all.names = TRUE))
    if (length(clash)) warning("transformFunc: its own variable", if (length(clash) > 1L) "s", " ", paste(clash, collapse = ", "),
        " hide", if (length(clash) == 1L) "s", " transformObjects of the same name", call. = FALSE)
    environment(fun) <- list2env(as.list(closure, all.names = TRUE), parent = scope)
  }
  fun
}

# base, stats, utils and methods: what expressions may use besides variables and objects.
.rxSterileEnvironment <- function() {
  env <- new.env(parent = baseenv())
  for (package in c("methods", "utils", "stats"))
    for (name in getNamespaceExports(package)) local({
      p <- package
      n <- name
      delayedAssign(n, getExportedValue(p, n), assign.env = env)
    })
  env
}

# The function that the engine calls with (rows, info): the user's transformFunc, then transforms and rowSelection that the engine
# cannot evaluate. Returns the rows, or an object of class rxUserError.
.rxRowFunction <- function(transformFunc, transforms, rowSelection, objects, packages, functionName, skipTestChunk = FALSE) {
  force(objects)
  force(functionName)
  scope <- NULL
  called <- NULL
  function(rows, info) {
    tryCatch({
      # Where only the objects are wanted, they must not see the first rows twice.
      if (skipTestChunk && info$isTestChunk) return(list())
      if (is.null(scope)) {
        for (package in setdiff(packages, c("base", "RevoScaleR", "insitu", "utils", "stats", "methods")))
          if (!requireNamespace(package, quietly = TRUE)) stop("package '", package, "' of transformPackages is not installed")
          else if (!paste0("package:", package) %in% search()) attachNamespace(package)
        scope <<- .rxChunkEnvironment(objects)
        if (!is.null(transformFunc)) called <<- .rxInScope(transformFunc, scope, objects)
      }
      list2env(list(.rxStartRow = info$startRow, .rxChunkNum = info$chunkNum, .rxNumRows = info$numRows,
          .rxReadFileName = info$readFileName, .rxIsTestChunk = info$isTestChunk, .rxIsPrediction = info$isPrediction), scope)
      if (!is.null(transformFunc)) {
        rows_before <- if (length(rows)) length(rows[[1L]]) else 0L
        unchanged <- names(rows)
        result <- called(rows)
        if (is.null(result)) return(list())
        if (!is.list(result)) stop(functionName, " must return a list of variables, not ", class(result)[[1L]])
        rows <- .rxRecycle(result, rows_before, functionName, stretch = length(intersect(unchanged, names(result))) > 0L)
      }
      n <- if (length(rows)) length(rows[[1L]]) else info$numRows
      for (i in seq_along(transforms)) {
        value <- eval(transforms[[i]], rows, scope)
        if (!is.null(value)) value <- .rxRecycle(list(value), n, names(transforms)[[i]])[[1L]]
        rows[[names(transforms)[[i]]]] <- value
      }
      if (!is.null(rowSelection))
        rows[[".rxRowSelection"]] <- .rxRecycle(list(as.logical(eval(rowSelection, rows, scope))), n, "rowSelection")[[1L]]
      rows
    }, error = function(e) {
      structure(list(paste0(functionName, " failed: ", conditionMessage(e), .rxLineOf(e, transformFunc))), class = "rxUserError")
    })
  }
}

# " (line 3 of transformFunc: code)" where the failing call can be found in the function's body.
.rxLineOf <- function(condition, transformFunc) {
  call <- conditionCall(condition)
  if (is.null(call) || is.null(transformFunc) || is.primitive(transformFunc)) return("")
  body_lines <- .rxDeparsed(body(transformFunc))
  text <- .rxDeparsed(call)[[1L]]
  at <- which(vapply(body_lines, function(line) grepl(text, line, fixed = TRUE), NA))
  if (length(at)) paste0(" (line ", at[[1L]], ": ", trimws(body_lines[[at[[1L]]]]), ")") else paste0(" (in ", text, ")")
}

# Variables of one length: single values are stretched beside longer ones, and (with `stretch`) to the chunk's rows.
.rxRecycle <- function(values, n, what, stretch = TRUE) {
  lengths_of <- lengths(values)
  longest <- max(lengths_of, if (stretch && all(lengths_of == 1L)) n else 0L, 0L)
  for (i in seq_along(values)) {
    if (lengths_of[[i]] == 1L && longest > 1L) values[[i]] <- rep(values[[i]], longest)
    else if (lengths_of[[i]] != longest)
      stop("variable '", names(values)[[i]], "' of ", what, " has ", lengths_of[[i]], " values, others have ", longest)
  }
  lapply(values, .rxVector)
}

.rxVector <- function(x) if (is.object(x)) x else as.vector(x)

# Adds the pipeline of a call to the request: what the engine can evaluate as text, the rest as one function of R.
.rxAddPipeline <- function(request, arguments, about) {
  transforms <- .rxTransformsCode(about$written$transforms, about$caller)
  selection <- .rxCode(about$written$rowSelection, about$caller)
  if (is.character(selection) && length(selection) == 1L) selection <- as.name(selection)
  objects <- arguments$transformObjects
  if (!is.null(objects) && (!is.list(objects) || is.null(names(objects)) || any(names(objects) == "")))
    .rxStop(paste0(about$name, ": transformObjects must be a named list"))
  plain <- vapply(objects, .rxPlainObject, NA)
  transform_texts <- vapply(transforms, .rxDeparse, "")
  selection_text <- if (!is.null(selection)) .rxDeparse(selection)
  # Later steps see what earlier ones made: once one needs R, all that follow do.
  uses_other_objects <- any(unlist(lapply(c(transforms, selection), all.names)) %in% names(objects)[!plain])
  in_r <- is.null(arguments$transformFunc) && length(transforms) && (uses_other_objects || !.rxIsPortable(transform_texts)) ||
    !is.null(arguments$transformFunc) && length(transforms) && !.rxIsPortable(transform_texts)
  selection_in_r <- !is.null(selection) && (uses_other_objects || !.rxIsPortable(selection_text))
  if (selection_in_r && length(transforms)) in_r <- TRUE
  document <- list()
  if (length(transforms) && !in_r)
    document$transforms <- unname(lapply(seq_along(transforms), function(i) I(c(names(transforms)[[i]], transform_texts[[i]]))))
  if (!is.null(selection) && !selection_in_r) document$rowSelection <- selection_text
  if (any(plain)) document$transformObjects <- lapply(objects[plain], function(x) if (length(x) == 1L) x else I(x))
  if (!is.null(arguments$transformFunc) || in_r || selection_in_r) {
    # A function of the workspace goes on seeing the workspace; expressions see only what is passed to them.
    parent <- if (is.null(arguments$transformFunc)) .rxSterileEnvironment() else if (is.primitive(arguments$transformFunc)) baseenv() else
      .rxBeyond(environment(arguments$transformFunc))
    request$objects <- .rxObjectsEnvironment(objects, arguments$transformEnvir, parent)
    name <- "transformFunc"
    if (is.null(arguments$transformFunc)) name <- if (in_r) "transforms" else "rowSelection"
    callable <- .rxRowFunction(arguments$transformFunc, if (in_r) transforms, if (selection_in_r) selection, request$objects,
        unique(c(arguments$transformPackages)), name, isTRUE(arguments$returnTransformObjects))
    variables <- unique(c(arguments$transformVars, if (is.null(arguments$transformVars) && !is.null(arguments$transformFunc)) arguments$varsToKeep, if (in_r) unlist(lapply(transforms, .rxVariablesOf)),
        if (selection_in_r) .rxVariablesOf(selection)))
    variables <- setdiff(variables, c(names(objects), grep("^\\.rx", variables, value = TRUE), if (in_r) .rxMadeBefore(transforms)))
    request$functions$transformFunc <- callable
    document$transformFunc <- list(`function` = "transformFunc", language = "R", variables = .rxArray(as.character(variables)))
    if (request$document$context$type %in% c("RxProcesses", "RxSpark")) {
      document$transformFunc$code <- .rxBase64(serialize(callable, NULL))
      document$transformFunc$worker <- .rxArray(.rxWorkerCommand())
    }
  }
  for (key in names(document)) request$document[[key]] <- document[[key]]
  invisible(request)
}

# Where lookup goes on after a closure's own variables.
.rxBeyond <- function(closure) {
  if (identical(closure, globalenv()) || isNamespace(closure) || identical(closure, baseenv())) closure else parent.env(closure)
}

# Variables that a transform makes before any transform reads them: not columns of the data.
.rxMadeBefore <- function(transforms) {
  made <- character()
  read <- character()
  for (i in seq_along(transforms)) {  # a name may come twice
    read <- c(read, setdiff(.rxVariablesOf(transforms[[i]]), made))
    made <- c(made, names(transforms)[[i]])
  }
  setdiff(made, read)
}

# The variables that code reads: not the names behind `$` and `@`, nor packages.
.rxVariablesOf <- function(code) {
  if (is.symbol(code)) return(if (nzchar(as.character(code))) as.character(code))
  if (!is.call(code)) return(NULL)
  head <- if (is.symbol(code[[1L]])) as.character(code[[1L]]) else ""
  if (head %in% c("::", ":::")) return(NULL)
  if (head %in% c("$", "@")) return(.rxVariablesOf(code[[2L]]))
  if (head == "function") return(setdiff(.rxVariablesOf(code[[3L]]), names(code[[2L]])))
  found <- if (head == "") .rxVariablesOf(code[[1L]])
  for (part in as.list(code)[-1L]) if (!identical(part, quote(expr = ))) found <- c(found, .rxVariablesOf(part))
  unique(found)
}

.rxBase64 <- function(bytes) {
  alphabet <- c(LETTERS, letters, 0:9, "+", "/")
  n <- length(bytes)
  padded <- c(as.integer(bytes), rep(0L, (3L - n %% 3L) %% 3L))
  triples <- matrix(padded, nrow = 3L)
  codes <- rbind(triples[1L, ] %/% 4L, (triples[1L, ] %% 4L) * 16L + triples[2L, ] %/% 16L, (triples[2L, ] %% 16L) * 4L + triples[3L, ] %/% 64L,
      triples[3L, ] %% 64L)
  text <- alphabet[codes + 1L]
  if (n %% 3L) text[seq.int(length(text) - (2L - n %% 3L), length(text))] <- "="
  paste(text, collapse = "")
}

# A worker that runs functions of R: Rscript with this package.
.rxWorkerCommand <- function() {
  # The worker finds this package where this session did.
  code <- paste0(".libPaths(", paste(deparse(.libPaths(), width.cutoff = 500L), collapse = ""), "); insitu:::.rxServe()")
  c(file.path(R.home("bin"), "Rscript"), "--vanilla", "-e", code)
}

# Serves one host over stdin and stdout, or over a Unix socket where the command line ends with --connect PATH.
.rxServe <- function(arguments = commandArgs(trailingOnly = TRUE)) {
  if (length(arguments) && !(length(arguments) == 2L && arguments[[1L]] == "--connect"))
    stop("a worker of R takes no arguments but --connect PATH")
  # What users' functions print must not mix with the frames on stdout: print to stderr.
  sink(stderr())
  load <- function(language, code) {
    tryCatch({
      if (language != "R") stop("a worker of R cannot run a function written in ", language)
      unserialize(code)
    }, error = function(e) structure(list(conditionMessage(e)), class = "rxUserError"))
  }
  reply <- .Call(insitu_serve, load, if (length(arguments) == 2L) arguments[[2L]] else "")
  if (inherits(reply, "rxFailure")) .rxRaise(reply)
  invisible()
}
