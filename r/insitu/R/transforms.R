# Functions of the user on the rows of a chunk (spec: formulas-and-output.md, section 3): the environment they run in, the chunk
# variables .rxStartRow, .rxChunkNum, .rxNumRows, .rxReadFileName, .rxIsTestChunk, .rxIsPrediction, and .rxGet, .rxSet, .rxModify.

# The environment in which a user's code sees a chunk; `parent` is where the code was written (functions) or sterile (expressions).
.rxChunkEnvironment <- function(objects, parent) {
  env <- new.env(parent = parent)
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
    value <- do.call(FUN, list(get(objName, objects, inherits = FALSE), ...))
    assign(objName, value, objects)
    invisible(value)
  }
  env
}

# base, stats, utils, methods and the named packages: what expressions may use besides variables and objects.
.rxSterileParent <- function(transformEnvir) {
  if (!is.null(transformEnvir)) return(transformEnvir)
  env <- new.env(parent = baseenv())
  for (package in c("methods", "utils", "stats"))
    for (name in getNamespaceExports(package)) delayedAssign(name, getExportedValue(p, n), list2env(list(p = package, n = name)), env)
  env
}

# The function that the engine calls with (rows, info): the user's transformFunc, then transforms and rowSelection that the engine
# cannot evaluate. Returns the rows, or an object of class rxUserError.
.rxRowFunction <- function(transformFunc, transforms, rowSelection, objects, packages, transformEnvir, functionName) {
  parent <- .rxSterileParent(transformEnvir)
  force(functionName)
  prepared <- FALSE
  function(rows, info) {
    tryCatch({
      if (!prepared) {
        for (package in setdiff(packages, c("base", "RevoScaleR", "insitu", "utils", "stats", "methods")))
          if (!requireNamespace(package, quietly = TRUE)) stop("package '", package, "' of transformPackages is not installed")
          else if (!paste0("package:", package) %in% search()) attachNamespace(package)
        prepared <<- TRUE
      }
      chunk_variables <- list(.rxStartRow = info$startRow, .rxChunkNum = info$chunkNum, .rxNumRows = info$numRows,
          .rxReadFileName = info$readFileName, .rxIsTestChunk = info$isTestChunk, .rxIsPrediction = info$isPrediction)
      if (!is.null(transformFunc)) {
        scope <- .rxChunkEnvironment(objects, environment(transformFunc))
        if (is.primitive(transformFunc)) scope <- .rxChunkEnvironment(objects, baseenv())
        list2env(chunk_variables, scope)
        list2env(as.list(objects, all.names = TRUE), scope)
        called <- transformFunc
        if (!is.primitive(called)) environment(called) <- scope
        rows_before <- if (length(rows)) length(rows[[1L]]) else 0L
        rows <- called(rows)
        if (is.null(rows)) return(list())
        if (!is.list(rows)) stop(functionName, " must return a list of variables, not ", class(rows)[[1L]])
        rows <- .rxRecycle(rows, rows_before, functionName)
      }
      if (length(transforms) || !is.null(rowSelection)) {
        scope <- .rxChunkEnvironment(objects, parent)
        list2env(chunk_variables, scope)
        list2env(as.list(objects, all.names = TRUE), scope)
        n <- if (length(rows)) length(rows[[1L]]) else info$numRows
        for (name in names(transforms)) {
          value <- eval(transforms[[name]], rows, scope)
          if (!is.null(value)) value <- .rxRecycle(list(value), n, name)[[1L]]
          rows[[name]] <- value
        }
        if (!is.null(rowSelection)) rows[[".rxRowSelection"]] <- .rxRecycle(list(as.logical(eval(rowSelection, rows, scope))), n,
            "rowSelection")[[1L]]
      }
      rows
    }, error = function(e) {
      line <- .rxLineOf(e, transformFunc)
      structure(list(paste0(functionName, " failed: ", conditionMessage(e), line)), class = "rxUserError")
    })
  }
}

# " (line 3 of transformFunc: code)" where the failing call can be found in the function's body.
.rxLineOf <- function(condition, transformFunc) {
  call <- conditionCall(condition)
  if (is.null(call) || is.null(transformFunc) || is.primitive(transformFunc)) return("")
  body_lines <- deparse(body(transformFunc))
  text <- deparse(call)[[1L]]
  at <- which(vapply(body_lines, function(line) grepl(text, line, fixed = TRUE), NA))
  if (length(at)) paste0(" (line ", at[[1L]], ": ", trimws(body_lines[[at[[1L]]]]), ")") else paste0(" (in ", text, ")")
}

.rxRecycle <- function(values, n, what) {
  lengths_of <- lengths(values)
  if (!length(values) || length(unique(lengths_of)) == 1L && lengths_of[[1L]] != 1L) return(lapply(values, .rxVector))
  longest <- max(lengths_of, if (all(lengths_of == 1L)) n else 0L)
  for (i in seq_along(values)) {
    if (lengths_of[[i]] == 1L) values[[i]] <- rep(values[[i]], longest)
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
    document$transforms <- unname(lapply(names(transforms), function(n) I(c(n, transform_texts[[n]]))))
  if (!is.null(selection) && !selection_in_r) document$rowSelection <- selection_text
  if (any(plain)) document$transformObjects <- lapply(objects[plain], function(x) if (length(x) == 1L) x else I(x))
  if (!is.null(arguments$transformFunc) || in_r || selection_in_r) {
    environment_of_objects <- list2env(as.list(objects), parent = emptyenv())
    request$objects <- environment_of_objects
    name <- "transformFunc"
    if (is.null(arguments$transformFunc)) name <- if (in_r) "transforms" else "rowSelection"
    callable <- .rxRowFunction(arguments$transformFunc, if (in_r) transforms, if (selection_in_r) selection, environment_of_objects,
        unique(c(arguments$transformPackages)), arguments$transformEnvir, name)
    variables <- unique(c(arguments$transformVars, if (in_r) unlist(lapply(transforms, all.vars)), if (selection_in_r) all.vars(selection)))
    variables <- setdiff(variables, c(names(objects), grep("^\\.rx", variables, value = TRUE), if (in_r) .rxMadeBefore(transforms)))
    request$functions$transformFunc <- callable
    document$transformFunc <- list(`function` = "transformFunc", language = "R", variables = .rxArray(as.character(variables)))
    if (identical(request$document$context$type, "RxProcesses")) {
      document$transformFunc$code <- .rxBase64(serialize(callable, NULL))
      document$transformFunc$worker <- .rxArray(.rxWorkerCommand())
    }
  }
  for (key in names(document)) request$document[[key]] <- document[[key]]
  invisible(request)
}

# Variables that a transform makes before any transform reads them: not columns of the data.
.rxMadeBefore <- function(transforms) {
  made <- character()
  read <- character()
  for (name in names(transforms)) {
    read <- c(read, setdiff(all.vars(transforms[[name]]), made))
    made <- c(made, name)
  }
  setdiff(made, read)
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
.rxWorkerCommand <- function() c(file.path(R.home("bin"), "Rscript"), "--vanilla", "-e", "insitu:::.rxServe()")

.rxServe <- function() {
  # What users' functions print must not mix with the frames on stdout: print to stderr.
  sink(stderr())
  load <- function(language, code) {
    tryCatch({
      if (language != "R") stop("a worker of R cannot run a function written in ", language)
      unserialize(code)
    }, error = function(e) structure(list(conditionMessage(e)), class = "rxUserError"))
  }
  reply <- .Call(insitu_serve, load)
  if (inherits(reply, "rxFailure")) .rxRaise(reply)
  invisible()
}
